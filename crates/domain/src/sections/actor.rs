//! Who did something in a section, as events say it: the role in clear, who treats the person guarded.

use serde::{Deserialize, Serialize};

use crate::access::{AccessRefusal, DocumentAuthor, Reader};
use crate::finess::Finess;
use crate::guarded::Guarded;
use crate::ids::{CaregiverId, ServiceId};
use crate::personal::PersonalData;
use crate::rpps::Rpps;

/// A professional, and the structure where they acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Practitioner {
    /// Who.
    pub rpps: Rpps,
    /// Where; nothing for one who works alone.
    pub structure: Option<Finess>,
}

impl PersonalData for Practitioner {
    const KIND: &'static str = "practitioner";
}

impl PersonalData for CaregiverId {
    const KIND: &'static str = "caregiver";
}

impl PersonalData for ServiceId {
    const KIND: &'static str = "service";
}

/// Who acted: the roles that the gate lets enter something into a section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Actor {
    /// The person whose space it is.
    Holder,
    /// Who acts for a minor or a protected adult.
    Representative,
    /// Somebody whom the holder lets help.
    Caregiver {
        /// Which one.
        caregiver: Guarded<CaregiverId>,
    },
    /// A health professional.
    Professional {
        /// Who and where.
        professional: Guarded<Practitioner>,
    },
    /// A catalogue service.
    Service {
        /// Which one.
        service: Guarded<ServiceId>,
    },
}

impl Actor {
    /// The actor that a reader is.
    ///
    /// # Errors
    /// What the gate answers too: the other roles have no part in what a space contains.
    pub(super) fn of(reader: &Reader) -> Result<Self, AccessRefusal> {
        match reader {
            Reader::Holder => Ok(Self::Holder),
            Reader::Representative => Ok(Self::Representative),
            Reader::Caregiver { caregiver } => Ok(Self::Caregiver { caregiver: Guarded::new(*caregiver) }),
            Reader::Professional(professional) => Ok(Self::Professional {
                professional: Guarded::new(Practitioner { rpps: professional.rpps.clone(), structure: professional.structure.clone() }),
            }),
            Reader::Service { service } => Ok(Self::Service { service: Guarded::new(*service) }),
            Reader::Cnam | Reader::Insurer { .. } | Reader::Support { .. } | Reader::Auditor | Reader::Admin => {
                Err(AccessRefusal::RoleNeverReads)
            }
        }
    }

    /// The author that rules compare; nothing while it is sealed.
    pub fn author(&self) -> Option<DocumentAuthor> {
        match self {
            Self::Holder => Some(DocumentAuthor::Holder),
            Self::Representative => Some(DocumentAuthor::Representative),
            Self::Caregiver { caregiver } => caregiver.get().map(|caregiver| DocumentAuthor::Caregiver { caregiver: *caregiver }),
            Self::Professional { professional } => professional
                .get()
                .map(|Practitioner { rpps, structure }| DocumentAuthor::Professional { rpps: rpps.clone(), structure: structure.clone() }),
            Self::Service { service } => service.get().map(|service| DocumentAuthor::Service { service: *service }),
        }
    }

    /// Whether it is the holder, or somebody in the holder's place.
    pub(super) const fn is_of_holder_side(&self) -> bool {
        match self {
            Self::Holder | Self::Representative | Self::Caregiver { .. } => true,
            Self::Professional { .. } | Self::Service { .. } => false,
        }
    }

    /// The role, as events spell it.
    pub const fn role(&self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Representative => "representative",
            Self::Caregiver { .. } => "caregiver",
            Self::Professional { .. } => "professional",
            Self::Service { .. } => "service",
        }
    }

    /// By whom, in French, as it ends a sentence that the holder reads. It names nobody.
    pub(super) const fn by(&self) -> &'static str {
        match self {
            Self::Holder => "par vous",
            Self::Representative => "par votre représentant",
            Self::Caregiver { .. } => "par un aidant",
            Self::Professional { .. } => "par un professionnel de santé",
            Self::Service { .. } => "par un service référencé",
        }
    }
}
