//! Events of the suspension by CNAM: begun, opposed, lifted.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::paris;
use crate::french::{by_party, date};
use crate::party::Party;
use crate::space::life::Life;
use crate::space::terms::{Stage, SuspensionGround};

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

    /// The event, as its holder reads it.
    pub fn sentence(&self) -> String {
        match self {
            Self::Suspended { ground, informed_on, last_day, .. } => suspended(*ground, *informed_on, *last_day),
            Self::ClosingOpposed { by, .. } => {
                format!("Une opposition à la clôture a été enregistrée {}. L’espace est rétabli.", by_party(by))
            }
            Self::SuspensionLifted { .. } => "La suspension a été levée. L’espace est rétabli.".to_owned(),
        }
    }

    /// What the event changes.
    pub(crate) fn apply(self, life: &mut Life) {
        match self {
            Self::Suspended { informed_on, last_day, .. } => life.phase.suspend(informed_on, last_day),
            Self::ClosingOpposed { at, .. } | Self::SuspensionLifted { at, .. } => life.phase.return_to_service(paris::day_of(at)),
        }
    }
}

fn suspended(ground: SuspensionGround, informed_on: NaiveDate, last_day: NaiveDate) -> String {
    let why = match ground {
        SuspensionGround::Fraud => "un usage frauduleux",
        SuspensionGround::Malfunction => "un dysfonctionnement grave",
    };
    format!(
        "L’Assurance maladie a suspendu votre espace de santé pour {why}. L’information date du {}. Vous pouvez vous opposer à la clôture jusqu’au {} inclus.",
        date(informed_on),
        date(last_day)
    )
}
