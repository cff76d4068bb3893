//! The days to come: what each person will do, filled in when the message that leads to it arrives.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use ens_domain::code::ProvisionalCode;
use ens_domain::ids::GrantId;
use ens_domain::space::terms::OppositionChannel;

use super::outside::Arrived;

/// What a person, CNAM or an insurer does on a day.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// The insurer found another address.
    DeclareAddress,
    /// The person opposes; the code is shown where the channel asks for it.
    Oppose(OppositionChannel, ProvisionalCode),
    /// The person changes their mind, at a desk.
    Withdraw,
    /// The person signs up.
    SignUp(ProvisionalCode),
    /// The person mistypes the code.
    Mistype(ProvisionalCode),
    /// The person asks for a new code.
    AskForCode,
    /// The addressee says that they do not represent this child.
    Deny(ProvisionalCode),
    /// The person's death is recorded.
    Die,
    /// CNAM finds that the space cannot be opened.
    Break,
    /// CNAM has mended it.
    Mend,
    /// The holder lets somebody in.
    Grant,
    /// The holder lets somebody in, to take it back so many days later.
    GrantFor(u64),
    /// The holder takes it back.
    Revoke(GrantId),
    /// The holder blocks a professional.
    Block,
    /// The holder closes the space.
    Close,
    /// CNAM suspends the space for fraud.
    SuspendForFraud,
    /// CNAM suspends the space for a malfunction.
    SuspendForMalfunction,
    /// The holder opposes the closing.
    OpposeClosing,
    /// CNAM lifts the suspension.
    Lift,
}

/// What a carrier says of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carried {
    /// It was posted.
    Posted,
    /// Its delivery was recorded.
    Delivered,
    /// It came back.
    Returned,
}

impl Carried {
    /// The word in the carrier's report.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Posted => "posted",
            Self::Delivered => "delivered",
            Self::Returned => "returned",
        }
    }
}

/// What a day brings.
#[derive(Debug, Default)]
pub(super) struct Day {
    /// Messages that mail servers send back.
    pub bounces: Vec<Arrived>,
    /// What the carrier reports.
    pub letters: Vec<(Arrived, Carried)>,
    /// What persons do, by their number; in order.
    pub acts: Vec<(u64, Act)>,
}

/// Who does what on which day; only days to come are kept.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    days: BTreeMap<NaiveDate, Day>,
}

impl Agenda {
    /// A day to come.
    pub(super) fn on(&mut self, day: NaiveDate) -> &mut Day {
        self.days.entry(day).or_default()
    }

    /// Notes what a person will do on a day.
    pub(super) fn note(&mut self, day: NaiveDate, person: u64, act: Act) {
        self.on(day).acts.push((person, act));
    }

    /// What this day brings; it is over then.
    pub(super) fn take(&mut self, day: NaiveDate) -> Day {
        self.days.remove(&day).unwrap_or_default()
    }
}
