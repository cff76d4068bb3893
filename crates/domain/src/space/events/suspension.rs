//! Events of the suspension by CNAM: begun, opposed, lifted.

use serde::{Deserialize, Serialize};

use crate::party::Party;
use crate::space::terms::Stage;
use crate::space::terms::SuspensionGround;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;

use super::names::event_names;

/// CNAM stopped the access, or gave it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
pub enum SuspensionEvent {
    /// CNAM suspended the space and told the person, who may oppose the closing until the end of `last_day` (article R. 1111-36).
    Suspended { at: DateTime<Utc>, ground: SuspensionGround, informed_on: NaiveDate, last_day: NaiveDate },
    /// The person opposed the closing of the suspended space: it is back in `stage`.
    ClosingOpposed { at: DateTime<Utc>, by: Party, stage: Stage },
    /// CNAM mended what made it suspend: the space is back in `stage`.
    SuspensionLifted { at: DateTime<Utc>, stage: Stage },
}

event_names!(SuspensionEvent { Suspended, ClosingOpposed, SuspensionLifted });

impl SuspensionEvent {
    /// The stage after this event; nothing where it leaves the space where it is.
    pub const fn stage(&self) -> Option<Stage> {
        match self {
            Self::Suspended { .. } => Some(Stage::Suspended),
            Self::ClosingOpposed { stage, .. } => Some(*stage),
            Self::SuspensionLifted { stage, .. } => Some(*stage),
        }
    }
}
