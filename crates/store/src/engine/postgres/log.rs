//! The log on PostgreSQL: the head's lock, the feed, histories, what idempotency keys remember.

use async_trait::async_trait;
use futures::TryStreamExt;
use futures::future::BoxFuture;
use uuid::Uuid;

use super::Postgres;
use super::append::Appending;
use crate::append::{Batch, Remembered};
use crate::engine::log_rows::{RememberedRow, StoredRow, borrowed, remembered, stored};
use crate::engine::{Aggregates, Append, AtHead, Log, column, number, text};
use crate::error::StoreError;
use crate::feed::{Span, Take};
use crate::partition::{Partition, Partitions};
use crate::stored::StoredEvent;

#[async_trait]
impl Log for Postgres {
    fn append_at(&self, batch: Batch) -> BoxFuture<'static, Result<AtHead, StoreError>> {
        self.commits.clone().write(batch)
    }

    fn ahead(&self) -> usize {
        self.commits.ahead()
    }

    async fn head(&self, partition: Partition) -> Result<u64, StoreError> {
        let sql = format!("SELECT position FROM log_heads WHERE partition = {partition}");
        number(sqlx::query_scalar(&sql).fetch_one(&self.writers).await?)
    }

    async fn written_after(&self, partition: Partition, after: u64, limit: u32) -> Result<Vec<(String, u64)>, StoreError> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as(&text::written_after(partition)).bind(column(after)).bind(i64::from(limit)).fetch_all(&self.writers).await?;
        rows.into_iter().map(|(aggregate, position)| Ok((aggregate, number(position)?))).collect()
    }

    async fn begin(&self, partition: Partition) -> Result<Box<dyn Append>, StoreError> {
        let mut transaction = self.writers.begin().await?;
        let sql = format!("SELECT position FROM log_heads WHERE partition = {partition} FOR NO KEY UPDATE");
        let head: i64 = sqlx::query_scalar(&sql).fetch_one(&mut *transaction).await?;
        Ok(Box::new(Appending { transaction, partition, head: number(head)? }))
    }

    async fn partitions(&self) -> Result<Partitions, StoreError> {
        Partitions::counted(sqlx::query_scalar(text::PARTITIONS).fetch_one(&self.pool).await?)
    }

    async fn feed(&self, partition: Partition, after: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let rows: Vec<StoredRow> =
            sqlx::query_as(&text::events_of(partition)).bind(column(after)).bind(i64::from(limit)).fetch_all(&self.pool).await?;
        rows.into_iter().map(stored).collect()
    }

    async fn stream(&self, span: Span, take: &mut Take<'_>) -> Result<(), StoreError> {
        let sql = text::span(span.partition);
        let to = column(span.to.unwrap_or(u64::MAX));
        let mut rows = sqlx::query(&sql).bind(column(span.after)).bind(to).fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            if take(borrowed(&row, span.partition)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    async fn heads(&self) -> Result<Vec<(Partition, u64)>, StoreError> {
        let rows: Vec<(i16, i64)> = sqlx::query_as(text::HEADS).fetch_all(&self.pool).await?;
        rows.into_iter().map(|(partition, position)| Ok((Partition::from_column(partition)?, number(position)?))).collect()
    }

    async fn histories(&self, aggregates: Aggregates<'_>) -> Result<Vec<StoredEvent>, StoreError> {
        let sql = format!(
            "{} WHERE partition = {} AND aggregate_type = $1 AND aggregate_id = ANY($2) ORDER BY aggregate_id, sequence",
            text::STORED,
            aggregates.partition
        );
        let rows: Vec<StoredRow> =
            sqlx::query_as(&sql).bind(aggregates.aggregate_type).bind(aggregates.ids).fetch_all(&self.writers).await?;
        rows.into_iter().map(stored).collect()
    }

    async fn remembered(&self, keys: &[Uuid]) -> Result<Vec<Remembered>, StoreError> {
        let rows: Vec<RememberedRow> = sqlx::query_as(
            "SELECT key, digest, partition, space, version_before, version, position FROM idempotency_keys WHERE key = ANY($1)",
        )
        .bind(keys)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(remembered).collect()
    }
}
