//! Events of the prior notice (*information préalable*): received, failed, or impossible.

use serde::{Deserialize, Serialize};

use crate::ids::MessageId;
use crate::space::terms::Channel;
use crate::space::terms::NotificationFailure;
use crate::space::terms::Stage;
use crate::space::terms::UnreachableReason;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;

use super::names::event_names;

/// What became of the prior notice, from whose receipt the window runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
pub enum NoticeEvent {
    /// The notice left by e-mail and was accepted; the window runs from `received_on`.
    NotifiedByEmail { at: DateTime<Utc>, message: MessageId, received_on: NaiveDate, last_day: NaiveDate, code_valid_until: NaiveDate },
    /// The notice left by post; the window runs from `received_on`, presumed from the posting.
    NotifiedByPost {
        at: DateTime<Utc>,
        message: MessageId,
        posted_on: NaiveDate,
        received_on: NaiveDate,
        last_day: NaiveDate,
        code_valid_until: NaiveDate,
    },
    /// The carrier recorded the letter's delivery; the window runs from that day instead of the presumed one.
    DeliveryRecorded { at: DateTime<Utc>, message: MessageId, delivered_on: NaiveDate, last_day: NaiveDate, code_valid_until: NaiveDate },
    /// A sending failed and informed nobody: its window is void; `retry_by` is how the next notice goes, now.
    NotificationFailed {
        at: DateTime<Utc>,
        message: MessageId,
        channel: Channel,
        failure: NotificationFailure,
        retry_by: Option<Channel>,
        /// Where the space now is: created (a notice is owed), unreachable, or still blocked.
        stage: Stage,
    },
    /// No means of telling the person is left: the space waits, and never opens by itself.
    FoundUnreachable { at: DateTime<Utc>, reason: UnreachableReason },
}

event_names!(NoticeEvent { NotifiedByEmail, NotifiedByPost, DeliveryRecorded, NotificationFailed, FoundUnreachable });

impl NoticeEvent {
    /// The stage after this event; nothing where it leaves the space where it is.
    pub const fn stage(&self) -> Option<Stage> {
        match self {
            Self::NotifiedByEmail { .. } => Some(Stage::Notified),
            Self::NotifiedByPost { .. } => Some(Stage::Notified),
            Self::NotificationFailed { stage, .. } => Some(*stage),
            Self::FoundUnreachable { .. } => Some(Stage::Unreachable),
            Self::DeliveryRecorded { .. } => None,
        }
    }
}
