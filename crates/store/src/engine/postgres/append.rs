//! The append's transaction on PostgreSQL: arrays in, one statement a table, each in one partition.

use std::collections::HashMap;

use async_trait::async_trait;
use ens_domain::ids::MessageId;
use sqlx::postgres::PgArguments;
use sqlx::{Postgres as Pg, Transaction};
use uuid::Uuid;

use super::statement::Statement;
use crate::append::{NewMessage, Remembered, Row};
use crate::engine::{Aggregates, Append, StoredKey, column, number};
use crate::error::StoreError;
use crate::partition::Partition;

/// A transaction that holds the partition's head row.
pub(super) struct Appending {
    pub(super) transaction: Transaction<'static, Pg>,
    pub(super) partition: Partition,
    pub(super) head: u64,
}

impl Appending {
    /// Moves the head from where this transaction knows it to be, and answers how many heads stood there.
    pub(super) async fn move_head(&mut self, to: u64) -> Result<u64, StoreError> {
        let sql = format!("UPDATE log_heads SET position = $2 WHERE partition = {} AND position = $1", self.partition);
        let moved = sqlx::query(&sql).bind(column(self.head)).bind(column(to)).execute(&mut *self.transaction).await?;
        Ok(moved.rows_affected())
    }

    pub(super) async fn log(&mut self, rows: &[Row]) -> Result<(), StoreError> {
        let mut statement = Statement::of(self.partition);
        statement.log(rows)?;
        self.run(statement.text()).await.map(drop)
    }

    /// Inserts the spaces' keys that are absent and answers how many that were.
    pub(super) async fn keep_keys(&mut self, keys: &[StoredKey]) -> Result<u64, StoreError> {
        let mut statement = Statement::of(self.partition);
        statement.space_keys(keys)?;
        self.run(statement.but_leave("partition, space, generation")).await
    }

    async fn run(&mut self, (sql, arguments): (String, PgArguments)) -> Result<u64, StoreError> {
        Ok(sqlx::query_with(&sql, arguments).execute(&mut *self.transaction).await?.rows_affected())
    }
}

#[async_trait]
impl Append for Appending {
    fn head(&self) -> u64 {
        self.head
    }

    async fn versions(&mut self, aggregates: Aggregates<'_>) -> Result<HashMap<String, u64>, StoreError> {
        // A statement of its own, after the lock: its snapshot holds all that the previous holder wrote.
        let sql = format!(
            "SELECT aggregate_id, max(sequence) FROM events \
             WHERE partition = {} AND aggregate_type = $1 AND aggregate_id = ANY($2) GROUP BY aggregate_id",
            aggregates.partition
        );
        let rows: Vec<(String, i64)> =
            sqlx::query_as(&sql).bind(aggregates.aggregate_type).bind(aggregates.ids).fetch_all(&mut *self.transaction).await?;
        rows.into_iter().map(|(id, version)| Ok((id, number(version)?))).collect()
    }

    async fn insert(&mut self, rows: &[Row]) -> Result<(), StoreError> {
        self.log(rows).await?;
        self.move_head(rows.last().map_or(self.head, |row| row.position)).await.map(drop)
    }

    async fn remember(&mut self, keys: &[Remembered]) -> Result<u64, StoreError> {
        let mut statement = Statement::of(self.partition);
        statement.remembered(keys)?;
        self.run(statement.but_leave("key")).await
    }

    async fn post(&mut self, messages: &[NewMessage]) -> Result<(), StoreError> {
        let mut statement = Statement::of(self.partition);
        statement.posted(messages)?;
        self.run(statement.text()).await.map(drop)
    }

    async fn settle(&mut self, messages: &[MessageId]) -> Result<(), StoreError> {
        let sql = format!("DELETE FROM outbox WHERE partition = {} AND message = ANY($1)", self.partition);
        let messages: Vec<Uuid> = messages.iter().map(|message| message.uuid()).collect();
        sqlx::query(&sql).bind(messages).execute(&mut *self.transaction).await?;
        Ok(())
    }

    async fn destroy_keys(&mut self, spaces: &[String]) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE keys.space_keys SET wrapped = NULL, destroyed_at = clock_timestamp() \
             WHERE partition = {} AND space = ANY($1::uuid[]) AND wrapped IS NOT NULL",
            self.partition
        );
        // Ids that are no UUIDs, as the tests write them, have no key.
        sqlx::query(&sql)
            .bind(spaces.iter().filter_map(|space| Uuid::parse_str(space).ok()).collect::<Vec<_>>())
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.transaction.commit().await.map_err(StoreError::at_commit)
    }
}
