//! The stored contract of a measure: its events.

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::access::Ground;
use crate::personal::Personal;
use crate::sections::actor::Actor;
use crate::space::events::event_names;
use crate::stream::NamedEvent;

use super::measure_type::MeasureType;
use super::reading::Reading;

/// One event of a measure. Every one says when (`at`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
pub enum MeasureEvent {
    /// A value that was measured at `taken_at` was recorded.
    MeasureRecorded {
        at: DateTime<Utc>,
        by: Actor,
        ground: Ground,
        measure: MeasureType,
        taken_at: DateTime<Utc>,
        value: Personal<Reading>,
    },
    /// It was taken away again.
    MeasureRemoved { at: DateTime<Utc>, by: Actor, ground: Ground },
}

event_names!(MeasureEvent { MeasureRecorded, MeasureRemoved });

impl MeasureEvent {
    /// The event, as the holder reads it; which measure it was is not said, for others read the history of a space too.
    pub fn sentence(&self) -> String {
        match self {
            Self::MeasureRecorded { by, .. } => format!("Une mesure de santé a été enregistrée {}.", by.by()),
            Self::MeasureRemoved { by, .. } => format!("Une mesure de santé a été supprimée {}.", by.by()),
        }
    }
}

impl DomainEvent for MeasureEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}
