//! Rebuilding on PostgreSQL: rows by `COPY` into leaves without an index, which are indexed once they are full.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::{Executor, Postgres as Pg, Transaction};

use super::connections::Postgres;
use super::tables::{attach, drop_all, free_generation, make_leaf, make_parent, rename};
use crate::engine::contract::Log;
use crate::engine::log_rows::{StoredRow, stored};
use crate::engine::numbers::{column, number};
use crate::engine::rebuilding::Rebuilding;
use crate::engine::rebuilding::{Exists, Held, Hold, ProgressRow, Renaming, progress};
use crate::engine::text;
use crate::ground::Partition;
use crate::ground::Rows;
use crate::ground::StoreError;
use crate::ground::StoredEvent;
use crate::ground::Table;
use crate::ground::{After, Begun, Progress};

/// What the numbers of the advisory locks begin with: "ensr".
const LOCKS: i32 = 0x656e_7372;
/// How long a swap waits for the readers that are in a table, while later ones wait behind it.
const WAIT: &str = "SET LOCAL lock_timeout = '250ms'";
/// How often it waits before it gives up, and how long it lets readers through in between.
const ATTEMPTS: u32 = 120;
const PAUSE: Duration = Duration::from_millis(250);

#[async_trait]
impl Rebuilding for Postgres {
    async fn reserve_rebuild(&self, fresh: &Table) -> Result<Option<Hold>, StoreError> {
        // A connection of its own, which the server lets go of with the lock whatever ends this process.
        let mut connection = self.pool.acquire().await?.detach();
        let locked: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1, hashtext($2))")
            .bind(LOCKS)
            .bind(fresh.name.as_ref())
            .fetch_one(&mut connection)
            .await?;
        Ok(locked.then(|| -> Hold { Box::new(connection) }))
    }

    async fn begin_rebuild(&self, live: &Table, fresh: &Table, begun: &Begun) -> Result<(), StoreError> {
        let mut transaction = self.as_owner().await?;
        drop_all(&mut transaction, fresh).await?;
        make_parent(&mut transaction, live, fresh).await?;
        let generation = free_generation(&mut transaction, live).await?;
        for (partition, bound) in &begun.bounds {
            let leaf = make_leaf(&mut transaction, live, &generation, *partition).await?;
            sqlx::query(text::NOTE_PROGRESS)
                .bind(fresh.name.as_ref())
                .bind(&begun.shape)
                .bind(partition.column())
                .bind(column(*bound))
                .bind(leaf)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await.map_err(StoreError::at_commit)
    }

    async fn rebuild_progress(&self, fresh: &Table, shape: &str) -> Result<Vec<Progress>, StoreError> {
        let rows: Vec<ProgressRow> = sqlx::query_as(text::PROGRESS).bind(fresh.name.as_ref()).bind(shape).fetch_all(&self.pool).await?;
        rows.into_iter().map(progress).collect()
    }

    async fn lives(&self, partition: Partition, after: &After, bound: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let mut transaction = self.pool.begin().await?;
        // The primary key has the order; a sort of all that is left, page after page, would never end.
        (&mut *transaction)
            .execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            .await?;
        let sql = text::lives(&format!("partition = {partition} AND position <= $3"));
        let rows: Vec<StoredRow> = sqlx::query_as(&sql)
            .bind(&after.aggregate_id)
            .bind(&after.aggregate_type)
            .bind(column(bound))
            .bind(i64::from(limit))
            .fetch_all(&mut *transaction)
            .await?;
        transaction.rollback().await?;
        rows.into_iter().map(stored).collect()
    }

    async fn fill(&self, fresh: &Table, rows: &Rows, progress: &Progress) -> Result<(), StoreError> {
        let mut transaction = self.as_owner().await?;
        if !rows.is_empty() {
            let sql = format!("COPY {} ({}) FROM STDIN", progress.filled, text::list(fresh.columns));
            let mut copy = transaction.copy_in_raw(&sql).await?;
            copy.send(rows.copy_lines().into_bytes()).await?;
            copy.finish().await?;
        }
        sqlx::query(&text::move_progress(progress.partition))
            .bind(fresh.name.as_ref())
            .bind(&progress.after.aggregate_type)
            .bind(&progress.after.aggregate_id)
            .bind(column(progress.events))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await.map_err(StoreError::at_commit)
    }

    async fn settle_leaf(&self, fresh: &Table, progress: &Progress) -> Result<(), StoreError> {
        let mut transaction = self.as_owner().await?;
        attach(&mut transaction, fresh, progress).await?;
        sqlx::query("INSERT INTO checkpoints (name, partition, position) VALUES ($1, $2, $3)")
            .bind(fresh.name.as_ref())
            .bind(progress.partition.column())
            .bind(column(progress.bound))
            .execute(&mut *transaction)
            .await?;
        sqlx::query(&text::settle_progress(progress.partition)).bind(fresh.name.as_ref()).execute(&mut *transaction).await?;
        transaction.commit().await.map_err(StoreError::at_commit)
    }

    async fn hold_live(&self, live: &Table) -> Result<Box<dyn Held>, StoreError> {
        let partitions: Vec<Partition> = self.partitions().await?.each().collect();
        self.make_checkpoints(&[live.name.as_ref()], &partitions).await?;
        let mut transaction = self.as_owner().await?;
        // Followers take checkpoint, then table; so does the swap, or the two would wait for each other.
        let rows: Vec<(i16, i64)> =
            sqlx::query_as("SELECT partition, position FROM checkpoints WHERE name = $1 ORDER BY partition FOR UPDATE")
                .bind(live.name.as_ref())
                .fetch_all(&mut *transaction)
                .await?;
        let positions = rows
            .into_iter()
            .map(|(partition, position)| Ok((Partition::from_column(partition)?, number(position)?)))
            .collect::<Result<_, StoreError>>()?;
        Ok(Box::new(HeldHere { transaction, positions }))
    }

    async fn drop_table(&self, table: &Table) -> Result<(), StoreError> {
        let mut transaction = self.as_owner().await?;
        drop_all(&mut transaction, table).await?;
        transaction.commit().await.map_err(StoreError::at_commit)
    }

    async fn table_exists(&self, table: &Table) -> Result<Exists, StoreError> {
        let found: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(table.name.as_ref()).fetch_one(&self.pool).await?;
        Ok(if found { Exists::Yes } else { Exists::No })
    }
}

