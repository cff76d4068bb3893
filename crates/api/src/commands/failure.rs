//! Why a command broke off: one sentence for the person who called it.

use std::io;
use std::path::PathBuf;

use ens_demo::DemoError;
use ens_notices::BounceError;
use ens_notices::letters::StatusImportError;
use ens_projections::{NotCaughtUp, RebuildError};
use ens_store::StoreError;

use crate::background::contents::SweepError;
use crate::config::{AccessMatrixError, FolderError, KeyError};
use crate::http::gate::{ClaimsError, MintError};
use crate::import::ImportError;
use crate::serve::ServeError;

/// Why a command broke off.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No key to start with.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No folder to work in.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The file of the access matrix.
    #[error(transparent)]
    Matrix(#[from] AccessMatrixError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file or the standard input or output.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The import broke off.
    #[error("{0}; run it again to go on")]
    Import(#[from] ImportError),
    /// The service could not start, or stopped by itself.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The demonstration broke off.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// A token could not be minted.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// What was asked makes no sense, and why.
    #[error("{0}")]
    Asked(String),
    /// The log does not hold what it promises.
    #[error("the log does not verify: {0} findings")]
    NotVerified(usize),
    /// A read model is not what the log says.
    #[error("{0} rows differ from what the log says; `ens rebuild` mends them")]
    Differs(usize),
    /// A read model stands still.
    #[error(transparent)]
    NotCaughtUp(#[from] NotCaughtUp),
    /// Contents were not swept.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// A rebuild or a comparison.
    #[error(transparent)]
    Rebuild(#[from] RebuildError),
    /// No bounce of ours.
    #[error(transparent)]
    Bounce(#[from] BounceError),
    /// The carrier's file.
    #[error("{0}; run it again to go on")]
    Letters(#[from] StatusImportError),
}

impl Failure {
    /// Whether the reader of the output has stopped reading, as `head` does: that is no failure of the command.
    pub fn is_a_reader_gone(&self) -> bool {
        matches!(self, Self::File { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The role is unknown, or lacks what it needs.
    #[error("{0}: see `ens token --help`")]
    Claims(#[from] ClaimsError),
    /// An option that this role needs is missing.
    #[error("--role {role} needs {option}")]
    Needs {
        /// The role.
        role: &'static str,
        /// The option.
        option: &'static str,
    },
    /// The key does not sign.
    #[error(transparent)]
    Mint(#[from] MintError),
}
