//! The commands of the program, one file each: what they print goes to the output, what they log to the error output.

use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use ens_projections::{NotCaughtUp, RebuildError};
use ens_store::{OpenError, Store, StoreError, StoreOptions};
use tokio::io::AsyncBufRead;

use crate::app::App;
use crate::cli::{Cli, Command};
use crate::clock::Clock;
use crate::config::{self, FolderError, KeyError, Settings};
use crate::notify::BounceError;
use crate::notify::letters::StatusImportError;
use crate::{demo, serve};

mod bounce;
mod import;
mod letters;
mod migrate;
mod open;
mod rebuild;
mod replay;
mod token;
mod verify;

/// Bytes that are read from a file at once.
const READ: usize = 64 * 1024;

/// Why a command broke off.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No key to start with.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No folder to work in.
    #[error(transparent)]
    Folder(#[from] FolderError),
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
    Import(#[from] crate::import::ImportError),
    /// The service could not start, or stopped by itself.
    #[error(transparent)]
    Serve(#[from] serve::ServeError),
    /// The demonstration broke off.
    #[error(transparent)]
    Demo(#[from] demo::DemoError),
    /// A token could not be minted.
    #[error(transparent)]
    Token(#[from] token::TokenError),
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
    /// Whether whoever read the output has seen enough, as `head` does: no failure of the command.
    pub fn is_a_reader_gone(&self) -> bool {
        matches!(self, Self::File { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Runs one command to its end.
///
/// # Errors
/// A [`Failure`], to be printed as it is.
pub async fn run(cli: Cli) -> Result<(), Failure> {
    let settings = cli.settings;
    match cli.command {
        Command::Demo(args) => Ok(demo::run(settings, args).await?),
        Command::Serve(args) => Ok(serve::run(app(open_store(&settings).await?, settings), args.only).await?),
        Command::Migrate(args) => migrate::run(settings, args).await,
        Command::Import(args) => import::run(settings, args).await,
        Command::Open(args) => open::run(settings, args).await,
        Command::Rebuild(args) => rebuild::run(settings, args).await,
        Command::Verify => verify::run(settings).await,
        Command::Replay(args) => replay::run(settings, args).await,
        Command::Token(args) => token::run(&settings, args),
        Command::Bounce => bounce::run(settings).await,
        Command::Letters(args) => letters::run(settings, args).await,
    }
}

/// The service's shared parts on the machine's clock.
fn app(store: Store, settings: Settings) -> App {
    App::new(store, Clock::machine(), settings)
}

/// Opens the store that the settings name, for a command that makes no sense on a new one: a path mistyped makes no file. A database on
/// a server was made by whoever runs it, and is opened as it is.
async fn open_existing(settings: &Settings) -> Result<Store, Failure> {
    match settings.embedded_file().filter(|file| file.try_exists().is_ok_and(|there| !there)) {
        Some(missing) => Err(Failure::Asked(format!("no store at {}: --store or --data leads to one", missing.display()))),
        None => open_store(settings).await,
    }
}

/// Opens the store that the settings name, or makes it.
async fn open_store(settings: &Settings) -> Result<Store, Failure> {
    settings.make_folders()?;
    let options = StoreOptions::new(config::master_key(settings)?).with_waiting(settings.limits.commands_waiting);
    match Store::open(&settings.store_url(), options).await {
        Err(StoreError::Open(OpenError::WrongMaster)) => Err(KeyError::OfAnotherStore.into()),
        opened => Ok(opened?),
    }
}

/// A file to read, or the standard input where the file is `-`.
async fn input(path: &Path) -> Result<Box<dyn AsyncBufRead + Unpin + Send>, Failure> {
    let opened = if path == Path::new("-") { standard_input() } else { tokio::fs::File::open(path).await };
    let file = opened.map_err(|source| Failure::File { path: path.to_owned(), source })?;
    Ok(Box::new(tokio::io::BufReader::with_capacity(READ, file)))
}

/// The standard input as a file, whatever stands behind it.
fn standard_input() -> io::Result<tokio::fs::File> {
    let owned = io::stdin().as_fd().try_clone_to_owned()?;
    Ok(tokio::fs::File::from_std(std::fs::File::from(owned)))
}

/// Prints one line; a reader that has gone away ends the command.
fn print(line: &str) -> Result<(), Failure> {
    use std::io::Write;
    writeln!(io::stdout(), "{line}").map_err(|source| Failure::File { path: PathBuf::from("output"), source })
}
