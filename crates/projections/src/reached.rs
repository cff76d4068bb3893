//! Waiting until rows reflect a position: what a reader does who brings the position of a write.

use std::time::Duration;

use ens_store::{Partition, Store, StoreError};
use tokio::time::{Instant, sleep};

/// The first pause between two looks at the checkpoint.
const SHORT: Duration = Duration::from_millis(5);

/// Whether rows reflect a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// They do.
    Yes,
    /// Not within the time given; they stand at this position.
    NotYet(u64),
}

/// Waits until the rows of `projection` reflect this position of a partition, at most this long. Works in a process without followers too.
///
/// # Errors
/// The store could not be read.
pub async fn reached(
    store: &Store,
    projection: &str,
    partition: Partition,
    position: u64,
    within: Duration,
) -> Result<Reached, StoreError> {
    let deadline = Instant::now() + within;
    let mut pause = SHORT;
    loop {
        let checkpoints = store.checkpoints(projection).await?;
        let stands = checkpoints.into_iter().find_map(|(each, reached)| (each == partition).then_some(reached)).unwrap_or_default();
        if stands >= position {
            return Ok(Reached::Yes);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Reached::NotYet(stands));
        }
        sleep(pause.min(left)).await;
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}
