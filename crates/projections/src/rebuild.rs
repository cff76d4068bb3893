//! Rebuilding a read model from the log beside the live one: aggregate by aggregate, so that every row is final when it is written.
//!
//! bounds --lives in key order, leaves side by side--> full --indexed--> settled --followers' turns--> level with the live one --swap--> live
//!                                                                             the old one answers until then, and is kept afterwards
//! - rebuilt rows equal live rows
//! - a rebuild that is killed goes on where it was
//! - of two rebuilds of one read model the second is refused

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use ens_domain::space::SpaceEvent;
use ens_store::{After, Leaf, Partition, Progress, Purpose, Recorded, Rows, Store, StoreError, StoredEvent, Table, TableRebuild};
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use tokio::task::JoinSet;

use crate::all::{Question, Stopped, question};
use crate::health::{Fault, FaultKind};
use crate::step::{Member, Step, Turn, take_turn};

/// Facts read at once, and written with the progress that they make. A life that is longer is read whole all the same.
const PAGE: u32 = 5_000;
/// Facts taken in one transaction when the fresh table is brought level.
const BATCH: u32 = 2_000;
/// Leaves filled at the same time: while the database writes one, this process folds another.
const AT_ONCE: usize = 3;
/// How often a swap is tried against followers of other processes, where the engine cannot hold them.
const ATTEMPTS: u32 = 100;

/// Why a rebuild or a comparison did not come to its end. The live table is untouched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RebuildError {
    /// There is no read model of that name.
    #[error("no read model has this name")]
    NoSuchQuestion,
    /// Another process or task is at it.
    #[error("{0} is being rebuilt or compared already: let that come to its end, or stop it and start again")]
    UnderWay(&'static str),
    /// Nothing is kept that could come back.
    #[error("no earlier version of {0} is kept")]
    NothingKept(&'static str),
    /// A fact of the log cannot be taken in.
    #[error("position {} of partition {} cannot be taken in: {}", .0.position, .0.partition, .0.reason)]
    StandsStill(Fault),
    /// Followers kept moving the live rows of this partition: compare while they are at rest.
    #[error("the rows of partition {0} kept moving: compare while followers are at rest")]
    KeptMoving(Partition),
    /// The store could not be read or written; a rebuild goes on from there when it is started again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Stopped> for RebuildError {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::At(fault) => Self::StandsStill(fault),
            Stopped::Store(error) => Self::Store(error),
        }
    }
}

/// A rebuild that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// The projection's name.
    pub projection: &'static str,
    /// Facts folded.
    pub facts: u64,
}

/// How far a rebuild is, for whoever watches it. Clones look at the same one.
#[derive(Debug, Clone, Default)]
pub struct Watch(Arc<Counted>);

#[derive(Debug, Default)]
struct Counted {
    total: AtomicU64,
    folded: AtomicU64,
}

impl Watch {
    /// Facts up to the bounds that were fixed when it began; 0 before that.
    pub fn total(&self) -> u64 {
        self.0.total.load(Ordering::Relaxed)
    }

    /// Facts folded, those of an earlier run that this one goes on with among them.
    pub fn folded(&self) -> u64 {
        self.0.folded.load(Ordering::Relaxed)
    }

    fn begins(&self, progress: &[Progress]) {
        self.0.total.store(progress.iter().map(|leaf| leaf.bound).sum(), Ordering::Relaxed);
        self.0.folded.store(progress.iter().map(|leaf| leaf.events).sum(), Ordering::Relaxed);
    }

    fn goes_on(&self, facts: u64) {
        self.0.folded.fetch_add(facts, Ordering::Relaxed);
    }
}

/// Folds a read model from the log into a fresh table, and puts it in the place of the live one, which is kept as the previous one.
/// Goes on where an earlier call was cut off.
///
/// # Errors
/// [`RebuildError`]: the live table stays.
pub async fn rebuild(store: &Store, name: &str) -> Result<Rebuilt, RebuildError> {
    rebuild_watched(store, name, &Watch::default()).await
}

