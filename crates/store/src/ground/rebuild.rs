//! How far the rebuild of a read model's table is.

use super::partition::Partition;

/// The last stream that was read; the default is before all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct After {
    /// Its type.
    pub aggregate_type: String,
    /// Its id.
    pub aggregate_id: String,
}

/// How far a leaf of a fresh table is filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The leaf's partition.
    pub partition: Partition,
    /// The position up to which events are folded: the head when the rebuild began.
    pub bound: u64,
    /// The table that rows are added to: the leaf, or the whole table where the engine has no leaves.
    pub filled: String,
    /// The last stream whose rows are in the leaf.
    pub after: After,
    /// Events that were folded.
    pub events: u64,
    /// Whether there is more to fill.
    pub leaf: Leaf,
}

/// The state of a leaf of a fresh table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaf {
    /// Rows are added; nothing is indexed.
    Filling,
    /// Indexed, and part of the fresh table; followers may take turns.
    Settled,
}

/// What a rebuild fixes when it begins.
pub(crate) struct Begun {
    /// What rows of this program look like: an unfinished rebuild of another program is not gone on with.
    pub(crate) shape: String,
    pub(crate) bounds: Vec<(Partition, u64)>,
}
