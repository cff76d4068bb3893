//! A transaction that appends on PostgreSQL: arrays in, one statement a table, each in one partition.

use std::collections::HashMap;

use async_trait::async_trait;
use ens_domain::ids::{MessageId, SpaceId};
use sqlx::postgres::{PgArguments, PgPool};
use sqlx::{Postgres as Pg, Transaction};
use uuid::Uuid;

use super::statement::Statement;
use crate::engine::contract::{AppendTransaction, AtHead, StreamName, Streams};
use crate::engine::numbers::{column, number};
use crate::ground::{NewMessage, NewRow, Partition, Remembered, StoreError};

/// A transaction on one partition.
pub(super) struct Appending {
    transaction: Transaction<'static, Pg>,
    partition: Partition,
    head: u64,
}

impl Appending {
    /// Begins at a head that is only believed: moving it tells whether it is there.
    pub(super) async fn at(pool: &PgPool, partition: Partition, head: u64) -> Result<Self, StoreError> {
        Ok(Self { transaction: pool.begin().await?, partition, head })
    }

    /// Begins with the lock of the partition's head, which is read under it.
    pub(super) async fn under_lock(pool: &PgPool, partition: Partition) -> Result<Self, StoreError> {
        let mut transaction = pool.begin().await?;
        let sql = format!("SELECT position FROM log_heads WHERE partition = {partition} FOR NO KEY UPDATE");
        let head: i64 = sqlx::query_scalar(&sql).fetch_one(&mut *transaction).await?;
        Ok(Self { transaction, partition, head: number(head)? })
    }

    async fn run(&mut self, (sql, arguments): (String, PgArguments)) -> Result<u64, StoreError> {
        Ok(sqlx::query_with(&sql, arguments).execute(&mut *self.transaction).await?.rows_affected())
    }
}

#[async_trait]
impl AppendTransaction for Appending {
    fn head(&self) -> u64 {
        self.head
    }

    async fn versions(&mut self, streams: Streams<'_>) -> Result<HashMap<StreamName, u64>, StoreError> {
        // A statement of its own, after the lock: its snapshot holds all that the previous holder wrote.
        let sql = format!(
            "SELECT aggregate_type, aggregate_id, max(sequence) FROM events \
             WHERE partition = {} AND aggregate_id = ANY($2) AND aggregate_type = ANY($1) GROUP BY aggregate_type, aggregate_id",
            streams.partition
        );
        let rows: Vec<(String, String, i64)> =
            sqlx::query_as(&sql).bind(streams.kinds).bind(streams.ids).fetch_all(&mut *self.transaction).await?;
        rows.into_iter().map(|(kind, id, version)| Ok(((kind, id), number(version)?))).collect()
    }

    async fn move_head(&mut self, to: u64) -> Result<AtHead, StoreError> {
        let sql = format!("UPDATE log_heads SET position = $2 WHERE partition = {} AND position = $1", self.partition);
        let moved = sqlx::query(&sql).bind(column(self.head)).bind(column(to)).execute(&mut *self.transaction).await?;
        Ok(if moved.rows_affected() == 0 { AtHead::Moved } else { AtHead::Written })
    }

    async fn insert_events(&mut self, rows: &[NewRow]) -> Result<(), StoreError> {
        let mut statement = Statement::of(self.partition);
        statement.events(rows)?;
        self.run(statement.text()).await.map(drop)
    }

    async fn remember(&mut self, requests: &[Remembered]) -> Result<u64, StoreError> {
        let mut statement = Statement::of(self.partition);
        statement.requests(requests)?;
        self.run(statement.on_conflict_do_nothing("key")).await
    }

    async fn enqueue_messages(&mut self, messages: &[NewMessage]) -> Result<(), StoreError> {
        let mut statement = Statement::of(self.partition);
        statement.messages(messages)?;
        self.run(statement.text()).await.map(drop)
    }

    async fn complete_messages(&mut self, messages: &[MessageId]) -> Result<(), StoreError> {
        let sql = format!("DELETE FROM outbox WHERE partition = {} AND message = ANY($1)", self.partition);
        let messages: Vec<Uuid> = messages.iter().map(|message| message.uuid()).collect();
        sqlx::query(&sql).bind(messages).execute(&mut *self.transaction).await?;
        Ok(())
    }

    async fn destroy_keys(&mut self, spaces: &[SpaceId]) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE keys.space_keys SET wrapped = NULL, destroyed_at = clock_timestamp() \
             WHERE partition = {} AND space = ANY($1) AND wrapped IS NOT NULL",
            self.partition
        );
        let spaces: Vec<Uuid> = spaces.iter().map(|space| space.uuid()).collect();
        sqlx::query(&sql).bind(&spaces).execute(&mut *self.transaction).await?;
        sqlx::query("DELETE FROM caregiver_places WHERE space = ANY($1)").bind(&spaces).execute(&mut *self.transaction).await?;
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.transaction.commit().await.map_err(StoreError::at_commit)
    }
}