/// A transaction that holds the checkpoints of a live table.
struct HeldHere {
    transaction: Transaction<'static, Pg>,
    positions: Vec<(Partition, u64)>,
}

#[async_trait]
impl Held for HeldHere {
    fn positions(&self) -> &[(Partition, u64)] {
        &self.positions
    }

    async fn rename(mut self: Box<Self>, names: &[Renaming]) -> Result<(), StoreError> {
        let tables: Vec<&str> = names.iter().map(|renaming| renaming.from.as_str()).collect();
        self.lock(&tables).await?;
        for renaming in names {
            rename(&mut self.transaction, renaming).await?;
        }
        self.transaction.commit().await.map_err(StoreError::at_commit)
    }
}

impl HeldHere {
    /// Locks the tables that exist, without their leaves, which a vacuum may be in: whoever reads a leaf has locked its table first. Readers
    /// never wait longer than one attempt: a long query that is in a table would otherwise hold all later ones up behind this.
    async fn lock(&mut self, tables: &[&str]) -> Result<(), StoreError> {
        let existing: Vec<String> =
            sqlx::query_scalar("SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL ORDER BY name")
                .bind(tables)
                .fetch_all(&mut *self.transaction)
                .await?;
        let sql = format!("{WAIT}; LOCK TABLE ONLY {} IN ACCESS EXCLUSIVE MODE", existing.join(", ONLY "));
        (&mut *self.transaction).execute("SAVEPOINT before_lock").await?;
        let mut attempt = 1;
        loop {
            match (&mut *self.transaction).execute(sql.as_str()).await.map_err(StoreError::from) {
                Ok(_) => return Ok(()),
                Err(StoreError::Database { code, .. }) if code == LOCK_NOT_AVAILABLE && attempt < ATTEMPTS => attempt += 1,
                Err(error) => return Err(error),
            }
            (&mut *self.transaction).execute("ROLLBACK TO before_lock").await?;
            tokio::time::sleep(PAUSE).await;
        }
    }
}

const LOCK_NOT_AVAILABLE: &str = "55P03";
