//! The columns of a case, and the words that may stand in each.

use ens_domain::access::{AccessMode, Action, Availability, Profession, Purpose};
use ens_domain::space::terms::Section;
use serde::Serialize;

/// A case: for each column the place of its word.
pub(crate) type Case = [usize; 14];

pub(crate) const COLUMNS: [&str; 14] = [
    "role",
    "stands",
    "mode",
    "profession",
    "tie",
    "block",
    "admin",
    "refused",
    "action",
    "section",
    "document",
    "type",
    "purpose",
    "space",
];
pub(crate) const ROLE: usize = 0;
pub(crate) const STANDS: usize = 1;
pub(crate) const MODE: usize = 2;
pub(crate) const PROFESSION: usize = 3;
pub(crate) const TIE: usize = 4;
pub(crate) const BLOCK: usize = 5;
pub(crate) const ADMIN: usize = 6;
pub(crate) const REFUSAL: usize = 7;
pub(crate) const ACTION: usize = 8;
pub(crate) const SECTION: usize = 9;
pub(crate) const DOCUMENT: usize = 10;
pub(crate) const TYPE: usize = 11;
pub(crate) const PURPOSE: usize = 12;
pub(crate) const SPACE: usize = 13;

pub(crate) const ROLES: [&str; 10] =
    ["holder", "representative", "caregiver", "professional", "service", "cnam", "insurer", "support", "auditor", "admin"];
pub(crate) const MODES: [(&str, AccessMode); 3] =
    [("ordinary", AccessMode::Ordinary), ("break_glass", AccessMode::BreakGlass), ("dispatch_centre", AccessMode::DispatchCentre)];
pub(crate) const PROFESSIONS: [(&str, Profession); 3] =
    [("doctor", Profession::Doctor), ("nurse", Profession::Nurse), ("pharmacist", Profession::Pharmacist)];
pub(crate) const TIES: [&str; 12] = [
    "none",
    "attending",
    "named",
    "named_over",
    "named_to_come",
    "named_for_agenda",
    "named_for_research",
    "structure",
    "team_grant",
    "team_consent",
    "team_without_consent",
    "revoked",
];
pub(crate) const BLOCKS: [&str; 3] = ["no", "blocked", "unblocked"];
pub(crate) const REFUSED: [&str; 4] = ["nothing", "break_glass", "dispatch_centre", "hidden_documents"];
pub(crate) const DOCUMENTS: [&str; 11] =
    ["none", "plain", "own", "of_holder", "hidden", "own_hidden", "kept", "awaiting", "announced_by_date", "withdrawn", "own_withdrawn"];
pub(crate) const TYPES: [&str; 3] = ["11488-4", "11502-2", "ATTEST-RESID"];

/// The words of each column.
pub(crate) fn vocabulary() -> [Vec<String>; 14] {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    [
        words(&ROLES),
        words(&["yes", "no"]),
        words(&MODES.map(|(word, _)| word)),
        words(&PROFESSIONS.map(|(word, _)| word)),
        words(&TIES),
        words(&BLOCKS),
        words(&["no", "yes"]),
        words(&REFUSED),
        Action::ALL.iter().map(code).collect(),
        Section::ALL.iter().map(code).collect(),
        words(&DOCUMENTS),
        words(&TYPES),
        Purpose::ALL.iter().map(code).collect(),
        Availability::ALL.iter().map(code).collect(),
    ]
}

/// The word under which a value is stored.
pub(crate) fn code(value: &impl Serialize) -> String {
    serde_json::to_value(value).expect("a word").as_str().expect("a text").to_owned()
}

/// A case in words.
pub(crate) fn told(case: &Case) -> String {
    let vocabulary = vocabulary();
    let words = COLUMNS.iter().zip(&vocabulary).zip(case).map(|((column, words), word)| format!("{column}={}", words[*word]));
    words.collect::<Vec<_>>().join(" ")
}
