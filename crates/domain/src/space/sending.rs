//! What a space remembers of its messages: the notice whose window counts, the code in force, how each message fared.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::code::CodeDigest;
use crate::ids::MessageId;

use super::terms::{Channel, CodePurpose};

/// One message on its way to the person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Sending {
    pub(super) message: MessageId,
    pub(super) channel: Channel,
    /// Nobody can have received it before this day: its code's issue, then its posting.
    pub(super) not_before: NaiveDate,
    pub(super) addressed: Addressed,
    pub(super) fate: Fate,
}

/// Whether the contact it was sent to is still the declared one: a failure at a former one says nothing of today's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Addressed {
    Current,
    Former,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fate {
    Pending,
    Received { on: NaiveDate },
    Failed,
}

/// The last notice, and its window once it was received.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Notice {
    pub(super) sending: Sending,
    pub(super) last_day: Option<NaiveDate>,
}

/// The last code: the one before it is forgotten, and so revoked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Code {
    pub(super) sending: Sending,
    pub(super) purpose: CodePurpose,
    pub(super) digest: CodeDigest,
    pub(super) attempts_left: u8,
    pub(super) reissue_from: DateTime<Utc>,
    /// Unknown until its message was received; it works from the start.
    pub(super) valid_until: Option<NaiveDate>,
    pub(super) lock: Lock,
}

/// Whether a code still opens anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Lock {
    Live,
    Used,
    Locked,
}

impl Sending {
    pub(super) fn is_pending(&self) -> bool {
        self.fate == Fate::Pending
    }
}
