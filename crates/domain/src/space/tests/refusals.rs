//! What a refusal says to a client: one of every refusal, and every word that a refusal can hold.

use crate::space::terms::{BlockReason, Channel, OppositionChannel, Stage, UnreachableReason};
use crate::space::{Parties, SpaceRefusal};

use super::persons::{at, day, message};
use super::stories::{LAST_DAY, LATER};

/// Lists refusals, and refuses to compile while one of the enum is missing.
macro_rules! every_refusal {
    ($($variant:ident $({ $($field:ident: $value:expr),* })?;)*) => {
        fn one_of_every_refusal() -> Vec<SpaceRefusal> {
            vec![$(SpaceRefusal::$variant $({ $($field: $value),* })?),*]
        }

        /// A new refusal has no arm here until it has its line in the list below.
        const fn is_listed(refusal: &SpaceRefusal) -> bool {
            match refusal { $(SpaceRefusal::$variant { .. } => true),* }
        }
    };
}

every_refusal! {
    NoSuchSpace;
    PartyNotAllowed { expected: Parties::Registrar };
    NotARepresentative;
    CodeNeeded { via: OppositionChannel::Web };
    IdentityNeeded { via: OppositionChannel::Desk };
    NoCode;
    CodeUsed;
    CodeLocked;
    CodeExpired { valid_until: day(LAST_DAY) };
    WrongCode { left: 3 };
    Deceased;
    SpaceDestroyed;
    SpaceClosed { closed_on: day(LAST_DAY) };
    SpaceSuspended { last_day: day(LAST_DAY) };
    AlreadyOpen { opened_on: day(LAST_DAY) };
    NotOpen { stage: Stage::Notified };
    AlreadyActive;
    OppositionStands { since: day(LAST_DAY) };
    NotOpposed;
    OpeningBlocked { reason: BlockReason::NotTheRepresentative };
    Unreachable { reason: UnreachableReason::EmailFailed };
    NotNotified;
    WindowRunning { last_day: day(LAST_DAY) };
    NoticeUnderWay { message: message(1) };
    NoNoticeOwed { stage: Stage::Opposed };
    NoContact;
    ReissueTooSoon { from: at(LATER) };
    WrongChannel { channel: Channel::Email };
    LetterNotPosted;
    ImpossibleDay { day: day("2026-06-02"), earliest: day("1876-06-01"), latest: day("2026-06-01") };
    NotAMinor;
    NotYetOfAge { on: day(LAST_DAY) };
    NoSuchRepresentation;
    NoSuchGrant;
    GrantIdTaken;
    EmptyScope;
    GrantAlreadyOver { until: day(LAST_DAY) };
    GrantStillRuns { until: Some(day(LAST_DAY)) };
    ProfessionalIsBlocked;
    AccessRefused { because: crate::access::AccessRefusal::NotAuthorised };
    TooManyCaregivers { at_most: 3 };
    ForbiddenPurpose;
    NotSuspended { stage: Stage::Active };
    ClosingWindowRunning { last_day: day(LAST_DAY) };
    NotClosed { stage: Stage::Open };
    DestructionPending { destroy_on: day(LAST_DAY) };
    ArchiveOver { archived_until: day(LAST_DAY) };
    DestructionNotDue { due_on: Some(day(LAST_DAY)) };
    NotDestroyed { stage: Stage::Closed };
    SamePerson;
    NoSuchInvitation;
    InvitationStands { until: day(LAST_DAY) };
    InvitationOver;
    InvitationLapsed { until: day(LAST_DAY) };
    TwoParentsKnown;
    LegacyRecordKnown { created_on: day(LAST_DAY) };
    BeganEmpty;
}

/// Refusals again, with every word that one of them can hold.
fn with_every_word() -> Vec<SpaceRefusal> {
    use Stage::{Active, Blocked, Closed, Created, Destroyed, Ended, Notified, Open, Opposed, Suspended, Unreachable};
    let stages = [Created, Notified, Unreachable, Opposed, Blocked, Open, Active, Suspended, Closed, Destroyed, Ended];
    let parties = [
        Parties::HolderSide,
        Parties::Representative,
        Parties::HolderSideOrSupport,
        Parties::HolderSideOrAgent,
        Parties::Agent,
        Parties::Registrar,
        Parties::RegistrarOrSupport,
        Parties::Declarant,
    ];
    let ways = [OppositionChannel::Web, OppositionChannel::Phone, OppositionChannel::Desk, OppositionChannel::Letter];
    let unreachable = [UnreachableReason::NoContact, UnreachableReason::EmailFailed, UnreachableReason::LetterReturned];
    let mut refusals: Vec<SpaceRefusal> = stages.map(|stage| SpaceRefusal::NotOpen { stage }).into();
    refusals.extend(parties.map(|expected| SpaceRefusal::PartyNotAllowed { expected }));
    refusals.extend(ways.map(|via| SpaceRefusal::CodeNeeded { via }));
    refusals.extend(unreachable.map(|reason| SpaceRefusal::Unreachable { reason }));
    refusals.extend([Channel::Email, Channel::Post].map(|channel| SpaceRefusal::WrongChannel { channel }));
    refusals.extend([BlockReason::NotTheRepresentative, BlockReason::Technical].map(|reason| SpaceRefusal::OpeningBlocked { reason }));
    refusals.push(SpaceRefusal::DestructionNotDue { due_on: None });
    refusals.push(SpaceRefusal::ImpossibleDay { day: day("2026-06-02"), earliest: day("2026-03-02"), latest: day("2026-06-01") });
    refusals
}

fn every_message() -> Vec<String> {
    one_of_every_refusal().iter().chain(&with_every_word()).map(ToString::to_string).collect()
}

#[test]
fn every_refusal_says_what_the_caller_needs_in_lower_case() {
    let refusals = one_of_every_refusal();
    assert!(refusals.iter().all(is_listed));
    let said = every_message();
    assert!(said[1].contains("CNAM or the insurer") && said[22].contains(LAST_DAY) && said[44].contains("open"), "{said:?}");
    assert!(said.iter().all(|text| text.starts_with(char::is_lowercase) && !text.ends_with('.')), "{said:?}");
}

#[test]
fn no_refusal_holds_the_text_of_a_debugger() {
    // A name of the code, such as NotTheRepresentative, mixes capitals and small letters; an acronym does not.
    let is_plain = |word: &str| word.chars().all(|letter| !letter.is_uppercase()) || word.chars().all(|letter| !letter.is_lowercase());
    for text in every_message() {
        assert!(text.split(|letter: char| !letter.is_alphanumeric()).all(is_plain), "{text}");
        assert!(!text.contains(['{', '}', '(', ')', '_', '"']), "{text}");
    }
}

#[test]
fn no_refusal_holds_a_day_that_nobody_lives_to_see() {
    for text in every_message() {
        let years = text.split(|letter: char| !letter.is_ascii_digit()).filter(|digits| !digits.is_empty());
        assert!(years.into_iter().all(|digits| digits.len() <= 4) && !text.contains('+'), "{text}");
    }
}
