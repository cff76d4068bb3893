//! The connections of a store on SQLite: one writer at a time, readers beside it, the keys in a file of their own.
//!
//! file: writer (one connection) + readers, write-ahead log, every commit on the disk        memory: one connection does all
//! What is acknowledged is on the disk (`synchronous = FULL`); a destroyed key is overwritten (`secure_delete`) and the write-ahead log of
//! the keys folded back.
//! - a destroyed key is overwritten
//! - several processes may bring the tables up to date at once
//! - a full disk stops the commands of that time and no later one

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous, SqliteTransactionManager,
};
use sqlx::{Connection, Executor, Sqlite as Lite, Transaction, TransactionManager};

use super::single_statement;
use crate::engine::contract::{ClockReference, Engine};
use crate::engine::migrations::Migrations;
use crate::ground::Partition;
use crate::ground::{StoreError, back_off};

/// How often opening the file, or a migration, is tried against another process that is doing the same.
const OPENING_ATTEMPTS: u32 = 10;

/// A log on SQLite. Clones share the connections.
#[derive(Clone)]
pub(crate) struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
    /// The turns that followers of this process are taking.
    turns: Arc<Mutex<HashSet<(String, Partition)>>>,
    /// The file whose locks other processes see; nothing in memory, which no other process sees.
    file: Option<PathBuf>,
}

/// The file behind what follows `sqlite:`; none in memory, nor where it is no place.
pub(crate) fn file_of(place: &str) -> Option<PathBuf> {
    // A place that is none is refused with its error where it is opened.
    DatabaseLocation::of(place).ok()?.file()
}

/// Where a database lives.
#[derive(Clone)]
enum DatabaseLocation {
    File(PathBuf),
    Memory,
}

impl DatabaseLocation {
    fn of(text: &str) -> Result<Self, StoreError> {
        match text.strip_prefix("//").unwrap_or(text) {
            "" => Err(StoreError::Address),
            ":memory:" => Ok(Self::Memory),
            path => Ok(Self::File(PathBuf::from(path))),
        }
    }

    fn file(self) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(path),
            Self::Memory => None,
        }
    }

    fn options(&self) -> SqliteConnectOptions {
        let options = match self {
            Self::File(path) => SqliteConnectOptions::new().filename(path).journal_mode(SqliteJournalMode::Wal),
            Self::Memory => SqliteConnectOptions::new().in_memory(true),
        };
        options.create_if_missing(true).synchronous(SqliteSynchronous::Full).foreign_keys(true).busy_timeout(Duration::from_secs(10))
    }

    /// The file of the keys, beside the log's.
    fn keys(&self) -> String {
        match self {
            Self::File(path) => format!("{}-keys", path.display()),
            Self::Memory => ":memory:".to_owned(),
        }
    }

    /// A pool whose connections all see the keys, and whose only connection in memory lives as long as the pool.
    async fn pool(&self, connections: u32) -> Result<SqlitePool, StoreError> {
        let (keys, in_memory) = (self.keys(), matches!(self, Self::Memory));
        let options = SqlitePoolOptions::new()
            .min_connections(1)
            .max_connections(connections)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .acquire_timeout(Duration::from_secs(30))
            .after_connect(move |connection, _| {
                let keys = keys.clone();
                Box::pin(async move {
                    attach_keys(connection, &keys).await?;
                    single_statement::prepare(connection).await
                })
            })
            .after_release(move |connection, _| {
                Box::pin(async move { if in_memory { end(connection).await } else { has_ended(connection).await } })
            });
        // Of several processes that make the file at once one sets its journal, and SQLite tells the others at once that it is locked.
        let mut attempt = 1;
        loop {
            match options.clone().connect_with(self.options()).await.map_err(StoreError::from) {
                Err(error) if error.lost_a_race() && attempt < OPENING_ATTEMPTS => back_off(attempt).await,
                opened => return opened,
            }
            attempt += 1;
        }
    }
}

