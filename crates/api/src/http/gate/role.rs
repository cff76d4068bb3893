//! The roles of callers, as tokens, the table of routes and the documents name them.

use serde::{Deserialize, Serialize};

/// What a caller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person whose space it is.
    Holder,
    /// Acts for a minor or a protected adult.
    Representative,
    /// A relative whom a person lets act for them in part (*aidant*).
    Caregiver,
    /// The national insurer.
    Cnam,
    /// The person's own insurer.
    Insurer,
    /// An agent of the phone line or of a desk.
    Support,
    /// A health professional.
    Professional,
    /// A digital service of the national catalogue.
    Service,
    /// Replays and verifies, and changes nothing.
    Auditor,
    /// Runs the service, and reads no person's data.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 10] = [
        Self::Holder,
        Self::Representative,
        Self::Caregiver,
        Self::Cnam,
        Self::Insurer,
        Self::Support,
        Self::Professional,
        Self::Service,
        Self::Auditor,
        Self::Admin,
    ];

    /// The role's name in tokens, documents and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Representative => "representative",
            Self::Caregiver => "caregiver",
            Self::Cnam => "cnam",
            Self::Insurer => "insurer",
            Self::Support => "support",
            Self::Professional => "professional",
            Self::Service => "service",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// The role of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}
