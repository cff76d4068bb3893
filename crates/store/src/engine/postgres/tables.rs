//! Fresh copies of read models on PostgreSQL, a leaf a partition, and the names that tables take from each other. Tables belong to the
//! login, so these statements leave the service's role.

use sqlx::{Executor, Postgres as Pg, Transaction};

use super::Postgres;
use crate::engine::{Renaming, text};
use crate::error::StoreError;
use crate::partition::Partition;
use crate::tables::Table;

impl Postgres {
    /// A transaction under the login's own rights; the session is back in the service's role when it ends.
    pub(super) async fn as_owner(&self) -> Result<Transaction<'static, Pg>, StoreError> {
        let mut transaction = self.pool.begin().await?;
        (&mut *transaction).execute("SET LOCAL ROLE NONE").await?;
        Ok(transaction)
    }
}

/// The name of a leaf.
pub(super) fn leaf(table: &str, partition: Partition) -> String {
    format!("{table}_{:02}", partition.number())
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

/// An empty table that is to become a leaf, stored as the live one is; nothing is indexed in it, so rows are only ever added at its end.
pub(super) async fn make_leaf(
    transaction: &mut Transaction<'static, Pg>,
    live: &Table,
    fresh: &Table,
    partition: Partition,
) -> Result<(), StoreError> {
    let stored: Option<String> = sqlx::query_scalar("SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = to_regclass($1)")
        .bind(leaf(&live.name, partition))
        .fetch_optional(&mut **transaction)
        .await?
        .flatten();
    let stored = stored.map(|options| format!(" WITH ({options})")).unwrap_or_default();
    let sql =
        format!("CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS INCLUDING CONSTRAINTS){stored}", leaf(&fresh.name, partition), live.name);
    (&mut **transaction).execute(sql.as_str()).await?;
    Ok(())
}

/// Indexes a leaf that is filled, then makes it part of its table, which brings the other indexes.
pub(super) async fn attach(transaction: &mut Transaction<'static, Pg>, table: &Table, partition: Partition) -> Result<(), StoreError> {
    let sql = format!(
        "ALTER TABLE {leaf} ADD PRIMARY KEY ({key}); ALTER TABLE {table} ATTACH PARTITION {leaf} FOR VALUES IN ({partition}); \
         GRANT SELECT, INSERT, UPDATE, DELETE ON {leaf} TO ens_service; ANALYZE {leaf}",
        leaf = leaf(&table.name, partition),
        table = table.name,
        key = text::list(table.key),
    );
    (&mut **transaction).execute(sql.as_str()).await?;
    Ok(())
}

/// Drops a table with its leaves, those that are not yet part of it too, its checkpoints and its progress.
pub(super) async fn drop_all(transaction: &mut Transaction<'static, Pg>, table: &Table) -> Result<(), StoreError> {
    (&mut **transaction).execute(format!("DROP TABLE IF EXISTS {}", table.name).as_str()).await?;
    let partitions: Vec<i16> =
        sqlx::query_scalar("SELECT partition FROM log_heads ORDER BY partition").fetch_all(&mut **transaction).await?;
    for partition in partitions {
        let sql = format!("DROP TABLE IF EXISTS {}", leaf(&table.name, Partition::from_column(partition)?));
        (&mut **transaction).execute(sql.as_str()).await?;
    }
    for sql in [text::DROP_CHECKPOINTS, text::DROP_PROGRESS] {
        sqlx::query(sql).bind(table.name.as_ref()).execute(&mut **transaction).await?;
    }
    Ok(())
}

/// Gives a table, its leaves and its checkpoints another name.
pub(super) async fn rename(transaction: &mut Transaction<'static, Pg>, names: &Renaming, leaves: &[Partition]) -> Result<(), StoreError> {
    let Renaming { from, to } = names;
    let mut sql = format!("ALTER TABLE {from} RENAME TO {to}");
    for partition in leaves {
        sql += &format!("; ALTER TABLE {} RENAME TO {}", leaf(from, *partition), leaf(to, *partition));
    }
    (&mut **transaction).execute(sql.as_str()).await?;
    sqlx::query(text::RENAME_CHECKPOINTS).bind(from).bind(to).execute(&mut **transaction).await?;
    sqlx::query(text::DROP_PROGRESS).bind(from).execute(&mut **transaction).await?;
    Ok(())
}
