//! The outbox on PostgreSQL: workers pass each other's rows by.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ens_domain::ids::MessageId;
use ens_domain::space::terms::Channel;
use uuid::Uuid;

use super::Postgres;
use crate::engine::{Claim, Outbox, number, text};
use crate::error::StoreError;
use crate::outbox::{Claimed, Depth, OutboxRow, channel, channel_word};
use crate::partition::Partition;

#[async_trait]
impl Outbox for Postgres {
    async fn claim(&self, claim: &Claim) -> Result<Vec<Claimed>, StoreError> {
        let rows: Vec<(Uuid, Uuid, String, String, String, i32)> = sqlx::query_as(
            "WITH due AS (SELECT partition, message FROM outbox WHERE channel = $1 AND due_at <= $2 AND handed_over_at IS NULL \
                          ORDER BY due_at, message LIMIT $3 FOR UPDATE SKIP LOCKED), \
             claimed AS (UPDATE outbox o SET due_at = $4, attempts = o.attempts + 1 FROM due \
                         WHERE o.partition = due.partition AND o.message = due.message \
                         RETURNING o.message, o.space, o.kind, o.channel, o.content::text AS content, o.attempts) \
             SELECT message, space, kind, channel, content, attempts FROM claimed ORDER BY message",
        )
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

    async fn postpone(&self, partition: Partition, message: MessageId, next_at: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query(text::POSTPONE).bind(partition.column()).bind(message.uuid()).bind(next_at).execute(&self.pool).await?;
        Ok(())
    }

    async fn hand_over(&self, partition: Partition, message: MessageId) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE outbox SET content = NULL, handed_over_at = clock_timestamp() \
             WHERE partition = $1 AND message = $2 AND handed_over_at IS NULL",
        )
        .bind(partition.column())
        .bind(message.uuid())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn discard(&self, partition: Partition, message: MessageId) -> Result<(), StoreError> {
        sqlx::query(text::DISCARD).bind(partition.column()).bind(message.uuid()).execute(&self.pool).await?;
        Ok(())
    }

    async fn reroute(&self, partition: Partition, message: MessageId, to: Channel) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE outbox SET channel = $3, attempts = 0, due_at = 'epoch' \
             WHERE partition = $1 AND message = $2 AND handed_over_at IS NULL",
        )
        .bind(partition.column())
        .bind(message.uuid())
        .bind(channel_word(to))
        .execute(&self.pool)
        .await?;
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
