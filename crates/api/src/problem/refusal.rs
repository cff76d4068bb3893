//! What each refusal of a space's rules becomes for a client: its kind, and the facts that mend it.

use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::space::SpaceRefusal;
use serde::Serialize;
use serde_json::Value;

use super::{Kind, Problem};

impl From<SpaceRefusal> for Problem {
    fn from(refusal: SpaceRefusal) -> Self {
        let problem = Self::new(Kind::of_refusal(&refusal)).detail(refusal.to_string());
        with_facts(problem, &refusal)
    }
}

fn with_facts(problem: Problem, refusal: &SpaceRefusal) -> Problem {
    use SpaceRefusal as Rule;
    match refusal {
        Rule::WrongCode { left } => problem.member("left", *left),
        Rule::CodeExpired { valid_until } => day(problem, "valid_until", *valid_until),
        Rule::SpaceClosed { closed_on } => day(problem, "closed_on", *closed_on),
        Rule::SpaceSuspended { last_day } | Rule::WindowRunning { last_day } | Rule::ClosingWindowRunning { last_day } => {
            day(problem, "last_day", *last_day)
        }
        Rule::AlreadyOpen { opened_on } => day(problem, "opened_on", *opened_on),
        Rule::NotOpen { stage }
        | Rule::NoNoticeOwed { stage }
        | Rule::NotSuspended { stage }
        | Rule::NotClosed { stage }
        | Rule::NotDestroyed { stage } => word(problem, "stage", stage),
        Rule::OppositionStands { since } => day(problem, "since", *since),
        Rule::OpeningBlocked { reason } => word(problem, "reason", reason),
        Rule::Unreachable { reason } => word(problem, "reason", reason),
        Rule::ReissueTooSoon { from } => instant(problem, *from),
        Rule::WrongChannel { channel } => word(problem, "channel", channel),
        Rule::ImpossibleDay { earliest, latest, .. } => day(known_day(problem, "earliest", *earliest), "latest", *latest),
        Rule::NotYetOfAge { on } => day(problem, "on", *on),
        Rule::GrantAlreadyOver { until } => day(problem, "until", *until),
        Rule::GrantStillRuns { until } => known_day(problem, "until", *until),
        Rule::DestructionPending { destroy_on } => day(problem, "destroy_on", *destroy_on),
        Rule::ArchiveOver { archived_until } => day(problem, "archived_until", *archived_until),
        Rule::DestructionNotDue { due_on } => known_day(problem, "due_on", *due_on),
        Rule::NoSuchSpace
        | Rule::PartyNotAllowed { .. }
        | Rule::NotARepresentative
        | Rule::CodeNeeded { .. }
        | Rule::IdentityNeeded { .. }
        | Rule::NoCode
        | Rule::CodeUsed
        | Rule::CodeLocked
        | Rule::Deceased
        | Rule::SpaceDestroyed
        | Rule::AlreadyActive
        | Rule::NotOpposed
        | Rule::NotNotified
        | Rule::NoticeUnderWay { .. }
        | Rule::NoContact
        | Rule::LetterNotPosted
        | Rule::NotAMinor
        | Rule::NoSuchRepresentation
        | Rule::NoSuchGrant
        | Rule::GrantIdTaken
        | Rule::EmptyScope
        | Rule::ProfessionalIsBlocked => problem,
    }
}

fn day(problem: Problem, name: &str, day: NaiveDate) -> Problem {
    problem.member(name, day.to_string())
}

/// A day that may be unknown; then the problem says nothing of it.
fn known_day(problem: Problem, name: &str, known: Option<NaiveDate>) -> Problem {
    match known {
        Some(known) => day(problem, name, known),
        None => problem,
    }
}

fn instant(problem: Problem, from: DateTime<Utc>) -> Problem {
    problem.member("from", from.to_rfc3339()).retry_at(from)
}

/// A term of the trade, as it is spelled everywhere else in the API.
fn word(problem: Problem, name: &str, term: &impl Serialize) -> Problem {
    let word = serde_json::to_value(term).unwrap_or(Value::Null);
    problem.member(name, word)
}

impl Kind {
    /// The kind that stands for this refusal.
    pub(super) const fn of_refusal(refusal: &SpaceRefusal) -> Self {
        use SpaceRefusal as Rule;
        match refusal {
            Rule::NoSuchSpace => Self::NotFound,
            Rule::PartyNotAllowed { .. } => Self::PartyNotAllowed,
            Rule::NotARepresentative => Self::NotARepresentative,
            Rule::CodeNeeded { .. } => Self::CodeNeeded,
            Rule::IdentityNeeded { .. } => Self::IdentityNeeded,
            Rule::NoCode => Self::NoCode,
            Rule::CodeUsed => Self::CodeUsed,
            Rule::CodeLocked => Self::CodeLocked,
            Rule::CodeExpired { .. } => Self::CodeExpired,
            Rule::WrongCode { .. } => Self::WrongCode,
            Rule::Deceased => Self::Deceased,
            Rule::SpaceDestroyed => Self::SpaceDestroyed,
            Rule::SpaceClosed { .. } => Self::SpaceClosed,
            Rule::SpaceSuspended { .. } => Self::SpaceSuspended,
            Rule::AlreadyOpen { .. } => Self::AlreadyOpen,
            Rule::NotOpen { .. } => Self::NotOpen,
            Rule::AlreadyActive => Self::AlreadyActive,
            Rule::OppositionStands { .. } => Self::OppositionStands,
            Rule::NotOpposed => Self::NotOpposed,
            Rule::OpeningBlocked { .. } => Self::OpeningBlocked,
            Rule::Unreachable { .. } => Self::Unreachable,
            Rule::NotNotified => Self::NotNotified,
            Rule::WindowRunning { .. } => Self::WindowRunning,
            Rule::NoticeUnderWay { .. } => Self::NoticeUnderWay,
            Rule::NoNoticeOwed { .. } => Self::NoNoticeOwed,
            Rule::NoContact => Self::NoContact,
            Rule::ReissueTooSoon { .. } => Self::ReissueTooSoon,
            Rule::WrongChannel { .. } => Self::WrongChannel,
            Rule::LetterNotPosted => Self::LetterNotPosted,
            Rule::ImpossibleDay { .. } => Self::ImpossibleDay,
            Rule::NotAMinor => Self::NotAMinor,
            Rule::NotYetOfAge { .. } => Self::NotYetOfAge,
            Rule::NoSuchRepresentation => Self::NoSuchRepresentation,
            Rule::NoSuchGrant => Self::NoSuchGrant,
            Rule::GrantIdTaken => Self::GrantIdTaken,
            Rule::EmptyScope => Self::EmptyScope,
            Rule::GrantAlreadyOver { .. } => Self::GrantAlreadyOver,
            Rule::GrantStillRuns { .. } => Self::GrantStillRuns,
            Rule::ProfessionalIsBlocked => Self::ProfessionalIsBlocked,
            Rule::NotSuspended { .. } => Self::NotSuspended,
            Rule::ClosingWindowRunning { .. } => Self::ClosingWindowRunning,
            Rule::NotClosed { .. } => Self::NotClosed,
            Rule::DestructionPending { .. } => Self::DestructionPending,
            Rule::ArchiveOver { .. } => Self::ArchiveOver,
            Rule::DestructionNotDue { .. } => Self::DestructionNotDue,
            Rule::NotDestroyed { .. } => Self::NotDestroyed,
        }
    }
}
