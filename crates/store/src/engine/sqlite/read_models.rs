//! Reading and following read models on SQLite.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::binding::array;
use super::connections::Sqlite;
use super::follow::Turn;
use super::json_rows::object;
use crate::engine::contract::{Following, ReadModels};
use crate::engine::contract::{Found, RowsOf};
use crate::engine::numbers::number;
use crate::engine::text;
use crate::ground::Arg;
use crate::ground::Partition;
use crate::ground::StoreError;

#[async_trait]
impl ReadModels for Sqlite {
    async fn follow(&self, names: &[&str], partition: Partition) -> Result<Option<Box<dyn Following>>, StoreError> {
        let turn = Turn::take(self, names, partition).await?;
        Ok(turn.map(|turn| -> Box<dyn Following> { Box::new(turn) }))
    }

    async fn checkpoints(&self, names: &[&str]) -> Result<Vec<(String, Partition, u64)>, StoreError> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let sql =
            "SELECT name, partition, position FROM checkpoints WHERE name IN (SELECT value FROM json_each($1)) ORDER BY name, partition";
        let rows: Vec<(String, i16, i64)> = sqlx::query_as(sql).bind(array(&names)).fetch_all(self.readers()).await?;
        rows.into_iter().map(|(name, partition, position)| Ok((name, Partition::from_column(partition)?, number(position)?))).collect()
    }

    async fn select(&self, sql: &str, args: &[Arg]) -> Result<Vec<String>, StoreError> {
        let query = args.iter().fold(sqlx::query(sql), |query, arg| match arg {
            Arg::Text(text) => query.bind(text),
            Arg::Int(number) => query.bind(number),
            Arg::Date(day) => query.bind(day.to_string()),
            Arg::Uuid(id) => query.bind(id.to_string()),
            Arg::Instant(at) => query.bind(at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)),
        });
        let rows = query.fetch_all(self.readers()).await?;
        rows.iter().map(|row| object(row).map(|row| row.to_string())).collect()
    }

    async fn rows_of(&self, wanted: RowsOf<'_>) -> Result<Vec<(Uuid, Found)>, StoreError> {
        let sql = format!("{} IN (SELECT value FROM json_each($1))", text::rows_of(wanted.table, wanted.partition));
        let spaces: Vec<String> = wanted.spaces.iter().map(Uuid::to_string).collect();
        let rows = sqlx::query(&sql).bind(array(&spaces)).fetch_all(self.readers()).await?;
        let keyed = |row: &SqliteRow| {
            let space = row.try_get::<&str, _>("space")?.parse().map_err(|_| StoreError::Malformed("a space of a row is not an id"))?;
            Ok((space, Found::Json(object(row)?.to_string())))
        };
        rows.iter().map(keyed).collect()
    }
}