/// As [`rebuild`], telling `watch` how far it is.
///
/// # Errors
/// [`RebuildError`]: the live table stays.
pub async fn rebuild_watched(store: &Store, name: &str, watch: &Watch) -> Result<Rebuilt, RebuildError> {
    let building = Building::on(store, name, Purpose::Replace).await?;
    let built = building.build(watch).await;
    if let Err(RebuildError::StandsStill(_)) = &built {
        // Another program will fold otherwise, so nothing of this one is worth keeping.
        building.clear().await?;
    }
    built
}

/// Puts the table that the last rebuild replaced back in its place; the one that is live now is kept in turn. Answers how many facts the
/// rows are behind, until followers have brought them level.
///
/// # Errors
/// [`RebuildError`]: the live table stays.
pub async fn roll_back(store: &Store, name: &str) -> Result<u64, RebuildError> {
    let building = Building::on(store, name, Purpose::Replace).await?;
    let table = building.question.table().previous();
    let reached: u64 = store.read_models().checkpoints(&table.name).await?.into_iter().map(|(_, reached)| reached).sum();
    let head: u64 = store.log().heads().await?.into_iter().map(|(_, head)| head).sum();
    for _ in 0..ATTEMPTS {
        match building.site.roll_back().await {
            Ok(true) => return Ok(head.saturating_sub(reached)),
            Ok(false) => return Err(RebuildError::NothingKept(building.question.name())),
            Err(StoreError::Overtaken) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Contended { attempts: ATTEMPTS }.into())
}

/// Drops the table that the last rebuild replaced.
///
/// # Errors
/// [`RebuildError`]: it may still be there.
pub async fn drop_previous(store: &Store, name: &str) -> Result<(), RebuildError> {
    Ok(Building::on(store, name, Purpose::Replace).await?.site.drop_previous().await?)
}

/// A fresh table that is being filled.
pub(crate) struct Building {
    store: Store,
    question: &'static dyn Question,
    site: Arc<TableRebuild>,
}

impl Building {
    /// The site of the read model of this name.
    pub(crate) async fn on(store: &Store, name: &str, purpose: Purpose) -> Result<Self, RebuildError> {
        let question = question(name).ok_or(RebuildError::NoSuchQuestion)?;
        let site = store.read_models().table_rebuild(&question.table(), purpose).await?.ok_or(RebuildError::UnderWay(question.name()))?;
        Ok(Self { store: store.clone(), question, site: Arc::new(site) })
    }

    pub(crate) fn question(&self) -> &'static dyn Question {
        self.question
    }

    pub(crate) fn fresh(&self) -> &Table {
        self.site.fresh()
    }

    pub(crate) async fn clear(&self) -> Result<(), StoreError> {
        self.site.clear().await
    }

    async fn build(&self, watch: &Watch) -> Result<Rebuilt, RebuildError> {
        self.fill(watch).await?;
        for _ in 0..ATTEMPTS {
            self.follow_all(&self.store.log().heads().await?).await?;
            // From here on the live table stands still for a moment, so that nobody who reads the new one sees an older state.
            let swap = self.site.hold_live().await?;
            self.follow_all(swap.positions()).await?;
            let reached = self.store.read_models().checkpoints(&self.fresh().name).await?;
            match swap.put_in_place().await {
                Ok(()) => {
                    return Ok(Rebuilt {
                        projection: self.question.name(),
                        facts: reached.into_iter().map(|(_, position)| position).sum(),
                    });
                }
                Err(StoreError::Overtaken) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Contended { attempts: ATTEMPTS }.into())
    }

    /// Fills and settles every leaf, up to its bound.
    pub(crate) async fn fill(&self, watch: &Watch) -> Result<(), RebuildError> {
        let begun = self.site.begin().await?;
        watch.begins(&begun);
        let mut waiting = begun.into_iter().filter(|progress| progress.leaf == Leaf::Filling);
        let (store, site, halt) = (&self.store, &self.site, Arc::new(AtomicBool::new(false)));
        let mut filling: JoinSet<Result<(), RebuildError>> = JoinSet::new();
        let mut stopped = None;
        loop {
            while stopped.is_none()
                && filling.len() < AT_ONCE
                && let Some(progress) = waiting.next()
            {
                let (store, site, watch, halt) = (store.clone(), site.clone(), watch.clone(), halt.clone());
                filling.spawn(Filling { store, question: self.question, site, watch, halt }.fill_leaf(progress));
            }
            let defect = || StoreError::Malformed("a defect of the program cut a rebuild short");
            match filling.join_next().await.map(|ended| ended.unwrap_or_else(|_| Err(defect().into()))) {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    // The others end with the page that they are at, so that no connection is cut off in the middle of a statement.
                    halt.store(true, Ordering::Relaxed);
                    stopped.get_or_insert(error);
                }
                None => return stopped.map_or(Ok(()), Err),
            }
        }
    }

    /// Follows the log in the fresh table up to a position of each partition.
    async fn follow_all(&self, bounds: &[(Partition, u64)]) -> Result<(), RebuildError> {
        let each: Vec<_> = bounds.iter().map(|(partition, bound)| self.follow(*partition, *bound)).collect();
        stream::iter(each).buffer_unordered(AT_ONCE).try_collect().await
    }

    /// Follows the log in the fresh table, up to a position.
    pub(crate) async fn follow(&self, partition: Partition, bound: u64) -> Result<(), RebuildError> {
        let member = Member { question: self.question, table: self.fresh().clone() };
        loop {
            let steps = take_turn(&self.store, vec![member.clone()], Turn { partition, batch: BATCH, bound }).await?;
            match steps.into_iter().next() {
                Some(Step::Drained) | None => return Ok(()),
                Some(Step::Advanced) => {}
                // A turn that was cut off is given back a moment later.
                Some(Step::Elsewhere) => tokio::task::yield_now().await,
                Some(Step::Stopped(fault)) => return Err(RebuildError::StandsStill(fault)),
            }
        }
    }
}

