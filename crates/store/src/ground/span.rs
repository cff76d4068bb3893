//! A stretch of one partition of the log, and who is given its events.

use std::ops::ControlFlow;

use super::events::EventRow;
use super::partition::Partition;

/// What to read of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Which partition.
    pub partition: Partition,
    /// The position before the first one to read; 0 begins at the beginning.
    pub after: u64,
    /// The last position to read; `None` reads to where the log ends now.
    pub to: Option<u64>,
}

impl Span {
    /// A whole partition.
    pub const fn all_of(partition: Partition) -> Self {
        Self { partition, after: 0, to: None }
    }
}

/// Who is given each row as it comes, and may end the reading.
pub(crate) type Take<'a> = dyn for<'r> FnMut(EventRow<'r>) -> ControlFlow<()> + Send + 'a;