/// Whether no transaction is open on a connection that is given back; if one is, the connection is thrown away.
///
/// SQLite itself undoes a transaction that meets a full disk or a failing one. The rollback that sqlx sends then is refused, and sqlx
/// takes the connection for one inside a transaction for ever: it would begin none again.
async fn has_ended(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // The answer comes behind the rollback of a transaction that was dropped.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

/// The same in memory, where the one connection holds all data: a transaction is opened for the rollback that sqlx still owes.
async fn end(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if !has_ended(connection).await? {
        (&mut *connection).execute("BEGIN").await?;
        SqliteTransactionManager::rollback(connection).await?;
    }
    Ok(true)
}

async fn attach_keys(connection: &mut SqliteConnection, keys: &str) -> Result<(), sqlx::Error> {
    sqlx::query("ATTACH DATABASE $1 AS keys").bind(keys).execute(&mut *connection).await?;
    connection.execute("PRAGMA keys.journal_mode = WAL; PRAGMA keys.synchronous = FULL; PRAGMA keys.secure_delete = ON").await?;
    Ok(())
}

impl Sqlite {
    /// Brings the tables up to date and opens the writer and the readers.
    pub(crate) async fn open(place: &str, connections: u32) -> Result<Self, StoreError> {
        let location = DatabaseLocation::of(place)?;
        let writer = location.pool(1).await?;
        migrate(&writer).await?;
        let (readers, file) = match location {
            DatabaseLocation::File(ref path) => (location.pool(connections).await?, Some(path.clone())),
            DatabaseLocation::Memory => (writer.clone(), None),
        };
        Ok(Self { writer, readers, turns: Arc::default(), file })
    }

    /// The one connection that writes.
    pub(super) const fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    /// The connections that read.
    pub(super) const fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// The file whose locks other processes see; nothing in memory.
    pub(super) const fn file(&self) -> Option<&PathBuf> {
        self.file.as_ref()
    }

    /// A transaction that has the file's write lock from its start.
    ///
    /// In a task of its own: sqlx waits once more between the `BEGIN` and the guard that would undo it, and a caller who is gone by
    /// then would leave the only writer inside a transaction for ever.
    pub(super) async fn write(&self) -> Result<Transaction<'static, Lite>, StoreError> {
        let writer = self.writer.clone();
        let begun = tokio::spawn(async move { writer.begin_with("BEGIN IMMEDIATE").await }).await;
        Ok(begun.map_err(|_| StoreError::Malformed("a transaction whose beginning broke off"))??)
    }

    /// Notes that a follower of this process takes a turn; false while another has it.
    pub(super) fn note_turn(&self, name: &str, partition: Partition) -> bool {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner).insert((name.to_owned(), partition))
    }

    pub(super) fn forget_turn(&self, name: &str, partition: Partition) {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner).remove(&(name.to_owned(), partition));
    }
}

/// sqlx takes no lock on SQLite; each migration is a transaction of its own, so whoever comes second finds it done and goes on.
async fn migrate(writer: &SqlitePool) -> Result<(), StoreError> {
    let (migrator, mut attempt) = (Migrations::SQLITE.migrator().await?, 1);
    loop {
        match migrator.run(writer).await {
            Ok(()) => return Ok(()),
            Err(error) if attempt == OPENING_ATTEMPTS => return Err(StoreError::Migration(error.to_string())),
            Err(_) => back_off(attempt).await, // Tried again below; the last attempt's error is the answer.
        }
        attempt += 1;
    }
}

#[async_trait]
impl Engine for Sqlite {
    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    async fn clock_reference(&self) -> Result<ClockReference, StoreError> {
        let note = |file: &PathBuf| ClockReference::Note(PathBuf::from(format!("{}-clock", file.display())));
        Ok(self.file.as_ref().map_or(ClockReference::Nothing, note))
    }
}
