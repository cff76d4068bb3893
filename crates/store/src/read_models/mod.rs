//! Read models as the store keeps them: rows and checkpoints, followed, queried, rebuilt.

mod follow;
mod rows_by_key;
mod table_rebuild;

use ens_domain::ids::SpaceId;
use serde::de::DeserializeOwned;

use crate::ground::{After, Arg, Partition, StoreError, StoredEvent, Table};
use crate::sealing::SpaceKeys;
use crate::shared::Shared;

use rows_by_key::RowReads;

pub use follow::Follow;
pub use table_rebuild::{Purpose, Swap, TableRebuild};

/// The tables of the read models of a store.
#[derive(Clone)]
pub struct ReadModels {
    shared: Shared,
    reads: RowReads,
}

impl ReadModels {
    pub(crate) fn of(shared: Shared) -> Self {
        Self { reads: RowReads::of(shared.clone()), shared }
    }

    /// Takes a turn at following `name` on one partition; `None` while another follower, in this process or another, has it.
    ///
    /// # Errors
    /// The database's.
    pub async fn follow(&self, name: &str, partition: Partition) -> Result<Option<Follow>, StoreError> {
        self.follow_level(&[name], partition).await
    }

    /// Takes one turn for all of `names` that are free and stand at the same position, the lowest first; `None` while other followers have
    /// them all. [`Follow::names`] says whose turn it is.
    ///
    /// # Errors
    /// The database's.
    pub async fn follow_level(&self, names: &[&str], partition: Partition) -> Result<Option<Follow>, StoreError> {
        Follow::begin(&self.shared, names, partition).await
    }

    /// How far `name` has come in each partition where it ever started.
    ///
    /// # Errors
    /// The database's.
    pub async fn checkpoints(&self, name: &str) -> Result<Vec<(Partition, u64)>, StoreError> {
        let all = self.checkpoints_of(&[name]).await?;
        Ok(all.into_iter().map(|(_, partition, position)| (partition, position)).collect())
    }

    /// How far each of `names` has come in each partition where it ever started, asked at once.
    ///
    /// # Errors
    /// The database's.
    pub async fn checkpoints_of(&self, names: &[&str]) -> Result<Vec<(String, Partition, u64)>, StoreError> {
        self.shared.engine().checkpoints(names).await
    }

    /// The rows of a `SELECT` whose columns have the names of `R`'s fields. The text comes from the program; values come as `args`.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Malformed`] where a row does not read as `R`.
    pub async fn select<R: DeserializeOwned>(&self, sql: &str, args: &[Arg]) -> Result<Vec<R>, StoreError> {
        let rows = self.shared.engine().select(sql, args).await?;
        // The parser's own message can repeat what it read, so it goes no further.
        rows.into_iter()
            .map(|row| serde_json::from_str(&row).map_err(|_| StoreError::Malformed("a row has another shape than asked for")))
            .collect()
    }

    /// The row of a space in a read model that has one row a space, keyed by partition and space; nothing where there is none. Reads that
    /// wait at the same time are taken together.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Malformed`] where the row does not read as `R`.
    pub async fn row_of<R: DeserializeOwned>(&self, table: &Table, space: SpaceId) -> Result<Option<R>, StoreError> {
        self.reads.row_of(table, space).await
    }

    /// The rebuild of a read model's table; `None` while another process or task is at it for the same purpose.
    ///
    /// # Errors
    /// The database's.
    pub async fn table_rebuild(&self, live: &Table, purpose: Purpose) -> Result<Option<TableRebuild>, StoreError> {
        TableRebuild::reserve(self.shared.clone(), live, purpose).await
    }

    /// Events of a partition up to `bound`, stream by stream in the order of their ids, each stream's in the order in which they happened;
    /// at most `limit`, so that the last stream may be cut.
    ///
    /// # Errors
    /// The database's.
    pub async fn lives(&self, partition: Partition, after: &After, bound: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let mut events = self.shared.engine().lives(partition, after, bound, limit).await?;
        SpaceKeys::of(self.shared.clone()).show_guarded(events.iter_mut()).await?;
        Ok(events)
    }
}
