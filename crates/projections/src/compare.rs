//! Comparing the live rows of a read model with those that a rebuild gives, row by row.
//!
//! fresh table --filled as by a rebuild--> caught up with the live one, partition by partition --page by page, side by side--> what differs

use std::collections::{BTreeMap, BTreeSet};

use ens_store::{Arg, Partition, Purpose, Store, StoreError, Table};
use futures::future::join_all;
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::rebuild::{FoldProgress, FreshTable, RebuildError};

/// Partitions compared at the same time.
const AT_ONCE: usize = 4;
/// Spaces compared at a time.
const SPACES: i64 = 500;
/// How many times a comparison starts again on a partition whose live rows change meanwhile.
const ATTEMPTS: u32 = 20;

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

/// Compares the live rows with those of a rebuild, which is then thrown away. No difference is the answer to expect.
///
/// # Errors
/// [`RebuildError`]; the comparison says nothing then.
pub async fn compare(store: &Store, name: &str) -> Result<Vec<Difference>, RebuildError> {
    let fresh = FreshTable::of(store, name, Purpose::Compare).await?;
    let compared = compare_all(store, &fresh).await;
    // The fresh table is worth nothing afterwards. If it cannot be dropped either, the first error is the one that counts.
    let cleared = fresh.table_rebuild().clear().await;
    let differences = compared?;
    cleared?;
    Ok(differences)
}

async fn compare_all(store: &Store, fresh: &FreshTable) -> Result<Vec<Difference>, RebuildError> {
    fresh.fill(&FoldProgress::default()).await?;
    let compared: Vec<_> = store.partitions().each().map(|partition| compare_partition(store, fresh, partition)).collect();
    stream::iter(compared).buffered(AT_ONCE).try_concat().await
}

async fn compare_partition(store: &Store, fresh: &FreshTable, partition: Partition) -> Result<Vec<Difference>, RebuildError> {
    let live = fresh.read_model().table();
    for _ in 0..ATTEMPTS {
        let position = live_position(store, &live, partition).await?;
        fresh.follow(partition, position).await?;
        let differences = compare_rows(store, &live, fresh.table(), partition).await?;
        if live_position(store, &live, partition).await? == position {
            return Ok(differences);
        }
    }
    Err(RebuildError::KeptChanging(partition))
}

async fn live_position(store: &Store, live: &Table, partition: Partition) -> Result<u64, StoreError> {
    let checkpoints = store.read_models().checkpoints(&live.name).await?;
    Ok(checkpoints.into_iter().find_map(|(each, reached)| (each == partition).then_some(reached)).unwrap_or_default())
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
            "SELECT space FROM (SELECT DISTINCT space FROM {} WHERE partition = {partition} AND space > $1 ORDER BY space LIMIT $2) s",
            table.name
        )
    });
    let sql = format!("SELECT space FROM ({live} UNION {fresh}) b ORDER BY space LIMIT $2");
    let args = [Arg::Uuid(after), Arg::Int(SPACES)];
    let spaces: Vec<SpaceOnly> = store.read_models().select(&sql, &args).await?;
    Ok(spaces.last().map(|last| last.space))
}

/// The rows of a range of spaces, by their keys.
async fn page(
    store: &Store,
    table: &Table,
    partition: Partition,
    range: (Uuid, Uuid),
) -> Result<BTreeMap<String, Map<String, Value>>, StoreError> {
    let (columns, name) = (table.columns.join(", "), &table.name);
    let sql = format!("SELECT {columns} FROM {name} WHERE partition = {partition} AND space > $1 AND space <= $2");
    let args = [Arg::Uuid(range.0), Arg::Uuid(range.1)];
    let rows: Vec<Map<String, Value>> = store.read_models().select(&sql, &args).await?;
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
