//! The feed: a partition's events in the order of their commits, dense; page by page, or in one go as they come out of the database.
//!
//! - a log that ends before its head is an error

use std::ops::ControlFlow;

use crate::engine::Engine;
use crate::ground::{EventRow, Partition, Span, StoreError, StoredEvent};

/// Positions that one statement reads. It streams, so memory does not depend on it; a statement that took hours would keep the whole
/// database's dead rows from being vacuumed meanwhile.
const WINDOW: u64 = 25_000;

/// Gives every event of a span to `take`, in order and without a hole, each borrowed from the row that it came in: the server sends
/// while `take` works, and memory does not grow with the log. Answers the last position that was read.
///
/// What is appended after the call began may be left out; read on from the answer. `take` ends the reading by its error.
///
/// # Errors
/// That of `take`; the database's, or [`StoreError::Broken`] where the positions have a hole or end before the partition's head.
pub(super) async fn read<E: From<StoreError> + Send>(
    engine: &dyn Engine,
    span: Span,
    mut take: impl FnMut(EventRow<'_>) -> Result<(), E> + Send,
) -> Result<u64, E> {
    let head = engine.head(span.partition).await?;
    let last = span.to.map_or(head, |to| to.min(head));
    let mut at = span.after;
    while at < last {
        let window = Span { after: at, to: Some(last.min(at.saturating_add(WINDOW))), ..span };
        let mut ended: Option<E> = None;
        let mut give = |row: EventRow<'_>| {
            let taken = step(&mut at, &row).map_err(E::from).and_then(|()| take(row));
            match taken {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    ended = Some(error);
                    ControlFlow::Break(())
                }
            }
        };
        engine.stream(window, &mut give).await?;
        if let Some(error) = ended {
            return Err(error);
        }
        if window.to.is_some_and(|to| at < to) {
            return Err(StoreError::Broken { partition: span.partition, expected: at.saturating_add(1), found: head }.into());
        }
    }
    Ok(at)
}

/// Moves on to the next row, which is the one after.
fn step(at: &mut u64, row: &EventRow<'_>) -> Result<(), StoreError> {
    let expected = at.saturating_add(1);
    if row.position != expected {
        return Err(StoreError::Broken { partition: row.partition, expected, found: row.position });
    }
    *at = expected;
    Ok(())
}

/// Holds a page to promise 3: positions go up by one from where the reader stands.
pub(crate) fn dense(partition: Partition, after: u64, page: Vec<StoredEvent>) -> Result<Vec<StoredEvent>, StoreError> {
    for (expected, event) in (after.saturating_add(1)..).zip(&page) {
        if event.position != expected {
            return Err(StoreError::Broken { partition, expected, found: event.position });
        }
    }
    Ok(page)
}
