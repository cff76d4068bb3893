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
    /// The service itself: it is verified, a space is looked after, a request is answered. No grant covers it.
    Administration,
    /// An insurance contract: forbidden (article L. 1111-18).
    Insurance,
    /// A loan or an account: forbidden (article L. 1111-18).
    Bank,
    /// A job: forbidden (article L. 1111-18).
    Employment,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 10] = [
        Self::PersonalUse,
        Self::Care,
        Self::Prevention,
        Self::Emergency,
        Self::OccupationalHealth,
        Self::Research,
        Self::Administration,
        Self::Insurance,
        Self::Bank,
        Self::Employment,
    ];

    /// The purpose of this name, as JSON and headers spell it.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }

    /// Its name, as JSON and headers spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PersonalUse => "personal_use",
            Self::Care => "care",
            Self::Prevention => "prevention",
            Self::Emergency => "emergency",
            Self::OccupationalHealth => "occupational_health",
            Self::Research => "research",
            Self::Administration => "administration",
            Self::Insurance => "insurance",
            Self::Bank => "bank",
            Self::Employment => "employment",
        }
    }

    /// Whether nobody reads for it, even with the person's consent.
    pub const fn is_forbidden(self) -> bool {
        match self {
            Self::Insurance | Self::Bank | Self::Employment => true,
            Self::PersonalUse
            | Self::Care
            | Self::Prevention
            | Self::Emergency
            | Self::OccupationalHealth
            | Self::Research
            | Self::Administration => false,
        }
    }

    /// Whether a person may let somebody in for it: not for what is forbidden, nor for looking after the service, which needs no grant.
    pub fn may_be_granted(self) -> bool {
        !self.is_forbidden() && self != Self::Administration
    }

    /// Whether it is the care of the person: care, prevention, emergency.
    pub const fn is_care(self) -> bool {
        match self {
            Self::Care | Self::Prevention | Self::Emergency => true,
            Self::PersonalUse
            | Self::OccupationalHealth
            | Self::Research
            | Self::Administration
            | Self::Insurance
            | Self::Bank
            | Self::Employment => false,
        }
    }

    /// Whether a grant for this purpose serves an access for that one: the same, and all care where it is for care.
    pub fn covers(self, asked: Self) -> bool {
        self == asked && self != Self::Administration || self == Self::Care && asked.is_care()
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
            Self::Administration => "gestion du service",
            Self::Insurance => "contrat d’assurance",
            Self::Bank => "banque ou prêt",
            Self::Employment => "emploi",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_grant_covers_the_administration_of_the_service() {
        for purpose in Purpose::ALL {
            assert!(!purpose.covers(Purpose::Administration), "{purpose:?}");
        }
        assert!(Purpose::Care.covers(Purpose::Prevention) && Purpose::Research.covers(Purpose::Research));
    }
}
