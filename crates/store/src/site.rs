//! Where a read model is built anew: a fresh table beside the live one, filled in key order, resumed after any end, put in its place.
//!
//! begin --bounds are fixed--> filling, leaf by leaf --indexed, attached--> settled --followers' turns--> level --swap--> live
//!                                the one that was live is kept as NAME_previous until it is dropped, or the next rebuild begins

use std::time::Duration;

use crate::engine::{Exists, Held, Hold, Renaming};
use crate::error::StoreError;
use crate::partition::Partition;
use crate::rows::Rows;
use crate::store::Store;
use crate::stored::StoredEvent;
use crate::tables::Table;

/// How often a site that is taken is asked for again: a database may hear a moment late that whoever had it is gone.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(50);
/// The order in which events are read. A rebuild that began in another order is not resumed: its last stream would mean something else.
const SPACE_BY_SPACE: &str = "space by space";

/// The last stream that was read; the default is before all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct After {
    /// Its kind.
    pub aggregate_type: String,
    /// Its id.
    pub aggregate_id: String,
}

/// How far a leaf of a fresh table is filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The leaf's partition.
    pub partition: Partition,
    /// The position up to which events are folded: the head when the rebuild began.
    pub bound: u64,
    /// The table that rows are added to: the leaf, or the whole table where the engine has no leaves.
    pub filled: String,
    /// The last stream that was read: the rows of its space, and of all spaces before it, are in the leaf.
    pub after: After,
    /// Events that were read: folded, or passed over.
    pub facts: u64,
    /// Whether there is more to fill.
    pub leaf: Leaf,
}

/// The state of a leaf of a fresh table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaf {
    /// Rows are added; nothing is indexed.
    Filling,
    /// Indexed, and part of the fresh table; followers may take turns.
    Settled,
}

/// What a rebuild fixes when it begins.
pub(crate) struct Begun {
    /// What rows of this program look like: an unfinished rebuild of another program is not gone on with.
    pub(crate) shape: String,
    pub(crate) bounds: Vec<(Partition, u64)>,
}

/// What a fresh table is filled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It is to take the place of the live one.
    Replace,
    /// It is compared with the live one and thrown away.
    Compare,
}

/// The place where a read model is built anew. One at a time for each; dropping it lets the next one in, with the progress kept.
pub struct Site {
    store: Store,
    live: Table,
    fresh: Table,
    purpose: Purpose,
    _hold: Hold,
}

impl Site {
    /// The table that is filled.
    pub const fn fresh(&self) -> &Table {
        &self.fresh
    }

    /// Goes on with an unfinished rebuild, or begins one, up to the heads of the log as they stand now; the table that an earlier rebuild
    /// replaced is dropped then. A comparison always begins, up to where the live table stands. Answers where each leaf stands.
    ///
    /// # Errors
    /// The database's; on PostgreSQL the login must own the tables.
    pub async fn begin(&self) -> Result<Vec<Progress>, StoreError> {
        let shape = format!("{} {SPACE_BY_SPACE} {}", env!("CARGO_PKG_VERSION"), self.live.columns.join(","));
        let engine = self.store.engine();
        if self.purpose == Purpose::Replace {
            let unfinished = engine.rebuild_progress(&self.fresh, &shape).await?;
            if !unfinished.is_empty() {
                return Ok(unfinished);
            }
            engine.drop_table(&self.live.previous()).await?;
        }
        let begun = Begun { bounds: self.bounds().await?, shape };
        engine.begin_rebuild(&self.live, &self.fresh, &begun).await?;
        engine.rebuild_progress(&self.fresh, &begun.shape).await
    }

    async fn bounds(&self) -> Result<Vec<(Partition, u64)>, StoreError> {
        let mut bounds = self.store.heads().await?;
        if self.purpose == Purpose::Compare {
            let live = self.store.checkpoints(&self.live.name).await?;
            for (partition, bound) in &mut bounds {
                *bound = live.iter().find(|(each, _)| each == partition).map_or(0, |(_, reached)| *reached);
            }
        }
        Ok(bounds)
    }

