//! What an event changes in the rows of a read model, and the fold of a batch of events into one write per row.
//!
//! changes of a batch --the rows to amend are loaded--> folded in memory, in the order of the log --> wiped, removed, put: three statements
//! - the last change of a row wins
//! - wiping a space forgets its rows, those written before it in the batch too
//! - amending a row that is not there stops the fold at that event

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::row::{Row, RowKey, SpaceKey};

/// How a row is amended.
pub type Amendment<R> = Box<dyn FnOnce(&mut R) + Send>;

/// What an event does to one row, or to all rows of a space.
pub enum Change<R: Row> {
    /// The row is this from now on.
    Put(R),
    /// The row exists and is amended.
    Amend(R::Key, Amendment<R>),
    /// The row is amended where it is still kept.
    AmendWhereKept(R::Key, Amendment<R>),
    /// The row is amended; where it is not kept, it is this one first.
    AmendOrPut(R, Amendment<R>),
    /// The row is gone; it may never have been there.
    Remove(R::Key),
    /// Every row of the space is gone.
    Wipe(SpaceKey),
}

impl<R: Row> Change<R> {
    /// Amends a row that exists.
    pub fn amend(key: R::Key, amendment: impl FnOnce(&mut R) + Send + 'static) -> Self {
        Self::Amend(key, Box::new(amendment))
    }

    /// Amends a row where it is still kept.
    pub fn amend_where_kept(key: R::Key, amendment: impl FnOnce(&mut R) + Send + 'static) -> Self {
        Self::AmendWhereKept(key, Box::new(amendment))
    }

    /// Amends a row, which is this one where it is not kept.
    pub fn amend_or_put(row: R, amendment: impl FnOnce(&mut R) + Send + 'static) -> Self {
        Self::AmendOrPut(row, Box::new(amendment))
    }
}

impl<R: Row> fmt::Debug for Change<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put(row) => formatter.debug_tuple("Put").field(row).finish(),
            Self::Amend(key, _) => formatter.debug_tuple("Amend").field(key).finish(),
            Self::AmendWhereKept(key, _) => formatter.debug_tuple("AmendWhereKept").field(key).finish(),
            Self::AmendOrPut(row, _) => formatter.debug_tuple("AmendOrPut").field(row).finish(),
            Self::Remove(key) => formatter.debug_tuple("Remove").field(key).finish(),
            Self::Wipe(space) => formatter.debug_tuple("Wipe").field(space).finish(),
        }
    }
}

/// An event amends a row that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the event at position {position} amends a row that does not exist")]
pub struct NothingToAmend {
    /// The event's position in its partition.
    pub position: u64,
}

/// What is left to write after a batch, in this order.
#[derive(Debug, PartialEq)]
pub struct Writes<R: Row> {
    /// Spaces whose rows are all removed first.
    pub wiped: Vec<SpaceKey>,
    /// Rows removed next.
    pub removed: Vec<R::Key>,
    /// Rows put last.
    pub put: Vec<R>,
}

/// The rows that a batch must see before it is folded: those amended, unless an earlier event of the batch writes them.
pub fn rows_to_load<'a, R: Row>(changes: impl Iterator<Item = &'a Change<R>>) -> Vec<R::Key> {
    let mut settled = BTreeSet::new();
    let mut wiped = BTreeSet::new();
    let mut wanted = BTreeSet::new();
    for change in changes {
        match change {
            Change::Put(row) => {
                settled.insert(row.key());
            }
            Change::Remove(key) => {
                settled.insert(key.clone());
            }
            Change::Wipe(space) => {
                wiped.insert(*space);
            }
            Change::Amend(key, _) | Change::AmendWhereKept(key, _) => {
                if !settled.contains(key) && !wiped.contains(&key.space()) {
                    wanted.insert(key.clone());
                }
            }
            Change::AmendOrPut(row, _) => {
                let key = row.key();
                if !settled.contains(&key) && !wiped.contains(&key.space()) {
                    wanted.insert(key);
                }
            }
        }
    }
    wanted.into_iter().collect()
}

/// The state of the rows that a batch touches, while it is folded.
pub struct Fold<R: Row> {
    loaded: BTreeMap<R::Key, R>,
    slots: BTreeMap<R::Key, Option<R>>,
    wiped: BTreeSet<SpaceKey>,
}

impl<R: Row> Fold<R> {
    /// A fold over the rows that were loaded.
    pub fn over(rows: Vec<R>) -> Self {
        Self { loaded: rows.into_iter().map(|row| (row.key(), row)).collect(), slots: BTreeMap::new(), wiped: BTreeSet::new() }
    }

    /// Applies the changes of the event at `position`.
    ///
    /// # Errors
    /// The event amends a row that does not exist.
    pub fn take(&mut self, position: u64, changes: Vec<Change<R>>) -> Result<(), NothingToAmend> {
        for change in changes {
            match change {
                Change::Put(row) => {
                    self.slots.insert(row.key(), Some(row));
                }
                Change::Remove(key) => {
                    self.slots.insert(key, None);
                }
                Change::Wipe(space) => self.wipe(space),
                Change::Amend(key, amendment) => amendment(self.row(key).ok_or(NothingToAmend { position })?),
                Change::AmendWhereKept(key, amendment) => {
                    if let Some(row) = self.row(key) {
                        amendment(row);
                    }
                }
                Change::AmendOrPut(mut row, amendment) => match self.row(row.key()) {
                    Some(kept) => amendment(kept),
                    None => {
                        amendment(&mut row);
                        self.slots.insert(row.key(), Some(row));
                    }
                },
            }
        }
        Ok(())
    }

    /// What is left to write.
    pub fn finish(self) -> Writes<R> {
        let mut writes = Writes { wiped: self.wiped.into_iter().collect(), removed: Vec::new(), put: Vec::new() };
        for (key, slot) in self.slots {
            match slot {
                Some(row) => writes.put.push(row),
                None => writes.removed.push(key),
            }
        }
        writes
    }

    fn wipe(&mut self, space: SpaceKey) {
        self.slots.retain(|key, _| key.space() != space);
        self.loaded.retain(|key, _| key.space() != space);
        self.wiped.insert(space);
    }

    fn row(&mut self, key: R::Key) -> Option<&mut R> {
        if let Some(row) = self.loaded.remove(&key) {
            self.slots.entry(key.clone()).or_insert(Some(row));
        }
        self.slots.get_mut(&key)?.as_mut()
    }
}
