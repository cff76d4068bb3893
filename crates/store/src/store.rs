//! The store: opened once, then five doors: the log, the commands, the outbox, the read models and the contents.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use ens_domain::code::CodeKey;
use ens_domain::event::StreamKind;
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::ins::IndexKey;

use crate::clock_check;
use crate::content::{ContentPlace, Contents};
use crate::engine::{Engine, Postgres, Sqlite, file_of};
use crate::ground::{ClockFault, Entropy, Partition, Partitions, StoreError};
use crate::log::Log;
use crate::outbox::Outbox;
use crate::queue::Commands;
use crate::read_models::ReadModels;
use crate::sealing::MasterKey;
use crate::shared::Shared;
use crate::store_identity;

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// The key that every other key hangs on.
    pub master: MasterKey,
    /// Where keys and nonces come from.
    pub entropy: Entropy,
    /// How many connections this process opens at most (PostgreSQL), or how many readers (SQLite file).
    pub connections: u32,
    /// How many interactive commands may wait; one more is answered by [`StoreError::Overloaded`].
    pub waiting: usize,
    /// Where contents lie; without a place they are refused by [`StoreError::NoContents`].
    pub contents: Option<ContentPlace>,
}

impl StoreOptions {
    /// The operating system's randomness, 24 connections, room for 4,096 commands, and no place for contents.
    pub fn new(master: MasterKey) -> Self {
        Self { master, entropy: Entropy::os(), connections: 24, waiting: 4_096, contents: None }
    }

    /// Draws keys and nonces from `entropy`.
    #[must_use]
    pub fn with_entropy(mut self, entropy: Entropy) -> Self {
        self.entropy = entropy;
        self
    }

    /// Opens at most `connections`.
    #[must_use]
    pub fn with_connections(mut self, connections: u32) -> Self {
        self.connections = connections.max(2);
        self
    }

    /// Lets at most so many interactive commands wait.
    #[must_use]
    pub fn with_waiting(mut self, waiting: usize) -> Self {
        self.waiting = waiting;
        self
    }

    /// Keeps contents in this place.
    #[must_use]
    pub fn with_contents(mut self, place: ContentPlace) -> Self {
        self.contents = Some(place);
        self
    }
}

/// A store on PostgreSQL or SQLite. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Store(Arc<Doors>);

struct Doors {
    shared: Shared,
    log: Log,
    commands: Commands,
    outbox: Outbox,
    read_models: ReadModels,
    contents: Contents,
}

impl Store {
    /// Opens `postgres://…`, `sqlite:PATH` or `sqlite::memory:`, brings its tables up to date, compares the master key with the one that
    /// the store was made with, and destroys again what the log says was destroyed. Several processes may do so at once.
    ///
    /// # Errors
    /// [`StoreError::Address`], [`StoreError::Unreachable`], [`StoreError::Migration`], [`OpenError::WrongMaster`](crate::OpenError) for
    /// another master key than the store's, [`StoreError::Contents`] where their place cannot be opened, or the database's.
    pub async fn open(url: &str, options: StoreOptions) -> Result<Self, StoreError> {
        let engine: Box<dyn Engine> = match url.split_once(':') {
            Some(("postgres" | "postgresql", _)) => Box::new(Postgres::open(url, options.connections).await?),
            Some(("sqlite", place)) => Box::new(Sqlite::open(place, options.connections).await?),
            Some(_) | None => return Err(StoreError::Address),
        };
        let keys = options.master.derive()?;
        store_identity::check(engine.as_ref(), &keys).await?;
        let destroyed = engine.destroy_keys_again().await?;
        if destroyed > 0 {
            tracing::warn!(destroyed, "keys had come back that the log says are destroyed; destroyed again");
        }
        let partitions = engine.partitions().await?;
        let shared = Shared::new(engine, keys, options.entropy, partitions);
        Ok(Self(Arc::new(Doors {
            log: Log::of(shared.clone()),
            commands: Commands::new(shared.clone(), options.waiting),
            outbox: Outbox::of(shared.clone()),
            read_models: ReadModels::of(shared.clone()),
            contents: Contents::open(shared.clone(), options.contents).await?,
            shared,
        })))
    }

    /// The file of the embedded store that a URL leads to; none in memory, nor on a server.
    pub fn file_of(url: &str) -> Option<PathBuf> {
        url.strip_prefix("sqlite:").and_then(file_of)
    }

    /// What happened, and what it makes of spaces and of what they contain.
    pub fn log(&self) -> &Log {
        &self.0.log
    }

    /// What may be asked.
    pub fn commands(&self) -> &Commands {
        &self.0.commands
    }

    /// The messages that are to be sent.
    pub fn outbox(&self) -> &Outbox {
        &self.0.outbox
    }

    /// The tables that answer queries.
    pub fn read_models(&self) -> &ReadModels {
        &self.0.read_models
    }

    /// The files of the spaces.
    pub fn contents(&self) -> &Contents {
        &self.0.contents
    }

    /// The key of the digests that lead from an INS to a space.
    pub fn index_key(&self) -> &IndexKey {
        &self.0.shared.keys().index
    }

    /// The key of the digests of provisional codes.
    pub fn code_key(&self) -> &CodeKey {
        &self.0.shared.keys().code
    }

    /// The id of an item that a partner names, such as the number of a document: the same name in the same space is the same item, and
    /// nobody without the master key goes from one to the other.
    pub fn item_named(&self, space: SpaceId, kind: StreamKind, name: &str) -> ItemId {
        self.0.shared.keys().item(space, kind, name)
    }

    /// This process's randomness.
    pub fn entropy(&self) -> &Entropy {
        self.0.shared.entropy()
    }

    /// The partitions of this database.
    pub fn partitions(&self) -> Partitions {
        self.0.shared.partitions()
    }

    /// Where the streams of a space stand.
    pub fn partition_of(&self, space: SpaceId) -> Partition {
        self.0.shared.partition_of(space)
    }

    /// Compares this process's clock with the database's or with the last instant that the store saw, and notes the instant where it is
    /// right. Asked before anything is done because its day has come.
    ///
    /// # Errors
    /// [`StoreError::Clock`] where it cannot be trusted, or the database's.
    pub async fn compare_clock(&self, now: impl Fn() -> DateTime<Utc> + Send + Sync) -> Result<(), StoreError> {
        clock_check::compare(&self.0.shared, now).await
    }

    /// What is wrong with this process's clock, if anything is; notes nothing.
    ///
    /// # Errors
    /// The database's.
    pub async fn clock_fault(&self, now: impl Fn() -> DateTime<Utc> + Send + Sync) -> Result<Option<ClockFault>, StoreError> {
        clock_check::fault(&self.0.shared, now).await
    }

    /// Takes the operator's word that the clock is right now, whatever it seems. On PostgreSQL the server's clock is asked all the same.
    ///
    /// # Errors
    /// The note cannot be written, or the database's.
    pub async fn accept_clock(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        clock_check::accept(&self.0.shared, now).await
    }

    /// Closes the connections, and on SQLite folds the write-ahead log back into the file. Other clones can do nothing afterwards.
    pub async fn close(&self) {
        self.0.shared.engine().close().await;
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.0.shared
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Store({} partitions)", self.0.shared.partitions().count())
    }
}
