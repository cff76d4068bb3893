//! Reads of one space's row that wait at the same time are taken together, as writes are.
//!
//! room --asked--> its statement runs --no room, others asked--> they wait --it has ended--> one statement for all of them
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

use crate::engine::Columns;
use crate::error::StoreError;
use crate::partition::Partition;
use crate::store::Store;
use crate::tables::Table;

/// Statements of one table and partition that are under way at once. With one, a read that could run waits too often; with four, groups are small.
const AT_ONCE: usize = 2;
/// Rows that one statement reads at most.
const TOGETHER: usize = 256;

/// The rows of some spaces of one partition.
pub(crate) struct RowsOf<'a> {
    pub(crate) table: &'a Table,
    pub(crate) partition: Partition,
    pub(crate) spaces: &'a [Uuid],
}

/// A row as its engine found it.
pub(crate) enum Found {
    /// As the text of a JSON object.
    Json(String),
    /// As PostgreSQL sends it.
    Columns(Columns),
}

impl Found {
    fn read<R: DeserializeOwned>(&self) -> Result<R, StoreError> {
        match self {
            // The parser's own message can repeat what it read, so it goes no further.
            Self::Json(row) => serde_json::from_str(row).map_err(|_| StoreError::Malformed("a row has another shape than asked for")),
            Self::Columns(row) => row.read(),
        }
    }
}

/// A row, which several may have asked for, or none.
type Answer = Result<Option<Arc<Found>>, StoreError>;

