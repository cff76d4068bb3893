//! One turn on one partition: read a batch and decode it once, fold it for every projection that stands there, write all rows and
//! checkpoints in one transaction.
//!
//! - what comes before a fact that cannot be taken in is still taken in
//! - a turn that is killed leaves rows and checkpoint as they were
//! - a fault in one projection leaves the others of its turn to go on

use ens_domain::space::SpaceEvent;
use ens_store::{Follow, Partition, Recorded, Store, StoreError, StoredEvent, Table};

use crate::all::Question;
use crate::change::{Fold, Writes, rows_to_load};
use crate::health::{Fault, FaultKind};
use crate::projection::{Projection, SpaceKey};

/// A projection that takes a turn, and the table that it fills, whose name is also the checkpoint's.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) question: &'static dyn Question,
    pub(crate) table: Table,
}

impl Member {
    /// The projection with its live table.
    pub(crate) fn live(question: &'static dyn Question) -> Self {
        Self { question, table: question.table() }
    }
}

/// From where one turn reads, and how far it goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    /// The partition that is read.
    pub(crate) partition: Partition,
    /// Facts taken in one transaction.
    pub(crate) batch: u32,
    /// No fact after this position is taken.
    pub(crate) bound: u64,
}

/// What came of one turn for one projection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Another follower has this partition, or the projection no longer stands where the others of the turn do.
    Elsewhere,
    /// Nothing was left to take.
    Drained,
    /// Facts were taken.
    Advanced,
    /// The next fact cannot be taken in.
    Stopped(Fault),
}

/// The facts of a batch that can be taken in, and why the one after them cannot.
struct Readable {
    facts: Vec<Recorded<SpaceEvent>>,
    unreadable: Option<(u64, String)>,
}

/// Takes one turn for all members, in their order.
///
/// # Errors
/// The store's: nothing was written for any of them.
pub(crate) async fn step(store: &Store, members: &[Member], turn: Turn) -> Result<Vec<Step>, StoreError> {
    let names: Vec<&str> = members.iter().map(|member| member.table.name.as_ref()).collect();
    let Some(mut follow) = store.read_models().follow_level(&names, turn.partition).await? else {
        return Ok(members.iter().map(|_| Step::Elsewhere).collect());
    };
    let checkpoint = follow.checkpoint();
    let room = u32::try_from(turn.bound.saturating_sub(checkpoint)).unwrap_or(u32::MAX);
    let stored = if room == 0 { Vec::new() } else { follow.events(turn.batch.min(room)).await? };
    let readable = readable(&stored);
    drop(stored);
    let (mut steps, mut reached) = (Vec::with_capacity(members.len()), Vec::with_capacity(members.len()));
    for member in members {
        if !follow.names().contains(&member.table.name.as_ref().to_owned()) {
            steps.push(Step::Elsewhere);
            continue;
        }
        let fault = member.question.take(&mut follow, &member.table, &readable.facts).await?;
        let last =
            fault.as_ref().map_or_else(|| readable.facts.last().map_or(checkpoint, |fact| fact.position), |fault| fault.position - 1);
        if last > checkpoint {
            reached.push((member.table.name.to_string(), last));
        }
        steps.push(came_of(member, turn, fault, &readable));
    }
    if !reached.is_empty() {
        follow.commit_each(&reached).await?;
    }
    Ok(steps)
}

fn came_of(member: &Member, turn: Turn, fault: Option<Fault>, readable: &Readable) -> Step {
    let unreadable = || {
        let (position, reason) = readable.unreadable.clone()?;
        Some(Fault { projection: member.question.name(), partition: turn.partition, position, kind: FaultKind::UnknownEvent, reason })
    };
    match fault.or_else(unreadable) {
        Some(fault) => Step::Stopped(fault),
        None if readable.facts.is_empty() => Step::Drained,
        None => Step::Advanced,
    }
}

fn readable(stored: &[StoredEvent]) -> Readable {
    let mut facts = Vec::with_capacity(stored.len());
    for event in stored {
        match event.decode() {
            Ok(fact) => facts.push(fact),
            Err(error) => return Readable { facts, unreadable: Some((event.position, error.to_string())) },
        }
    }
    Readable { facts, unreadable: None }
}

/// Folds the facts over the rows that they amend and writes what is left of them: of all, or of those before the fault.
pub(crate) async fn take<P: Projection>(
    follow: &mut Follow,
    table: &Table,
    facts: &[Recorded<SpaceEvent>],
) -> Result<Option<Fault>, StoreError> {
    let mut fault = None;
    let mut facts = facts;
    let writes = loop {
        match fold::<P>(follow, table, facts).await? {
            Ok(writes) => break writes,
            Err(stop) => {
                facts = facts.split(|fact| fact.position >= stop.position).next().unwrap_or_default();
                fault = Some(stop);
            }
        }
    };
    write::<P>(follow, table, writes).await?;
    Ok(fault)
}

/// A fact that cannot be taken in is the inner error.
async fn fold<P: Projection>(
    follow: &mut Follow,
    table: &Table,
    facts: &[Recorded<SpaceEvent>],
) -> Result<Result<Writes<P::Row>, Fault>, StoreError> {
    let changes: Vec<(&Recorded<SpaceEvent>, Vec<_>)> = facts.iter().map(|fact| (fact, P::project(fact))).collect();
    let wanted = rows_to_load(changes.iter().flat_map(|(_, changes)| changes));
    let mut fold = Fold::over(follow.rows(table, &wanted).await?);
    for (fact, changes) in changes {
        if let Err(error) = fold.take(fact.position, changes) {
            return Ok(Err(nothing_to_amend::<P>(fact, error.to_string())));
        }
    }
    Ok(Ok(fold.finish()))
}

async fn write<P: Projection>(follow: &mut Follow, table: &Table, writes: Writes<P::Row>) -> Result<(), StoreError> {
    let by_space = Table { key: <SpaceKey as crate::projection::RowKey>::COLUMNS, ..table.clone() };
    follow.remove(&by_space, &writes.wiped).await?;
    follow.remove(table, &writes.removed).await?;
    follow.put(table, &writes.put).await
}

/// The fault of a fact that amends a row that is not there.
pub(crate) fn nothing_to_amend<P: Projection>(fact: &Recorded<SpaceEvent>, reason: String) -> Fault {
    Fault { projection: P::NAME, partition: fact.partition, position: fact.position, kind: FaultKind::NothingToAmend, reason }
}

/// Takes one turn in a task of its own, so that whoever stops waiting (a service that shuts down, a request that goes away) never cuts
/// a database connection off in the middle of a statement.
pub(crate) async fn take_turn(store: &Store, members: Vec<Member>, turn: Turn) -> Result<Vec<Step>, StoreError> {
    let store = store.clone();
    match tokio::spawn(async move { step(&store, &members, turn).await }).await {
        Ok(steps) => steps,
        Err(cut) if cut.is_panic() => Err(StoreError::Malformed("a defect of the program cut a turn short")),
        Err(_) => Err(StoreError::Overtaken), // The runtime is going down; nothing was written.
    }
}
