//! The log on PostgreSQL: the head's lock, the feed, histories, what idempotency keys remember.

use async_trait::async_trait;
use futures::TryStreamExt;
use futures::future::BoxFuture;
use uuid::Uuid;

use super::append::Appending;
use super::connections::Postgres;
use crate::engine::contract::{AppendTransaction, AtHead, Log, StreamName, Streams};
use crate::engine::log_rows::{RememberedRow, StoredRow, WrittenRow, borrowed, placed, remembered, stored, written};
use crate::engine::numbers::{column, number};
use crate::engine::text;
use crate::ground::StoreError;
use crate::ground::StoredEvent;
use crate::ground::{Batch, Remembered};
use crate::ground::{Partition, Partitions};
use crate::ground::{Span, Take};

#[async_trait]
impl Log for Postgres {
    fn append_at(&self, batch: Batch) -> BoxFuture<'static, Result<AtHead, StoreError>> {
        self.commits.clone().write(batch)
    }

    fn batches_in_flight(&self) -> usize {
        self.commits.batches_in_flight()
    }

    async fn head(&self, partition: Partition) -> Result<u64, StoreError> {
        let sql = format!("SELECT position FROM log_heads WHERE partition = {partition}");
        number(sqlx::query_scalar(&sql).fetch_one(&self.writers).await?)
    }

    async fn written_after(&self, partition: Partition, after: u64, limit: u32) -> Result<Vec<(StreamName, u64)>, StoreError> {
        let rows: Vec<WrittenRow> =
            sqlx::query_as(&text::written_after(partition)).bind(column(after)).bind(i64::from(limit)).fetch_all(&self.writers).await?;
        rows.into_iter().map(written).collect()
    }

    async fn begin(&self, partition: Partition) -> Result<Box<dyn AppendTransaction>, StoreError> {
        Ok(Box::new(Appending::under_lock(&self.writers, partition).await?))
    }

    async fn partitions(&self) -> Result<Partitions, StoreError> {
        Ok(Partitions::counted(sqlx::query_scalar(text::PARTITIONS).fetch_one(&self.pool).await?)?)
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
        rows.into_iter().map(placed).collect()
    }

    async fn histories(&self, streams: Streams<'_>) -> Result<Vec<StoredEvent>, StoreError> {
        let sql = format!(
            "{} WHERE partition = {} AND aggregate_id = ANY($2) AND aggregate_type = ANY($1) ORDER BY aggregate_id, aggregate_type, sequence",
            text::STORED,
            streams.partition
        );
        let rows: Vec<StoredRow> = sqlx::query_as(&sql).bind(streams.kinds).bind(streams.ids).fetch_all(&self.writers).await?;
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
