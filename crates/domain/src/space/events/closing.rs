//! Events of the closing: a death, the archive, its return.

use serde::{Deserialize, Serialize};

use crate::party::Party;
use crate::space::terms::ClosingGround;
use crate::space::terms::Stage;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;

use super::names::event_names;

/// The space was closed or came back, or its holder died.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
pub enum ClosingEvent {
    /// The person died; before an opening, the process ends here.
    DeathRecorded { at: DateTime<Utc>, by: Party, died_on: NaiveDate, stage: Stage },
    /// The space was closed; its content is archived until the end of `archived_until` (article R. 1111-36).
    Closed { at: DateTime<Utc>, by: Party, ground: ClosingGround, closed_on: NaiveDate, archived_until: NaiveDate },
    /// The archive came back, and the space is in `stage` again.
    Reopened { at: DateTime<Utc>, by: Party, stage: Stage },
}

event_names!(ClosingEvent { DeathRecorded, Closed, Reopened });

impl ClosingEvent {
    /// The stage after this event; nothing where it leaves the space where it is.
    pub const fn stage(&self) -> Option<Stage> {
        match self {
            Self::DeathRecorded { stage, .. } => Some(*stage),
            Self::Closed { .. } => Some(Stage::Closed),
            Self::Reopened { stage, .. } => Some(*stage),
        }
    }
}
