//! Rebuilding on SQLite: rows inserted in key order at the end of the fresh table, a part at a time.

use std::fs::File;
use std::time::Duration;

use async_trait::async_trait;

use super::connections::Sqlite;
use super::follow::insert;
use super::tables::{drop_all, make_copy, rename};
use crate::engine::contract::{Log, ReadModels};
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

/// How long a swap waits before it asks again for a turn that a follower has.
const SHORT: Duration = Duration::from_millis(2);

/// A turn that nobody follows in, held so that nobody else takes it.
struct Kept {
    engine: Sqlite,
    name: String,
    partition: Partition,
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.engine.forget_turn(&self.name, self.partition);
    }
}

impl Sqlite {
    fn keep(&self, name: &str, partition: Partition) -> Option<Kept> {
        self.note_turn(name, partition).then(|| Kept { engine: self.clone(), name: name.to_owned(), partition })
    }
}

#[async_trait]
impl Rebuilding for Sqlite {
    async fn reserve_rebuild(&self, fresh: &Table) -> Result<Option<Hold>, StoreError> {
        let Some(here) = self.keep(&format!("rebuild of {}", fresh.name), Partition::new(0)) else { return Ok(None) };
        let Some(path) = self.file() else { return Ok(Some(Box::new(here))) };
        // The system lets go of the file's lock whatever ends this process.
        let unreachable = |error: std::io::Error| StoreError::Unreachable(error.to_string());
        let file = File::create(format!("{}-rebuild-{}", path.display(), fresh.name)).map_err(unreachable)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new((here, file)))),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(unreachable(error)),
        }
    }

    async fn begin_rebuild(&self, live: &Table, fresh: &Table, begun: &Begun) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        drop_all(&mut transaction, fresh).await?;
        make_copy(&mut transaction, live, fresh).await?;
        for (partition, bound) in &begun.bounds {
            sqlx::query(text::NOTE_PROGRESS)
                .bind(fresh.name.as_ref())
                .bind(&begun.shape)
                .bind(partition.column())
                .bind(column(*bound))
                .bind(fresh.name.as_ref())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await.map_err(StoreError::at_commit)
    }

    async fn rebuild_progress(&self, fresh: &Table, shape: &str) -> Result<Vec<Progress>, StoreError> {
        let rows: Vec<ProgressRow> = sqlx::query_as(text::PROGRESS).bind(fresh.name.as_ref()).bind(shape).fetch_all(self.readers()).await?;
        rows.into_iter().map(progress).collect()
    }

    async fn lives(&self, partition: Partition, after: &After, bound: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        // The plus signs keep the planner away from the index of the positions, which would have to be sorted for every page.
        let sql = text::lives(&format!("+partition = {partition} AND +position <= $3"));
        let rows: Vec<StoredRow> = sqlx::query_as(&sql)
            .bind(&after.aggregate_id)
            .bind(&after.aggregate_type)
            .bind(column(bound))
            .bind(i64::from(limit))
            .fetch_all(self.readers())
            .await?;
        rows.into_iter().map(stored).collect()
    }

    async fn fill(&self, fresh: &Table, rows: &Rows, progress: &Progress) -> Result<(), StoreError> {
        let json = rows.json();
        let mut transaction = self.write().await?;
        if !rows.is_empty() {
            sqlx::query(&insert(fresh)).bind(json).execute(&mut *transaction).await?;
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
        let mut transaction = self.write().await?;
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
        let (mut turns, name) = (Vec::new(), live.name.to_string());
        for partition in self.partitions().await?.each() {
            loop {
                if let Some(turn) = self.keep(&name, partition) {
                    turns.push(turn);
                    break;
                }
                tokio::time::sleep(SHORT).await;
            }
        }
        let stand = self.checkpoints(&[&name]).await?;
        let positions = turns
            .iter()
            .map(|turn| (turn.partition, stand.iter().find(|(_, each, _)| *each == turn.partition).map_or(0, |(.., position)| *position)))
            .collect();
        Ok(Box::new(HeldHere { engine: self.clone(), name, positions, _turns: turns }))
    }

    async fn drop_table(&self, table: &Table) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        drop_all(&mut transaction, table).await?;
        transaction.commit().await.map_err(StoreError::at_commit)
    }

    async fn table_exists(&self, table: &Table) -> Result<Exists, StoreError> {
        let found: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1")
            .bind(table.name.as_ref())
            .fetch_one(self.readers())
            .await?;
        Ok(if found > 0 { Exists::Yes } else { Exists::No })
    }
}

/// The turns of a live table in this process. Another process's follower may move it all the same, which the swap sees.
struct HeldHere {
    engine: Sqlite,
    name: String,
    positions: Vec<(Partition, u64)>,
    _turns: Vec<Kept>,
}

#[async_trait]
impl Held for HeldHere {
    fn positions(&self) -> &[(Partition, u64)] {
        &self.positions
    }

    async fn rename(self: Box<Self>, names: &[Renaming]) -> Result<(), StoreError> {
        let mut transaction = self.engine.write().await?;
        let stand: Vec<(i16, i64)> = sqlx::query_as("SELECT partition, position FROM checkpoints WHERE name = $1")
            .bind(&self.name)
            .fetch_all(&mut *transaction)
            .await?;
        for (partition, position) in stand {
            let standing = (Partition::from_column(partition)?, number(position)?);
            if !self.positions.contains(&standing) {
                return Err(StoreError::Overtaken);
            }
        }
        for renaming in names {
            rename(&mut transaction, renaming).await?;
        }
        transaction.commit().await.map_err(StoreError::at_commit)
    }
}
