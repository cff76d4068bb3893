//! One message to the person: how it goes, and whether it was received or failed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::MessageId;
use crate::space::terms::Channel;

/// A message that was handed over to be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sending {
    pub(crate) message: MessageId,
    pub(crate) channel: Channel,
    /// Nobody can have received it before this day: the day its code was issued, then the day of its posting.
    pub(crate) not_before: NaiveDate,
    pub(crate) addressed: Addressed,
    pub(crate) delivery: Delivery,
}

/// Whether the contact it was sent to is still the declared one. A failure at a former contact says nothing of the present one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Addressed {
    Current,
    Former,
}

/// Whether the message was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Delivery {
    Pending,
    Received { on: NaiveDate },
    Failed,
}

impl Sending {
    /// A message that leaves now, to the contact declared today.
    pub(crate) const fn new(message: MessageId, channel: Channel, not_before: NaiveDate) -> Self {
        Self { message, channel, not_before, addressed: Addressed::Current, delivery: Delivery::Pending }
    }

    /// Whether nobody has said yet what became of it.
    pub(crate) fn is_pending(&self) -> bool {
        self.delivery == Delivery::Pending
    }
}
