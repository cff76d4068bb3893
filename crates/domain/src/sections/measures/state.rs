//! What is remembered of a measure: whether it still counts, and who recorded it. Its value is sealed, and no decision looks at it.

use serde::{Deserialize, Serialize};

use crate::sections::actor::Actor;

use super::events::MeasureEvent;

/// One measure of a person's health; before it is recorded there is nothing to say of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Not recorded yet.
    #[default]
    Absent,
    /// It counts.
    Kept {
        /// Who recorded it.
        by: Actor,
    },
    /// It was taken away.
    Removed,
}

impl Measure {
    /// The measure after one more event.
    pub(super) fn after(&mut self, event: MeasureEvent) {
        *self = match event {
            MeasureEvent::MeasureRecorded { by, .. } => Self::Kept { by },
            MeasureEvent::MeasureRemoved { .. } => Self::Removed,
        };
    }
}
