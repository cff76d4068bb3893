//! Who asks: a role and what goes with it, proved by a signed token (JWT) that somebody else issued.
//!
//! token --signature, issuer, audience, days--> claims --role and what the role needs--> caller
//! A caller is a holder of one space, a representative of some, an insurer, an agent …, never two at once. Neither a token nor its
//! subject enters a log line.
//! - a token without a signature is no token
//! - a token under a shared secret is no token
//! - a role without what it needs is no role

use ens_domain::ids::SpaceId;
use ens_domain::organism::{AgentId, InsurerCode};
use ens_domain::party::Party;
use ens_domain::rpps::Rpps;
use serde::{Deserialize, Serialize};

pub use caller::Caller;
pub use claims::{Claims, ClaimsError};
pub use keys::{Keys, KeysError, TokenRefused};
pub use mint::{MintError, mint};

mod believed;
mod caller;
mod claims;
mod keys;
mod mint;
#[cfg(test)]
mod tests;

/// What somebody may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person whose space it is.
    Holder,
    /// Who acts for a minor or a protected adult.
    Representative,
    /// The national insurer.
    Cnam,
    /// The person's own insurer.
    Insurer,
    /// An agent of the phone line or of a desk.
    Support,
    /// A health professional.
    Professional,
    /// Who replays and verifies, and changes nothing.
    Auditor,
    /// Who runs the service, and reads no person's data.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 8] =
        [Self::Holder, Self::Representative, Self::Cnam, Self::Insurer, Self::Support, Self::Professional, Self::Auditor, Self::Admin];

    /// The role's name in tokens, documents and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Representative => "representative",
            Self::Cnam => "cnam",
            Self::Insurer => "insurer",
            Self::Support => "support",
            Self::Professional => "professional",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// The role of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A role with what it needs.
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
    /// A health professional.
    Professional {
        /// Which one.
        rpps: Rpps,
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
            Self::Cnam => Role::Cnam,
            Self::Insurer { .. } => Role::Insurer,
            Self::Support { .. } => Role::Support,
            Self::Professional { .. } => Role::Professional,
            Self::Auditor => Role::Auditor,
            Self::Admin => Role::Admin,
        }
    }

    /// Who acts in an event; `None` for those who never act on a space.
    pub fn party(&self) -> Option<Party> {
        match self {
            Self::Holder { .. } => Some(Party::Holder),
            Self::Representative { .. } => Some(Party::Representative),
            Self::Cnam => Some(Party::Cnam),
            Self::Insurer { insurer } => Some(Party::Insurer { insurer: insurer.clone() }),
            Self::Support { agent } => Some(Party::Support { agent: agent.clone() }),
            Self::Professional { rpps } => Some(Party::Professional { rpps: rpps.clone() }),
            Self::Auditor | Self::Admin => None,
        }
    }
}