    /// Adds rows to the leaf and makes its progress durable with them.
    ///
    /// # Errors
    /// The database's.
    pub async fn fill(&self, rows: &Rows, progress: &Progress) -> Result<(), StoreError> {
        self.store.engine().fill(&self.fresh, rows, progress).await
    }

    /// Indexes a leaf that is filled and lets followers take turns in it, from its bound on.
    ///
    /// # Errors
    /// The database's.
    pub async fn settle(&self, progress: &Progress) -> Result<(), StoreError> {
        self.store.engine().settle_leaf(&self.fresh, progress).await
    }

    /// Holds the live table's followers, so that the fresh one can be brought level for good. Readers go on.
    ///
    /// # Errors
    /// The database's.
    pub async fn hold_live(&self) -> Result<Swap, StoreError> {
        Ok(Swap { held: self.store.engine().hold_live(&self.live).await?, live: self.live.clone() })
    }

    /// Throws the unfinished table away.
    ///
    /// # Errors
    /// The database's.
    pub async fn clear(&self) -> Result<(), StoreError> {
        self.store.engine().drop_table(&self.fresh).await
    }

    /// Puts the table that was replaced last back in its place; the one that is live now is kept in turn. `false` where none is kept.
    ///
    /// # Errors
    /// The database's.
    pub async fn roll_back(&self) -> Result<bool, StoreError> {
        let previous = self.live.previous();
        if self.store.engine().table_exists(&previous).await? == Exists::No {
            return Ok(false);
        }
        let aside = format!("{}_aside", self.live.name);
        let (live, previous) = (self.live.name.to_string(), previous.name.to_string());
        let held = self.hold_live().await?.held;
        held.rename(&chain([&live, &aside], [&previous, &live], [&aside, &previous])).await?;
        Ok(true)
    }

    /// Drops the table that was replaced last, if it is kept.
    ///
    /// # Errors
    /// The database's.
    pub async fn drop_previous(&self) -> Result<(), StoreError> {
        self.store.engine().drop_table(&self.live.previous()).await
    }
}

/// The moment before a swap: followers of the live table stand still.
pub struct Swap {
    held: Box<dyn Held>,
    live: Table,
}

impl Swap {
    /// Where the live table stands.
    pub fn positions(&self) -> &[(Partition, u64)] {
        self.held.positions()
    }

    /// Puts the fresh table in the place of the live one, which is kept as the previous one.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Overtaken`] where the live table moved on: hold it again.
    pub async fn put_in_place(self) -> Result<(), StoreError> {
        let [live, fresh, previous] =
            [self.live.name.to_string(), self.live.rebuilt().name.to_string(), self.live.previous().name.to_string()];
        let [keep, put, _] = chain([&live, &previous], [&fresh, &live], ["", ""]);
        self.held.rename(&[keep, put]).await
    }
}

fn chain(first: [&str; 2], second: [&str; 2], third: [&str; 2]) -> [Renaming; 3] {
    [first, second, third].map(|[from, to]| Renaming { from: from.to_owned(), to: to.to_owned() })
}

impl Store {
    /// The site of a read model; `None` while another process or task builds there for the same purpose.
    ///
    /// # Errors
    /// The database's.
    pub async fn site(&self, live: &Table, purpose: Purpose) -> Result<Option<Site>, StoreError> {
        let fresh = match purpose {
            Purpose::Replace => live.rebuilt(),
            Purpose::Compare => live.checked(),
        };
        for _ in 0..ATTEMPTS {
            if let Some(hold) = self.engine().reserve_site(&fresh).await? {
                return Ok(Some(Site { store: self.clone(), live: live.clone(), fresh, purpose, _hold: hold }));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(None)
    }

    /// Events of a partition up to `bound`, stream by stream in the order of their ids, each stream's in the order in which they happened.
    /// All streams of a space come one after the other. At most `limit` events, so that the last space may be cut.
    ///
    /// # Errors
    /// The database's.
    pub async fn lives(&self, partition: Partition, after: &After, bound: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        self.engine().lives(partition, after, bound, limit).await
    }
}
