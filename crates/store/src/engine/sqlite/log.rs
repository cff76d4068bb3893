//! The log on SQLite: the write lock, the feed, histories, what idempotency keys remember.

use async_trait::async_trait;
use futures::TryStreamExt;
use futures::future::BoxFuture;
use uuid::Uuid;

use super::append::Appending;
use super::binding::{array, hex};
use super::connections::Sqlite;
use super::single_statement;
use crate::engine::append::append_in_parts;
use crate::engine::contract::{AppendTransaction, AtHead, Keys, Log, StreamName, Streams};
use crate::engine::log_rows::{RememberedRow, StoredRow, WrittenRow, borrowed, placed, remembered, stored, written};
use crate::engine::numbers::{column, number};
use crate::engine::text;
use crate::ground::StoreError;
use crate::ground::StoredEvent;
use crate::ground::{Batch, Remembered, count};
use crate::ground::{Partition, Partitions};
use crate::ground::{Span, Take};

#[async_trait]
impl Log for Sqlite {
    fn append_at(&self, batch: Batch) -> BoxFuture<'static, Result<AtHead, StoreError>> {
        let engine = self.clone();
        Box::pin(async move {
            if single_statement::fits(&batch) {
                return single_statement::write(engine.writer(), batch).await;
            }
            if !batch.new_keys.is_empty() && engine.create_keys(&batch.new_keys).await? < count(batch.new_keys.len()) {
                return Err(StoreError::duplicate());
            }
            let appending = Appending::at(engine.write().await?, engine.writer().clone(), batch.partition, batch.head);
            append_in_parts(Box::new(appending), &batch).await
        })
    }

    fn batches_in_flight(&self) -> usize {
        // A batch ahead would be a commit of its own, and keep the commands behind it waiting for that.
        1
    }

    async fn head(&self, partition: Partition) -> Result<u64, StoreError> {
        let head = sqlx::query_scalar("SELECT position FROM log_heads WHERE partition = $1").bind(partition.column());
        number(head.fetch_one(self.readers()).await?)
    }

    async fn written_after(&self, partition: Partition, after: u64, limit: u32) -> Result<Vec<(StreamName, u64)>, StoreError> {
        let rows: Vec<WrittenRow> =
            sqlx::query_as(&text::written_after(partition)).bind(column(after)).bind(i64::from(limit)).fetch_all(self.readers()).await?;
        rows.into_iter().map(written).collect()
    }

    async fn begin(&self, partition: Partition) -> Result<Box<dyn AppendTransaction>, StoreError> {
        Ok(Box::new(Appending::under_lock(self.write().await?, self.writer().clone(), partition).await?))
    }

    async fn partitions(&self) -> Result<Partitions, StoreError> {
        Ok(Partitions::counted(sqlx::query_scalar(text::PARTITIONS).fetch_one(self.readers()).await?)?)
    }

    async fn feed(&self, partition: Partition, after: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let rows: Vec<StoredRow> =
            sqlx::query_as(&text::events_of(partition)).bind(column(after)).bind(i64::from(limit)).fetch_all(self.readers()).await?;
        rows.into_iter().map(stored).collect()
    }

    async fn stream(&self, span: Span, take: &mut Take<'_>) -> Result<(), StoreError> {
        let sql = text::span(span.partition);
        let to = column(span.to.unwrap_or(u64::MAX));
        let mut rows = sqlx::query(&sql).bind(column(span.after)).bind(to).fetch(self.readers());
        while let Some(row) = rows.try_next().await? {
            if take(borrowed(&row, span.partition)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    async fn heads(&self) -> Result<Vec<(Partition, u64)>, StoreError> {
        let rows: Vec<(i16, i64)> = sqlx::query_as(text::HEADS).fetch_all(self.readers()).await?;
        rows.into_iter().map(placed).collect()
    }

    async fn histories(&self, streams: Streams<'_>) -> Result<Vec<StoredEvent>, StoreError> {
        let rows: Vec<StoredRow> = sqlx::query_as(&histories(streams.partition))
            .bind(array(streams.kinds))
            .bind(array(streams.ids))
            .fetch_all(self.readers())
            .await?;
        rows.into_iter().map(stored).collect()
    }

    async fn remembered(&self, keys: &[Uuid]) -> Result<Vec<Remembered>, StoreError> {
        let rows: Vec<RememberedRow> = sqlx::query_as(
            "SELECT key, digest, partition, space, version_before, version, position FROM idempotency_keys \
             WHERE key IN (SELECT unhex(value) FROM json_each($1))",
        )
        .bind(array(&keys.iter().map(|key| hex(key.as_bytes())).collect::<Vec<_>>()))
        .fetch_all(self.readers())
        .await?;
        rows.into_iter().map(remembered).collect()
    }
}

/// Events of some streams. The plus sign keeps the planner away from the index of the positions, in which it would read the whole
/// partition.
pub(super) fn histories(partition: Partition) -> String {
    format!(
        "{} WHERE +partition = {partition} AND aggregate_id IN (SELECT value FROM json_each($2)) \
         AND aggregate_type IN (SELECT value FROM json_each($1)) ORDER BY aggregate_id, aggregate_type, sequence",
        text::STORED
    )
}
