//! Leases on SQLite: one statement on one row, which is a transaction of its own.

use std::time::Duration;

use async_trait::async_trait;

use super::connections::Sqlite;
use crate::engine::contract::Leases;
use crate::engine::numbers::{column, number};
use crate::engine::text;
use crate::ground::Claimant;
use crate::ground::StoreError;

/// Milliseconds since 1970.
const NOW: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
const UNTIL: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER) + $3";

#[async_trait]
impl Leases for Sqlite {
    async fn take_lease(&self, claimant: &Claimant) -> Result<Option<u64>, StoreError> {
        let sql = text::take_lease(claimant.partition, NOW, UNTIL);
        let mut transaction = self.write().await?;
        let position: Option<i64> = sqlx::query_scalar(&sql)
            .bind(claimant.task)
            .bind(claimant.holder.to_string())
            .bind(millis(claimant.length))
            .fetch_optional(&mut *transaction)
            .await?;
        transaction.commit().await.map_err(StoreError::at_commit)?;
        position.map(number).transpose()
    }

    async fn keep_lease(&self, claimant: &Claimant, position: u64) -> Result<bool, StoreError> {
        let sql = text::keep_lease(claimant.partition, NOW, UNTIL);
        let mut transaction = self.write().await?;
        let kept = sqlx::query(&sql)
            .bind(claimant.task)
            .bind(claimant.holder.to_string())
            .bind(millis(claimant.length))
            .bind(column(position))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await.map_err(StoreError::at_commit)?;
        Ok(kept.rows_affected() == 1)
    }

    async fn end_lease(&self, claimant: &Claimant, position: u64) -> Result<(), StoreError> {
        let sql = text::end_lease(claimant.partition);
        let mut transaction = self.write().await?;
        sqlx::query(&sql).bind(claimant.task).bind(claimant.holder.to_string()).bind(column(position)).execute(&mut *transaction).await?;
        transaction.commit().await.map_err(StoreError::at_commit)
    }
}

fn millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}
