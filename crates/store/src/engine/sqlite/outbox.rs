//! The outbox on SQLite: the write lock keeps workers apart.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ens_domain::ids::MessageId;
use ens_domain::space::terms::Channel;

use super::binding::array;
use super::connections::Sqlite;
use crate::engine::contract::{Claim, Outbox};
use crate::engine::numbers::number;
use crate::engine::text;
use crate::ground::Partition;
use crate::ground::StoreError;
use crate::ground::{Claimed, Depth, OutboxRow, channel, channel_word};

#[async_trait]
impl Outbox for Sqlite {
    async fn due_partitions(&self, channel: Channel, now: DateTime<Utc>) -> Result<Vec<Partition>, StoreError> {
        let rows: Vec<i16> = sqlx::query_scalar(text::DUE_PARTITIONS)
            .bind(channel_word(channel))
            .bind(now.timestamp_micros())
            .fetch_all(self.readers())
            .await?;
        rows.into_iter().map(|number| Ok(Partition::from_column(number)?)).collect()
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Claimed>, StoreError> {
        let sql = format!(
            "UPDATE outbox SET leased_until = $4, attempts = attempts + 1 WHERE rowid IN ( \
                 SELECT rowid FROM outbox WHERE partition = {} AND channel = $1 AND due_at <= $2 \
                 AND (leased_until IS NULL OR leased_until <= $2) AND handed_over_at IS NULL ORDER BY due_at, message LIMIT $3) \
             RETURNING message, space, kind, channel, content, attempts",
            claim.partition,
        );
        let rows: Vec<(String, String, String, String, String, i32)> = sqlx::query_as(&sql)
            .bind(channel_word(claim.channel))
            .bind(claim.now.timestamp_micros())
            .bind(i64::from(claim.limit))
            .bind(claim.leased_until.timestamp_micros())
            .fetch_all(self.writer())
            .await?;
        rows.into_iter()
            .map(|(message, space, kind, channel, content, attempts)| {
                let message = message.parse().map_err(|_| StoreError::Malformed("an outbox row bears no id"))?;
                let space = space.parse().map_err(|_| StoreError::Malformed("an outbox row names no space"))?;
                OutboxRow { message, space, kind, channel, content, attempts }.claimed()
            })
            .collect()
    }

    async fn postpone(&self, partition: Partition, messages: &[(MessageId, DateTime<Utc>)]) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE outbox SET due_at = later.due_at, leased_until = NULL \
             FROM (SELECT value ->> 0 AS message, value ->> 1 AS due_at FROM json_each($1)) AS later \
             WHERE outbox.partition = {partition} AND outbox.message = later.message AND outbox.handed_over_at IS NULL"
        );
        let waits: Vec<(String, i64)> =
            messages.iter().map(|(message, next_at)| (message.to_string(), next_at.timestamp_micros())).collect();
        sqlx::query(&sql).bind(serde_json::json!(waits).to_string()).execute(self.writer()).await?;
        Ok(())
    }

    async fn hand_over(&self, partition: Partition, messages: &[MessageId]) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE outbox SET content = NULL, handed_over_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), leased_until = NULL \
             WHERE partition = {partition} AND message IN (SELECT value FROM json_each($1)) AND handed_over_at IS NULL"
        );
        sqlx::query(&sql).bind(ids(messages)).execute(self.writer()).await?;
        Ok(())
    }

    async fn discard(&self, partition: Partition, messages: &[MessageId]) -> Result<(), StoreError> {
        let sql = format!("DELETE FROM outbox WHERE partition = {partition} AND message IN (SELECT value FROM json_each($1))");
        sqlx::query(&sql).bind(ids(messages)).execute(self.writer()).await?;
        Ok(())
    }

    async fn reroute(&self, partition: Partition, message: MessageId, to: Channel) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE outbox SET channel = $2, attempts = 0, due_at = 0, leased_until = NULL \
             WHERE partition = {partition} AND message = $1 AND handed_over_at IS NULL"
        );
        sqlx::query(&sql).bind(message.to_string()).bind(channel_word(to)).execute(self.writer()).await?;
        Ok(())
    }

    async fn outbox_depth(&self) -> Result<Vec<Depth>, StoreError> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(text::OUTBOX_DEPTH).fetch_all(self.readers()).await?;
        rows.into_iter()
            .map(|(word, waiting, handed_over)| {
                Ok(Depth { channel: channel(&word)?, waiting: number(waiting)?, handed_over: number(handed_over)? })
            })
            .collect()
    }
}

fn ids(messages: &[MessageId]) -> String {
    array(&messages.iter().map(MessageId::to_string).collect::<Vec<_>>())
}