/// What it takes to fill a leaf, apart from all others.
struct Filling {
    store: Store,
    question: &'static dyn Question,
    site: Arc<TableRebuild>,
    watch: Watch,
    /// Set where another leaf cannot be filled.
    halt: Arc<AtomicBool>,
}

impl Filling {
    async fn fill_leaf(self, mut progress: Progress) -> Result<(), RebuildError> {
        let mut limit = PAGE;
        while !self.halt.load(Ordering::Relaxed) {
            let page = self.store.read_models().lives(progress.partition, &progress.after, progress.bound, limit).await?;
            let whole = whole_lives(&page, limit);
            let Some(last) = whole.last() else {
                if page.is_empty() {
                    return self.settle(&progress).await;
                }
                limit = limit.saturating_mul(2);
                continue;
            };
            limit = PAGE;
            let mut rows = Rows::of(self.site.fresh());
            for life in whole.chunk_by(same_life) {
                self.question.live_through(&self.decoded(life)?, &mut rows)?;
            }
            let facts = u64::try_from(whole.len()).unwrap_or(u64::MAX);
            progress.events += facts;
            progress.after = After { aggregate_type: last.aggregate_type.clone(), aggregate_id: last.aggregate_id.clone() };
            self.site.fill(&rows, &progress).await?;
            self.watch.goes_on(facts);
        }
        Ok(())
    }

    /// Every position up to the bound was folded, or the leaf is not what it says.
    async fn settle(&self, progress: &Progress) -> Result<(), RebuildError> {
        if progress.events != progress.bound {
            return Err(StoreError::Malformed("a partition that does not hold as many events as its head says").into());
        }
        Ok(self.site.settle(progress).await?)
    }

    fn decoded(&self, life: &[StoredEvent]) -> Result<Vec<Recorded<SpaceEvent>>, RebuildError> {
        let fault = |event: &StoredEvent, reason: String| Fault {
            projection: self.question.name(),
            partition: event.partition,
            position: event.position,
            kind: FaultKind::UnknownEvent,
            reason,
        };
        life.iter().map(|event| event.decode().map_err(|error| RebuildError::StandsStill(fault(event, error.to_string())))).collect()
    }
}

fn same_life(one: &StoredEvent, other: &StoredEvent) -> bool {
    one.aggregate_id == other.aggregate_id && one.aggregate_type == other.aggregate_type
}

/// The lives of a page that are there to their end: all but the last one of a full page.
fn whole_lives(page: &[StoredEvent], limit: u32) -> &[StoredEvent] {
    if page.len() < usize::try_from(limit).unwrap_or(usize::MAX) {
        return page;
    }
    let cut = page.chunk_by(same_life).next_back().map_or(0, <[StoredEvent]>::len);
    page.get(..page.len() - cut).unwrap_or_default()
}
