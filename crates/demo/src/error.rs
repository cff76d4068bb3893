//! Why a demonstration broke off.

use std::io;
use std::path::PathBuf;

use chrono::NaiveDate;
use ens_notices::BounceError;
use ens_notices::letters::StatusImportError;
use ens_projections::NotCaughtUp;
use ens_store::StoreError;

use crate::service::ServiceError;

/// Why a demonstration broke off.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A demonstration adds nothing to a log that somebody uses.
    #[error("this store holds {0} events already: a demonstration begins with an empty one")]
    NotEmpty(u64),
    /// The campaign would not be over yet, or be older than the first spaces.
    #[error("--from: a campaign takes {days} days and must be over; name a day from {earliest}-01-01 to {latest}")]
    Begins {
        /// How long a campaign lasts.
        days: u64,
        /// The first year in which one could have begun.
        earliest: i32,
        /// The last day on which one could have begun.
        latest: NaiveDate,
    },
    /// The file of persons, or its folder.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The service could not do what it does by itself.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// Invented persons were refused, which shows a defect of the demonstration.
    #[error("{refused} of the invented lines or actions were refused")]
    Refused {
        /// How many.
        refused: u64,
    },
    /// The counts do not add up, which shows a defect.
    #[error("{counted} spaces were counted for {persons} persons")]
    DoesNotAddUp {
        /// In the read model.
        counted: u64,
        /// Invented.
        persons: u64,
    },
    /// A read model stands still.
    #[error(transparent)]
    NotCaughtUp(#[from] NotCaughtUp),
    /// The carrier's report.
    #[error(transparent)]
    Letters(#[from] StatusImportError),
    /// A bounce.
    #[error(transparent)]
    Bounce(#[from] BounceError),
    /// Something invented is not what it should be.
    #[error("an invented {0} has the wrong form")]
    Invented(&'static str),
}
