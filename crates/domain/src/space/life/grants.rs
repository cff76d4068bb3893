//! The directory of grants: which stand, which are over, and which professionals are blocked.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::GrantId;
use crate::party::Grantee;
use crate::rpps::Rpps;
use crate::space::terms::Scope;

/// A grant, as the holder gave it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// Who is let in.
    pub to: Grantee,
    /// To what.
    pub scope: Scope,
    /// Until the end of which day, if it ends by itself.
    pub until: Option<NaiveDate>,
}

/// All grants of a space. Those that are over are remembered, so that ending one again is quiet and no id is used twice.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Grants {
    standing: BTreeMap<GrantId, Grant>,
    over: BTreeMap<GrantId, Grant>,
    blocked: BTreeSet<Rpps>,
}

/// Whether a grant stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum GrantState<'a> {
    Standing(&'a Grant),
    Over(&'a Grant),
}

impl Grants {
    /// The grants that were neither taken back, nor noted as expired, nor ended by a block.
    pub(crate) fn standing(&self) -> impl Iterator<Item = (GrantId, &Grant)> {
        self.standing.iter().map(|(id, grant)| (*id, grant))
    }

    /// The grant of this id, if there ever was one.
    pub(crate) fn state(&self, grant: GrantId) -> Option<GrantState<'_>> {
        let over = || self.over.get(&grant).map(GrantState::Over);
        self.standing.get(&grant).map(GrantState::Standing).or_else(over)
    }

    /// The grants that stand for this professional by name.
    pub(crate) fn given_to(&self, professional: &Rpps) -> Vec<GrantId> {
        let theirs = Grantee::Professional { rpps: professional.clone() };
        self.standing().filter(|(_, grant)| grant.to == theirs).map(|(id, _)| id).collect()
    }

    pub(crate) fn is_blocked(&self, professional: &Rpps) -> bool {
        self.blocked.contains(professional)
    }

    pub(crate) fn blocked(&self) -> impl Iterator<Item = &Rpps> {
        self.blocked.iter()
    }

    pub(crate) fn give(&mut self, id: GrantId, grant: Grant) {
        self.standing.insert(id, grant);
    }

    pub(crate) fn end(&mut self, id: GrantId) {
        self.over.extend(self.standing.remove(&id).map(|grant| (id, grant)));
    }

    pub(crate) fn block(&mut self, professional: Rpps) {
        self.blocked.insert(professional);
    }

    pub(crate) fn unblock(&mut self, professional: &Rpps) {
        self.blocked.remove(professional);
    }
}

impl<'a> GrantState<'a> {
    /// The grant, whether it stands or not.
    pub(crate) const fn grant(self) -> &'a Grant {
        match self {
            Self::Standing(grant) | Self::Over(grant) => grant,
        }
    }
}
