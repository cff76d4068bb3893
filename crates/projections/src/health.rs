//! What is wrong with the read models of one process, in words that say nothing of what an event holds.
//!
//! A read model that has stopped in a partition is a fault. An event of a kind that the program does not know is passed over and counted.

use ens_store::{Partition, StoreError};
use serde::Serialize;

/// Why a read model stopped in a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The next event is of a type, version or shape that this program does not know.
    UnknownEvent,
    /// The next event amends a row that does not exist.
    NothingToAmend,
    /// The log itself has a hole.
    LogBroken,
    /// The database refused the rows or cannot be reached.
    Store,
}

/// A read model that has stopped in a partition, until the cause is removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The projection's name.
    pub projection: &'static str,
    /// The partition in which it stopped; in the others it goes on.
    pub partition: Partition,
    /// The position of the event that it could not fold.
    pub position: u64,
    /// What kind of reason.
    pub kind: FaultKind,
    /// The reason, without anything that belongs to a person.
    pub reason: String,
}

/// Events of a kind of stream that this program does not know, which every read model passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassedOver {
    /// The kind, as the log names it (`aggregate_type`).
    pub kind: String,
    /// The partition.
    pub partition: Partition,
    /// How many events since this process started.
    pub events: u64,
    /// The position of the last of them.
    pub last_position: u64,
}

/// The health of the followers of one process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    /// What has stopped; nothing where all is well.
    pub faults: Vec<Fault>,
    /// What was passed over. It stops nothing, and may mean that an older version of the program runs beside a newer one.
    pub passed_over: Vec<PassedOver>,
}

/// One event of an unknown kind of stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventOfUnknownKind {
    pub(crate) kind: String,
    pub(crate) position: u64,
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
            | StoreError::NoContents
            | StoreError::ContentMissing
            | StoreError::Contents(_)
            | StoreError::NoRandomness
            | StoreError::Overtaken
            | StoreError::Clock(_) => Self::Store,
        }
    }
}

impl Health {
    /// Whether every read model goes on in every partition.
    pub fn is_well(&self) -> bool {
        self.faults.is_empty()
    }
}
