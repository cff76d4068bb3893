//! A follower's turn on PostgreSQL: one transaction that holds the checkpoint's row.

use async_trait::async_trait;
use serde_json::Value;
use sqlx::{Postgres as Pg, Transaction};

use super::Postgres;
use super::log::stored;
use crate::engine::{Following, column, number, text};
use crate::error::StoreError;
use crate::partition::Partition;
use crate::stored::StoredEvent;
use crate::tables::Table;

/// A transaction that holds a checkpoint's row.
pub(super) struct Turn {
    transaction: Transaction<'static, Pg>,
    name: String,
    partition: Partition,
    checkpoint: u64,
}

impl Turn {
    /// Takes the checkpoint's row, or nothing while somebody else has it.
    pub(super) async fn take(engine: &Postgres, name: &str, partition: Partition) -> Result<Option<Self>, StoreError> {
        loop {
            let mut transaction = engine.pool.begin().await?;
            let locked: Option<i64> =
                sqlx::query_scalar("SELECT position FROM checkpoints WHERE name = $1 AND partition = $2 FOR UPDATE SKIP LOCKED")
                    .bind(name)
                    .bind(partition.column())
                    .fetch_optional(&mut *transaction)
                    .await?;
            if let Some(position) = locked {
                return Ok(Some(Self { transaction, name: name.to_owned(), partition, checkpoint: number(position)? }));
            }
            transaction.rollback().await?;
            // Committed by itself, so that two first followers do not wait for each other's whole turn.
            let made = sqlx::query("INSERT INTO checkpoints (name, partition, position) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING")
                .bind(name)
                .bind(partition.column())
                .execute(&engine.pool)
                .await?;
            if made.rows_affected() == 0 {
                return Ok(None);
            }
        }
    }
}

#[async_trait]
impl Following for Turn {
    fn checkpoint(&self) -> u64 {
        self.checkpoint
    }

    async fn events(&mut self, after: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let rows = sqlx::query(text::FEED)
            .bind(self.partition.column())
            .bind(column(after))
            .bind(i64::from(limit))
            .fetch_all(&mut *self.transaction)
            .await?;
        rows.iter().map(stored).collect()
    }

    async fn rows(&mut self, table: &Table, keys: String) -> Result<Vec<Value>, StoreError> {
        let name = &table.name;
        let matches = text::equal(table.key, |key| format!("t.{key}"), |key| format!("k.{key}"));
        let sql = format!("SELECT to_json(t) FROM {name} t JOIN json_populate_recordset(NULL::{name}, $1::json) k ON {matches}");
        Ok(sqlx::query_scalar(&sql).bind(keys).fetch_all(&mut *self.transaction).await?)
    }

    async fn put(&mut self, table: &Table, rows: String) -> Result<(), StoreError> {
        let (name, columns, on_conflict) = (&table.name, text::list(table.columns), text::on_conflict(table));
        let sql =
            format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{name}, $1::json) {on_conflict}");
        sqlx::query(&sql).bind(rows).execute(&mut *self.transaction).await?;
        Ok(())
    }

    async fn remove(&mut self, table: &Table, keys: String) -> Result<(), StoreError> {
        let name = &table.name;
        let matches = text::equal(table.key, |key| format!("t.{key}"), |key| format!("k.{key}"));
        let sql = format!("DELETE FROM {name} t USING json_populate_recordset(NULL::{name}, $1::json) k WHERE {matches}");
        sqlx::query(&sql).bind(keys).execute(&mut *self.transaction).await?;
        Ok(())
    }

    async fn commit(mut self: Box<Self>, checkpoint: u64) -> Result<(), StoreError> {
        sqlx::query("UPDATE checkpoints SET position = $3 WHERE name = $1 AND partition = $2")
            .bind(&self.name)
            .bind(self.partition.column())
            .bind(column(checkpoint))
            .execute(&mut *self.transaction)
            .await?;
        self.transaction.commit().await.map_err(StoreError::at_commit)
    }
}
