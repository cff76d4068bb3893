//! Which read models rest in which partitions after a failure, and until when.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use super::checkpoints::CheckpointKey;

/// Who rests until when.
#[derive(Default)]
pub(crate) struct Backoff {
    resting: BTreeMap<CheckpointKey, Instant>,
}

impl Backoff {
    /// Those who still rest now.
    pub(crate) fn resting(&mut self) -> BTreeSet<CheckpointKey> {
        let now = Instant::now();
        self.resting.retain(|_, until| *until > now);
        self.resting.keys().copied().collect()
    }

    /// Lets one rest for this long from now on.
    pub(crate) fn rest(&mut self, key: CheckpointKey, time: Duration) {
        self.resting.insert(key, Instant::now() + time);
    }
}
