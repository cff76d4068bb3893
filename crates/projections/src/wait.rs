//! Waiting until the rows of a read model reflect a position: for a reader that brings the position of a write.

use std::collections::HashMap;
use std::time::Duration;

use ens_store::{Partition, Store, StoreError};
use tokio::time::{Instant, sleep};

/// The first pause between two looks at the checkpoint.
const SHORT: Duration = Duration::from_millis(5);

/// The end of a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// The rows reflect the position.
    Reflected,
    /// They did not within the time given; they reflect this position.
    Behind(u64),
}

/// Waits until the rows of `projection` reflect this position of a partition, at most this long. Works in a process without followers too.
///
/// # Errors
/// The store could not be read.
pub async fn wait_for_position(
    store: &Store,
    projection: &str,
    partition: Partition,
    position: u64,
    within: Duration,
) -> Result<Waited, StoreError> {
    let behind = first_behind(store, projection, &[(partition, position)], within).await?;
    Ok(behind.map_or(Waited::Reflected, |(_, checkpoint)| Waited::Behind(checkpoint)))
}

/// Waits until the rows of `projection` reflect these positions, each of its partition, at most this long; then the first partition that is
/// still behind, and its checkpoint.
///
/// # Errors
/// The store could not be read.
pub async fn first_behind(
    store: &Store,
    projection: &str,
    positions: &[(Partition, u64)],
    within: Duration,
) -> Result<Option<(Partition, u64)>, StoreError> {
    let deadline = Instant::now() + within;
    let mut pause = SHORT;
    loop {
        let checkpoints: HashMap<Partition, u64> = store.read_models().checkpoints(projection).await?.into_iter().collect();
        let behind = positions.iter().find_map(|(partition, position)| {
            let checkpoint = checkpoints.get(partition).copied().unwrap_or_default();
            (checkpoint < *position).then_some((*partition, checkpoint))
        });
        let left = deadline.saturating_duration_since(Instant::now());
        if behind.is_none() || left.is_zero() {
            return Ok(behind);
        }
        sleep(pause.min(left)).await;
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}
