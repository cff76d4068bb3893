//! Events of the provisional code (*code provisoire*): issued, received, tried in vain.

use serde::{Deserialize, Serialize};

use crate::code::CodeDigest;
use crate::ids::MessageId;
use crate::space::refusal::SpaceRefusal;
use crate::space::terms::Channel;
use crate::space::terms::CodePurpose;
use crate::space::terms::NotificationFailure;
use crate::space::terms::Stage;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;

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
}
