//! Events of the provisional code (*code provisoire*): issued, received, tried in vain.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::paris;
use crate::code::CodeDigest;
use crate::french::{by_channel, counted, date, undelivered};
use crate::ids::MessageId;
use crate::space::life::{Code, Life, Lock, Sending};
use crate::space::refusal::SpaceRefusal;
use crate::space::terms::{Channel, CodePurpose, NotificationFailure, Stage};

use super::names::event_names;

/// What became of a provisional code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
pub enum CodeEvent {
    /// A provisional code was made for one message; the code before it is revoked.
    CodeIssued {
        at: DateTime<Utc>,
        message: MessageId,
        channel: Channel,
        purpose: CodePurpose,
        digest: CodeDigest,
        /// How many wrong codes lock this one.
        wrong_codes_allowed: u8,
        /// From when another may be asked for.
        reissue_from: DateTime<Utc>,
    },
    /// A code reached the person outside a notice that counts (reissued, or opposed meanwhile); no window is moved by it.
    CodeReceived { at: DateTime<Utc>, message: MessageId, received_on: NaiveDate, code_valid_until: NaiveDate },
    /// A code's message failed while no window hung on it (reissued, opposed or opened meanwhile): only the code is missing.
    CodeUndelivered { at: DateTime<Utc>, message: MessageId, channel: Channel, failure: NotificationFailure },
    /// Somebody entered a code that is not the code; `left` more lock it.
    WrongCodeEntered { at: DateTime<Utc>, left: u8 },
    /// Too many wrong codes; a new one must be issued.
    CodeLocked { at: DateTime<Utc> },
}

event_names!(CodeEvent { CodeIssued, CodeReceived, CodeUndelivered, WrongCodeEntered, CodeLocked });

impl CodeEvent {
    /// The stage after this event: a code moves no space.
    pub const fn stage(&self) -> Option<Stage> {
        None
    }

    /// The refusal that this event records: an attempt that failed is an event, and the one who tried must hear of it.
    pub const fn refusal(&self) -> Option<SpaceRefusal> {
        match self {
            Self::WrongCodeEntered { left, .. } => Some(SpaceRefusal::WrongCode { left: *left }),
            Self::CodeLocked { .. } => Some(SpaceRefusal::CodeLocked),
            Self::CodeIssued { .. } | Self::CodeReceived { .. } | Self::CodeUndelivered { .. } => None,
        }
    }

    /// The event, as its holder reads it.
    pub fn sentence(&self) -> String {
        match self {
            Self::CodeIssued { purpose, channel, .. } => issued(*purpose, *channel),
            Self::CodeReceived { received_on, code_valid_until, .. } => {
                let (received, until) = (date(*received_on), date(*code_valid_until));
                format!("Le nouveau code provisoire a été reçu le {received}. Il est valable jusqu’au {until} inclus.")
            }
            Self::CodeUndelivered { channel, failure, .. } => {
                let what = undelivered("qui portait un code provisoire", *channel, *failure);
                format!("{what}. Vous pouvez demander un nouveau code.")
            }
            Self::WrongCodeEntered { left, .. } => {
                format!("Un code inexact a été saisi. Il reste {}.", counted(usize::from(*left), "essai", "essais"))
            }
            Self::CodeLocked { .. } => {
                "Le code provisoire est bloqué après trop d’essais. Vous pouvez demander un nouveau code.".to_owned()
            }
        }
    }

    /// What the event changes.
    pub(crate) fn apply(self, life: &mut Life) {
        let messages = &mut life.messages;
        match self {
            Self::CodeIssued { at, message, channel, purpose, digest, wrong_codes_allowed: attempts_left, reissue_from } => {
                let sending = Sending::new(message, channel, paris::day_of(at));
                messages.issue(Code { sending, purpose, digest, attempts_left, reissue_from, valid_until: None, lock: Lock::Live });
            }
            Self::CodeReceived { message, received_on, code_valid_until, .. } => messages.receive(message, received_on, code_valid_until),
            Self::CodeUndelivered { message, channel, .. } => messages.fail(message, channel),
            Self::WrongCodeEntered { left, .. } => messages.leave_attempts(left),
            Self::CodeLocked { .. } => messages.turn_lock(Lock::Locked),
        }
    }
}

fn issued(purpose: CodePurpose, channel: Channel) -> String {
    match purpose {
        CodePurpose::Notice => format!("Une information, avec un code provisoire, vous est envoyée {}.", by_channel(channel)),
        CodePurpose::Reissue => {
            format!("Un nouveau code provisoire vous est envoyé {}. Le code précédent ne fonctionne plus.", by_channel(channel))
        }
    }
}
