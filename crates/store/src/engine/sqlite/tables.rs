//! Fresh copies of read models on SQLite, and their swap: made from the texts that the live table was made from.

use sqlx::{Executor, Sqlite as Lite, Transaction};

use super::Sqlite;
use crate::engine::text;
use crate::error::StoreError;
use crate::tables::Table;

/// What tells a copy's indexes from the live ones; each swap turns the roles round.
const SUFFIX: &str = "_rebuild";

impl Sqlite {
    pub(super) async fn make_copy(&self, live: &Table, fresh: &Table) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        drop_with_checkpoints(&mut transaction, fresh).await?;
        let made: Vec<(String, String, String)> =
            sqlx::query_as("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = $1 AND sql IS NOT NULL ORDER BY type DESC")
                .bind(live.name.as_ref())
                .fetch_all(&mut *transaction)
                .await?;
        for (kind, name, sql) in made {
            let columns = sql.find('(').and_then(|start| sql.get(start..)).ok_or(StoreError::Malformed("a table without columns"))?;
            let copy = match kind.as_str() {
                "table" => format!("CREATE TABLE {} {columns}", fresh.name),
                "index" => format!("{} {} ON {} {columns}", head(&sql), other(&name), fresh.name),
                _ => continue, // A read model has no triggers or views.
            };
            (&mut *transaction).execute(copy.as_str()).await?;
        }
        transaction.commit().await.map_err(StoreError::at_commit)
    }

    pub(super) async fn put_in_place(&self, live: &Table, fresh: &Table) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let sql = format!("DROP TABLE {live}; ALTER TABLE {fresh} RENAME TO {live}", live = live.name, fresh = fresh.name);
        (&mut *transaction).execute(sql.as_str()).await?;
        sqlx::query(text::DROP_CHECKPOINTS).bind(live.name.as_ref()).execute(&mut *transaction).await?;
        sqlx::query(text::RENAME_CHECKPOINTS).bind(fresh.name.as_ref()).bind(live.name.as_ref()).execute(&mut *transaction).await?;
        transaction.commit().await.map_err(StoreError::at_commit)
    }

    pub(super) async fn drop_copy(&self, table: &Table) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        drop_with_checkpoints(&mut transaction, table).await?;
        transaction.commit().await.map_err(StoreError::at_commit)
    }
}

async fn drop_with_checkpoints(transaction: &mut Transaction<'static, Lite>, table: &Table) -> Result<(), StoreError> {
    (&mut **transaction).execute(format!("DROP TABLE IF EXISTS {}", table.name).as_str()).await?;
    sqlx::query(text::DROP_CHECKPOINTS).bind(table.name.as_ref()).execute(&mut **transaction).await?;
    Ok(())
}

fn head(sql: &str) -> &'static str {
    if sql.to_ascii_uppercase().starts_with("CREATE UNIQUE") { "CREATE UNIQUE INDEX" } else { "CREATE INDEX" }
}

/// The name that a copy's index bears beside the live one's.
fn other(name: &str) -> String {
    name.strip_suffix(SUFFIX).map_or_else(|| format!("{name}{SUFFIX}"), str::to_owned)
}
