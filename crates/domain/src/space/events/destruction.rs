//! Events of the destruction of an archive, and of the new space after it.

use serde::{Deserialize, Serialize};

use super::person::Admission;
use crate::party::Party;
use crate::space::terms::DestructionGround;
use crate::space::terms::Stage;
use crate::stream::KeyEffect;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;

use super::names::event_names;

/// The archive is to be destroyed, was destroyed, or a new space took its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
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
}
