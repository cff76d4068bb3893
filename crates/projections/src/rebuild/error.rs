//! Why a rebuild or a comparison ended without a result.

use ens_store::{Partition, StoreError};

use crate::health::Fault;
use crate::read_model::FoldError;

/// Why a rebuild or a comparison ended without a result. The live table is untouched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RebuildError {
    /// There is no read model of that name.
    #[error("no read model has this name")]
    NoSuchReadModel,
    /// Another process or task rebuilds or compares it.
    #[error("{0} is being rebuilt or compared already: let that come to its end, or stop it and start again")]
    UnderWay(&'static str),
    /// There is no earlier version to bring back.
    #[error("no earlier version of {0} is kept")]
    NothingKept(&'static str),
    /// An event of the log cannot be folded.
    #[error("the event at position {} of partition {} cannot be folded: {}", .0.position, .0.partition, .0.reason)]
    Stopped(Fault),
    /// Followers changed the live rows of this partition during every attempt.
    #[error("the rows of partition {0} kept changing: compare while no follower is at work")]
    KeptChanging(Partition),
    /// The store could not be read or written; a rebuild goes on from there when it is started again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<FoldError> for RebuildError {
    fn from(error: FoldError) -> Self {
        match error {
            FoldError::Event(fault) => Self::Stopped(fault),
            FoldError::Store(error) => Self::Store(error),
        }
    }
}
