//! The schedule: what persons, mail servers and the carrier will do on the days to come, added when the message that leads to it arrives.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use ens_domain::code::ProvisionalCode;
use ens_domain::ids::GrantId;
use ens_domain::space::terms::OppositionChannel;
use ens_notices::letters::LetterStatus;

use crate::mailboxes::ReceivedMessage;

/// What a person, CNAM or an insurer does on a day.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    /// The insurer found another address.
    DeclareAddress,
    /// The person opposes, with the code where the channel asks for it.
    Oppose(OppositionChannel, ProvisionalCode),
    /// The person changes their mind, at a desk.
    Withdraw,
    /// The person activates the space.
    Activate(ProvisionalCode),
    /// The person enters a wrong code.
    EnterWrongCode(ProvisionalCode),
    /// The person asks for a new code.
    AskForCode,
    /// The addressee says that they do not represent this child.
    DenyRepresentation(ProvisionalCode),
    /// The person's death is recorded.
    Die,
    /// CNAM finds that the space cannot be opened for a technical reason.
    ReportTechnicalBlock,
    /// CNAM has removed that reason.
    MendTechnicalBlock,
    /// The holder grants access to somebody.
    GrantAccess,
    /// The holder grants access to somebody, to revoke it so many days later.
    GrantAccessFor(u64),
    /// The holder revokes it.
    RevokeAccess(GrantId),
    /// The holder blocks a professional.
    BlockProfessional,
    /// The holder closes the space.
    Close,
    /// CNAM suspends the space for fraud.
    SuspendForFraud,
    /// CNAM suspends the space for a malfunction.
    SuspendForMalfunction,
    /// The holder opposes the closing.
    OpposeClosing,
    /// CNAM lifts the suspension.
    LiftSuspension,
}

/// What happens on one day.
#[derive(Debug, Default)]
pub(crate) struct ScheduledDay {
    /// Messages that mail servers send back.
    pub bounces: Vec<ReceivedMessage>,
    /// What the carrier reports.
    pub letters: Vec<(ReceivedMessage, LetterStatus)>,
    /// What persons do, by their number; in order.
    pub actions: Vec<(u64, Action)>,
}

/// Who does what on which day; only days to come are kept.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    days: BTreeMap<NaiveDate, ScheduledDay>,
}

impl Schedule {
    /// A day to come.
    pub(crate) fn on(&mut self, day: NaiveDate) -> &mut ScheduledDay {
        self.days.entry(day).or_default()
    }

    /// Adds what a person will do on a day.
    pub(crate) fn add(&mut self, day: NaiveDate, person: u64, action: Action) {
        self.on(day).actions.push((person, action));
    }

    /// Takes what happens on this day out of the schedule.
    pub(crate) fn take(&mut self, day: NaiveDate) -> ScheduledDay {
        self.days.remove(&day).unwrap_or_default()
    }
}
