//! Reads of one space's row that wait at the same time are taken together, as writes are.
//!
//! a free slot --asked--> a statement runs --no slot free, others ask--> they wait --it has ended--> one statement for all of them
//! - a row that is read reflects everything that was there when it was asked for
//! - reads that wait together are answered each with their own
//!
//! A statement for one row costs the database and this process about as much as one for twenty. Nobody waits for others to come: where a
//! partition has room for a statement, a read goes at once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ens_domain::ids::SpaceId;
use serde::de::DeserializeOwned;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::engine::{Found, RowsOf};
use crate::ground::{Partition, StoreError, Table};
use crate::shared::Shared;

/// Statements of one table and partition that are under way at once. With one, a read that could run waits too often; with four, groups are small.
const AT_ONCE: usize = 2;
/// Rows that one statement reads at most.
const TOGETHER: usize = 256;

/// A row, which several may have asked for, or none.
type RowAnswer = Result<Option<Arc<Found>>, StoreError>;

/// The table and the partition of some reads.
type TableOfPartition = (Cow<'static, str>, Partition);

/// Who waits for which row.
type Readers = Vec<(Uuid, oneshot::Sender<RowAnswer>)>;

/// Statements of one table and partition that are under way, and who waits for the next one.
struct Running {
    running: usize,
    waiting: Readers,
}

/// The reads that wait, by table and partition; an entry stands while a statement of it is under way.
#[derive(Default)]
struct WaitingReads(Mutex<HashMap<TableOfPartition, Running>>);

/// What a read that was just asked for does.
enum Asked {
    /// It runs at once, in a slot of its own.
    RunNow,
    /// All slots are taken: its answer will come.
    Waits(oneshot::Receiver<RowAnswer>),
}

impl WaitingReads {
    fn ask(&self, of: &TableOfPartition, space: Uuid) -> Asked {
        self.with(|places| {
            if let Some(running) = places.get_mut(of) {
                if running.running < AT_ONCE {
                    running.running += 1;
                    return Asked::RunNow;
                }
                let (sender, answer) = oneshot::channel();
                running.waiting.push((space, sender));
                return Asked::Waits(answer);
            }
            places.insert(of.clone(), Running { running: 1, waiting: Vec::new() });
            Asked::RunNow
        })
    }

    /// After a statement: those who wait, some at a time, to be read next. With nobody left one statement fewer is under way.
    fn take(&self, of: &TableOfPartition) -> Readers {
        self.with(|places| {
            let Some(running) = places.get_mut(of) else { return Readers::new() };
            let taken: Readers = running.waiting.drain(..running.waiting.len().min(TOGETHER)).collect();
            if taken.is_empty() {
                running.running -= 1;
            }
            if running.running == 0 {
                places.remove(of);
            }
            taken
        })
    }

    /// Whoever panicked while holding the reads left it whole: every change is one call.
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<TableOfPartition, Running>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Reads of one row, those that wait together in one statement.
#[derive(Clone)]
pub(super) struct RowReads {
    shared: Shared,
    waiting: Arc<WaitingReads>,
}

impl RowReads {
    pub(super) fn of(shared: Shared) -> Self {
        Self { shared, waiting: Arc::default() }
    }

    /// The row of a space in a read model that has one row a space; nothing where there is none.
    pub(super) async fn row_of<R: DeserializeOwned>(&self, table: &Table, space: SpaceId) -> Result<Option<R>, StoreError> {
        let of = (table.name.clone(), self.shared.partition_of(space));
        let row = match self.waiting.ask(&of, space.uuid()) {
            Asked::RunNow => self.read_now(table, of, space.uuid()).await?,
            // A sender is lost with its runtime only.
            Asked::Waits(answer) => answer.await.map_err(|_| StoreError::Unreachable("the reading broke off".to_owned()))??,
        };
        row.map(|row| row.read()).transpose()
    }

    async fn read_now(&self, table: &Table, of: TableOfPartition, space: Uuid) -> RowAnswer {
        let partition = of.1;
        let slot = StatementSlot { reads: self, table, of };
        let rows = self.shared.engine().rows_of(RowsOf { table, partition, spaces: &[space] }).await?;
        drop(slot);
        Ok(rows.into_iter().next().map(|(_, row)| Arc::new(row)))
    }

    async fn answer_all(self, table: Table, of: TableOfPartition, mut waiting: Readers) {
        while !waiting.is_empty() {
            let spaces: Vec<Uuid> = waiting.iter().map(|(space, _)| *space).collect();
            let rows = self.shared.engine().rows_of(RowsOf { table: &table, partition: of.1, spaces: &spaces }).await;
            let rows = rows.map(|rows| rows.into_iter().map(|(space, row)| (space, Arc::new(row))).collect::<HashMap<_, _>>());
            for (space, sender) in waiting {
                let answer = rows.as_ref().map(|rows| rows.get(&space).cloned()).map_err(Clone::clone);
                // Who no longer waits needs no answer.
                drop(sender.send(answer));
            }
            waiting = self.waiting.take(&of);
        }
    }
}

/// The slot of a statement that runs now. When it is given back, finished or given up, those who wait are read next.
struct StatementSlot<'a> {
    reads: &'a RowReads,
    table: &'a Table,
    of: TableOfPartition,
}

impl Drop for StatementSlot<'_> {
    fn drop(&mut self) {
        let waiting = self.reads.waiting.take(&self.of);
        // Without a runtime nobody can wait any longer either.
        if let Ok(runtime) = Handle::try_current()
            && !waiting.is_empty()
        {
            runtime.spawn(self.reads.clone().answer_all(self.table.clone(), self.of.clone(), waiting));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(number: usize) -> Uuid {
        Uuid::from_u128(number as u128)
    }

    /// A reads with as many statements under way as there may be.
    fn full_slots() -> (WaitingReads, TableOfPartition) {
        let (reads, of) = (WaitingReads::default(), ("t".into(), Partition::new(3)));
        assert!((0..AT_ONCE).all(|number| matches!(reads.ask(&of, space(number)), Asked::RunNow)));
        (reads, of)
    }

    #[test]
    fn a_row_that_is_read_reflects_everything_that_was_there_when_it_was_asked_for() {
        let (reads, of) = full_slots();
        // Statements are under way: what is asked now waits for the next one.
        assert!((12..=13).all(|number| matches!(reads.ask(&of, space(number)), Asked::Waits(_))));
        assert!(matches!(reads.ask(&("t".into(), Partition::new(4)), space(4)), Asked::RunNow));
        assert_eq!(reads.take(&of).into_iter().map(|(space, _)| space.as_u128()).collect::<Vec<_>>(), [12, 13]);
        // Theirs is under way in the place of the one before.
        assert!(matches!(reads.ask(&of, space(14)), Asked::Waits(_)));
        assert_eq!((reads.take(&of).len(), reads.take(&of).len()), (1, 0));
        assert!(matches!(reads.ask(&of, space(15)), Asked::RunNow));
        assert!(matches!(reads.ask(&of, space(16)), Asked::Waits(_)));
    }

    #[test]
    fn a_place_that_nobody_reads_from_is_forgotten() {
        let (reads, of) = full_slots();
        assert!((0..AT_ONCE).all(|_| reads.take(&of).is_empty()));
        assert!(reads.with(|places| places.is_empty()));
    }

    #[test]
    fn a_statement_reads_so_many_rows_at_most() {
        let (reads, of) = full_slots();
        let waiting = (0..=TOGETHER).filter(|number| matches!(reads.ask(&of, space(*number)), Asked::Waits(_)));
        assert_eq!(waiting.count(), TOGETHER + 1);
        assert_eq!((reads.take(&of).len(), reads.take(&of).len(), reads.take(&of).len()), (TOGETHER, 1, 0));
    }
}
