//! Fresh copies of read models on PostgreSQL, a leaf a partition, and the names that tables take from each other. Tables belong to the
//! login, so these statements leave the service's role.

use sqlx::{Executor, Postgres as Pg, Transaction};

use super::connections::Postgres;
use crate::engine::rebuilding::Renaming;
use crate::engine::text;
use crate::ground::Partition;
use crate::ground::Progress;
use crate::ground::StoreError;
use crate::ground::Table;

impl Postgres {
    /// A transaction under the login's own rights; the session is back in the service's role when it ends.
    pub(super) async fn as_owner(&self) -> Result<Transaction<'static, Pg>, StoreError> {
        let mut transaction = self.pool.begin().await?;
        // What was not there to be dropped is nobody's news.
        (&mut *transaction).execute("SET LOCAL ROLE NONE; SET LOCAL client_min_messages = warning").await?;
        Ok(transaction)
    }
}

/// An empty copy without leaves, indexes included, that the service may use.
pub(super) async fn make_parent(transaction: &mut Transaction<'static, Pg>, live: &Table, fresh: &Table) -> Result<(), StoreError> {
    let sql = format!(
        "CREATE TABLE {fresh} (LIKE {live} INCLUDING ALL) PARTITION BY LIST (partition); \
         GRANT SELECT, INSERT, UPDATE, DELETE ON {fresh} TO ens_service",
        fresh = fresh.name,
        live = live.name
    );
    (&mut **transaction).execute(sql.as_str()).await?;
    Ok(())
}

/// What the names of a rebuild's leaves begin with, before the partition. Leaves keep theirs when their table takes another: to rename one
/// would wait for a vacuum that is in it.
pub(super) async fn free_generation(transaction: &mut Transaction<'static, Pg>, live: &Table) -> Result<String, StoreError> {
    let mut number = 1_u32;
    loop {
        let generation = format!("{}_g{number}", live.name);
        let taken: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_class WHERE relname LIKE $1 || '\\_%')")
            .bind(generation.replace('_', "\\_"))
            .fetch_one(&mut **transaction)
            .await?;
        if !taken {
            return Ok(generation);
        }
        number += 1;
    }
}

/// An empty table that is to become a leaf, stored as the live ones are; nothing is indexed in it, so rows are only ever added at its end.
/// Answers with its name.
pub(super) async fn make_leaf(
    transaction: &mut Transaction<'static, Pg>,
    live: &Table,
    generation: &str,
    partition: Partition,
) -> Result<String, StoreError> {
    let stored: Option<String> = sqlx::query_scalar(
        "SELECT array_to_string(reloptions, ', ') FROM pg_class JOIN pg_inherits ON inhrelid = oid WHERE inhparent = to_regclass($1) LIMIT 1",
    )
    .bind(live.name.as_ref())
    .fetch_optional(&mut **transaction)
    .await?
    .flatten();
    let stored = stored.map(|options| format!(" WITH ({options})")).unwrap_or_default();
    let leaf = format!("{generation}_{:02}", partition.number());
    let sql = format!("CREATE TABLE {leaf} (LIKE {} INCLUDING DEFAULTS INCLUDING CONSTRAINTS){stored}", live.name);
    (&mut **transaction).execute(sql.as_str()).await?;
    Ok(leaf)
}

/// Indexes a leaf that is filled as its table is, then makes it part of it, which brings the other indexes.
pub(super) async fn attach(transaction: &mut Transaction<'static, Pg>, table: &Table, progress: &Progress) -> Result<(), StoreError> {
    let key: String =
        sqlx::query_scalar("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass($1) AND contype = 'p'")
            .bind(table.name.as_ref())
            .fetch_one(&mut **transaction)
            .await?;
    let sql = format!(
        "ALTER TABLE {leaf} ADD {key}; ALTER TABLE {table} ATTACH PARTITION {leaf} FOR VALUES IN ({partition}); \
         GRANT SELECT, INSERT, UPDATE, DELETE ON {leaf} TO ens_service; ANALYZE {leaf}",
        leaf = progress.filled,
        table = table.name,
        partition = progress.partition,
    );
    (&mut **transaction).execute(sql.as_str()).await?;
    Ok(())
}

/// Drops a table with its leaves, those that are not yet part of it too, its checkpoints and its progress.
pub(super) async fn drop_all(transaction: &mut Transaction<'static, Pg>, table: &Table) -> Result<(), StoreError> {
    let apart: Vec<String> = sqlx::query_scalar("SELECT filled FROM rebuild_progress WHERE name = $1")
        .bind(table.name.as_ref())
        .fetch_all(&mut **transaction)
        .await?;
    for name in std::iter::once(table.name.as_ref()).chain(apart.iter().map(String::as_str)) {
        (&mut **transaction).execute(format!("DROP TABLE IF EXISTS {name}").as_str()).await?;
    }
    for sql in [text::DROP_CHECKPOINTS, text::DROP_PROGRESS] {
        sqlx::query(sql).bind(table.name.as_ref()).execute(&mut **transaction).await?;
    }
    Ok(())
}

/// Gives a table and its checkpoints another name.
pub(super) async fn rename(transaction: &mut Transaction<'static, Pg>, names: &Renaming) -> Result<(), StoreError> {
    let Renaming { from, to } = names;
    (&mut **transaction).execute(format!("ALTER TABLE {from} RENAME TO {to}").as_str()).await?;
    sqlx::query(text::RENAME_CHECKPOINTS).bind(from).bind(to).execute(&mut **transaction).await?;
    sqlx::query(text::DROP_PROGRESS).bind(from).execute(&mut **transaction).await?;
    Ok(())
}
