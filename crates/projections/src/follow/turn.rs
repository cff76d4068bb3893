//! One turn on one partition: read a page of the log, fold it for every read model that takes part, write all rows and checkpoints in one
//! transaction.
//!
//! - what comes before an event that cannot be folded is still folded
//! - a turn that is killed leaves rows and checkpoint as they were
//! - a fault in one projection does not stop the others of its turn

use std::collections::BTreeSet;

use ens_domain::event::StreamKind;
use ens_store::{Partition, Store, StoreError, Table};

use crate::health::{EventOfUnknownKind, Fault, FaultKind};
use crate::page::{Page, Unreadable};
use crate::read_model::ReadModel;

/// A read model that takes part in a turn, and the table that the turn fills, whose name is also that of the checkpoint.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) read_model: &'static dyn ReadModel,
    pub(crate) table: Table,
}

impl Member {
    /// The read model with its live table.
    pub(crate) fn live(read_model: &'static dyn ReadModel) -> Self {
        Self { read_model, table: read_model.table() }
    }
}

/// What one turn reads: it begins at the checkpoint.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TurnBounds {
    pub(crate) partition: Partition,
    /// At most so many events, in one transaction.
    pub(crate) batch: u32,
    /// No event after this position.
    pub(crate) bound: u64,
}

/// The outcome of a turn for one read model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TurnOutcome {
    /// It took no part: another follower has this partition, or its checkpoint is not where those of the others are.
    Elsewhere,
    /// There was nothing left to read.
    CaughtUp,
    /// Events were folded or passed over.
    Advanced,
    /// The next event cannot be folded.
    Stopped(Fault),
}

/// The outcome of a turn for each member, and the events of unknown kinds that it passed over.
#[derive(Debug)]
pub(crate) struct TurnReport {
    pub(crate) outcomes: Vec<TurnOutcome>,
    pub(crate) unknown: Vec<EventOfUnknownKind>,
}

/// Takes one turn for all members, in their order, in a task of its own: if the caller is dropped (a service that shuts down, a request
/// that is cancelled), the turn still ends, and no database connection is cut off in the middle of a statement.
///
/// # Errors
/// The store's: nothing was written for any of them.
pub(crate) async fn take_turn(store: &Store, members: Vec<Member>, bounds: TurnBounds) -> Result<TurnReport, StoreError> {
    let store = store.clone();
    match tokio::spawn(async move { take(&store, &members, bounds).await }).await {
        Ok(turn) => turn,
        Err(ended) if ended.is_panic() => Err(StoreError::Malformed("a defect of the program cut a turn short")),
        Err(_) => Err(StoreError::Overtaken), // The runtime is going down; nothing was written.
    }
}

async fn take(store: &Store, members: &[Member], bounds: TurnBounds) -> Result<TurnReport, StoreError> {
    let names: Vec<&str> = members.iter().map(|member| member.table.name.as_ref()).collect();
    let Some(mut follow) = store.read_models().follow_level(&names, bounds.partition).await? else {
        return Ok(TurnReport { outcomes: members.iter().map(|_| TurnOutcome::Elsewhere).collect(), unknown: Vec::new() });
    };
    let checkpoint = follow.checkpoint();
    let room = u32::try_from(bounds.bound.saturating_sub(checkpoint)).unwrap_or(u32::MAX);
    let stored = if room == 0 { Vec::new() } else { follow.events(bounds.batch.min(room)).await? };
    let page = Page::decode(&stored, &kinds(members));
    drop(stored);
    let (mut outcomes, mut moved) = (Vec::with_capacity(members.len()), Vec::with_capacity(members.len()));
    for member in members {
        if !follow.names().contains(&member.table.name.as_ref().to_owned()) {
            outcomes.push(TurnOutcome::Elsewhere);
            continue;
        }
        let readable = page.readable(member.read_model.kinds());
        let folded = member.read_model.take(&mut follow, &member.table, &readable.events).await?;
        let fault = folded.or_else(|| readable.stopped_by.map(|event| unreadable(member, bounds.partition, event)));
        let last = fault.as_ref().map_or(page.last(), |fault| fault.position.checked_sub(1)).unwrap_or(checkpoint);
        if last > checkpoint {
            moved.push((member.table.name.to_string(), last));
        }
        outcomes.push(outcome(fault, page.last()));
    }
    let reached = moved.iter().map(|(_, position)| *position).max().unwrap_or_default();
    if !moved.is_empty() {
        follow.commit_each(&moved).await?;
    }
    let unknown = page.unknown().iter().filter(|event| event.position <= reached).cloned().collect();
    Ok(TurnReport { outcomes, unknown })
}

/// The kinds that at least one member reads.
fn kinds(members: &[Member]) -> Vec<StreamKind> {
    let all: BTreeSet<StreamKind> = members.iter().flat_map(|member| member.read_model.kinds()).copied().collect();
    all.into_iter().collect()
}

fn unreadable(member: &Member, partition: Partition, event: &Unreadable) -> Fault {
    let (projection, position, reason) = (member.read_model.name(), event.position, event.reason.clone());
    Fault { projection, partition, position, kind: FaultKind::UnknownEvent, reason }
}

fn outcome(fault: Option<Fault>, last: Option<u64>) -> TurnOutcome {
    match (fault, last) {
        (Some(fault), _) => TurnOutcome::Stopped(fault),
        (None, None) => TurnOutcome::CaughtUp,
        (None, Some(_)) => TurnOutcome::Advanced,
    }
}