/// The table and the partition that reads are of.
type Of = (Cow<'static, str>, Partition);

/// Who waits for which row.
type Waiting = Vec<(Uuid, oneshot::Sender<Answer>)>;

/// A place where statements are under way, and who waits for the next one.
struct Busy {
    running: usize,
    waiting: Waiting,
}

/// The reads that wait, by table and partition; an entry stands while a statement of it is under way.
#[derive(Default)]
pub(crate) struct Desk(Mutex<HashMap<Of, Busy>>);

/// What a read that was just asked finds.
enum Place {
    /// Room for one more: it runs at once, and takes part of the place until it is done.
    Idle,
    /// No room: its answer will come.
    Busy(oneshot::Receiver<Answer>),
}

impl Desk {
    fn ask(&self, of: &Of, space: Uuid) -> Place {
        self.with(|places| {
            if let Some(busy) = places.get_mut(of) {
                if busy.running < AT_ONCE {
                    busy.running += 1;
                    return Place::Idle;
                }
                let (sender, answer) = oneshot::channel();
                busy.waiting.push((space, sender));
                return Place::Busy(answer);
            }
            places.insert(of.clone(), Busy { running: 1, waiting: Vec::new() });
            Place::Idle
        })
    }

    /// For who has read: those who wait, some at a time, to be read next; with nobody left one statement fewer is under way.
    fn take(&self, of: &Of) -> Waiting {
        self.with(|places| {
            let Some(busy) = places.get_mut(of) else { return Waiting::new() };
            let taken: Waiting = busy.waiting.drain(..busy.waiting.len().min(TOGETHER)).collect();
            if taken.is_empty() {
                busy.running -= 1;
            }
            if busy.running == 0 {
                places.remove(of);
            }
            taken
        })
    }

    /// Whoever panicked while holding the desk left it whole: every change is one call.
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<Of, Busy>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Store {
    /// The row of a space in a read model that has one row a space, keyed by partition and space; nothing where there is none.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Malformed`] where the row does not read as `R`.
    pub async fn row_of<R: DeserializeOwned>(&self, table: &Table, space: SpaceId) -> Result<Option<R>, StoreError> {
        let of = (table.name.clone(), self.partition_of(space));
        let row = match self.reads().ask(&of, space.uuid()) {
            Place::Idle => self.read_now(table, of, space.uuid()).await?,
            // A sender is lost with its runtime only.
            Place::Busy(answer) => answer.await.map_err(|_| StoreError::Unreachable("the reading broke off".to_owned()))??,
        };
        row.map(|row| row.read()).transpose()
    }

    async fn read_now(&self, table: &Table, of: Of, space: Uuid) -> Answer {
        let partition = of.1;
        let turn = Turn { store: self, table, of };
        let rows = self.engine().rows_of(RowsOf { table, partition, spaces: &[space] }).await?;
        drop(turn);
        Ok(rows.into_iter().next().map(|(_, row)| Arc::new(row)))
    }

    async fn answer_all(self, table: Table, of: Of, mut waiting: Waiting) {
        while !waiting.is_empty() {
            let spaces: Vec<Uuid> = waiting.iter().map(|(space, _)| *space).collect();
            let rows = self.engine().rows_of(RowsOf { table: &table, partition: of.1, spaces: &spaces }).await;
            let rows = rows.map(|rows| rows.into_iter().map(|(space, row)| (space, Arc::new(row))).collect::<HashMap<_, _>>());
            for (space, sender) in waiting {
                let answer = rows.as_ref().map(|rows| rows.get(&space).cloned()).map_err(Clone::clone);
                // Who no longer waits needs no answer.
                drop(sender.send(answer));
            }
            waiting = self.reads().take(&of);
        }
    }
}

/// The place of a read that runs at once; whoever it is taken from, done or given up, those who wait are read next.
struct Turn<'a> {
    store: &'a Store,
    table: &'a Table,
    of: Of,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let waiting = self.store.reads().take(&self.of);
        // Without a runtime nobody can wait any longer either.
        if let Ok(runtime) = Handle::try_current()
            && !waiting.is_empty()
        {
            runtime.spawn(self.store.clone().answer_all(self.table.clone(), self.of.clone(), waiting));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(number: usize) -> Uuid {
        Uuid::from_u128(number as u128)
    }

    /// A desk with as many statements under way as there may be.
    fn busy_desk() -> (Desk, Of) {
        let (desk, of) = (Desk::default(), ("t".into(), Partition::new(3)));
        assert!((0..AT_ONCE).all(|number| matches!(desk.ask(&of, space(number)), Place::Idle)));
        (desk, of)
    }

    #[test]
    fn a_row_that_is_read_reflects_everything_that_was_there_when_it_was_asked_for() {
        let (desk, of) = busy_desk();
        // Statements are under way: what is asked now waits for the next one.
        assert!((12..=13).all(|number| matches!(desk.ask(&of, space(number)), Place::Busy(_))));
        assert!(matches!(desk.ask(&("t".into(), Partition::new(4)), space(4)), Place::Idle));
        assert_eq!(desk.take(&of).into_iter().map(|(space, _)| space.as_u128()).collect::<Vec<_>>(), [12, 13]);
        // Theirs is under way in the place of the one before.
        assert!(matches!(desk.ask(&of, space(14)), Place::Busy(_)));
        assert_eq!((desk.take(&of).len(), desk.take(&of).len()), (1, 0));
        assert!(matches!(desk.ask(&of, space(15)), Place::Idle));
        assert!(matches!(desk.ask(&of, space(16)), Place::Busy(_)));
    }

    #[test]
    fn a_place_that_nobody_reads_from_is_forgotten() {
        let (desk, of) = busy_desk();
        assert!((0..AT_ONCE).all(|_| desk.take(&of).is_empty()));
        assert!(desk.with(|places| places.is_empty()));
    }

    #[test]
    fn a_statement_reads_so_many_rows_at_most() {
        let (desk, of) = busy_desk();
        let busy = (0..=TOGETHER).filter(|number| matches!(desk.ask(&of, space(*number)), Place::Busy(_)));
        assert_eq!(busy.count(), TOGETHER + 1);
        assert_eq!((desk.take(&of).len(), desk.take(&of).len(), desk.take(&of).len()), (TOGETHER, 1, 0));
    }
}
