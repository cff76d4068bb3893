//! Fresh copies of read models on PostgreSQL, and their swap. Tables belong to the login, so these statements leave the service's role.

use sqlx::{Executor, Postgres as Pg, Transaction};

use super::Postgres;
use crate::engine::text;
use crate::error::StoreError;
use crate::tables::Table;

impl Postgres {
    pub(super) async fn make_copy(&self, live: &Table, fresh: &Table) -> Result<(), StoreError> {
        let mut transaction = self.as_owner().await?;
        drop_with_checkpoints(&mut transaction, fresh).await?;
        let sql = format!("CREATE TABLE {} (LIKE {} INCLUDING ALL)", fresh.name, live.name);
        (&mut *transaction).execute(sql.as_str()).await?;
        let sql = format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO ens_service", fresh.name);
        (&mut *transaction).execute(sql.as_str()).await?;
        transaction.commit().await.map_err(StoreError::at_commit)
    }

    pub(super) async fn put_in_place(&self, live: &Table, fresh: &Table) -> Result<(), StoreError> {
        let mut transaction = self.as_owner().await?;
        // Followers take checkpoint, then table; so does the swap, or the two would wait for each other.
        sqlx::query("SELECT position FROM checkpoints WHERE name = $1 OR name = $2 ORDER BY name, partition FOR UPDATE")
            .bind(live.name.as_ref())
            .bind(fresh.name.as_ref())
            .execute(&mut *transaction)
            .await?;
        let sql = format!("DROP TABLE {live}; ALTER TABLE {fresh} RENAME TO {live}", live = live.name, fresh = fresh.name);
        (&mut *transaction).execute(sql.as_str()).await?;
        sqlx::query(text::DROP_CHECKPOINTS).bind(live.name.as_ref()).execute(&mut *transaction).await?;
        sqlx::query(text::RENAME_CHECKPOINTS).bind(fresh.name.as_ref()).bind(live.name.as_ref()).execute(&mut *transaction).await?;
        transaction.commit().await.map_err(StoreError::at_commit)
    }

    pub(super) async fn drop_copy(&self, table: &Table) -> Result<(), StoreError> {
        let mut transaction = self.as_owner().await?;
        drop_with_checkpoints(&mut transaction, table).await?;
        transaction.commit().await.map_err(StoreError::at_commit)
    }

    /// A transaction under the login's own rights; the session is back in the service's role when it ends.
    async fn as_owner(&self) -> Result<Transaction<'static, Pg>, StoreError> {
        let mut transaction = self.pool.begin().await?;
        (&mut *transaction).execute("SET LOCAL ROLE NONE").await?;
        Ok(transaction)
    }
}

async fn drop_with_checkpoints(transaction: &mut Transaction<'static, Pg>, table: &Table) -> Result<(), StoreError> {
    (&mut **transaction).execute(format!("DROP TABLE IF EXISTS {}", table.name).as_str()).await?;
    sqlx::query(text::DROP_CHECKPOINTS).bind(table.name.as_ref()).execute(&mut **transaction).await?;
    Ok(())
}
