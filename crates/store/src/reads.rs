//! Reads of one space's row that wait at the same time are taken together, as writes are.
//!
//! alone --asked--> its statement runs --others asked meanwhile--> they wait --it has ended--> one statement for all of them
//! - a row that is read reflects everything that was there when it was asked for
//! - reads that wait together are answered each with their own
//!
//! A statement for one row costs the database and this process about as much as one for twenty. Nobody waits for others to come: where a
//! partition has no statement under way, a read goes at once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ens_domain::ids::SpaceId;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::error::StoreError;
use crate::partition::Partition;
use crate::store::Store;
use crate::tables::Table;

/// Rows that one statement reads at most.
const TOGETHER: usize = 256;

/// The rows of some spaces of one partition.
pub(crate) struct RowsOf<'a> {
    pub(crate) table: &'a Table,
    pub(crate) partition: Partition,
    pub(crate) spaces: &'a [Uuid],
}

/// A row as the text of a JSON object, or none.
type Answer = Result<Option<String>, StoreError>;

/// Who waits for which row.
type Waiting = Vec<(Uuid, oneshot::Sender<Answer>)>;

/// The reads that wait, by table and partition; an entry stands while a statement of it is under way.
#[derive(Default)]
pub(crate) struct Desk(Mutex<HashMap<(String, Partition), Waiting>>);

/// What a read that was just asked finds.
enum Found {
    Idle,
    Busy,
}

impl Desk {
    fn ask(&self, place: &(String, Partition), read: (Uuid, oneshot::Sender<Answer>)) -> Found {
        self.with(|places| match places.get_mut(place) {
            Some(waiting) => {
                waiting.push(read);
                Found::Busy
            }
            None => {
                places.insert(place.clone(), vec![read]);
                Found::Idle
            }
        })
    }

    /// Those who wait, some at a time; with nobody left the place is idle again.
    fn take(&self, place: &(String, Partition)) -> Waiting {
        self.with(|places| {
            let taken = places.get_mut(place).map(|waiting| waiting.drain(..waiting.len().min(TOGETHER)).collect()).unwrap_or_default();
            if Vec::is_empty(&taken) {
                places.remove(place);
            }
            taken
        })
    }

    /// Whoever panicked while holding the desk left it whole: every change is one call.
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<(String, Partition), Waiting>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Store {
    /// The row of a space in a read model that has one row a space, keyed by partition and space; nothing where there is none.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Malformed`] where the row does not read as `R`.
    pub async fn row_of<R: DeserializeOwned>(&self, table: &Table, space: SpaceId) -> Result<Option<R>, StoreError> {
        let place = (table.name.clone().into_owned(), self.partition_of(space));
        let (sender, answer) = oneshot::channel();
        match self.reads().ask(&place, (space.uuid(), sender)) {
            Found::Busy => {}
            // In a task of its own: who asked first may leave before the others are answered.
            Found::Idle => drop(tokio::spawn(self.clone().answer_all(table.clone(), place))),
        }
        // The task answers everybody; a sender is lost with its runtime only.
        let row = answer.await.map_err(|_| StoreError::Unreachable("the reading broke off".to_owned()))??;
        // The parser's own message can repeat what it read, so it goes no further.
        row.map(|row| serde_json::from_str(&row).map_err(|_| StoreError::Malformed("a row has another shape than asked for"))).transpose()
    }

    async fn answer_all(self, table: Table, place: (String, Partition)) {
        loop {
            let waiting = self.reads().take(&place);
            if waiting.is_empty() {
                return;
            }
            let spaces: Vec<Uuid> = waiting.iter().map(|(space, _)| *space).collect();
            let rows = self.engine().rows_of(RowsOf { table: &table, partition: place.1, spaces: &spaces }).await;
            let rows: Result<HashMap<Uuid, String>, StoreError> = rows.map(|rows| rows.into_iter().collect());
            for (space, sender) in waiting {
                let answer = rows.as_ref().map(|rows| rows.get(&space).cloned()).map_err(Clone::clone);
                // Who no longer waits needs no answer.
                drop(sender.send(answer));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(number: u128) -> (Uuid, oneshot::Sender<Answer>) {
        (Uuid::from_u128(number), oneshot::channel().0)
    }

    #[test]
    fn a_row_that_is_read_reflects_everything_that_was_there_when_it_was_asked_for() {
        let (desk, place) = (Desk::default(), ("t".to_owned(), Partition::new(3)));
        assert!(matches!(desk.ask(&place, read(1)), Found::Idle));
        assert_eq!(desk.take(&place).len(), 1);
        // Its statement is under way: what is asked now waits for the next one.
        assert!(matches!(desk.ask(&place, read(2)), Found::Busy));
        assert!(matches!(desk.ask(&place, read(3)), Found::Busy));
        assert!(matches!(desk.ask(&("t".to_owned(), Partition::new(4)), read(4)), Found::Idle));
        assert_eq!(desk.take(&place).into_iter().map(|(space, _)| space.as_u128()).collect::<Vec<_>>(), [2, 3]);
        assert!(desk.take(&place).is_empty());
        assert!(matches!(desk.ask(&place, read(5)), Found::Idle));
    }

    #[test]
    fn a_statement_reads_so_many_rows_at_most() {
        let (desk, place) = (Desk::default(), ("t".to_owned(), Partition::new(3)));
        let first = desk.ask(&place, read(0));
        let busy = (1..=TOGETHER as u128).filter(|number| matches!(desk.ask(&place, read(*number)), Found::Busy));
        assert!(matches!(first, Found::Idle) && busy.count() == TOGETHER);
        assert_eq!((desk.take(&place).len(), desk.take(&place).len(), desk.take(&place).len()), (TOGETHER, 1, 0));
    }
}
