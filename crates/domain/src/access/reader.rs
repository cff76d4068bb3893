//! Who asks for access to a space, in which role; a professional with profession, structure and mode.

use serde::{Deserialize, Serialize};

use crate::finess::Finess;
use crate::ids::{CaregiverId, ServiceId};
use crate::organism::{AgentId, InsurerCode};
use crate::rpps::Rpps;

use super::profession::Profession;
use super::purpose::Purpose;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Reader {
    /// The person whose space it is.
    Holder,
    /// Who acts for a minor or a protected adult.
    Representative,
    /// A relative whom the holder lets act for them in part (*aidant*).
    Caregiver {
        /// Which one.
        caregiver: CaregiverId,
    },
    /// A health professional.
    Professional(Professional),
    /// A service of the national catalogue.
    Service {
        /// Which one.
        service: ServiceId,
    },
    /// The national insurer.
    Cnam,
    /// The person's own insurer.
    Insurer {
        /// Which fund.
        insurer: InsurerCode,
    },
    /// An agent of the phone line or of a desk.
    Support {
        /// Which agent.
        agent: AgentId,
    },
    /// Who replays and verifies the log.
    Auditor,
    /// Who runs the service.
    Admin,
}

impl Reader {
    /// What they usually read for: care, a person's own affairs, or the service itself.
    pub const fn usual_purpose(&self) -> Purpose {
        match self {
            Self::Holder | Self::Representative | Self::Caregiver { .. } => Purpose::PersonalUse,
            Self::Professional(_) | Self::Service { .. } => Purpose::Care,
            Self::Cnam | Self::Insurer { .. } | Self::Support { .. } | Self::Auditor | Self::Admin => Purpose::Administration,
        }
    }

    /// Whether this is a professional who comes in by break-glass, and has to state why.
    pub fn breaks_the_glass(&self) -> bool {
        matches!(self, Self::Professional(professional) if professional.mode == AccessMode::BreakGlass)
    }
}

/// A health professional, as their means of identification says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Professional {
    /// Their number.
    pub rpps: Rpps,
    /// Their profession, for the access matrix.
    pub profession: Profession,
    /// The structure in which they act, if any.
    pub structure: Option<Finess>,
    /// How they come in.
    pub mode: AccessMode,
}

/// How a professional comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessMode {
    /// On an authorisation.
    Ordinary,
    /// They state that the person is in danger and cannot consent (*bris de glace*, article L. 1111-17 I).
    BreakGlass,
    /// They take an emergency call about the person (*centre 15*, article L. 1111-17 I).
    DispatchCentre,
}
