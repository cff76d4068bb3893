//! Leases: which process works at a task in a partition, until when at most, and how far the work has come.
//!
//! free --taken--> held --kept--> held --released, or its time is over--> free
//! - a lease is held by one at a time
//! - a lease that nobody keeps ends by itself
//!
//! A lease saves work, it decides nothing: two that believe to hold one say the same commands twice, which the log makes quiet. Its time is
//! the database's, so that clocks of processes need not agree.

use std::time::Duration;

use uuid::Uuid;

use crate::ground::{Claimant, Partition, StoreError};
use crate::shared::Shared;

/// A partition of a task, held for a while. Dropped without a release, it ends when its time is over.
pub struct Lease {
    shared: Shared,
    claimant: Claimant,
    position: u64,
}

/// Takes a partition of a task for `length`, or answers nothing while somebody else holds it.
pub(crate) async fn take_lease(
    shared: &Shared,
    task: &'static str,
    partition: Partition,
    length: Duration,
) -> Result<Option<Lease>, StoreError> {
    let claimant = Claimant { task, partition, holder: Uuid::now_v7(), length };
    let taken = shared.engine().take_lease(&claimant).await?;
    Ok(taken.map(|position| Lease { shared: shared.clone(), claimant, position }))
}

impl Lease {
    /// How far the task's work has come here, by whoever had the lease; 0 before the first. Mostly the position of the last event that the work
    /// made; a task that makes none counts by something else that grows.
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// Notes how far the work has come and begins the time anew; false where it was over and somebody else has the lease now.
    ///
    /// # Errors
    /// The database's.
    pub async fn keep(&mut self, position: u64) -> Result<bool, StoreError> {
        self.position = self.position.max(position);
        self.shared.engine().keep_lease(&self.claimant, self.position).await
    }

    /// Lets the next one have it at once.
    ///
    /// # Errors
    /// The database's; the lease then ends when its time is over.
    pub async fn release(self) -> Result<(), StoreError> {
        self.shared.engine().end_lease(&self.claimant, self.position).await
    }
}

impl std::fmt::Debug for Lease {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Lease({}, partition {})", self.claimant.task, self.claimant.partition)
    }
}
