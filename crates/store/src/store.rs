//! The door: opening a store, and what all of its parts share.

use std::path::PathBuf;
use std::sync::Arc;

use ens_domain::code::CodeKey;
use ens_domain::ids::SpaceId;
use ens_domain::ins::IndexKey;
use tokio::sync::watch;

use crate::bus::Bus;
use crate::engine::{Engine, Postgres, Sqlite, file_of};
use crate::entropy::Entropy;
use crate::error::StoreError;
use crate::master::{DerivedKeys, MasterKey};
use crate::partition::{Partition, Partitions};
use crate::reads::Desk;
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
    /// How many single orders may wait to be carried out; one more is answered by [`StoreError::Overloaded`].
    pub waiting: usize,
}

impl StoreOptions {
    /// The operating system's randomness, 24 connections, and room for 4,096 orders.
    pub fn new(master: MasterKey) -> Self {
        Self { master, entropy: Entropy::os(), connections: 24, waiting: 4_096 }
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

    /// Lets at most so many single orders wait.
    #[must_use]
    pub fn with_waiting(mut self, waiting: usize) -> Self {
        self.waiting = waiting;
        self
    }
}

/// The log, its keys, its outbox and its read models, on PostgreSQL or SQLite. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

struct Shared {
    engine: Box<dyn Engine>,
    keys: DerivedKeys,
    entropy: Entropy,
    partitions: Partitions,
    bell: watch::Sender<u64>,
    reads: Desk,
    bus: Bus,
}

impl Store {
    /// Opens `postgres://…`, `sqlite:PATH` or `sqlite::memory:`, brings its tables up to date, compares the master key with the one that
    /// the store was made with, and destroys again what the log says was destroyed. Several processes may do so at once.
    ///
    /// # Errors
    /// [`StoreError::Address`], [`StoreError::Unreachable`], [`StoreError::Migration`], [`OpenError::WrongMaster`](crate::OpenError) for
    /// another master key than the store's, or the database's.
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
        let (bell, _) = watch::channel(0);
        let bus = Bus::new(partitions, options.waiting);
        Ok(Self(Arc::new(Shared { engine, keys, entropy: options.entropy, partitions, bell, reads: Desk::default(), bus })))
    }

    /// The file of the embedded store that a URL leads to; none in memory, nor on a server.
    pub fn file_of(url: &str) -> Option<PathBuf> {
        url.strip_prefix("sqlite:").and_then(file_of)
    }

    /// The key of the digests that lead from an INS to a space.
    pub fn index_key(&self) -> &IndexKey {
        &self.0.keys.index
    }

    /// The key of the digests of provisional codes.
    pub fn code_key(&self) -> &CodeKey {
        &self.0.keys.code
    }

    /// This process's randomness.
    pub fn entropy(&self) -> &Entropy {
        &self.0.entropy
    }

    /// The partitions of this database.
    pub fn partitions(&self) -> Partitions {
        self.0.partitions
    }

    /// Where a space's events stand.
    pub fn partition_of(&self, space: SpaceId) -> Partition {
        self.0.partitions.of(&space.to_string())
    }

    /// Closes the connections, and on SQLite folds the write-ahead log back into the file. Other clones can do nothing afterwards.
    pub async fn close(&self) {
        self.0.engine.close().await;
    }

    pub(crate) fn engine(&self) -> &dyn Engine {
        self.0.engine.as_ref()
    }

    pub(crate) fn keys(&self) -> &DerivedKeys {
        &self.0.keys
    }

    pub(crate) fn bus(&self) -> &Bus {
        &self.0.bus
    }

    /// Where reads of one row wait for each other.
    pub(crate) fn reads(&self) -> &Desk {
        &self.0.reads
    }

    /// Wakes who waits for something to read.
    pub(crate) fn ring_bell(&self) {
        self.0.bell.send_modify(|appends| *appends = appends.wrapping_add(1));
    }

    pub(crate) fn bell(&self) -> &watch::Sender<u64> {
        &self.0.bell
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Store({} partitions)", self.0.partitions.count())
    }
}
