//! Following the log: projections that stand at the same position of a partition, their rows and their checkpoints in one transaction.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::engine::{Checkpoint, Following};
use crate::ground::{Partition, Rows, StoreError, StoredEvent, Table};
use crate::log::dense;
use crate::sealing::SpaceKeys;
use crate::shared::Shared;

/// One follower's turn: read on from the checkpoint, put and remove rows, commit both. Dropping it undoes everything, and gives the turn
/// back a moment later.
///
/// Rows are read as they were when the turn began: fold in memory, then put. A turn that loses its checkpoint to another follower, or
/// to a swap, ends in [`StoreError::Overtaken`] with nothing written.
pub struct Follow {
    turn: Box<dyn Following>,
    keys: SpaceKeys,
    partition: Partition,
    /// Who has the turn; all of them stand at `checkpoint`.
    names: Vec<String>,
    checkpoint: u64,
}

impl Follow {
    /// Takes one turn for all of `names` that are free and stand at the same position, the lowest first; nothing while other followers have
    /// them all.
    pub(super) async fn begin(shared: &Shared, names: &[&str], partition: Partition) -> Result<Option<Self>, StoreError> {
        let Some(turn) = shared.engine().follow(names, partition).await? else { return Ok(None) };
        let Some(checkpoint) = turn.taken().iter().map(|(_, position)| *position).min() else { return Ok(None) };
        let names = turn.taken().iter().filter(|(_, position)| *position == checkpoint).map(|(name, _)| name.clone()).collect();
        Ok(Some(Self { turn, keys: SpaceKeys::of(shared.clone()), partition, names, checkpoint }))
    }

    /// The position up to which the rows stand.
    pub const fn checkpoint(&self) -> u64 {
        self.checkpoint
    }

    /// Whose turn it is: those of the names asked for that no other follower has, as far as they stand level.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The next events after the checkpoint, at most `limit`, their guarded values opened; none when the partition has no more.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Broken`]; never an empty answer in their place.
    pub async fn events(&mut self, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let page = self.turn.events(self.checkpoint, limit).await?;
        let mut page = dense(self.partition, self.checkpoint, page)?;
        self.keys.show_guarded(page.iter_mut()).await?;
        Ok(page)
    }

    /// The rows that have these keys (flat values that hold at least the key columns), in no order.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Malformed`] where a row does not read as `R`.
    pub async fn rows<R: DeserializeOwned>(&mut self, table: &Table, keys: &[impl Serialize]) -> Result<Vec<R>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.turn.rows(table, &rows_of(table, keys)?).await?;
        // The parser's own message can repeat what it read, so it goes no further.
        rows.iter()
            .map(|row| serde_json::from_str(row).map_err(|_| StoreError::Malformed("a row of a read model has another shape")))
            .collect()
    }

    /// Inserts rows, or replaces those that have their keys; of several with one key the last counts.
    ///
    /// # Errors
    /// The database's.
    pub async fn put(&mut self, table: &Table, rows: &[impl Serialize]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.turn.put(table, &rows_of(table, rows)?).await
    }

    /// Removes the rows that have these keys (flat values that hold at least the key columns); absent ones are left absent.
    ///
    /// # Errors
    /// The database's.
    pub async fn remove(&mut self, table: &Table, keys: &[impl Serialize]) -> Result<(), StoreError> {
        if keys.is_empty() {
            return Ok(());
        }
        self.turn.remove(table, &rows_of(table, keys)?).await
    }

    /// Makes the rows and the new checkpoint durable, together.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Overtaken`].
    pub async fn commit(self, checkpoint: u64) -> Result<(), StoreError> {
        let reached: Vec<Checkpoint> = self.names.iter().map(|name| (name.clone(), checkpoint)).collect();
        self.turn.commit(&reached).await
    }

    /// As [`commit`](Self::commit), where not all came equally far: each name with its own new checkpoint. Who is not named stays.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Overtaken`].
    pub async fn commit_each(self, reached: &[(String, u64)]) -> Result<(), StoreError> {
        self.turn.commit(reached).await
    }
}

fn rows_of(table: &Table, rows: &[impl Serialize]) -> Result<Rows, StoreError> {
    let mut apart = Rows::of(table);
    for row in rows {
        apart.push(row)?;
    }
    Ok(apart.last_of_each_key(table.key))
}
