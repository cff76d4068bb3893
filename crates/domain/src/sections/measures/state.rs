//! What is remembered of a measure: whether it still counts. Its value is sealed, and no decision looks at it.

use serde::{Deserialize, Serialize};

use super::events::MeasureEvent;

/// One measure of a person's health; before it is recorded there is nothing to say of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Not recorded yet.
    #[default]
    Absent,
    /// It counts.
    Kept,
    /// The holder took it away.
    Removed,
}

impl Measure {
    /// The measure after one more event.
    pub(super) fn after(&mut self, event: MeasureEvent) {
        *self = match event {
            MeasureEvent::MeasureRecorded { .. } => Self::Kept,
            MeasureEvent::MeasureRemoved { .. } => Self::Removed,
        };
    }
}
