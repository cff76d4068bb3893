//! The append's transaction on SQLite, for who must look under the lock, and for batches too large for one statement.

use std::collections::HashMap;

use async_trait::async_trait;
use ens_domain::ids::MessageId;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{Sqlite as Lite, Transaction};

use super::Sqlite;
use super::binding::{EVENT, KEY, MESSAGE, Statement, bind_event, bind_key, bind_message, places};
use super::log::array;
use crate::append::{Batch, NewMessage, Remembered, Row, count};
use crate::engine::{Aggregates, Append, AtHead, Keys, column, number};
use crate::error::StoreError;
use crate::partition::Partition;

/// The last sequences of some aggregates of a type; for the plus sign see [`super::log::histories`].
pub(super) const VERSIONS: &str = "SELECT aggregate_id, max(sequence) FROM events WHERE +partition = $1 AND aggregate_type = $2 \
     AND aggregate_id IN (SELECT value FROM json_each($3)) GROUP BY aggregate_id";

/// A transaction that holds the file's write lock.
pub(super) struct Appending {
    pub(super) transaction: Transaction<'static, Lite>,
    pub(super) partition: Partition,
    pub(super) head: u64,
    pub(super) writer: SqlitePool,
    pub(super) keys: KeyFile,
}

/// Writes a large batch in one transaction, if the head is where the batch says; the keys of spaces come first, as in [`super::whole`].
pub(super) async fn append_at(engine: &Sqlite, batch: &Batch) -> Result<AtHead, StoreError> {
    if !batch.made.is_empty() && engine.create_keys(&batch.made).await? < count(batch.made.len()) {
        return Err(StoreError::duplicate());
    }
    let (transaction, writer) = (engine.write().await?, engine.writer.clone());
    let mut appending = Appending { transaction, partition: batch.partition, head: batch.head, writer, keys: KeyFile::Clean };
    if appending.move_head(batch.last()).await? == 0 {
        return Ok(AtHead::Moved);
    }
    appending.log(&batch.rows).await?;
    if appending.remember(&batch.remember).await? < count(batch.remember.len()) {
        return Err(StoreError::duplicate());
    }
    appending.post(&batch.messages).await?;
    if !batch.settles.is_empty() {
        appending.settle(&batch.settles).await?;
    }
    Box::new(appending).commit().await?;
    Ok(AtHead::Written)
}

impl Appending {
    /// Moves the head from where this transaction knows it to be, and answers how many heads stood there.
    async fn move_head(&mut self, to: u64) -> Result<u64, StoreError> {
        let moved = sqlx::query("UPDATE log_heads SET position = $3 WHERE partition = $1 AND position = $2")
            .bind(self.partition.column())
            .bind(column(self.head))
            .bind(column(to))
            .execute(&mut *self.transaction)
            .await?;
        Ok(moved.rows_affected())
    }

    async fn log(&mut self, rows: &[Row]) -> Result<(), StoreError> {
        let partition = self.partition.column();
        let into = Target {
            head: "events (partition, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, position)",
            columns: 1 + EVENT,
            but: "",
        };
        insert(&mut self.transaction, into, rows, |statement, row| bind_event(statement.bind(partition), row)).await.map(drop)
    }
}

/// Whether the file of the keys holds what must not be found there any more.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyFile {
    Clean,
    HoldsDestroyed,
}

/// Rows of one statement: each statement is a trip to the thread that holds the file, and each length a text of its own to prepare.
const TOGETHER: usize = 16;

/// Where rows go, by how many columns, and what becomes of one that is there already.
pub(super) struct Target {
    pub(super) head: &'static str,
    pub(super) columns: usize,
    pub(super) but: &'static str,
}

