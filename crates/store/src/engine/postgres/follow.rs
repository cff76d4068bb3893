//! A follower's turn on PostgreSQL: one transaction that holds the checkpoints' rows.

use async_trait::async_trait;
use sqlx::{Executor, Postgres as Pg, Transaction};

use super::connections::Postgres;
use crate::engine::contract::{Checkpoint, Following};
use crate::engine::log_rows::{StoredRow, stored};
use crate::engine::numbers::{column, number};
use crate::engine::text;
use crate::ground::Partition;
use crate::ground::Rows;
use crate::ground::StoreError;
use crate::ground::StoredEvent;
use crate::ground::Table;

/// A turn's statements take thousands of keys to an index. A plan that was made while a table was small, or for as few keys as the
/// planner guesses, would read the whole of it each time. No index of a read model begins with the partition, so none offers to.
const PLANS: &str = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

/// A transaction that holds checkpoints.
pub(super) struct Turn {
    transaction: Transaction<'static, Pg>,
    partition: Partition,
    taken: Vec<Checkpoint>,
}

impl Turn {
    /// Takes those checkpoints that nobody else has, or nothing.
    pub(super) async fn take(engine: &Postgres, names: &[&str], partition: Partition) -> Result<Option<Self>, StoreError> {
        let sql = format!("SELECT name, position FROM checkpoints WHERE name = ANY($1) AND partition = {partition} FOR UPDATE SKIP LOCKED");
        loop {
            let mut transaction = engine.pool.begin().await?;
            (&mut *transaction).execute(PLANS).await?;
            let locked: Vec<(String, i64)> = sqlx::query_as(&sql).bind(names).fetch_all(&mut *transaction).await?;
            if !locked.is_empty() {
                let taken = locked.into_iter().map(|(name, position)| Ok((name, number(position)?))).collect::<Result<_, StoreError>>()?;
                return Ok(Some(Self { transaction, partition, taken }));
            }
            transaction.rollback().await?;
            if engine.make_checkpoints(names, &[partition]).await? == 0 {
                return Ok(None);
            }
        }
    }
}

impl Postgres {
    /// Makes the checkpoints that are not there yet, at 0, and says how many those were. Committed by itself, so that two first followers
    /// do not wait for each other's whole turn.
    pub(super) async fn make_checkpoints(&self, names: &[&str], partitions: &[Partition]) -> Result<u64, StoreError> {
        let partitions: Vec<i16> = partitions.iter().map(|partition| partition.column()).collect();
        let made = sqlx::query(
            "INSERT INTO checkpoints (name, partition, position) SELECT name, partition, 0 FROM unnest($1::text[]) AS name, \
             unnest($2::smallint[]) AS partition ON CONFLICT DO NOTHING",
        )
        .bind(names)
        .bind(partitions)
        .execute(&self.pool)
        .await?;
        Ok(made.rows_affected())
    }
}

#[async_trait]
impl Following for Turn {
    fn taken(&self) -> &[Checkpoint] {
        &self.taken
    }

    async fn events(&mut self, after: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let sql = text::events_of(self.partition);
        let rows: Vec<StoredRow> =
            sqlx::query_as(&sql).bind(column(after)).bind(i64::from(limit)).fetch_all(&mut *self.transaction).await?;
        rows.into_iter().map(stored).collect()
    }

    async fn rows(&mut self, table: &Table, keys: &Rows) -> Result<Vec<String>, StoreError> {
        let (name, matches) = (&table.name, matches(table, self.partition));
        let sql = format!("SELECT to_json(t)::text FROM unnest($1::text[]::{name}[]) k JOIN {name} t ON {matches}");
        Ok(sqlx::query_scalar(&sql).bind(keys.composites()).fetch_all(&mut *self.transaction).await?)
    }

    async fn put(&mut self, table: &Table, rows: &Rows) -> Result<(), StoreError> {
        let (name, columns, on_conflict) = (&table.name, text::list(table.columns), text::on_conflict(table));
        let sql = format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM unnest($1::text[]::{name}[]) {on_conflict}");
        sqlx::query(&sql).bind(rows.composites()).execute(&mut *self.transaction).await?;
        Ok(())
    }

    async fn remove(&mut self, table: &Table, keys: &Rows) -> Result<(), StoreError> {
        let (name, matches) = (&table.name, matches(table, self.partition));
        let sql = format!("DELETE FROM {name} t USING unnest($1::text[]::{name}[]) k WHERE {matches}");
        sqlx::query(&sql).bind(keys.composites()).execute(&mut *self.transaction).await?;
        Ok(())
    }

    async fn commit(mut self: Box<Self>, reached: &[Checkpoint]) -> Result<(), StoreError> {
        let (names, positions) = apart(reached);
        let sql = format!(
            "UPDATE checkpoints c SET position = r.position FROM unnest($1::text[], $2::bigint[]) AS r (name, position) \
             WHERE c.name = r.name AND c.partition = {}",
            self.partition
        );
        sqlx::query(&sql).bind(names).bind(positions).execute(&mut *self.transaction).await?;
        self.transaction.commit().await.map_err(StoreError::at_commit)
    }
}

/// The rows of `t` in this partition that have the keys `k`.
fn matches(table: &Table, partition: Partition) -> String {
    let key: Vec<&str> = table.key.iter().copied().filter(|column| *column != "partition").collect();
    let keys = text::equal(&key, |key| format!("t.{key}"), |key| format!("k.{key}"));
    format!("t.partition = {partition} AND {keys}")
}

/// Names and positions apart, as statements take them.
fn apart(checkpoints: &[Checkpoint]) -> (Vec<String>, Vec<i64>) {
    checkpoints.iter().map(|(name, position)| (name.clone(), column(*position))).unzip()
}
