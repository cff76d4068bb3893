//! A read model whatever its rows: how a turn folds events into its live table, and how a rebuild folds all events of one space.

use std::marker::PhantomData;

use ens_domain::event::{Event, LogEvent, StreamKind};
use ens_store::{Follow, Recorded, Rows, StoreError, Table};
use futures::future::BoxFuture;

use crate::change::{Fold, RowGroup, Writes, groups_to_load, rows_to_load};
use crate::health::{Fault, FaultKind};
use crate::projection::Projection;
use crate::row::{ItemKey, RowKey, SpaceKey};

/// One projection and its table, whatever its rows.
pub trait ReadModel: Send + Sync {
    /// The projection's name.
    fn name(&self) -> &'static str;

    /// The kinds of stream that it reads.
    fn kinds(&self) -> &'static [StreamKind];

    /// The table that holds its rows.
    fn table(&self) -> Table;

    /// Folds events into the rows of a table, in a follower's turn. If an event cannot be folded, everything before it is written, and its
    /// fault is the answer.
    fn take<'a>(
        &'a self,
        follow: &'a mut Follow,
        table: &'a Table,
        events: &'a [&'a Recorded<Event>],
    ) -> BoxFuture<'a, Result<Option<Fault>, StoreError>>;

    /// Adds the rows that all events of one space leave, given in the order of their positions.
    ///
    /// # Errors
    /// [`FoldError`].
    fn fold_space(&self, events: &[Recorded<Event>], rows: &mut Rows) -> Result<(), FoldError>;
}

/// Why the events of a space could not be folded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    /// One event cannot be folded.
    #[error("{}", .0.reason)]
    Event(Fault),
    /// A row cannot be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The read model of a projection.
pub(crate) struct Of<P>(pub(crate) PhantomData<fn() -> P>);

impl<P: Projection> ReadModel for Of<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn kinds(&self) -> &'static [StreamKind] {
        P::KINDS
    }

    fn table(&self) -> Table {
        P::table()
    }

    fn take<'a>(
        &'a self,
        follow: &'a mut Follow,
        table: &'a Table,
        events: &'a [&'a Recorded<Event>],
    ) -> BoxFuture<'a, Result<Option<Fault>, StoreError>> {
        Box::pin(take::<P>(follow, table, events))
    }

    fn fold_space(&self, events: &[Recorded<Event>], rows: &mut Rows) -> Result<(), FoldError> {
        let mut fold = Fold::<P::Row>::over(Vec::new());
        for event in events.iter().filter_map(narrowed::<P::Event>) {
            fold.take(event.position, P::project(&event)).map_err(|error| FoldError::Event(fault::<P>(&event, error.to_string())))?;
        }
        for row in fold.finish().put {
            rows.push(&row)?;
        }
        Ok(())
    }
}

/// The event as one of `E`'s; nothing for another kind.
pub(crate) fn narrowed<E: LogEvent>(recorded: &Recorded<Event>) -> Option<Recorded<&E>> {
    Some(Recorded {
        event: E::within(&recorded.event)?,
        partition: recorded.partition,
        position: recorded.position,
        sequence: recorded.sequence,
        stream: recorded.stream,
        recorded_at: recorded.recorded_at,
    })
}

/// Folds the events over the rows that they amend and writes the result: all of it, or what comes before the fault.
async fn take<P: Projection>(follow: &mut Follow, table: &Table, events: &[&Recorded<Event>]) -> Result<Option<Fault>, StoreError> {
    let mut stopped = None;
    let mut events = events;
    let writes = loop {
        match fold::<P>(follow, table, events).await? {
            Ok(writes) => break writes,
            Err(fault) => {
                events = events.split(|event| event.position >= fault.position).next().unwrap_or_default();
                stopped = Some(fault);
            }
        }
    };
    write::<P>(follow, table, writes).await?;
    Ok(stopped)
}

/// An event that cannot be folded is the inner error.
async fn fold<P: Projection>(
    follow: &mut Follow,
    table: &Table,
    events: &[&Recorded<Event>],
) -> Result<Result<Writes<P::Row>, Fault>, StoreError> {
    let own = events.iter().filter_map(|event| narrowed::<P::Event>(event));
    let changes: Vec<_> = own.map(|event| (P::project(&event), event)).collect();
    let wanted = rows_to_load(changes.iter().flat_map(|(changes, _)| changes));
    let groups = groups_to_load(changes.iter().flat_map(|(changes, _)| changes));
    let mut rows = follow.rows(table, &wanted).await?;
    rows.extend(rows_of_groups::<P>(follow, table, &groups).await?);
    let mut fold = Fold::over(rows);
    for (changes, event) in changes {
        if let Err(error) = fold.take(event.position, changes) {
            return Ok(Err(fault::<P>(&event, error.to_string())));
        }
    }
    Ok(Ok(fold.finish()))
}

/// The rows of these groups.
async fn rows_of_groups<P: Projection>(follow: &mut Follow, table: &Table, groups: &[RowGroup]) -> Result<Vec<P::Row>, StoreError> {
    let (mut spaces, mut items) = (Vec::new(), Vec::new());
    for group in groups {
        match group {
            RowGroup::Space(space) => spaces.push(*space),
            RowGroup::Item(item) => items.push(*item),
        }
    }
    let mut rows = follow.rows(&Table { key: SpaceKey::COLUMNS, ..table.clone() }, &spaces).await?;
    rows.extend(follow.rows::<P::Row>(&Table { key: ItemKey::COLUMNS, ..table.clone() }, &items).await?);
    Ok(rows)
}

async fn write<P: Projection>(follow: &mut Follow, table: &Table, writes: Writes<P::Row>) -> Result<(), StoreError> {
    let by_space = Table { key: SpaceKey::COLUMNS, ..table.clone() };
    follow.remove(&by_space, &writes.wiped).await?;
    follow.remove(table, &writes.removed).await?;
    follow.put(table, &writes.put).await
}

/// The fault of an event that amends a row that is not there.
fn fault<P: Projection>(event: &Recorded<&P::Event>, reason: String) -> Fault {
    Fault { projection: P::NAME, partition: event.partition, position: event.position, kind: FaultKind::NothingToAmend, reason }
}