/// Inserts rows by sixteen, the rest one by one, and answers how many were inserted.
pub(super) async fn insert<R>(
    connection: &mut SqliteConnection,
    into: Target,
    rows: &[R],
    bind: impl for<'q> Fn(Statement<'q>, &'q R) -> Statement<'q>,
) -> Result<u64, StoreError> {
    let (sixteens, rest) = rows.split_at(rows.len() - rows.len() % TOGETHER);
    let mut inserted = 0;
    for some in sixteens.chunks(TOGETHER).chain(rest.chunks(1)) {
        let sql = format!("INSERT INTO {} VALUES {} {}", into.head, places(some.len(), into.columns), into.but);
        let statement = some.iter().fold(sqlx::query(&sql), &bind);
        inserted += statement.execute(&mut *connection).await?.rows_affected();
    }
    Ok(inserted)
}

#[async_trait]
impl Append for Appending {
    fn head(&self) -> u64 {
        self.head
    }

    async fn versions(&mut self, aggregates: Aggregates<'_>) -> Result<HashMap<String, u64>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as(VERSIONS)
            .bind(aggregates.partition.column())
            .bind(aggregates.aggregate_type)
            .bind(array(aggregates.ids))
            .fetch_all(&mut *self.transaction)
            .await?;
        rows.into_iter().map(|(id, version)| Ok((id, number(version)?))).collect()
    }

    async fn insert(&mut self, rows: &[Row]) -> Result<(), StoreError> {
        self.log(rows).await?;
        self.move_head(rows.last().map_or(self.head, |row| row.position)).await.map(drop)
    }

    async fn remember(&mut self, keys: &[Remembered]) -> Result<u64, StoreError> {
        let partition = self.partition.column();
        let into = Target {
            head: "idempotency_keys (partition, key, digest, space, version_before, version, position)",
            columns: 1 + KEY,
            but: "ON CONFLICT (key) DO NOTHING",
        };
        insert(&mut self.transaction, into, keys, |statement, key| bind_key(statement.bind(partition), key)).await
    }

    async fn post(&mut self, messages: &[NewMessage]) -> Result<(), StoreError> {
        let partition = self.partition.column();
        let into = Target {
            head: "outbox (partition, message, space, kind, channel, content, due_at)",
            columns: 1 + MESSAGE,
            but: "ON CONFLICT (partition, message) DO NOTHING",
        };
        insert(&mut self.transaction, into, messages, |statement, message| bind_message(statement.bind(partition), message)).await.map(drop)
    }

    async fn settle(&mut self, messages: &[MessageId]) -> Result<(), StoreError> {
        let ids: Vec<String> = messages.iter().map(MessageId::to_string).collect();
        sqlx::query("DELETE FROM outbox WHERE partition = $1 AND message IN (SELECT value FROM json_each($2))")
            .bind(self.partition.column())
            .bind(array(&ids))
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    async fn destroy_keys(&mut self, spaces: &[String]) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE keys.space_keys SET wrapped = NULL, destroyed_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') \
             WHERE partition = $1 AND space IN (SELECT value FROM json_each($2)) AND wrapped IS NOT NULL",
        )
        .bind(self.partition.column())
        .bind(array(spaces))
        .execute(&mut *self.transaction)
        .await?;
        self.keys = KeyFile::HoldsDestroyed;
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.transaction.commit().await.map_err(StoreError::at_commit)?;
        match self.keys {
            KeyFile::Clean => Ok(()),
            KeyFile::HoldsDestroyed => fold_keys(&self.writer).await,
        }
    }
}

/// Folds the keys' write-ahead log back and empties it: what `secure_delete` overwrote in the file must not survive beside it.
pub(super) async fn fold_keys(writer: &SqlitePool) -> Result<(), StoreError> {
    let (busy, _, _): (i64, i64, i64) = sqlx::query_as("PRAGMA keys.wal_checkpoint(TRUNCATE)").fetch_one(writer).await?;
    if busy != 0 {
        tracing::info!("a reader holds the keys' write-ahead log; it is folded back with the next destruction or at the next start");
    }
    Ok(())
}
