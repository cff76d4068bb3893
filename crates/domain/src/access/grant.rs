//! A grant: to whom the holder gives access, to what, for which purpose, from which day to which.
//!
//! - a grant counts from its first day to the end of its last
//! - a grant opens what it names and nothing else
//!
//! `Grantee` and `Scope` are read from the stored form of `party::Grantee` and `space::terms::Scope`, and say more.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::finess::Finess;
use crate::rpps::Rpps;
use crate::space::terms::Section;

use super::document_class::DocumentClass;
use super::ground::Ground;
use super::purpose::Purpose;
use super::refusal::AccessRefusal;

/// Who is let in by a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Grantee {
    /// One professional.
    Professional {
        /// Which one.
        rpps: Rpps,
    },
    /// Every professional of a structure.
    Structure {
        /// Which one.
        finess: Finess,
    },
    /// Every member of the care team.
    CareTeam,
}

/// What a grant opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Scope {
    /// The whole space.
    All,
    /// These sections only.
    Sections {
        /// Which ones.
        sections: BTreeSet<Section>,
    },
    /// Documents of these classes only; the list of the medical record shows no others.
    DocumentClasses {
        /// Which ones.
        classes: BTreeSet<DocumentClass>,
    },
}

/// From which day to which, both included, in Paris.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// The last day; nothing where it does not end by itself.
    pub until: Option<NaiveDate>,
}

/// A grant, as the holder gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Who is let in.
    pub to: Grantee,
    /// To what.
    pub scope: Scope,
    /// What for.
    pub purpose: Purpose,
    /// When.
    pub period: Period,
}

/// What an access needs an authorisation for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    pub(super) section: Section,
    /// The class of the document; nothing where the section is asked for as a whole.
    pub(super) class: Option<DocumentClass>,
    pub(super) purpose: Purpose,
    pub(super) day: NaiveDate,
}

impl Grantee {
    /// The ground that a grant to them gives.
    pub const fn ground(&self) -> Ground {
        match self {
            Self::Professional { .. } => Ground::GrantToProfessional,
            Self::Structure { .. } => Ground::GrantToStructure,
            Self::CareTeam => Ground::GrantToCareTeam,
        }
    }
}

impl Scope {
    fn covers(&self, need: &Need) -> bool {
        match self {
            Self::All => true,
            Self::Sections { sections } => sections.contains(&need.section),
            Self::DocumentClasses { classes } => {
                need.section == Section::MedicalRecord && need.class.map_or(!classes.is_empty(), |class| classes.contains(&class))
            }
        }
    }
}

impl Period {
    /// From this day on, without an end.
    pub const fn from(day: NaiveDate) -> Self {
        Self { from: day, until: None }
    }

    /// Whether it counts on this day.
    ///
    /// # Errors
    /// [`AccessRefusal::AccessNotBegun`] before its first day, [`AccessRefusal::AccessOver`] after its last.
    pub fn admit(self, day: NaiveDate) -> Result<(), AccessRefusal> {
        if day < self.from {
            return Err(AccessRefusal::AccessNotBegun);
        }
        if self.until.is_some_and(|until| until < day) { Err(AccessRefusal::AccessOver) } else { Ok(()) }
    }
}

impl Grant {
    /// The ground that it gives.
    pub(super) fn open(&self, need: &Need) -> Result<Ground, AccessRefusal> {
        self.period.admit(need.day)?;
        if !self.scope.covers(need) {
            return Err(AccessRefusal::OutsideScope);
        }
        if !self.purpose.covers(need.purpose) {
            return Err(AccessRefusal::PurposeNotCovered);
        }
        Ok(self.to.ground())
    }
}
