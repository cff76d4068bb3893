//! A transaction that appends on SQLite, for batches that are decided under the lock or are too large for one statement.

use std::collections::HashMap;

use async_trait::async_trait;
use ens_domain::ids::{MessageId, SpaceId};
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{Sqlite as Lite, Transaction};

use super::binding::{EVENT, KEY, MESSAGE, Statement, array, bind_event, bind_key, bind_message, places};
use super::wal::checkpoint_keys;
use crate::engine::contract::{AppendTransaction, AtHead, StreamName, Streams};
use crate::engine::numbers::{column, number};
use crate::ground::{NewMessage, NewRow, Partition, Remembered, StoreError};

/// The last sequences of some streams; for the plus sign see [`super::log::histories`].
pub(super) const VERSIONS: &str = "SELECT aggregate_type, aggregate_id, max(sequence) FROM events \
     WHERE +partition = $1 AND aggregate_id IN (SELECT value FROM json_each($3)) \
     AND aggregate_type IN (SELECT value FROM json_each($2)) GROUP BY aggregate_type, aggregate_id";

/// A transaction that holds the file's write lock.
pub(super) struct Appending {
    transaction: Transaction<'static, Lite>,
    partition: Partition,
    head: u64,
    writer: SqlitePool,
    keys: KeyFile,
}

impl Appending {
    /// Begins at a head that is only believed: moving it tells whether it is there.
    pub(super) const fn at(transaction: Transaction<'static, Lite>, writer: SqlitePool, partition: Partition, head: u64) -> Self {
        Self { transaction, partition, head, writer, keys: KeyFile::Clean }
    }

    /// Begins with the head as it stands under the lock.
    pub(super) async fn under_lock(
        mut transaction: Transaction<'static, Lite>,
        writer: SqlitePool,
        partition: Partition,
    ) -> Result<Self, StoreError> {
        let head: i64 = sqlx::query_scalar("SELECT position FROM log_heads WHERE partition = $1")
            .bind(partition.column())
            .fetch_one(&mut *transaction)
            .await?;
        Ok(Self::at(transaction, writer, partition, number(head)?))
    }
}

/// Whether the file of the keys holds what must not be found there any more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyFile {
    Clean,
    HoldsDestroyed,
}

/// Rows of one statement: each statement is a trip to the thread that holds the file, and each length a text of its own to prepare.
const TOGETHER: usize = 16;

/// Where rows go, by how many columns, and what becomes of one that is there already.
pub(super) struct Target {
    pub(super) head: &'static str,
    pub(super) columns: usize,
    pub(super) on_conflict: &'static str,
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
        let sql = format!("INSERT INTO {} VALUES {} {}", into.head, places(some.len(), into.columns), into.on_conflict);
        let statement = some.iter().fold(sqlx::query(&sql), &bind);
        inserted += statement.execute(&mut *connection).await?.rows_affected();
    }
    Ok(inserted)
}

#[async_trait]
impl AppendTransaction for Appending {
    fn head(&self) -> u64 {
        self.head
    }

    async fn versions(&mut self, streams: Streams<'_>) -> Result<HashMap<StreamName, u64>, StoreError> {
        let rows: Vec<(String, String, i64)> = sqlx::query_as(VERSIONS)
            .bind(streams.partition.column())
            .bind(array(streams.kinds))
            .bind(array(streams.ids))
            .fetch_all(&mut *self.transaction)
            .await?;
        rows.into_iter().map(|(kind, id, version)| Ok(((kind, id), number(version)?))).collect()
    }

    async fn move_head(&mut self, to: u64) -> Result<AtHead, StoreError> {
        let moved = sqlx::query("UPDATE log_heads SET position = $3 WHERE partition = $1 AND position = $2")
            .bind(self.partition.column())
            .bind(column(self.head))
            .bind(column(to))
            .execute(&mut *self.transaction)
            .await?;
        Ok(if moved.rows_affected() == 0 { AtHead::Moved } else { AtHead::Written })
    }

    async fn insert_events(&mut self, rows: &[NewRow]) -> Result<(), StoreError> {
        let partition = self.partition.column();
        let into = Target {
            head: "events (partition, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, position)",
            columns: 1 + EVENT,
            on_conflict: "",
        };
        insert(&mut self.transaction, into, rows, |statement, row| bind_event(statement.bind(partition), row)).await.map(drop)
    }

    async fn remember(&mut self, requests: &[Remembered]) -> Result<u64, StoreError> {
        let partition = self.partition.column();
        let into = Target {
            head: "idempotency_keys (partition, key, digest, space, version_before, version, position)",
            columns: 1 + KEY,
            on_conflict: "ON CONFLICT (key) DO NOTHING",
        };
        insert(&mut self.transaction, into, requests, |statement, key| bind_key(statement.bind(partition), key)).await
    }

    async fn enqueue_messages(&mut self, messages: &[NewMessage]) -> Result<(), StoreError> {
        let partition = self.partition.column();
        let into = Target {
            head: "outbox (partition, message, space, kind, channel, content, due_at)",
            columns: 1 + MESSAGE,
            on_conflict: "ON CONFLICT (partition, message) DO NOTHING",
        };
        insert(&mut self.transaction, into, messages, |statement, message| bind_message(statement.bind(partition), message)).await.map(drop)
    }

    async fn complete_messages(&mut self, messages: &[MessageId]) -> Result<(), StoreError> {
        let ids: Vec<String> = messages.iter().map(MessageId::to_string).collect();
        sqlx::query("DELETE FROM outbox WHERE partition = $1 AND message IN (SELECT value FROM json_each($2))")
            .bind(self.partition.column())
            .bind(array(&ids))
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    async fn destroy_keys(&mut self, spaces: &[SpaceId]) -> Result<(), StoreError> {
        let spaces: Vec<String> = spaces.iter().map(SpaceId::to_string).collect();
        sqlx::query(
            "UPDATE keys.space_keys SET wrapped = NULL, destroyed_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') \
             WHERE partition = $1 AND space IN (SELECT value FROM json_each($2)) AND wrapped IS NOT NULL",
        )
        .bind(self.partition.column())
        .bind(array(&spaces))
        .execute(&mut *self.transaction)
        .await?;
        sqlx::query("DELETE FROM caregiver_places WHERE space IN (SELECT value FROM json_each($1))")
            .bind(array(&spaces))
            .execute(&mut *self.transaction)
            .await?;
        self.keys = KeyFile::HoldsDestroyed;
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.transaction.commit().await.map_err(StoreError::at_commit)?;
        match self.keys {
            KeyFile::Clean => Ok(()),
            KeyFile::HoldsDestroyed => checkpoint_keys(&self.writer).await,
        }
    }
}
