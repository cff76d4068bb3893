//! Events of the admission: who gets a space, and what CNAM and the insurer then say of the person.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::french::{by_party, to_be_told};
use crate::ids::SpaceId;
use crate::ins::Ins;
use crate::party::Party;
use crate::personal::Personal;
use crate::space::life::{Life, Messages, Phase, Preparation};
use crate::space::person::{Admission, Contacts};
use crate::space::terms::{Channel, Stage};

use super::names::event_names;

/// A person was named, or what is known of them changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
#[expect(clippy::large_enum_variant, reason = "most admissions are creations")]
pub enum AdmissionEvent {
    /// CNAM named an eligible person; `notice_by` is how the first notice will go (article R. 1111-28).
    SpaceCreated { at: DateTime<Utc>, space: SpaceId, by: Party, admission: Admission, notice_by: Option<Channel> },
    /// The insurer declared where the person can be reached; `notice_by` where that lets a waiting notice go.
    ContactsDeclared { at: DateTime<Utc>, by: Party, contacts: Contacts, notice_by: Option<Channel> },
    /// The INS was replaced by the national identity service; the space keeps its id.
    InsReplaced { at: DateTime<Utc>, by: Party, ins: Personal<Ins> },
}

event_names!(AdmissionEvent { SpaceCreated, ContactsDeclared, InsReplaced });

impl AdmissionEvent {
    /// The stage after this event; nothing where it leaves the space where it is.
    pub const fn stage(&self) -> Option<Stage> {
        match self {
            Self::SpaceCreated { .. } => Some(Stage::Created),
            Self::ContactsDeclared { notice_by: Some(_), .. } => Some(Stage::Created),
            Self::ContactsDeclared { notice_by: None, .. } => None,
            Self::InsReplaced { .. } => None,
        }
    }

    /// The event, as its holder reads it.
    pub fn sentence(&self) -> String {
        match self {
            Self::SpaceCreated { notice_by, .. } => {
                format!("L’Assurance maladie prépare l’ouverture de votre espace de santé.{}", to_be_told(*notice_by))
            }
            Self::ContactsDeclared { by, .. } => format!("Vos coordonnées ont été mises à jour {}.", by_party(by)),
            Self::InsReplaced { .. } => "Votre identité nationale de santé (INS) a été remplacée.".to_owned(),
        }
    }

    /// The space that the event begins; only a creation begins one.
    pub(crate) fn begin(self) -> Option<Life> {
        match self {
            Self::SpaceCreated { space, admission, notice_by, .. } => {
                let phase = Phase::Before(Preparation::default());
                Some(Life { messages: Messages::owing(notice_by), ..Life::begun(space, phase, admission) })
            }
            Self::ContactsDeclared { .. } | Self::InsReplaced { .. } => None,
        }
    }

    /// What the event changes.
    pub(crate) fn apply(self, life: &mut Life) {
        match self {
            // It begins a life, and is decided once.
            Self::SpaceCreated { .. } => {}
            Self::ContactsDeclared { contacts, notice_by, .. } => {
                life.messages.readdress();
                life.messages.owe_notice(notice_by);
                if let Some(admission) = &mut life.admission {
                    admission.contacts = contacts;
                }
            }
            Self::InsReplaced { ins, .. } => {
                if let Some(admission) = &mut life.admission {
                    admission.ins = ins;
                }
            }
        }
    }
}
