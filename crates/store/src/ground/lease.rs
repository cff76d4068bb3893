//! Who asks for a lease on a task.

use std::time::Duration;

use uuid::Uuid;

use super::partition::Partition;

/// Who asks for what, and for how long.
pub(crate) struct Claimant {
    pub(crate) task: &'static str,
    pub(crate) partition: Partition,
    pub(crate) holder: Uuid,
    pub(crate) length: Duration,
}
