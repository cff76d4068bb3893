//! The state of the prior notice: owed, sent, received, or impossible.
//!
//! not owed --contacts known--> owed --code issued--> sent --received--> received, with the last day of its window
//! owed | sent | received --no contact works--> impossible

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::MessageId;
use crate::space::terms::{Channel, UnreachableReason};

use super::sending::Sending;

/// How far the prior notice has come. Only a received notice has a window.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Notice {
    /// No notice is to be sent for now.
    #[default]
    NotOwed,
    /// One is to be sent, this way.
    Owed(Channel),
    /// It was handed over.
    Sent(Sending),
    /// It was received: the opening may be opposed until the end of `last_day`.
    Received { sending: Sending, last_day: NaiveDate },
    /// The person cannot be told.
    Impossible(UnreachableReason),
}

impl Notice {
    /// The message that carries it, once there is one.
    pub(crate) const fn sending(&self) -> Option<&Sending> {
        match self {
            Self::Sent(sending) | Self::Received { sending, .. } => Some(sending),
            Self::NotOwed | Self::Owed(_) | Self::Impossible(_) => None,
        }
    }

    pub(crate) const fn sending_mut(&mut self) -> Option<&mut Sending> {
        match self {
            Self::Sent(sending) | Self::Received { sending, .. } => Some(sending),
            Self::NotOwed | Self::Owed(_) | Self::Impossible(_) => None,
        }
    }

    /// Whether this message carries it.
    pub(crate) fn is_in(&self, message: MessageId) -> bool {
        self.sending().is_some_and(|sending| sending.message == message)
    }

    /// The end of its window, once it was received.
    pub(crate) const fn last_day(&self) -> Option<NaiveDate> {
        match self {
            Self::Received { last_day, .. } => Some(*last_day),
            Self::NotOwed | Self::Owed(_) | Self::Sent(_) | Self::Impossible(_) => None,
        }
    }

    /// The notice whose window ends on this day; a notice that no message carries cannot be received.
    pub(crate) fn received(self, last_day: NaiveDate) -> Self {
        match self {
            Self::Sent(sending) | Self::Received { sending, .. } => Self::Received { sending, last_day },
            Self::NotOwed | Self::Owed(_) | Self::Impossible(_) => self,
        }
    }
}
