//! A follower's turn on SQLite: it reads beside the writer, keeps its changes, and writes them at its end if the checkpoint still stands.
//!
//! Holding the one write lock for a whole turn would stop every command meanwhile.

use async_trait::async_trait;
use sqlx::SqliteConnection;

use super::binding::array;
use super::connections::Sqlite;
use super::json_rows::object;
use crate::engine::contract::{Checkpoint, Following};
use crate::engine::log_rows::{StoredRow, stored};
use crate::engine::numbers::{column, number};
use crate::engine::text;
use crate::ground::Partition;
use crate::ground::Rows;
use crate::ground::StoreError;
use crate::ground::StoredEvent;
use crate::ground::Table;

/// A turn, with what it is going to write.
pub(super) struct Turn {
    engine: Sqlite,
    partition: Partition,
    taken: Vec<Checkpoint>,
    changes: Vec<Change>,
}

/// One statement to be run, and its rows as a JSON array.
struct Change {
    sql: String,
    rows: String,
}

impl Turn {
    /// Notes the turn of those names that no other follower of this process has; nothing where none is left.
    pub(super) async fn take(engine: &Sqlite, names: &[&str], partition: Partition) -> Result<Option<Self>, StoreError> {
        let free = names.iter().filter(|name| engine.note_turn(name, partition));
        // From here on the turn is given back when this value is dropped, error or not.
        let taken: Vec<Checkpoint> = free.map(|name| ((*name).to_owned(), 0)).collect();
        let mut turn = Self { engine: engine.clone(), partition, taken, changes: Vec::new() };
        if turn.taken.is_empty() {
            return Ok(None);
        }
        let sql = "SELECT name, position FROM checkpoints WHERE partition = $1 AND name IN (SELECT value FROM json_each($2))";
        let names: Vec<String> = turn.taken.iter().map(|(name, _)| name.clone()).collect();
        let stand: Vec<(String, i64)> =
            sqlx::query_as(sql).bind(partition.column()).bind(array(&names)).fetch_all(engine.readers()).await?;
        for (name, position) in &mut turn.taken {
            let found = stand.iter().find(|(each, _)| each == name).map(|(_, position)| *position);
            *position = number(found.unwrap_or_default())?;
        }
        Ok(Some(turn))
    }

    /// Moves a checkpoint from where the turn began, or says that somebody else moved it.
    async fn move_checkpoint(&self, to: &Checkpoint, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let (name, position) = to;
        let from = self.taken.iter().find(|(each, _)| each == name).map_or(0, |(_, from)| *from);
        let sql = if from == 0 {
            "INSERT INTO checkpoints (name, partition, position) VALUES ($1, $2, $3) \
             ON CONFLICT (name, partition) DO UPDATE SET position = EXCLUDED.position WHERE checkpoints.position = $4"
        } else {
            "UPDATE checkpoints SET position = $3 WHERE name = $1 AND partition = $2 AND position = $4"
        };
        let moved = sqlx::query(sql)
            .bind(name)
            .bind(self.partition.column())
            .bind(column(*position))
            .bind(column(from))
            .execute(connection)
            .await?;
        if moved.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Overtaken) }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        for (name, _) in &self.taken {
            self.engine.forget_turn(name, self.partition);
        }
    }
}

#[async_trait]
impl Following for Turn {
    fn taken(&self) -> &[Checkpoint] {
        &self.taken
    }

    async fn events(&mut self, after: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let sql = text::events_of(self.partition);
        let rows: Vec<StoredRow> = sqlx::query_as(&sql).bind(column(after)).bind(i64::from(limit)).fetch_all(self.engine.readers()).await?;
        rows.into_iter().map(stored).collect()
    }

    async fn rows(&mut self, table: &Table, keys: &Rows) -> Result<Vec<String>, StoreError> {
        let matches = text::equal(table.key, |key| format!("t.{key}"), |key| in_json(table, key));
        // CROSS JOIN keeps the order: each key looks its row up.
        let sql = format!("SELECT t.* FROM json_each($1) k CROSS JOIN {} t ON {matches}", table.name);
        let rows = sqlx::query(&sql).bind(keys.json()).fetch_all(self.engine.readers()).await?;
        rows.iter().map(|row| object(row).map(|row| row.to_string())).collect()
    }

    async fn put(&mut self, table: &Table, rows: &Rows) -> Result<(), StoreError> {
        let sql = format!("{} WHERE true {}", insert(table), text::on_conflict(table));
        self.changes.push(Change { sql, rows: rows.json() });
        Ok(())
    }

    async fn remove(&mut self, table: &Table, keys: &Rows) -> Result<(), StoreError> {
        let values: Vec<String> = table.key.iter().map(|key| in_json(table, key)).collect();
        let sql =
            format!("DELETE FROM {} WHERE ({}) IN (SELECT {} FROM json_each($1) k)", table.name, text::list(table.key), values.join(", "));
        self.changes.push(Change { sql, rows: keys.json() });
        Ok(())
    }

    async fn commit(self: Box<Self>, reached: &[Checkpoint]) -> Result<(), StoreError> {
        let mut transaction = self.engine.write().await?;
        for standing in reached {
            self.move_checkpoint(standing, &mut transaction).await?;
        }
        for change in &self.changes {
            sqlx::query(&change.sql).bind(&change.rows).execute(&mut *transaction).await?;
        }
        transaction.commit().await.map_err(StoreError::at_commit)
    }
}

/// Inserts the rows of the JSON array.
pub(super) fn insert(table: &Table) -> String {
    let values: Vec<String> = table.columns.iter().map(|column| in_json(table, column)).collect();
    format!("INSERT INTO {} ({}) SELECT {} FROM json_each($1) k", table.name, text::list(table.columns), values.join(", "))
}

/// A column's value in a row of the JSON array.
fn in_json(table: &Table, column: &str) -> String {
    let at = table.columns.iter().position(|each| *each == column).unwrap_or_default();
    format!("json_extract(k.value, '$[{at}]')")
}
