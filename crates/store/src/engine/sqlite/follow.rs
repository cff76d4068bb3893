//! A follower's turn on SQLite: it reads beside the writer, keeps its changes, and writes them at its end if the checkpoint still stands.
//!
//! Holding the one write lock for a whole turn would stop every command meanwhile.

use async_trait::async_trait;
use serde_json::Value;
use sqlx::SqliteConnection;

use super::Sqlite;
use super::log::stored;
use super::read_models::object;
use crate::engine::{Following, column, number, text};
use crate::error::StoreError;
use crate::partition::Partition;
use crate::stored::StoredEvent;
use crate::tables::Table;

/// A turn, with what it is going to write.
pub(super) struct Turn {
    engine: Sqlite,
    name: String,
    partition: Partition,
    checkpoint: u64,
    changes: Vec<Change>,
}

/// One statement to be run, and its rows as a JSON array.
struct Change {
    sql: String,
    rows: String,
}

impl Turn {
    /// Notes the turn, or answers nothing while another follower of this process takes it.
    pub(super) async fn take(engine: &Sqlite, name: &str, partition: Partition) -> Result<Option<Self>, StoreError> {
        if !engine.note_turn(name, partition) {
            return Ok(None);
        }
        // From here on the turn is given back when this value is dropped, error or not.
        let mut turn = Self { engine: engine.clone(), name: name.to_owned(), partition, checkpoint: 0, changes: Vec::new() };
        let position: Option<i64> = sqlx::query_scalar("SELECT position FROM checkpoints WHERE name = $1 AND partition = $2")
            .bind(name)
            .bind(partition.column())
            .fetch_optional(&engine.readers)
            .await?;
        turn.checkpoint = number(position.unwrap_or_default())?;
        Ok(Some(turn))
    }

    /// Moves the checkpoint from where the turn began, or says that somebody else moved it.
    async fn move_checkpoint(&self, to: u64, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let sql = if self.checkpoint == 0 {
            "INSERT INTO checkpoints (name, partition, position) VALUES ($1, $2, $3) \
             ON CONFLICT (name, partition) DO UPDATE SET position = EXCLUDED.position WHERE checkpoints.position = $4"
        } else {
            "UPDATE checkpoints SET position = $3 WHERE name = $1 AND partition = $2 AND position = $4"
        };
        let moved = sqlx::query(sql)
            .bind(&self.name)
            .bind(self.partition.column())
            .bind(column(to))
            .bind(column(self.checkpoint))
            .execute(connection)
            .await?;
        if moved.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Overtaken) }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.engine.forget_turn(&self.name, self.partition);
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
            .fetch_all(&self.engine.readers)
            .await?;
        rows.iter().map(stored).collect()
    }

    async fn rows(&mut self, table: &Table, keys: String) -> Result<Vec<Value>, StoreError> {
        let matches = text::equal(table.key, |key| format!("t.{key}"), in_json);
        let sql = format!("SELECT t.* FROM {} t JOIN json_each($1) k ON {matches}", table.name);
        let rows = sqlx::query(&sql).bind(keys).fetch_all(&self.engine.readers).await?;
        rows.iter().map(object).collect()
    }

    async fn put(&mut self, table: &Table, rows: String) -> Result<(), StoreError> {
        let values: Vec<String> = table.columns.iter().map(|column| in_json(column)).collect();
        let sql = format!(
            "INSERT INTO {} ({}) SELECT {} FROM json_each($1) k WHERE true {}",
            table.name,
            text::list(table.columns),
            values.join(", "),
            text::on_conflict(table)
        );
        self.changes.push(Change { sql, rows });
        Ok(())
    }

    async fn remove(&mut self, table: &Table, keys: String) -> Result<(), StoreError> {
        let values: Vec<String> = table.key.iter().map(|key| in_json(key)).collect();
        let sql =
            format!("DELETE FROM {} WHERE ({}) IN (SELECT {} FROM json_each($1) k)", table.name, text::list(table.key), values.join(", "));
        self.changes.push(Change { sql, rows: keys });
        Ok(())
    }

    async fn commit(self: Box<Self>, checkpoint: u64) -> Result<(), StoreError> {
        let mut transaction = self.engine.write().await?;
        self.move_checkpoint(checkpoint, &mut transaction).await?;
        for change in &self.changes {
            sqlx::query(&change.sql).bind(&change.rows).execute(&mut *transaction).await?;
        }
        transaction.commit().await.map_err(StoreError::at_commit)
    }
}

/// A column's value in a row of the JSON array.
fn in_json(column: &str) -> String {
    format!("json_extract(k.value, '$.{column}')")
}
