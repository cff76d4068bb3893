//! Who is or was a caregiver of the holder: their name, and when the life last said something of them.
//!
//! named --ended | the space is closed--> over        The period stands in the directory.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::identity::Identity;
use crate::ids::CaregiverId;
use crate::personal::Personal;

/// Every caregiver whom the life ever named.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Caregivers(BTreeMap<CaregiverId, Caregiver>);

/// What is remembered of a caregiver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Caregiver {
    /// Who; sealed.
    person: Personal<Identity>,
    changed_at: DateTime<Utc>,
}

/// What became of the delegation to a caregiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DelegationState {
    /// This person was never named.
    Unknown,
    /// They act for the holder, or will from a day to come.
    Standing,
    /// Its last day is over.
    Lapsed {
        /// When they were last named.
        named_at: DateTime<Utc>,
    },
    /// It was ended, or the space was closed.
    Ended {
        /// When.
        ended_at: DateTime<Utc>,
    },
}

impl Caregivers {
    /// The holder named a caregiver, or named them anew.
    pub(crate) fn name(&mut self, caregiver: CaregiverId, person: Personal<Identity>, at: DateTime<Utc>) {
        self.0.insert(caregiver, Caregiver { person, changed_at: at });
    }

    /// Something else was said of a caregiver.
    pub(crate) fn change(&mut self, caregiver: CaregiverId, at: DateTime<Utc>) {
        if let Some(known) = self.0.get_mut(&caregiver) {
            known.changed_at = at;
        }
    }

    /// Who the caregiver is, as the holder last named them.
    pub(crate) fn person(&self, caregiver: CaregiverId) -> Option<&Personal<Identity>> {
        self.0.get(&caregiver).map(|known| &known.person)
    }

    /// When the life last named the caregiver, or ended what they had.
    pub(crate) fn changed_at(&self, caregiver: CaregiverId) -> Option<DateTime<Utc>> {
        self.0.get(&caregiver).map(|known| known.changed_at)
    }
}
