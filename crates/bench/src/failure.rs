//! Why a measurement came to nothing.

use std::io;

use cqrs_es::AggregateError;
use ens_projections::{NotCaughtUp, RebuildError};
use ens_store::{Rejection, StoreError};

use crate::peers::refusal::PlainRefusal;

/// What went wrong; a number is never printed in its place.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Our store.
    #[error("the store: {0}")]
    Store(#[from] StoreError),
    /// A command that should have been accepted.
    #[error("a command was rejected: {0}")]
    Rejected(#[from] Rejection),
    /// Our read models.
    #[error("a read model: {0}")]
    Rebuild(#[from] RebuildError),
    /// Our followers.
    #[error("the followers: {0}")]
    NotCaughtUp(#[from] NotCaughtUp),
    /// The peer.
    #[error("the peer: {0}")]
    Peer(#[from] AggregateError<PlainRefusal>),
    /// A statement of the bench's own.
    #[error("a statement: {0}")]
    Statement(#[from] sqlx::Error),
    /// A statement of the bench's own that was pipelined.
    #[error("a pipelined statement: {0}")]
    Pipelined(#[from] tokio_postgres::Error),
    /// A file, a process, a socket.
    #[error("the system: {0}")]
    System(#[from] io::Error),
    /// A text that should be JSON of a known shape.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A task of the bench.
    #[error("a task of the bench broke off: {0}")]
    Task(#[from] tokio::task::JoinError),
    /// Whatever else, in a sentence.
    #[error("{0}")]
    Other(String),
}

impl Failure {
    /// A failure told in a sentence.
    pub(crate) fn because(reason: impl ToString) -> Self {
        Self::Other(reason.to_string())
    }
}
