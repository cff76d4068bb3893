//! The care team (*équipe de soins*): the structures and professionals that take care of the person, and the person's one consent to them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::finess::Finess;
use crate::rpps::Rpps;

use super::reader::Professional;

/// A member of the care team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TeamMember {
    /// A professional who was declared.
    Professional {
        /// Which one.
        rpps: Rpps,
    },
    /// A structure, with every professional in it.
    Structure {
        /// Which one.
        finess: Finess,
    },
}

/// The team; each part with the number of the change that brought it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CareTeam {
    consent: Option<Consent>,
    professionals: BTreeMap<Rpps, u64>,
    structures: BTreeMap<Finess, u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Consent {
    since: NaiveDate,
    change: u64,
}

impl CareTeam {
    pub(super) fn join(&mut self, member: TeamMember, change: u64) {
        match member {
            TeamMember::Professional { rpps } => self.professionals.insert(rpps, change),
            TeamMember::Structure { finess } => self.structures.insert(finess, change),
        };
    }

    pub(super) fn leave(&mut self, member: &TeamMember) {
        match member {
            TeamMember::Professional { rpps } => self.professionals.remove(rpps),
            TeamMember::Structure { finess } => self.structures.remove(finess),
        };
    }

    pub(super) const fn consent(&mut self, since: NaiveDate, change: u64) {
        self.consent = Some(Consent { since, change });
    }

    pub(super) const fn withdraw_consent(&mut self) {
        self.consent = None;
    }

    /// The change that made them a member: the later one, where they are one by name and by structure.
    pub(super) fn member_since(&self, professional: &Professional) -> Option<u64> {
        let by_name = self.professionals.get(&professional.rpps);
        let by_structure = professional.structure.as_ref().and_then(|structure| self.structures.get(structure));
        by_name.max(by_structure).copied()
    }

    /// The change by which this member joined.
    pub(super) fn joined(&self, member: &TeamMember) -> Option<u64> {
        match member {
            TeamMember::Professional { rpps } => self.professionals.get(rpps).copied(),
            TeamMember::Structure { finess } => self.structures.get(finess).copied(),
        }
    }

    /// Since when the person consents, and by which change.
    pub(super) fn consented(&self) -> Option<(NaiveDate, u64)> {
        self.consent.map(|consent| (consent.since, consent.change))
    }

    pub(super) fn members(&self) -> impl Iterator<Item = TeamMember> {
        let professionals = self.professionals.keys().map(|rpps| TeamMember::Professional { rpps: rpps.clone() });
        professionals.chain(self.structures.keys().map(|finess| TeamMember::Structure { finess: finess.clone() }))
    }
}
