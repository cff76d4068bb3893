//! Reading and following read models on PostgreSQL.

use async_trait::async_trait;
use uuid::Uuid;

use super::columns::Columns;
use super::connections::Postgres;
use super::follow::Turn;
use crate::engine::contract::{Following, ReadModels};
use crate::engine::contract::{Found, RowsOf};
use crate::engine::numbers::number;
use crate::engine::text;
use crate::ground::Arg;
use crate::ground::Partition;
use crate::ground::StoreError;

#[async_trait]
impl ReadModels for Postgres {
    async fn follow(&self, names: &[&str], partition: Partition) -> Result<Option<Box<dyn Following>>, StoreError> {
        let turn = Turn::take(self, names, partition).await?;
        Ok(turn.map(|turn| -> Box<dyn Following> { Box::new(turn) }))
    }

    async fn checkpoints(&self, names: &[&str]) -> Result<Vec<(String, Partition, u64)>, StoreError> {
        let rows: Vec<(String, i16, i64)> =
            sqlx::query_as("SELECT name, partition, position FROM checkpoints WHERE name = ANY($1) ORDER BY name, partition")
                .bind(names)
                .fetch_all(&self.pool)
                .await?;
        rows.into_iter().map(|(name, partition, position)| Ok((name, Partition::from_column(partition)?, number(position)?))).collect()
    }

    async fn select(&self, sql: &str, args: &[Arg]) -> Result<Vec<String>, StoreError> {
        let sql = format!("SELECT to_json(q)::text FROM ({sql}) q");
        let query = args.iter().fold(sqlx::query_scalar(&sql), |query, arg| match arg {
            Arg::Text(text) => query.bind(text),
            Arg::Int(number) => query.bind(number),
            Arg::Date(day) => query.bind(day),
            Arg::Uuid(id) => query.bind(id),
            Arg::Instant(at) => query.bind(at),
        });
        Ok(query.fetch_all(&self.pool).await?)
    }

    async fn rows_of(&self, wanted: RowsOf<'_>) -> Result<Vec<(Uuid, Found)>, StoreError> {
        if let Some(pipeline) = &self.pipeline {
            let rows = pipeline.rows_of(&wanted).await?;
            return rows.into_iter().map(|row| Columns::of(row).map(|(space, row)| (space, Found::Columns(row)))).collect();
        }
        let sql = format!("SELECT q.space, to_json(q)::text FROM ({} = ANY($1)) q", text::rows_of(wanted.table, wanted.partition));
        let rows: Vec<(Uuid, String)> = sqlx::query_as(&sql).bind(wanted.spaces).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(|(space, row)| (space, Found::Json(row))).collect())
    }
}
