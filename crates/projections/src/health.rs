//! Which projection stands still on which partition, at which fact and for what kind of reason; nothing of what the fact holds.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ens_store::{Partition, StoreError};
use serde::Serialize;

/// Why a projection stands still on a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The next fact is of a type, version or shape that this program does not know.
    UnknownEvent,
    /// The next fact amends a row that does not exist.
    NothingToAmend,
    /// The log itself has a hole.
    LogBroken,
    /// The database refused the rows or cannot be reached.
    Store,
}

/// A projection that stands still on a partition, until it is mended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The projection's name.
    pub projection: &'static str,
    /// The partition that stands still; the others go on.
    pub partition: Partition,
    /// The position of the fact that could not be taken in.
    pub position: u64,
    /// What kind of reason.
    pub kind: FaultKind,
    /// The reason, without anything that belongs to a person.
    pub reason: String,
}

impl FaultKind {
    /// The kind of a store's error.
    pub(crate) const fn of(error: &StoreError) -> Self {
        match error {
            StoreError::Decode(_) => Self::UnknownEvent,
            StoreError::Broken { .. } => Self::LogBroken,
            StoreError::Address
            | StoreError::Unreachable(_)
            | StoreError::OutcomeUnknown
            | StoreError::Database { .. }
            | StoreError::Contended { .. }
            | StoreError::Overloaded
            | StoreError::Migration(_)
            | StoreError::Open(_)
            | StoreError::Malformed(_)
            | StoreError::Unstorable(_)
            | StoreError::NoRandomness
            | StoreError::Overtaken
            | StoreError::Clock(_) => Self::Store,
        }
    }
}

/// The health of the followers of one process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    /// What stands still; nothing where all is well.
    pub faults: Vec<Fault>,
}

impl Health {
    /// Whether every projection goes on in every partition.
    pub fn is_well(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Where the followers of one process post what stands still.
#[derive(Debug, Clone, Default)]
pub(crate) struct Board {
    faults: Arc<Mutex<BTreeMap<(&'static str, Partition), Fault>>>,
}

impl Board {
    /// Posts a fault; the log hears of it once, not at every try.
    pub(crate) fn post(&self, fault: Fault) {
        let place = (fault.projection, fault.partition);
        let before = self.open().insert(place, fault.clone());
        if before.is_none_or(|before| before != fault) {
            let Fault { projection, partition, position, kind, reason } = fault;
            tracing::error!(projection, partition = partition.number(), position, ?kind, reason, "a read model stands still");
        }
    }

    /// The projection goes on in that partition.
    pub(crate) fn clear(&self, projection: &'static str, partition: Partition) {
        if self.open().remove(&(projection, partition)).is_some() {
            tracing::info!(projection, partition = partition.number(), "a read model goes on");
        }
    }

    /// Only these partitions are behind; whatever was said of the others is over, whoever brought them level.
    pub(crate) fn keep(&self, projection: &'static str, behind: &[Partition]) {
        let of_others = |place: &(&'static str, Partition)| place.0 == projection && !behind.contains(&place.1);
        let over: Vec<Partition> = self.open().keys().filter(|place| of_others(place)).map(|place| place.1).collect();
        over.into_iter().for_each(|partition| self.clear(projection, partition));
    }

    pub(crate) fn health(&self) -> Health {
        Health { faults: self.open().values().cloned().collect() }
    }

    /// Whoever panicked while holding the board left it whole: every change is one call.
    fn open(&self) -> MutexGuard<'_, BTreeMap<(&'static str, Partition), Fault>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
