//! The stored contract of a consultation: its events, which are the traces of accesses.

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::access::{AccessRefusal, Action, Ground, Purpose, Reader};
use crate::guarded::Guarded;
use crate::personal::{Personal, PersonalData};
use crate::space::events::event_names;
use crate::stream::NamedEvent;

use super::subject::{StatedReason, Subject};

/// Who reads says who treats the person.
impl PersonalData for Reader {
    const KIND: &'static str = "reader";
}

/// One access, or one attempt. It says when, by whom, to do what, what for, and by which version of the access matrix it was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
pub enum ConsultationEvent {
    /// The access was permitted, on this ground; what was read left after this was written.
    AccessMade {
        at: DateTime<Utc>,
        by: Guarded<Reader>,
        action: Action,
        subject: Subject,
        purpose: Purpose,
        /// What a professional stated in an emergency.
        reason: Option<Personal<StatedReason>>,
        ground: Ground,
        matrix: String,
    },
    /// The access was refused, for this reason; nothing was read.
    AccessRefused {
        at: DateTime<Utc>,
        by: Guarded<Reader>,
        action: Action,
        subject: Subject,
        purpose: Purpose,
        /// What a professional stated in an emergency.
        reason: Option<Personal<StatedReason>>,
        because: AccessRefusal,
        matrix: String,
    },
}

event_names!(ConsultationEvent { AccessMade, AccessRefused });

impl ConsultationEvent {
    /// The event, as the holder reads it; who it was stands beside it, for those who may know.
    pub fn sentence(&self) -> String {
        let section = self.subject().section().map_or("vie de l’espace", crate::french::section);
        match self {
            Self::AccessMade { ground, .. } => format!("Un accès a eu lieu\u{a0}: {section}. {}", ground.sentence()),
            Self::AccessRefused { because, .. } => format!("Un accès a été refusé\u{a0}: {section}. {}", because.sentence()),
        }
    }

    /// What was consulted.
    pub const fn subject(&self) -> Subject {
        match self {
            Self::AccessMade { subject, .. } | Self::AccessRefused { subject, .. } => *subject,
        }
    }

    /// The reason of the refusal that the event records, which whoever asked must hear although something was written.
    pub const fn because(&self) -> Option<AccessRefusal> {
        match self {
            Self::AccessMade { .. } => None,
            Self::AccessRefused { because, .. } => Some(*because),
        }
    }
}

impl DomainEvent for ConsultationEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}
