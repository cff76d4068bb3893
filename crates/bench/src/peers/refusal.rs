//! Why the plain cqrs-es aggregate of the peer refuses a command.

use chrono::NaiveDate;

/// Why a command was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PlainRefusal {
    /// The space is further in its life, or not so far.
    #[error("not now")]
    NotNow,
    /// The window is not over.
    #[error("the window runs until {0}")]
    WindowRuns(NaiveDate),
}
