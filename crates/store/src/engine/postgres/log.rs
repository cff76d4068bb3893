//! The log on PostgreSQL: the head's lock, the feed, histories, what idempotency keys remember.

use async_trait::async_trait;
use futures::TryStreamExt;
use futures::future::BoxFuture;
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::Postgres;
use super::append::Appending;
use crate::append::{Batch, Remembered, Request};
use crate::engine::{Aggregates, Append, AtHead, Log, column, number, text};
use crate::error::StoreError;
use crate::feed::{Span, Take};
use crate::partition::{Partition, Partitions};
use crate::stored::{EventRow, StoredEvent};

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
        let rows = sqlx::query(&text::events_of(partition)).bind(column(after)).bind(i64::from(limit)).fetch_all(&self.pool).await?;
        rows.iter().map(stored).collect()
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
        let rows = sqlx::query(&sql).bind(aggregates.aggregate_type).bind(aggregates.ids).fetch_all(&self.writers).await?;
        rows.iter().map(stored).collect()
    }

    async fn remembered(&self, keys: &[Uuid]) -> Result<Vec<Remembered>, StoreError> {
        let rows = sqlx::query(
            "SELECT key, digest, partition, space, version_before, version, position FROM idempotency_keys WHERE key = ANY($1)",
        )
        .bind(keys)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(remembered).collect()
    }
}

/// A row of [`text::span`], by the places of its columns.
fn borrowed(row: &PgRow, partition: Partition) -> Result<EventRow<'_>, StoreError> {
    Ok(EventRow {
        aggregate_type: row.try_get_unchecked(0)?,
        aggregate_id: row.try_get_unchecked(1)?,
        sequence: number(row.try_get_unchecked(2)?)?,
        event_type: row.try_get_unchecked(3)?,
        event_version: row.try_get_unchecked(4)?,
        payload: row.try_get_unchecked(5)?,
        metadata: row.try_get_unchecked(6)?,
        partition,
        position: number(row.try_get_unchecked(7)?)?,
        recorded_at: row.try_get_unchecked(8)?,
    })
}

pub(super) fn stored(row: &PgRow) -> Result<StoredEvent, StoreError> {
    Ok(StoredEvent {
        aggregate_type: row.try_get("aggregate_type")?,
        aggregate_id: row.try_get("aggregate_id")?,
        sequence: number(row.try_get("sequence")?)?,
        event_type: row.try_get("event_type")?,
        event_version: row.try_get("event_version")?,
        payload: row.try_get("payload")?,
        metadata: row.try_get("metadata")?,
        partition: Partition::from_column(row.try_get("partition")?)?,
        position: number(row.try_get("position")?)?,
        recorded_at: row.try_get("recorded_at")?,
    })
}

fn remembered(row: &PgRow) -> Result<Remembered, StoreError> {
    Ok(Remembered {
        request: Request { key: row.try_get("key")?, digest: row.try_get("digest")?, space: row.try_get::<Uuid, _>("space")?.into() },
        partition: Partition::from_column(row.try_get("partition")?)?,
        version_before: number(row.try_get("version_before")?)?,
        version: number(row.try_get("version")?)?,
        position: number(row.try_get("position")?)?,
    })
}
