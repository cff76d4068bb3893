//! The outbox on PostgreSQL: workers pass each other's rows by.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ens_domain::ids::MessageId;
use ens_domain::space::terms::Channel;
use uuid::Uuid;

use super::connections::Postgres;
use crate::engine::contract::{Claim, Outbox};
use crate::engine::numbers::number;
use crate::engine::text;
use crate::ground::Partition;
use crate::ground::StoreError;
use crate::ground::{Claimed, Depth, OutboxRow, channel, channel_word};

#[async_trait]
impl Outbox for Postgres {
    async fn due_partitions(&self, channel: Channel, now: DateTime<Utc>) -> Result<Vec<Partition>, StoreError> {
        let rows: Vec<i16> = sqlx::query_scalar(text::DUE_PARTITIONS).bind(channel_word(channel)).bind(now).fetch_all(&self.pool).await?;
        rows.into_iter().map(|number| Ok(Partition::from_column(number)?)).collect()
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Claimed>, StoreError> {
        // Only `leased_until` and `attempts` change, and no index holds them: the row stays in its page, its index entries as they are.
        let sql = format!(
            "WITH due AS (SELECT message FROM outbox WHERE partition = {partition} AND channel = $1 AND due_at <= $2 \
                          AND (leased_until IS NULL OR leased_until <= $2) AND handed_over_at IS NULL \
                          ORDER BY due_at, message LIMIT $3 FOR UPDATE SKIP LOCKED) \
             UPDATE outbox o SET leased_until = $4, attempts = o.attempts + 1 FROM due \
             WHERE o.partition = {partition} AND o.message = due.message \
             RETURNING o.message, o.space, o.kind, o.channel, o.content::text, o.attempts",
            partition = claim.partition,
        );
        let rows: Vec<(Uuid, Uuid, String, String, String, i32)> = sqlx::query_as(&sql)
            .bind(channel_word(claim.channel))
            .bind(claim.now)
            .bind(i64::from(claim.limit))
            .bind(claim.leased_until)
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter()
            .map(|(message, space, kind, channel, content, attempts)| {
                OutboxRow { message: message.into(), space: space.into(), kind, channel, content, attempts }.claimed()
            })
            .collect()
    }

    async fn postpone(&self, partition: Partition, messages: &[(MessageId, DateTime<Utc>)]) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE outbox o SET due_at = later.due_at, leased_until = NULL \
             FROM UNNEST($1::uuid[], $2::timestamptz[]) AS later (message, due_at) \
             WHERE o.partition = {partition} AND o.message = later.message AND o.handed_over_at IS NULL"
        );
        sqlx::query(&sql)
            .bind(messages.iter().map(|(message, _)| message.uuid()).collect::<Vec<_>>())
            .bind(messages.iter().map(|(_, next_at)| *next_at).collect::<Vec<_>>())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn hand_over(&self, partition: Partition, messages: &[MessageId]) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE outbox SET content = NULL, handed_over_at = clock_timestamp(), leased_until = NULL \
             WHERE partition = {partition} AND message = ANY($1) AND handed_over_at IS NULL"
        );
        sqlx::query(&sql).bind(uuids(messages)).execute(&self.pool).await?;
        Ok(())
    }

    async fn discard(&self, partition: Partition, messages: &[MessageId]) -> Result<(), StoreError> {
        let sql = format!("DELETE FROM outbox WHERE partition = {partition} AND message = ANY($1)");
        sqlx::query(&sql).bind(uuids(messages)).execute(&self.pool).await?;
        Ok(())
    }

    async fn reroute(&self, partition: Partition, message: MessageId, to: Channel) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE outbox SET channel = $2, attempts = 0, due_at = 'epoch', leased_until = NULL \
             WHERE partition = {partition} AND message = $1 AND handed_over_at IS NULL"
        );
        sqlx::query(&sql).bind(message.uuid()).bind(channel_word(to)).execute(&self.pool).await?;
        Ok(())
    }

    async fn outbox_depth(&self) -> Result<Vec<Depth>, StoreError> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(text::OUTBOX_DEPTH).fetch_all(&self.pool).await?;
        rows.into_iter()
            .map(|(word, waiting, handed_over)| {
                Ok(Depth { channel: channel(&word)?, waiting: number(waiting)?, handed_over: number(handed_over)? })
            })
            .collect()
    }
}

fn uuids(messages: &[MessageId]) -> Vec<Uuid> {
    messages.iter().map(|message| message.uuid()).collect()
}
