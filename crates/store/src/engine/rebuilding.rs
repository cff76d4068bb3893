//! What an engine must do to build a read model anew beside the live one: fresh leaves filled in key order, durable progress, a swap.

use async_trait::async_trait;

use super::numbers::number;
use super::text;
use crate::ground::Partition;
use crate::ground::Rows;
use crate::ground::StoreError;
use crate::ground::StoredEvent;
use crate::ground::Table;
use crate::ground::{After, Begun, Leaf, Progress};

/// Whatever keeps others away while it lives: a lock of the database's or of a file, let go by dropping it, and by any end of the process.
pub(crate) type Hold = Box<dyn Send + Sync>;

/// A row of [`text::PROGRESS`], as both engines read it.
pub(crate) type ProgressRow = (i16, i64, String, String, String, i64, String);

/// Where a leaf stands, by its row.
pub(crate) fn progress(row: ProgressRow) -> Result<Progress, StoreError> {
    let (partition, bound, filled, aggregate_type, aggregate_id, events, leaf) = row;
    Ok(Progress {
        partition: Partition::from_column(partition)?,
        bound: number(bound)?,
        filled,
        after: After { aggregate_type, aggregate_id },
        events: number(events)?,
        leaf: if leaf == text::SETTLED { Leaf::Settled } else { Leaf::Filling },
    })
}

/// Rebuilding on an engine.
#[async_trait]
pub(crate) trait Rebuilding {
    /// The lock of a fresh table's name; nothing while another process or task has it.
    async fn reserve_rebuild(&self, fresh: &Table) -> Result<Option<Hold>, StoreError>;
    /// Makes the fresh table, with a leaf a partition that nothing is indexed in yet, and notes where each will end. What was there
    /// under that name goes away first.
    async fn begin_rebuild(&self, live: &Table, fresh: &Table, begun: &Begun) -> Result<(), StoreError>;
    /// Where an unfinished rebuild stands, if one began in this shape.
    async fn rebuild_progress(&self, fresh: &Table, shape: &str) -> Result<Vec<Progress>, StoreError>;
    /// Events of a partition up to `bound`, stream by stream, all streams of a space one after the other.
    async fn lives(&self, partition: Partition, after: &After, bound: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError>;
    /// Adds rows to a leaf and moves its progress, together.
    async fn fill(&self, fresh: &Table, rows: &Rows, progress: &Progress) -> Result<(), StoreError>;
    /// Indexes a leaf that is filled, makes it part of the fresh table, and gives it a checkpoint at its bound.
    async fn settle_leaf(&self, fresh: &Table, progress: &Progress) -> Result<(), StoreError>;
    /// Holds the live table's followers where they stand.
    async fn hold_live(&self, live: &Table) -> Result<Box<dyn Held>, StoreError>;
    /// Drops a table that is not live, its checkpoints and its progress.
    async fn drop_table(&self, table: &Table) -> Result<(), StoreError>;
    async fn table_exists(&self, table: &Table) -> Result<Exists, StoreError>;
}

/// Whether a table is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exists {
    Yes,
    No,
}

/// The live table's followers stand still until this is dropped or the tables have changed places.
#[async_trait]
pub(crate) trait Held: Send {
    /// Where the live table stands, partition by partition.
    fn positions(&self) -> &[(Partition, u64)];
    /// Each table takes the next one's name, the checkpoints theirs, all at once; a name that is taken at the end is dropped first.
    /// [`StoreError::Overtaken`] where the live table moved all the same.
    async fn rename(self: Box<Self>, names: &[Renaming]) -> Result<(), StoreError>;
}

/// One table and the name that it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renaming {
    pub(crate) from: String,
    pub(crate) to: String,
}
