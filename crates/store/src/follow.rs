//! Following the log: one projection on one partition, its rows and its checkpoint in one transaction.

use serde_json::Value;

use crate::engine::Following;
use crate::error::StoreError;
use crate::feed;
use crate::partition::Partition;
use crate::store::Store;
use crate::stored::StoredEvent;
use crate::tables::Table;

/// One follower's turn: read on from the checkpoint, put and remove rows, commit both. Dropping it undoes everything, and gives the turn
/// back a moment later.
///
/// Rows are read as they were when the turn began: fold in memory, then put. A turn that loses its checkpoint to another follower, or
/// to a swap, ends in [`StoreError::Overtaken`] with nothing written.
pub struct Follow {
    turn: Box<dyn Following>,
    partition: Partition,
    checkpoint: u64,
}

impl Follow {
    /// The position up to which the rows stand.
    pub const fn checkpoint(&self) -> u64 {
        self.checkpoint
    }

    /// The next events after the checkpoint, at most `limit`; none when the partition has no more.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Broken`]; never an empty answer in their place.
    pub async fn events(&mut self, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let page = self.turn.events(self.checkpoint, limit).await?;
        feed::dense(self.partition, self.checkpoint, page)
    }

    /// The rows that have these keys (objects that hold at least the key columns), in no order.
    ///
    /// # Errors
    /// The database's.
    pub async fn rows(&mut self, table: &Table, keys: &[Value]) -> Result<Vec<Value>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        self.turn.rows(table, array(table.last_of_each_key(keys))).await
    }

    /// Inserts rows, or replaces those that have their keys; of several with one key the last counts.
    ///
    /// # Errors
    /// The database's.
    pub async fn put(&mut self, table: &Table, rows: &[Value]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.turn.put(table, array(table.last_of_each_key(rows))).await
    }

    /// Removes the rows that have these keys (objects that hold at least the key columns); absent ones are left absent.
    ///
    /// # Errors
    /// The database's.
    pub async fn remove(&mut self, table: &Table, keys: &[Value]) -> Result<(), StoreError> {
        if keys.is_empty() {
            return Ok(());
        }
        self.turn.remove(table, array(table.last_of_each_key(keys))).await
    }

    /// Makes the rows and the new checkpoint durable, together.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Overtaken`].
    pub async fn commit(self, checkpoint: u64) -> Result<(), StoreError> {
        self.turn.commit(checkpoint).await
    }
}

fn array(rows: Vec<Value>) -> String {
    Value::Array(rows).to_string()
}

impl Store {
    /// Takes a turn at following `name` on one partition; `None` while another follower, in this process or another, has it.
    ///
    /// # Errors
    /// The database's.
    pub async fn follow(&self, name: &str, partition: Partition) -> Result<Option<Follow>, StoreError> {
        let turn = self.engine().follow(name, partition).await?;
        Ok(turn.map(|turn| {
            let checkpoint = turn.checkpoint();
            Follow { turn, partition, checkpoint }
        }))
    }

    /// How far `name` has come in each partition where it ever started.
    ///
    /// # Errors
    /// The database's.
    pub async fn checkpoints(&self, name: &str) -> Result<Vec<(Partition, u64)>, StoreError> {
        self.engine().checkpoints(name).await
    }
}
