//! What is remembered of a consultation: how it last ended, so that the same access is not traced twice in a minute.

use serde::{Deserialize, Serialize};

use crate::access::{AccessRefusal, Ground};

use super::events::ConsultationEvent;

/// One access of one reader to one thing; before it was asked for there is nothing to say of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consultation {
    /// Not asked for yet.
    #[default]
    Absent,
    /// Last permitted on this ground.
    Permitted(Ground),
    /// Last refused for this reason.
    Refused(AccessRefusal),
}

impl Consultation {
    /// The consultation after one more event, which says all.
    pub(super) fn after(&mut self, event: ConsultationEvent) {
        *self = match event {
            ConsultationEvent::AccessMade { ground, .. } => Self::Permitted(ground),
            ConsultationEvent::AccessRefused { because, .. } => Self::Refused(because),
        };
    }
}
