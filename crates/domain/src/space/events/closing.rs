//! Events of the closing: a death, the archive, its return.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::paris;
use crate::french::{by_party, date};
use crate::party::Party;
use crate::space::life::Life;
use crate::space::terms::{ClosingGround, Stage};

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

    /// The event, as its holder reads it.
    pub fn sentence(&self) -> String {
        match self {
            Self::DeathRecorded { stage, .. } => death(*stage),
            Self::Closed { ground, by, closed_on, archived_until, .. } => closed(*ground, by, *closed_on, *archived_until),
            Self::Reopened { by, .. } => format!("L’espace a été rouvert {}. Son contenu archivé est de retour.", by_party(by)),
        }
    }

    /// What the event changes.
    pub(crate) fn apply(self, life: &mut Life) {
        match self {
            Self::DeathRecorded { .. } => {
                life.died = true;
                life.phase.end_by_death();
            }
            Self::Closed { at, closed_on, archived_until, .. } => {
                life.phase.close(closed_on, archived_until);
                // A reopening brings the archive back, and nobody who helped: their places may be others' by then.
                life.directory.end_delegations().for_each(|caregiver| life.caregivers.change(caregiver, at));
            }
            Self::Reopened { at, .. } => life.phase.return_to_service(paris::day_of(at)),
        }
    }
}

/// The day of the death is nobody's to read here.
fn death(stage: Stage) -> String {
    let end = if stage == Stage::Ended { " L’espace de santé ne sera pas ouvert." } else { "" };
    format!("Le décès du titulaire a été enregistré.{end}")
}

fn closed(ground: ClosingGround, by: &Party, closed_on: NaiveDate, archived_until: NaiveDate) -> String {
    let why = match ground {
        ClosingGround::Request => by_party(by),
        ClosingGround::Death => "à la suite du décès du titulaire".to_owned(),
        ClosingGround::Suspension => "après une suspension sans opposition à la clôture".to_owned(),
    };
    format!(
        "L’espace de santé a été clôturé le {}, {why}. Son contenu est archivé jusqu’au {} inclus.",
        date(closed_on),
        date(archived_until)
    )
}
