//! What an access is for. Some purposes are forbidden; they exist here so that they can be refused and traced.

use serde::{Deserialize, Serialize};

/// What an access is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The person's own affairs.
    PersonalUse,
    /// Care of the person.
    Care,
    /// Prevention for the person.
    Prevention,
    /// An emergency.
    Emergency,
    /// Occupational health: on express consent only (article L. 1111-17 IV).
    OccupationalHealth,
    /// Research.
    Research,
    /// An insurance contract: forbidden (article L. 1111-18).
    Insurance,
    /// A loan or an account: forbidden (article L. 1111-18).
    Bank,
    /// A job: forbidden (article L. 1111-18).
    Employment,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 9] = [
        Self::PersonalUse,
        Self::Care,
        Self::Prevention,
        Self::Emergency,
        Self::OccupationalHealth,
        Self::Research,
        Self::Insurance,
        Self::Bank,
        Self::Employment,
    ];

    /// Whether nobody reads for it, even with the person's consent.
    pub const fn is_forbidden(self) -> bool {
        match self {
            Self::Insurance | Self::Bank | Self::Employment => true,
            Self::PersonalUse | Self::Care | Self::Prevention | Self::Emergency | Self::OccupationalHealth | Self::Research => false,
        }
    }

    /// Whether it is the care of the person: care, prevention, emergency.
    pub const fn is_care(self) -> bool {
        match self {
            Self::Care | Self::Prevention | Self::Emergency => true,
            Self::PersonalUse | Self::OccupationalHealth | Self::Research | Self::Insurance | Self::Bank | Self::Employment => false,
        }
    }

    /// Whether a grant for this purpose serves an access for that one: the same, and all care where it is for care.
    pub fn covers(self, asked: Self) -> bool {
        self == asked || self == Self::Care && asked.is_care()
    }

    /// What a citizen reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::PersonalUse => "usage personnel",
            Self::Care => "soins",
            Self::Prevention => "prévention",
            Self::Emergency => "urgence",
            Self::OccupationalHealth => "santé au travail",
            Self::Research => "recherche",
            Self::Insurance => "contrat d’assurance",
            Self::Bank => "banque ou prêt",
            Self::Employment => "emploi",
        }
    }
}
