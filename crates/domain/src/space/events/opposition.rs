//! Events of the opposition: recorded with its receipt, withdrawn.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::paris;
use crate::french::{NO_BREAK_SPACE, by_party, by_way, date};
use crate::party::Party;
use crate::space::life::{Life, Lock, Opposition};
use crate::space::receipt::Receipt;
use crate::space::terms::{OppositionChannel, Stage};

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

    /// The event, as its holder reads it.
    pub fn sentence(&self) -> String {
        match self {
            Self::Opposed { by, via, receipt, .. } => {
                let (way, party, day) = (by_way(*via), by_party(by), date(receipt.on));
                let number = &receipt.number;
                format!("Une opposition à l’ouverture a été enregistrée {way}, {party}. Récépissé n°{NO_BREAK_SPACE}{number} du {day}.")
            }
            Self::OppositionWithdrawn { by, via, .. } => format!("L’opposition a été retirée {}, {}.", by_way(*via), by_party(by)),
        }
    }

    /// What the event changes. A code works once; an identity proved to an agent spends none.
    pub(crate) fn apply(self, life: &mut Life) {
        let (opposition, via) = match self {
            Self::Opposed { via, receipt, .. } => {
                life.opposed.begin(receipt.on);
                (Opposition::Stands { since: receipt.on }, via)
            }
            Self::OppositionWithdrawn { at, via, .. } => {
                life.opposed.end(paris::day_of(at));
                (Opposition::Withdrawn, via)
            }
        };
        life.phase.preparation_mut().into_iter().for_each(|preparation| preparation.opposition = opposition);
        match via {
            OppositionChannel::Web | OppositionChannel::Phone => life.messages.turn_lock(Lock::Used),
            OppositionChannel::Desk | OppositionChannel::Letter => {}
        }
    }
}
