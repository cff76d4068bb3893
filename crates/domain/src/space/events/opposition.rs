//! Events of the opposition: recorded with its receipt, withdrawn.

use serde::{Deserialize, Serialize};

use crate::party::Party;
use crate::space::receipt::Receipt;
use crate::space::terms::OppositionChannel;
use crate::space::terms::Stage;
use chrono::DateTime;
use chrono::Utc;

use super::names::event_names;

/// The opening was opposed, or the opposition was withdrawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
pub enum OppositionEvent {
    /// The opening was opposed, before it had happened.
    Opposed { at: DateTime<Utc>, by: Party, via: OppositionChannel, receipt: Receipt },
    /// The person changed their mind; the opening follows at once, in the same decision, unless a block stands.
    OppositionWithdrawn { at: DateTime<Utc>, by: Party, via: OppositionChannel },
}

event_names!(OppositionEvent { Opposed, OppositionWithdrawn });

impl OppositionEvent {
    /// The stage after this event; nothing where it leaves the space where it is.
    pub const fn stage(&self) -> Option<Stage> {
        match self {
            Self::Opposed { .. } => Some(Stage::Opposed),
            // The opening, or the block that still stands, follows in the same decision and says the stage.
            Self::OppositionWithdrawn { .. } => None,
        }
    }
}
