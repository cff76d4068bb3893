//! Rebuilding a read model from the beginning of the log beside the live one, and comparing the two row by row.
//!
//! fresh table --folded from 0, partitions side by side--> level with the live one --swap--> live        the old one answers until then
//! - rebuilt rows equal live rows

use std::collections::{BTreeMap, BTreeSet};

use ens_store::{Arg, Partition, Store, StoreError, Table};
use futures::future::join_all;
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::all::{Question, question, take_turn};
use crate::health::Fault;
use crate::step::{Step, Turn};

/// Facts taken in one transaction of a rebuild.
const BATCH: u32 = 2_000;
/// Partitions folded at the same time.
const AT_ONCE: usize = 4;
/// Spaces compared at a time.
const SPACES: i64 = 500;
/// How many times a comparison starts again on a partition whose live rows move meanwhile.
const ATTEMPTS: u32 = 20;

/// Why a rebuild or a comparison did not come to its end. The live table is untouched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RebuildError {
    /// There is no read model of that name.
    #[error("no read model has this name")]
    NoSuchQuestion,
    /// A fact of the log cannot be taken in.
    #[error("position {} of partition {} cannot be taken in: {}", .0.position, .0.partition, .0.reason)]
    StandsStill(Fault),
    /// Followers kept moving the live rows of this partition: compare while they are at rest.
    #[error("the rows of partition {0} kept moving: compare while followers are at rest")]
    KeptMoving(Partition),
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A rebuild that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// The projection's name.
    pub projection: &'static str,
    /// Facts folded.
    pub facts: u64,
}

/// A row that is not the same in the live table and in a rebuild.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// The partition of the row.
    pub partition: Partition,
    /// The key of the row, as JSON.
    pub key: String,
    /// The columns that differ; every one where a side lacks the row.
    pub columns: Vec<String>,
}

/// Folds a read model from the beginning of the log into a fresh table, and puts it in the place of the live one.
///
/// # Errors
/// [`RebuildError`]: the live table stays.
pub async fn rebuild(store: &Store, name: &str) -> Result<Rebuilt, RebuildError> {
    let site = Site::cleared(store, name).await?;
    let done = site.fill_until_level().await;
    let facts = site.dropped_on_error(done).await?;
    store.swap(&site.question.table(), &site.fresh).await?;
    Ok(Rebuilt { projection: site.question.name(), facts })
}

/// Compares the live rows with those of a rebuild, which is then thrown away. No difference is the answer to expect.
///
/// # Errors
/// [`RebuildError`]; the comparison says nothing then.
pub async fn compare(store: &Store, name: &str) -> Result<Vec<Difference>, RebuildError> {
    let site = Site::cleared(store, name).await?;
    let compared: Vec<_> = store.partitions().each().map(|partition| site.clone().compare_partition(partition)).collect();
    let done = stream::iter(compared).buffered(AT_ONCE).try_concat().await;
    let differences = site.dropped_on_error(done).await?;
    store.drop_table(&site.fresh).await?;
    Ok(differences)
}

/// Where a fresh table is filled beside the live one.
#[derive(Clone)]
struct Site {
    store: Store,
    question: &'static dyn Question,
    fresh: Table,
}

impl Site {
    async fn cleared(store: &Store, name: &str) -> Result<Self, RebuildError> {
        let question = question(name).ok_or(RebuildError::NoSuchQuestion)?;
        let fresh = store.fresh_table(&question.table()).await?;
        Ok(Self { store: store.clone(), question, fresh })
    }

    /// A rebuild that failed leaves nothing behind; its own error is the one that is told.
    async fn dropped_on_error<T>(&self, done: Result<T, RebuildError>) -> Result<T, RebuildError> {
        if done.is_err()
            && let Err(error) = self.store.drop_table(&self.fresh).await
        {
            tracing::warn!(table = %self.fresh.name, %error, "an unfinished rebuild could not be cleared away");
        }
        done
    }

    /// Fills the fresh table up to the head of the log, again until it is no further back than the live one.
    async fn fill_until_level(&self) -> Result<u64, RebuildError> {
        loop {
            let heads = self.store.heads().await?;
            let filled: Vec<_> = heads.iter().map(|(partition, head)| self.clone().fill(*partition, *head)).collect();
            stream::iter(filled).buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
            let reached: BTreeMap<Partition, u64> = heads.into_iter().collect();
            let live = self.store.checkpoints(self.question.name()).await?;
            if live.iter().all(|(partition, position)| reached.get(partition).is_some_and(|reached| reached >= position)) {
                return Ok(reached.into_values().sum());
            }
        }
    }

