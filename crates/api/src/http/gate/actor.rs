//! A caller's role with the identifiers that go with it, such as the space of a holder.
//!
//! A caller has one role at a time.

use ens_domain::access::Professional;
use ens_domain::guarded::Guarded;
use ens_domain::ids::{CaregiverId, ServiceId, SpaceId};
use ens_domain::organism::{AgentId, InsurerCode};
use ens_domain::party::Party;

use super::role::Role;

/// A role with its identifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The person whose space it is.
    Holder {
        /// Their space.
        space: SpaceId,
    },
    /// Who acts for others.
    Representative {
        /// Their spaces.
        spaces: Vec<SpaceId>,
    },
    /// A relative whom persons let act for them in part. For whom, each space says: the token does not.
    Caregiver {
        /// Who, by the id of their own space.
        caregiver: CaregiverId,
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
    /// A health professional, with profession and structure, and how they come in.
    Professional(Professional),
    /// A digital service of the national catalogue.
    Service {
        /// Which one, by its id in the catalogue.
        service: ServiceId,
    },
    /// Who replays and verifies.
    Auditor,
    /// Who runs the service.
    Admin,
}

impl Actor {
    /// The bare role.
    pub const fn role(&self) -> Role {
        match self {
            Self::Holder { .. } => Role::Holder,
            Self::Representative { .. } => Role::Representative,
            Self::Caregiver { .. } => Role::Caregiver,
            Self::Cnam => Role::Cnam,
            Self::Insurer { .. } => Role::Insurer,
            Self::Support { .. } => Role::Support,
            Self::Professional(_) => Role::Professional,
            Self::Service { .. } => Role::Service,
            Self::Auditor => Role::Auditor,
            Self::Admin => Role::Admin,
        }
    }

    /// Who acts in an event of a life; `None` for those who never change one. What a space contains is changed by readers.
    pub fn party(&self) -> Option<Party> {
        match self {
            Self::Holder { .. } => Some(Party::Holder),
            Self::Representative { .. } => Some(Party::Representative),
            Self::Cnam => Some(Party::Cnam),
            Self::Insurer { insurer } => Some(Party::Insurer { insurer: insurer.clone() }),
            Self::Support { agent } => Some(Party::Support { agent: agent.clone() }),
            Self::Professional(professional) => Some(Party::Professional { rpps: Guarded::new(professional.rpps.clone()) }),
            Self::Caregiver { .. } | Self::Service { .. } | Self::Auditor | Self::Admin => None,
        }
    }
}
