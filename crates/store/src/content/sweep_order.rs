//! What a sweep is asked for, and what it is told of contents.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ground::Partition;

/// What the events of a partition say of a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentFate {
    /// An event names it, and nothing was said since that ends it.
    Named,
    /// An event named it, and a later one gave it up for good, or destroyed its space.
    Gone,
}

/// Whether a sweep removes what it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SweepTask {
    /// It does.
    Remove,
    /// It only counts what it would remove.
    Count,
}

/// A sweep of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweepOrder {
    /// Which one.
    pub partition: Partition,
    /// An instant of a clock that can be trusted: what is a day older may go.
    pub now: DateTime<Utc>,
    /// Whether it removes anything.
    pub task: SweepTask,
}
