//! The append's transaction on PostgreSQL: arrays in, one statement a table.

use std::collections::HashMap;

use async_trait::async_trait;
use ens_domain::ids::MessageId;
use sqlx::{Postgres as Pg, Transaction};
use uuid::Uuid;

use crate::append::{NewMessage, Remembered, Row};
use crate::engine::{Aggregates, Append, column, number};
use crate::error::StoreError;
use crate::partition::Partition;

/// A transaction that holds the partition's head row.
pub(super) struct Appending {
    pub(super) transaction: Transaction<'static, Pg>,
    pub(super) partition: Partition,
    pub(super) head: u64,
}

#[async_trait]
impl Append for Appending {
    fn head(&self) -> u64 {
        self.head
    }

    async fn versions(&mut self, aggregates: Aggregates<'_>) -> Result<HashMap<String, u64>, StoreError> {
        // A statement of its own, after the lock: its snapshot holds all that the previous holder wrote.
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT aggregate_id, max(sequence) FROM events \
             WHERE partition = $1 AND aggregate_type = $2 AND aggregate_id = ANY($3) GROUP BY aggregate_id",
        )
        .bind(aggregates.partition.column())
        .bind(aggregates.aggregate_type)
        .bind(aggregates.ids)
        .fetch_all(&mut *self.transaction)
        .await?;
        rows.into_iter().map(|(id, version)| Ok((id, number(version)?))).collect()
    }

    async fn insert(&mut self, rows: &[Row]) -> Result<(), StoreError> {
        fn texts<'a>(rows: &'a [Row], field: impl Fn(&'a Row) -> &'a str) -> Vec<&'a str> {
            rows.iter().map(field).collect()
        }
        sqlx::query(
            "WITH head AS (UPDATE log_heads SET position = $2 WHERE partition = $1) \
             INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, partition, position) \
             SELECT t, i, s, e, v, p::json, m::json, $1, n \
             FROM UNNEST($3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[]) \
             AS row (t, i, s, e, v, p, m, n)",
        )
        .bind(self.partition.column())
        .bind(rows.last().map_or(column(self.head), |row| column(row.position)))
        .bind(texts(rows, |row| &row.aggregate_type))
        .bind(texts(rows, |row| &row.aggregate_id))
        .bind(rows.iter().map(|row| column(row.sequence)).collect::<Vec<_>>())
        .bind(texts(rows, |row| &row.event.event_type))
        .bind(texts(rows, |row| &row.event.event_version))
        .bind(texts(rows, |row| &row.event.payload))
        .bind(texts(rows, |row| &row.event.metadata))
        .bind(rows.iter().map(|row| column(row.position)).collect::<Vec<_>>())
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    async fn remember(&mut self, keys: &[Remembered]) -> Result<u64, StoreError> {
        let inserted = sqlx::query(
            "INSERT INTO idempotency_keys (key, digest, partition, space, version_before, version, position) \
             SELECT k, d, $1, s, b, v, p \
             FROM UNNEST($2::bytea[], $3::bytea[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[]) AS row (k, d, s, b, v, p) \
             ON CONFLICT (key) DO NOTHING",
        )
        .bind(self.partition.column())
        .bind(keys.iter().map(|key| key.request.key.as_slice()).collect::<Vec<_>>())
        .bind(keys.iter().map(|key| key.request.digest.as_slice()).collect::<Vec<_>>())
        .bind(keys.iter().map(|key| key.space.as_str()).collect::<Vec<_>>())
        .bind(keys.iter().map(|key| column(key.version_before)).collect::<Vec<_>>())
        .bind(keys.iter().map(|key| column(key.version)).collect::<Vec<_>>())
        .bind(keys.iter().map(|key| column(key.position)).collect::<Vec<_>>())
        .execute(&mut *self.transaction)
        .await?;
        Ok(inserted.rows_affected())
    }

    async fn post(&mut self, messages: &[NewMessage]) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO outbox (partition, message, space, kind, channel, content, due_at) \
             SELECT $1, m, s, k, c, x::json, d \
             FROM UNNEST($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[]) AS row (m, s, k, c, x, d) \
             ON CONFLICT (partition, message) DO NOTHING",
        )
        .bind(self.partition.column())
        .bind(messages.iter().map(|message| message.message.uuid()).collect::<Vec<_>>())
        .bind(messages.iter().map(|message| message.space.uuid()).collect::<Vec<_>>())
        .bind(messages.iter().map(|message| message.kind).collect::<Vec<_>>())
        .bind(messages.iter().map(|message| message.channel).collect::<Vec<_>>())
        .bind(messages.iter().map(|message| message.content.as_str()).collect::<Vec<_>>())
        .bind(messages.iter().map(|message| message.due_at).collect::<Vec<_>>())
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    async fn settle(&mut self, messages: &[MessageId]) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM outbox WHERE partition = $1 AND message = ANY($2)")
            .bind(self.partition.column())
            .bind(messages.iter().map(|message| message.uuid()).collect::<Vec<Uuid>>())
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    async fn destroy_keys(&mut self, spaces: &[String]) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE keys.space_keys SET wrapped = NULL, destroyed_at = clock_timestamp() \
             WHERE partition = $1 AND space = ANY($2::uuid[]) AND wrapped IS NOT NULL",
        )
        .bind(self.partition.column())
        .bind(spaces.iter().filter_map(|space| Uuid::parse_str(space).ok()).collect::<Vec<_>>())
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.transaction.commit().await.map_err(StoreError::at_commit)
    }
}
