//! The rebuild of a table: a fresh one beside the live one, filled in the order of the keys, resumed after any end, put in its place.
//!
//! begin --bounds are fixed--> filling, leaf by leaf --indexed, attached--> settled --followers' turns--> level --swap--> live
//!                                the one that was live is kept as NAME_previous until it is dropped, or the next rebuild begins

use std::time::Duration;

use crate::engine::{Exists, Held, Hold, Renaming};
use crate::ground::{Begun, Partition, Progress, Rows, StoreError, Table};
use crate::shared::Shared;

/// How often a rebuild that is reserved is asked for again: a database may hear a moment late that its process is gone.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(50);
/// The order in which events are read. A rebuild that began in another order is not resumed: its last stream would mean something else.
const SPACE_BY_SPACE: &str = "space by space";

/// What a fresh table is filled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It is to take the place of the live one.
    Replace,
    /// It is compared with the live one and thrown away.
    Compare,
}

/// The rebuild of one read model. One at a time for each; dropping it lets the next one in, with the progress kept.
pub struct TableRebuild {
    shared: Shared,
    live: Table,
    fresh: Table,
    purpose: Purpose,
    _hold: Hold,
}

impl TableRebuild {
    /// The rebuild of a read model's table; nothing while another process or task is at it for the same purpose.
    pub(super) async fn reserve(shared: Shared, live: &Table, purpose: Purpose) -> Result<Option<Self>, StoreError> {
        let fresh = match purpose {
            Purpose::Replace => live.rebuilt(),
            Purpose::Compare => live.checked(),
        };
        for _ in 0..ATTEMPTS {
            if let Some(hold) = shared.engine().reserve_rebuild(&fresh).await? {
                return Ok(Some(Self { shared, live: live.clone(), fresh, purpose, _hold: hold }));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(None)
    }

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
        let engine = self.shared.engine();
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
        let mut bounds = self.shared.engine().heads().await?;
        if self.purpose == Purpose::Compare {
            let live = self.shared.engine().checkpoints(&[self.live.name.as_ref()]).await?;
            for (partition, bound) in &mut bounds {
                *bound = live.iter().find(|(_, each, _)| each == partition).map_or(0, |(.., position)| *position);
            }
        }
        Ok(bounds)
    }

    /// Adds rows to the leaf and makes its progress durable with them.
    ///
    /// # Errors
    /// The database's.
    pub async fn fill(&self, rows: &Rows, progress: &Progress) -> Result<(), StoreError> {
        self.shared.engine().fill(&self.fresh, rows, progress).await
    }

    /// Indexes a leaf that is filled and lets followers take turns in it, from its bound on.
    ///
    /// # Errors
    /// The database's.
    pub async fn settle(&self, progress: &Progress) -> Result<(), StoreError> {
        self.shared.engine().settle_leaf(&self.fresh, progress).await
    }

    /// Holds the live table's followers, so that the fresh one can be brought level for good. Readers go on.
    ///
    /// # Errors
    /// The database's.
    pub async fn hold_live(&self) -> Result<Swap, StoreError> {
        Ok(Swap { held: self.shared.engine().hold_live(&self.live).await?, live: self.live.clone() })
    }

    /// Throws the unfinished table away.
    ///
    /// # Errors
    /// The database's.
    pub async fn clear(&self) -> Result<(), StoreError> {
        self.shared.engine().drop_table(&self.fresh).await
    }

    /// Puts the table that was replaced last back in its place; the one that is live now is kept in turn. `false` where none is kept.
    ///
    /// # Errors
    /// The database's.
    pub async fn roll_back(&self) -> Result<bool, StoreError> {
        let previous = self.live.previous();
        if self.shared.engine().table_exists(&previous).await? == Exists::No {
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
        self.shared.engine().drop_table(&self.live.previous()).await
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
