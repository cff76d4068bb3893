//! The cases that are compared: all of the holder's side and of CNAM, and of the others so many that every word meets every other.

use ens_domain::access::{Action, Availability, Purpose};
use ens_domain::space::terms::Section;

use crate::columns::{
    ACTION, ADMIN, BLOCK, Case, DOCUMENT, DOCUMENTS, MODE, MODES, PROFESSION, PROFESSIONS, PURPOSE, REFUSAL, REFUSED, ROLE, ROLES, SECTION,
    SPACE, STANDS, TIE, TIES, TYPE, TYPES,
};

const ACTIONS: usize = Action::ALL.len();
const PURPOSES: usize = Purpose::ALL.len();
const SPACES: usize = Availability::ALL.len();
/// The sections, then the documents of each kind and type.
const TARGETS: usize = Section::ALL.len() + (DOCUMENTS.len() - 1) * TYPES.len();
/// The places of a professional's cases that the other columns of a case take.
const PROFESSIONALS: [usize; 8] = [MODES.len(), PROFESSIONS.len(), TIES.len(), 3, 2, REFUSED.len(), ACTIONS, TARGETS];

/// Walks through them.
pub(crate) fn each_case(mut with: impl FnMut(&Case)) {
    for role in 0..3 {
        walk(&[2, ACTIONS, TARGETS, PURPOSES, SPACES], 1, |digits| {
            with(&case(&[(ROLE, role), (STANDS, digits[0]), (ACTION, digits[1]), (PURPOSE, digits[3]), (SPACE, digits[4])], digits[2]));
        });
    }
    walk(&[2, ACTIONS, TARGETS, PURPOSES, SPACES], 1, |digits| {
        with(&case(&[(ROLE, 5), (STANDS, digits[0]), (ACTION, digits[1]), (PURPOSE, digits[3]), (SPACE, digits[4])], digits[2]));
    });
    for role in 6..ROLES.len() {
        walk(&[ACTIONS, TARGETS, PURPOSES, SPACES], 17, |digits| {
            with(&case(&[(ROLE, role), (ACTION, digits[0]), (PURPOSE, digits[2]), (SPACE, digits[3])], digits[1]));
        });
    }
    walk(&[TIES.len(), ACTIONS, TARGETS, PURPOSES, SPACES], 5, |digits| {
        with(&case(&[(ROLE, 4), (TIE, digits[0]), (ACTION, digits[1]), (PURPOSE, digits[3]), (SPACE, digits[4])], digits[2]));
    });
    let allowed: Vec<usize> = (0..PURPOSES).filter(|purpose| !Purpose::ALL[*purpose].is_forbidden()).collect();
    let in_service = Availability::ALL.iter().position(|one| *one == Availability::InService).expect("in service");
    walk(&[&PROFESSIONALS[..], &[allowed.len()]].concat(), 17, |digits| {
        with(&of_professional(digits, (allowed[digits[8]], in_service)));
    });
    walk(&[&PROFESSIONALS[..], &[PURPOSES, SPACES]].concat(), 1_409, |digits| with(&of_professional(digits, (digits[8], digits[9]))));
}

/// Every `stride`-th combination of digits; a stride that shares no factor with the bases meets all of them.
fn walk(bases: &[usize], stride: usize, mut with: impl FnMut(&[usize])) {
    let all: usize = bases.iter().product();
    let mut digits = vec![0; bases.len()];
    for number in (0..all).step_by(stride) {
        let mut rest = number;
        for (digit, base) in digits.iter_mut().zip(bases) {
            *digit = rest % base;
            rest /= base;
        }
        with(&digits);
    }
}

fn of_professional(digits: &[usize], (purpose, space): (usize, usize)) -> Case {
    let columns = [MODE, PROFESSION, TIE, BLOCK, ADMIN, REFUSAL, ACTION];
    let mut case = case(&[(ROLE, 3), (PURPOSE, purpose), (SPACE, space)], digits[7]);
    columns.iter().zip(digits).for_each(|(column, word)| case[*column] = *word);
    case
}

fn case(chosen: &[(usize, usize)], target: usize) -> Case {
    let mut case = [0; 14];
    chosen.iter().for_each(|(column, word)| case[*column] = *word);
    match target.checked_sub(Section::ALL.len()) {
        None => case[SECTION] = target,
        Some(document) => {
            let record = Section::ALL.iter().position(|section| *section == Section::MedicalRecord);
            case[SECTION] = record.expect("the medical record");
            case[DOCUMENT] = 1 + document / TYPES.len();
            case[TYPE] = document % TYPES.len();
        }
    }
    case
}
