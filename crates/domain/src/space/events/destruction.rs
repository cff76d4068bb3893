//! Events of the destruction of an archive, and of the new space after it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::paris;
use crate::french::{by_party, date};
use crate::party::Party;
use crate::space::life::{Life, Opening, Phase};
use crate::space::person::Admission;
use crate::space::terms::{DestructionGround, Stage};
use crate::stream::KeyEffect;

use super::names::event_names;

/// The archive is to be destroyed, was destroyed, or a new space took its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
#[expect(clippy::large_enum_variant, reason = "a renewal is rare, and an event lives for a decision or a fold")]
pub enum DestructionEvent {
    /// The holder expressly asked for the archive to be destroyed, on `destroy_on` (article R. 1111-36).
    DestructionRequested { at: DateTime<Utc>, by: Party, destroy_on: NaiveDate },
    /// That request was taken back while pending.
    DestructionCancelled { at: DateTime<Utc>, by: Party },
    /// The content is gone for everybody: the space's key was destroyed with this event.
    Destroyed { at: DateTime<Utc>, ground: DestructionGround },
    /// A new, empty space was asked for after the destruction; it is open under the same id and a new key.
    SpaceRenewed { at: DateTime<Utc>, by: Party, admission: Admission },
}

event_names!(DestructionEvent { DestructionRequested, DestructionCancelled, Destroyed, SpaceRenewed });

impl DestructionEvent {
    /// The stage after this event; nothing where it leaves the space where it is.
    pub const fn stage(&self) -> Option<Stage> {
        match self {
            Self::Destroyed { .. } => Some(Stage::Destroyed),
            Self::SpaceRenewed { .. } => Some(Stage::Open),
            Self::DestructionRequested { .. } | Self::DestructionCancelled { .. } => None,
        }
    }

    /// What this event does to the key under which the space's personal data is sealed.
    pub const fn key_effect(&self) -> KeyEffect {
        match self {
            Self::Destroyed { .. } => KeyEffect::Destroy,
            Self::SpaceRenewed { .. } => KeyEffect::Renew,
            Self::DestructionRequested { .. } | Self::DestructionCancelled { .. } => KeyEffect::Keep,
        }
    }

    /// The event, as its holder reads it.
    pub fn sentence(&self) -> String {
        match self {
            Self::DestructionRequested { by, destroy_on, .. } => {
                format!("La destruction du contenu archivé a été demandée {}. Elle aura lieu le {}.", by_party(by), date(*destroy_on))
            }
            Self::DestructionCancelled { by, .. } => format!("La demande de destruction a été annulée {}.", by_party(by)),
            Self::Destroyed { ground, .. } => destroyed(*ground),
            Self::SpaceRenewed { by, .. } => format!("Un nouvel espace de santé, vide, a été ouvert {}.", by_party(by)),
        }
    }

    /// What the event changes.
    pub(crate) fn apply(self, life: &mut Life) {
        match self {
            Self::DestructionRequested { destroy_on, .. } => life.phase.schedule_destruction(Some(destroy_on)),
            Self::DestructionCancelled { .. } => life.phase.schedule_destruction(None),
            Self::Destroyed { .. } => life.forget(),
            Self::SpaceRenewed { at, admission, .. } => {
                let opening = Opening { opened_on: paris::day_of(at), activated: false };
                let (opposed, legacy_record) = (std::mem::take(&mut life.opposed), life.legacy_record);
                *life = Life { opposed, legacy_record, ..Life::begun(life.id, Phase::InService(opening), admission) };
            }
        }
    }
}

fn destroyed(ground: DestructionGround) -> String {
    let why = match ground {
        DestructionGround::Request => "comme demandé",
        DestructionGround::ArchiveOver => "la durée d’archivage étant écoulée",
    };
    format!("Le contenu de l’espace a été détruit, {why}. Plus personne ne peut le lire.")
}
