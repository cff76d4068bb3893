//! The feed: a partition's events in the order of their commits, page by page, dense.

use tokio::sync::watch;

use crate::error::StoreError;
use crate::partition::Partition;
use crate::store::Store;
use crate::stored::StoredEvent;

impl Store {
    /// The events of a partition after a position, at most `limit`. An empty answer means that there are no more for now, and nothing
    /// else: whatever goes wrong is an error. Who has seen position *n* has seen every one below it.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Broken`] where the positions have a hole.
    pub async fn feed(&self, partition: Partition, after: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let page = self.engine().feed(partition, after, limit).await?;
        dense(partition, after, page)
    }

    /// The last position of every partition.
    ///
    /// # Errors
    /// The database's.
    pub async fn heads(&self) -> Result<Vec<(Partition, u64)>, StoreError> {
        self.engine().heads().await
    }

    /// Counts the appends of this process: `changed()` on it returns as soon as there may be something to read. Other processes'
    /// appends are not told; poll for them.
    pub fn appended(&self) -> watch::Receiver<u64> {
        self.bell().subscribe()
    }
}

/// Holds a page to promise 3: positions go up by one from where the reader stands.
pub(crate) fn dense(partition: Partition, after: u64, page: Vec<StoredEvent>) -> Result<Vec<StoredEvent>, StoreError> {
    for (expected, event) in (after.saturating_add(1)..).zip(&page) {
        if event.position != expected {
            return Err(StoreError::Broken { partition, expected, found: event.position });
        }
    }
    Ok(page)
}