    /// Folds one partition into the fresh table, up to a position.
    async fn fill(self, partition: Partition, bound: u64) -> Result<(), RebuildError> {
        let turn = Turn { table: self.fresh, partition, batch: BATCH, bound };
        loop {
            match take_turn(&self.store, self.question, turn.clone()).await? {
                Step::Drained(_) => return Ok(()),
                Step::Advanced(_) => {}
                // Two rebuilds of one read model at once: the other's checkpoint is ours too, and the swap of one fails.
                Step::Elsewhere => tokio::task::yield_now().await,
                Step::Stopped(fault) => return Err(RebuildError::StandsStill(fault)),
            }
        }
    }

    async fn live_position(&self, partition: Partition) -> Result<u64, StoreError> {
        let checkpoints = self.store.checkpoints(self.question.name()).await?;
        Ok(checkpoints.into_iter().find_map(|(each, reached)| (each == partition).then_some(reached)).unwrap_or_default())
    }

    async fn compare_partition(self, partition: Partition) -> Result<Vec<Difference>, RebuildError> {
        for _ in 0..ATTEMPTS {
            let position = self.live_position(partition).await?;
            self.clone().fill(partition, position).await?;
            let differences = compare_rows(&self.store, &self.question.table(), &self.fresh, partition).await?;
            if self.live_position(partition).await? == position {
                return Ok(differences);
            }
        }
        Err(RebuildError::KeptMoving(partition))
    }
}

/// Walks both tables by space, so that no more than a page of each is in memory.
async fn compare_rows(store: &Store, live: &Table, fresh: &Table, partition: Partition) -> Result<Vec<Difference>, StoreError> {
    let mut differences = Vec::new();
    let mut after = Uuid::nil();
    while let Some(last) = end_of_page(store, [live, fresh], partition, after).await? {
        let pages = join_all([live, fresh].map(|table| page(store, table, partition, (after, last)))).await;
        let mut pages = pages.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter();
        let (ours, theirs) = (pages.next().unwrap_or_default(), pages.next().unwrap_or_default());
        let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
        for key in keys {
            let columns = differing(live, ours.get(key), theirs.get(key));
            if !columns.is_empty() {
                differences.push(Difference { partition, key: key.clone(), columns });
            }
        }
        after = last;
    }
    Ok(differences)
}

#[derive(Deserialize)]
struct SpaceOnly {
    space: Uuid,
}

/// The last space of the next page of both tables; nothing after the end of both.
async fn end_of_page(store: &Store, tables: [&Table; 2], partition: Partition, after: Uuid) -> Result<Option<Uuid>, StoreError> {
    let [live, fresh] = tables.map(|table| {
        format!(
            "SELECT space FROM (SELECT DISTINCT space FROM {} WHERE partition = $1 AND space > $2 ORDER BY space LIMIT $3) s",
            table.name
        )
    });
    let sql = format!("SELECT space FROM ({live} UNION {fresh}) b ORDER BY space LIMIT $3");
    let args = [Arg::Int(i64::from(partition.number())), Arg::Uuid(after), Arg::Int(SPACES)];
    let spaces: Vec<SpaceOnly> = store.select(&sql, &args).await?;
    Ok(spaces.last().map(|last| last.space))
}

/// The rows of a range of spaces, by their keys.
async fn page(
    store: &Store,
    table: &Table,
    partition: Partition,
    range: (Uuid, Uuid),
) -> Result<BTreeMap<String, Map<String, Value>>, StoreError> {
    let sql = format!("SELECT {} FROM {} WHERE partition = $1 AND space > $2 AND space <= $3", table.columns.join(", "), table.name);
    let args = [Arg::Int(i64::from(partition.number())), Arg::Uuid(range.0), Arg::Uuid(range.1)];
    let rows: Vec<Map<String, Value>> = store.select(&sql, &args).await?;
    let keyed = rows.into_iter().map(|row| {
        let key: Map<String, Value> =
            table.key.iter().map(|column| ((*column).to_owned(), row.get(*column).cloned().unwrap_or_default())).collect();
        (Value::Object(key).to_string(), row)
    });
    Ok(keyed.collect())
}

fn differing(table: &Table, ours: Option<&Map<String, Value>>, theirs: Option<&Map<String, Value>>) -> Vec<String> {
    let differs = |column: &&&str| ours.and_then(|row| row.get(**column)) != theirs.and_then(|row| row.get(**column));
    table.columns.iter().filter(differs).map(|column| (*column).to_owned()).collect()
}
