//! Who acts for the holder now, and who did before.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::identity::Identity;
use crate::ids::RepresentationId;
use crate::personal::Personal;
use crate::space::terms::RepresentationKind;

/// Somebody who acts for the holder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Representation {
    /// Of a minor or a protected adult.
    pub kind: RepresentationKind,
    /// Who; sealed.
    pub representative: Personal<Identity>,
    /// The eighteenth birthday, from whose first instant it no longer counts.
    pub ends_on: Option<NaiveDate>,
}

/// All representations of a holder. Those that are over are remembered, so that ending one again is quiet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Representations {
    standing: BTreeMap<RepresentationId, Representation>,
    over: BTreeSet<RepresentationId>,
    came_of_age: bool,
}

impl Representations {
    /// Those who act for the holder.
    pub(crate) fn standing(&self) -> impl Iterator<Item = (RepresentationId, &Representation)> {
        self.standing.iter().map(|(id, one)| (*id, one))
    }

    /// The representations that end with the holder's minority.
    pub(crate) fn of_a_minor(&self) -> impl Iterator<Item = RepresentationId> {
        self.standing().filter(|(_, one)| one.kind == RepresentationKind::Minor).map(|(id, _)| id)
    }

    /// Whether somebody may act for the holder on this day.
    pub(crate) fn any_on(&self, day: NaiveDate) -> bool {
        self.standing.values().any(|one| one.ends_on.is_none_or(|end| day < end))
    }

    /// Whether somebody was ever declared.
    pub(crate) fn were_any(&self) -> bool {
        !self.standing.is_empty() || !self.over.is_empty()
    }

    pub(crate) fn stands(&self, representation: RepresentationId) -> bool {
        self.standing.contains_key(&representation)
    }

    /// Whether it was ever declared.
    pub(crate) fn is_known(&self, representation: RepresentationId) -> bool {
        self.stands(representation) || self.over.contains(&representation)
    }

    /// Whether it was noted that the holder has reached eighteen.
    pub(crate) const fn came_of_age(&self) -> bool {
        self.came_of_age
    }

    pub(crate) fn declare(&mut self, id: RepresentationId, representation: Representation) {
        self.standing.insert(id, representation);
    }

    pub(crate) fn end(&mut self, id: RepresentationId) {
        if self.standing.remove(&id).is_some() {
            self.over.insert(id);
        }
    }

    pub(crate) const fn come_of_age(&mut self) {
        self.came_of_age = true;
    }
}
