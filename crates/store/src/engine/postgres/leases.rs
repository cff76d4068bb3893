//! Takes, extends and ends leases on tasks in PostgreSQL, each with one SQL statement on one row of `task_leases`.

use async_trait::async_trait;

use super::connections::Postgres;
use crate::engine::contract::Leases;
use crate::engine::numbers::{column, number};
use crate::engine::text;
use crate::ground::Claimant;
use crate::ground::StoreError;

const NOW: &str = "now()";
const UNTIL: &str = "now() + make_interval(secs => $3)";

#[async_trait]
impl Leases for Postgres {
    async fn take_lease(&self, claimant: &Claimant) -> Result<Option<u64>, StoreError> {
        let sql = text::take_lease(claimant.partition, NOW, UNTIL);
        let position: Option<i64> = sqlx::query_scalar(&sql)
            .bind(claimant.task)
            .bind(claimant.holder)
            .bind(claimant.length.as_secs_f64())
            .fetch_optional(&self.pool)
            .await?;
        position.map(number).transpose()
    }

    async fn keep_lease(&self, claimant: &Claimant, position: u64) -> Result<bool, StoreError> {
        let sql = text::keep_lease(claimant.partition, NOW, UNTIL);
        let kept = sqlx::query(&sql)
            .bind(claimant.task)
            .bind(claimant.holder)
            .bind(claimant.length.as_secs_f64())
            .bind(column(position))
            .execute(&self.pool)
            .await?;
        Ok(kept.rows_affected() == 1)
    }

    async fn end_lease(&self, claimant: &Claimant, position: u64) -> Result<(), StoreError> {
        let sql = text::end_lease(claimant.partition);
        sqlx::query(&sql).bind(claimant.task).bind(claimant.holder).bind(column(position)).execute(&self.pool).await?;
        Ok(())
    }
}
