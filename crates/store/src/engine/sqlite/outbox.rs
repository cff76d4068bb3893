//! The outbox on SQLite: the write lock keeps workers apart.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ens_domain::ids::MessageId;
use ens_domain::space::terms::Channel;

use super::Sqlite;
use crate::engine::{Claim, Outbox, number, text};
use crate::error::StoreError;
use crate::outbox::{Claimed, Depth, OutboxRow, channel, channel_word};
use crate::partition::Partition;

#[async_trait]
impl Outbox for Sqlite {
    async fn claim(&self, claim: &Claim) -> Result<Vec<Claimed>, StoreError> {
        let rows: Vec<(String, String, String, String, String, i32)> = sqlx::query_as(
            "UPDATE outbox SET due_at = $4, attempts = attempts + 1 WHERE rowid IN ( \
                 SELECT rowid FROM outbox WHERE channel = $1 AND due_at <= $2 AND handed_over_at IS NULL ORDER BY due_at, message LIMIT $3) \
             RETURNING message, space, kind, channel, content, attempts",
        )
        .bind(channel_word(claim.channel))
        .bind(claim.now.timestamp_micros())
        .bind(i64::from(claim.limit))
        .bind(claim.leased_until.timestamp_micros())
        .fetch_all(&self.writer)
        .await?;
        let mut claimed = rows
            .into_iter()
            .map(|(message, space, kind, channel, content, attempts)| {
                let message = message.parse().map_err(|_| StoreError::Malformed("an outbox row bears no id"))?;
                let space = space.parse().map_err(|_| StoreError::Malformed("an outbox row names no space"))?;
                OutboxRow { message, space, kind, channel, content, attempts }.claimed()
            })
            .collect::<Result<Vec<_>, _>>()?;
        claimed.sort_unstable_by_key(|claimed| claimed.message);
        Ok(claimed)
    }

    async fn postpone(&self, partition: Partition, message: MessageId, next_at: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query(text::POSTPONE)
            .bind(partition.column())
            .bind(message.to_string())
            .bind(next_at.timestamp_micros())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn hand_over(&self, partition: Partition, message: MessageId) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE outbox SET content = NULL, handed_over_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') \
             WHERE partition = $1 AND message = $2 AND handed_over_at IS NULL",
        )
        .bind(partition.column())
        .bind(message.to_string())
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn discard(&self, partition: Partition, message: MessageId) -> Result<(), StoreError> {
        sqlx::query(text::DISCARD).bind(partition.column()).bind(message.to_string()).execute(&self.writer).await?;
        Ok(())
    }

    async fn reroute(&self, partition: Partition, message: MessageId, to: Channel) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE outbox SET channel = $3, attempts = 0, due_at = 0 WHERE partition = $1 AND message = $2 AND handed_over_at IS NULL",
        )
        .bind(partition.column())
        .bind(message.to_string())
        .bind(channel_word(to))
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    async fn outbox_depth(&self) -> Result<Vec<Depth>, StoreError> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(text::OUTBOX_DEPTH).fetch_all(&self.readers).await?;
        rows.into_iter()
            .map(|(word, waiting, handed_over)| {
                Ok(Depth { channel: channel(&word)?, waiting: number(waiting)?, handed_over: number(handed_over)? })
            })
            .collect()
    }
}
