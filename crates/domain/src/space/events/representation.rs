//! Events of the representation: declared, ended, over at eighteen.

use serde::{Deserialize, Serialize};

use crate::identity::Identity;
use crate::ids::RepresentationId;
use crate::party::Party;
use crate::personal::Personal;
use crate::space::terms::RepresentationEnd;
use crate::space::terms::RepresentationKind;
use crate::space::terms::Stage;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::Utc;

use super::names::event_names;

/// Who acts for the holder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
pub enum RepresentationEvent {
    /// Somebody acts for a minor (until `ends_on`, the eighteenth birthday) or a protected adult.
    RepresentationDeclared {
        at: DateTime<Utc>,
        by: Party,
        representation: RepresentationId,
        kind: RepresentationKind,
        representative: Personal<Identity>,
        ends_on: Option<NaiveDate>,
    },
    /// A representation is over.
    RepresentationEnded { at: DateTime<Utc>, representation: RepresentationId, reason: RepresentationEnd },
    /// The holder reached eighteen; every representation of a minor ended with it.
    CameOfAge { at: DateTime<Utc>, on: NaiveDate },
}

event_names!(RepresentationEvent { RepresentationDeclared, RepresentationEnded, CameOfAge });

impl RepresentationEvent {
    /// The stage after this event: none of them moves the space.
    pub const fn stage(&self) -> Option<Stage> {
        None
    }
}
