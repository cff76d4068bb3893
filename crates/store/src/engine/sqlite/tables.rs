//! Fresh copies of read models on SQLite, made from the texts that the live table was made from, and the names that tables take from each
//! other.

use sqlx::{Executor, Sqlite as Lite, Transaction};

use crate::engine::rebuilding::Renaming;
use crate::engine::text;
use crate::ground::StoreError;
use crate::ground::Table;

/// What a copy's table or index is called in the end of its name, before a number that no other has.
const GENERATION: &str = "_g";

/// An empty copy, indexes included.
pub(super) async fn make_copy(transaction: &mut Transaction<'static, Lite>, live: &Table, fresh: &Table) -> Result<(), StoreError> {
    let made: Vec<(String, String, String)> =
        sqlx::query_as("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = $1 AND sql IS NOT NULL ORDER BY type DESC")
            .bind(live.name.as_ref())
            .fetch_all(&mut **transaction)
            .await?;
    for (kind, name, sql) in made {
        let columns = sql.find('(').and_then(|start| sql.get(start..)).ok_or(StoreError::Malformed("a table without columns"))?;
        let copy = match kind.as_str() {
            "table" => format!("CREATE TABLE {} {columns}", fresh.name),
            "index" => format!("{} {} ON {} {columns}", head(&sql), free_name(transaction, &name).await?, fresh.name),
            _ => continue, // A read model has no triggers or views.
        };
        (&mut **transaction).execute(copy.as_str()).await?;
    }
    Ok(())
}

/// Drops a table, its checkpoints and its progress.
pub(super) async fn drop_all(transaction: &mut Transaction<'static, Lite>, table: &Table) -> Result<(), StoreError> {
    (&mut **transaction).execute(format!("DROP TABLE IF EXISTS {}", table.name).as_str()).await?;
    for sql in [text::DROP_CHECKPOINTS, text::DROP_PROGRESS] {
        sqlx::query(sql).bind(table.name.as_ref()).execute(&mut **transaction).await?;
    }
    Ok(())
}

/// Gives a table and its checkpoints another name.
pub(super) async fn rename(transaction: &mut Transaction<'static, Lite>, names: &Renaming) -> Result<(), StoreError> {
    let Renaming { from, to } = names;
    (&mut **transaction).execute(format!("ALTER TABLE {from} RENAME TO {to}").as_str()).await?;
    sqlx::query(text::RENAME_CHECKPOINTS).bind(from).bind(to).execute(&mut **transaction).await?;
    sqlx::query(text::DROP_PROGRESS).bind(from).execute(&mut **transaction).await?;
    Ok(())
}

fn head(sql: &str) -> &'static str {
    if sql.to_ascii_uppercase().starts_with("CREATE UNIQUE") { "CREATE UNIQUE INDEX" } else { "CREATE INDEX" }
}

/// A name for a copy's index that no other bears: an index keeps its own when its table takes another.
async fn free_name(transaction: &mut Transaction<'static, Lite>, name: &str) -> Result<String, StoreError> {
    let base = name.rsplit_once(GENERATION).map_or(name, |(base, number)| if number.parse::<u32>().is_ok() { base } else { name });
    let mut number = 1_u32;
    loop {
        let free = format!("{base}{GENERATION}{number}");
        let taken: i64 =
            sqlx::query_scalar("SELECT count(*) FROM sqlite_master WHERE name = $1").bind(&free).fetch_one(&mut **transaction).await?;
        if taken == 0 {
            return Ok(free);
        }
        number += 1;
    }
}
