//! One turn of one projection on one partition: read a batch, fold it, write rows and checkpoint in one transaction.
//!
//! - what comes before a fact that cannot be taken in is still taken in
//! - a turn that is killed leaves rows and checkpoint as they were

use ens_domain::space::SpaceEvent;
use ens_store::{Follow, Partition, Recorded, Store, StoreError, StoredEvent, Table};
use serde::Serialize;
use serde_json::Value;

use crate::change::{Fold, Writes, rows_to_load};
use crate::health::{Fault, FaultKind};
use crate::projection::{Projection, RowKey, SpaceKey};

/// Which table is filled, from where, and how far one turn goes.
#[derive(Debug, Clone)]
pub struct Turn {
    /// The table, whose name is also the checkpoint's.
    pub table: Table,
    /// The partition that is read.
    pub partition: Partition,
    /// Facts taken in one transaction.
    pub batch: u32,
    /// No fact after this position is taken.
    pub bound: u64,
}

/// What came of one turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Another follower has this partition.
    Elsewhere,
    /// Nothing was left to take; the rows stand at this position.
    Drained(u64),
    /// Facts were taken; the rows stand at this position.
    Advanced(u64),
    /// The next fact cannot be taken in.
    Stopped(Fault),
}

/// The facts of a batch that can be taken in, and the fault of the one after them.
struct Readable {
    facts: Vec<Recorded<SpaceEvent>>,
    fault: Option<Fault>,
}

/// Takes one turn.
///
/// # Errors
/// The store's: nothing was written.
pub(crate) async fn step<P: Projection>(store: &Store, turn: &Turn) -> Result<Step, StoreError> {
    let Some(mut follow) = store.follow(&turn.table.name, turn.partition).await? else { return Ok(Step::Elsewhere) };
    let checkpoint = follow.checkpoint();
    let room = u32::try_from(turn.bound.saturating_sub(checkpoint)).unwrap_or(u32::MAX);
    let stored = if room == 0 { Vec::new() } else { follow.events(turn.batch.min(room)).await? };
    let Readable { mut facts, mut fault } = readable::<P>(&stored);
    let writes = loop {
        match fold::<P>(&mut follow, turn, &facts).await? {
            Ok(writes) => break writes,
            Err(stop) => {
                facts.retain(|fact| fact.position < stop.position);
                fault = Some(stop);
            }
        }
    };
    if let Some(last) = facts.last() {
        let reached = last.position;
        write::<P>(&mut follow, &turn.table, writes).await?;
        follow.commit(reached).await?;
        return Ok(fault.map_or(Step::Advanced(reached), Step::Stopped));
    }
    Ok(fault.map_or(Step::Drained(checkpoint), Step::Stopped))
}

fn readable<P: Projection>(stored: &[StoredEvent]) -> Readable {
    let mut facts = Vec::with_capacity(stored.len());
    for event in stored {
        match event.decode() {
            Ok(fact) => facts.push(fact),
            Err(error) => {
                let fault = fault_at::<P>(event.partition, event.position, FaultKind::UnknownEvent, error.to_string());
                return Readable { facts, fault: Some(fault) };
            }
        }
    }
    Readable { facts, fault: None }
}

/// Folds the facts over the rows that they amend. A fact that cannot be taken in is the inner error.
async fn fold<P: Projection>(
    follow: &mut Follow,
    turn: &Turn,
    facts: &[Recorded<SpaceEvent>],
) -> Result<Result<Writes<P::Row>, Fault>, StoreError> {
    let changes: Vec<(u64, Vec<_>)> = facts.iter().map(|fact| (fact.position, P::project(fact))).collect();
    let wanted = rows_to_load(changes.iter().flat_map(|(_, changes)| changes));
    let rows = follow.rows(&turn.table, &as_json(&wanted)?).await?;
    let rows = rows.into_iter().map(serde_json::from_value).collect::<Result<_, _>>();
    let mut fold = Fold::over(rows.map_err(|_| StoreError::Malformed("a row of a read model has another shape"))?);
    for (position, changes) in changes {
        if let Err(error) = fold.take(position, changes) {
            return Ok(Err(fault_at::<P>(turn.partition, position, FaultKind::NothingToAmend, error.to_string())));
        }
    }
    Ok(Ok(fold.finish()))
}

async fn write<P: Projection>(follow: &mut Follow, table: &Table, writes: Writes<P::Row>) -> Result<(), StoreError> {
    let by_space = Table { key: SpaceKey::COLUMNS, ..table.clone() };
    follow.remove(&by_space, &as_json(&writes.wiped)?).await?;
    follow.remove(table, &as_json(&writes.removed)?).await?;
    follow.put(table, &as_json(&writes.put)?).await
}

fn as_json<T: Serialize>(items: &[T]) -> Result<Vec<Value>, StoreError> {
    items.iter().map(serde_json::to_value).collect::<Result<_, _>>().map_err(|_| StoreError::Unstorable("a row is not JSON"))
}

fn fault_at<P: Projection>(partition: Partition, position: u64, kind: FaultKind, reason: String) -> Fault {
    Fault { projection: P::NAME, partition, position, kind, reason }
}
