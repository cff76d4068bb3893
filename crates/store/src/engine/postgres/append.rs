//! The append on PostgreSQL: arrays in; at a known head one statement for everything, under the lock one a table.

use std::collections::HashMap;

use async_trait::async_trait;
use ens_domain::ids::MessageId;
use sqlx::postgres::PgArguments;
use sqlx::{Postgres as Pg, Transaction};
use uuid::Uuid;

use super::commits::Piece;
use super::statement::Statement;
use crate::append::{Batch, NewMessage, Remembered, Row};
use crate::engine::{Aggregates, Append, number};
use crate::error::StoreError;
use crate::partition::Partition;

/// The one statement that writes everything.
pub(super) fn piece(batch: &Batch<'_>) -> Result<Piece, StoreError> {
    let mut statement = Statement::at_head(batch.partition, batch.head, batch.last())?;
    if !batch.rows.is_empty() {
        statement.log(&batch.rows)?;
    }
    if !batch.remember.is_empty() {
        statement.remembered(&batch.remember)?;
    }
    if !batch.made.is_empty() {
        statement.space_keys(batch.made)?;
    }
    if !batch.messages.is_empty() {
        statement.posted(&batch.messages)?;
    }
    if !batch.settles.is_empty() {
        statement.settled(&batch.settles)?;
    }
    let (sql, arguments) = statement.all();
    Ok(Piece { partition: batch.partition, rows: batch.rows.len(), sql, arguments })
}

/// A transaction that holds the partition's head row.
pub(super) struct Appending {
    pub(super) transaction: Transaction<'static, Pg>,
    pub(super) partition: Partition,
    pub(super) head: u64,
}

impl Appending {
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

    async fn insert(&mut self, rows: &[Row<'_>]) -> Result<(), StoreError> {
        let last = rows.last().map_or(self.head, |row| row.position);
        let mut statement = Statement::at_head(self.partition, self.head, last)?;
        statement.log(rows)?;
        self.run(statement.all()).await.map(drop)
    }

    async fn remember(&mut self, keys: &[Remembered]) -> Result<u64, StoreError> {
        let mut statement = Statement::alone(self.partition);
        statement.remembered(keys)?;
        statement.but_leave("key");
        self.run(statement.one()).await
    }

    async fn post(&mut self, messages: &[&NewMessage]) -> Result<(), StoreError> {
        let mut statement = Statement::alone(self.partition);
        statement.posted(messages)?;
        self.run(statement.one()).await.map(drop)
    }

    async fn settle(&mut self, messages: &[MessageId]) -> Result<(), StoreError> {
        let mut statement = Statement::alone(self.partition);
        statement.settled(messages)?;
        self.run(statement.one()).await.map(drop)
    }

    async fn destroy_keys(&mut self, spaces: &[String]) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE keys.space_keys SET wrapped = NULL, destroyed_at = clock_timestamp() \
             WHERE partition = {} AND space = ANY($1::uuid[]) AND wrapped IS NOT NULL",
            self.partition
        );
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
