//! The log on SQLite: the write lock, the feed, histories, what idempotency keys remember.

use async_trait::async_trait;
use futures::TryStreamExt;
use futures::future::BoxFuture;
use uuid::Uuid;

use super::append::{Appending, KeyFile, append_at};
use super::{Sqlite, whole};
use crate::append::{Batch, Remembered};
use crate::engine::log_rows::{RememberedRow, StoredRow, borrowed, remembered, stored};
use crate::engine::{Aggregates, Append, AtHead, Log, column, number, text};
use crate::error::StoreError;
use crate::feed::{Span, Take};
use crate::partition::{Partition, Partitions};
use crate::stored::StoredEvent;

#[async_trait]
impl Log for Sqlite {
    fn append_at(&self, batch: Batch) -> BoxFuture<'static, Result<AtHead, StoreError>> {
        let engine = self.clone();
        Box::pin(async move { if whole::fits(&batch) { whole::write(&engine, batch).await } else { append_at(&engine, &batch).await } })
    }

    fn ahead(&self) -> usize {
        // A batch ahead would be a commit of its own, and keep the orders behind it waiting for that.
        1
    }

    async fn head(&self, partition: Partition) -> Result<u64, StoreError> {
        let head = sqlx::query_scalar("SELECT position FROM log_heads WHERE partition = $1").bind(partition.column());
        number(head.fetch_one(&self.readers).await?)
    }

    async fn written_after(&self, partition: Partition, after: u64, limit: u32) -> Result<Vec<(String, u64)>, StoreError> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as(&text::written_after(partition)).bind(column(after)).bind(i64::from(limit)).fetch_all(&self.readers).await?;
        rows.into_iter().map(|(aggregate, position)| Ok((aggregate, number(position)?))).collect()
    }

    async fn begin(&self, partition: Partition) -> Result<Box<dyn Append>, StoreError> {
        let mut transaction = self.write().await?;
        let head: i64 = sqlx::query_scalar("SELECT position FROM log_heads WHERE partition = $1")
            .bind(partition.column())
            .fetch_one(&mut *transaction)
            .await?;
        Ok(Box::new(Appending { transaction, partition, head: number(head)?, writer: self.writer.clone(), keys: KeyFile::Clean }))
    }

    async fn partitions(&self) -> Result<Partitions, StoreError> {
        Partitions::counted(sqlx::query_scalar(text::PARTITIONS).fetch_one(&self.readers).await?)
    }

    async fn feed(&self, partition: Partition, after: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let rows: Vec<StoredRow> =
            sqlx::query_as(&text::events_of(partition)).bind(column(after)).bind(i64::from(limit)).fetch_all(&self.readers).await?;
        rows.into_iter().map(stored).collect()
    }

    async fn stream(&self, span: Span, take: &mut Take<'_>) -> Result<(), StoreError> {
        let sql = text::span(span.partition);
        let to = column(span.to.unwrap_or(u64::MAX));
        let mut rows = sqlx::query(&sql).bind(column(span.after)).bind(to).fetch(&self.readers);
        while let Some(row) = rows.try_next().await? {
            if take(borrowed(&row, span.partition)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    async fn heads(&self) -> Result<Vec<(Partition, u64)>, StoreError> {
        let rows: Vec<(i16, i64)> = sqlx::query_as(text::HEADS).fetch_all(&self.readers).await?;
        rows.into_iter().map(|(partition, position)| Ok((Partition::from_column(partition)?, number(position)?))).collect()
    }

    async fn histories(&self, aggregates: Aggregates<'_>) -> Result<Vec<StoredEvent>, StoreError> {
        let rows: Vec<StoredRow> = sqlx::query_as(&histories(aggregates.partition))
            .bind(aggregates.aggregate_type)
            .bind(array(aggregates.ids))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(stored).collect()
    }

    async fn remembered(&self, keys: &[Uuid]) -> Result<Vec<Remembered>, StoreError> {
        let rows: Vec<RememberedRow> = sqlx::query_as(
            "SELECT key, digest, partition, space, version_before, version, position FROM idempotency_keys \
             WHERE key IN (SELECT unhex(value) FROM json_each($1))",
        )
        .bind(array(&keys.iter().map(|key| hex(key.as_bytes())).collect::<Vec<_>>()))
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().map(remembered).collect()
    }
}

/// Events of some aggregates of a type. The plus sign keeps the planner away from the index of the positions, in which it would read the
/// whole partition.
pub(super) fn histories(partition: Partition) -> String {
    format!(
        "{} WHERE +partition = {partition} AND aggregate_type = $1 AND aggregate_id IN (SELECT value FROM json_each($2)) \
         ORDER BY aggregate_id, sequence",
        text::STORED
    )
}

/// A list as SQLite takes it: the text of a JSON array.
pub(super) fn array(texts: &[String]) -> String {
    serde_json::Value::from(texts.to_vec()).to_string()
}

/// Bytes as `unhex` reads them.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 32 bytes out of a blob.
pub(super) fn digest(blob: Vec<u8>) -> Result<[u8; 32], StoreError> {
    blob.try_into().map_err(|_| StoreError::Malformed("a digest has another length"))
}
