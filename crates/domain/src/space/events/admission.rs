//! Events of the admission: who gets a space, and what CNAM and the insurer then say of the person.

use serde::{Deserialize, Serialize};

use super::person::Admission;
use super::person::Contacts;
use crate::ids::SpaceId;
use crate::ins::Ins;
use crate::party::Party;
use crate::personal::Personal;
use crate::space::terms::Channel;
use crate::space::terms::Stage;
use chrono::DateTime;
use chrono::Utc;

use super::names::event_names;

/// A person was named, or what is known of them changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
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
}
