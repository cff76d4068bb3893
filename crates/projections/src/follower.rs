//! The followers of one process: every projection over every partition, those that stand level together, awake as soon as this process
//! appends and polling for the others.
//!
//! behind --a turn--> level --the bell, or the poll--> behind        a fact that cannot be taken in --> that projection stands still there, and says so
//! - two processes at work do everything once
//! - a partition that stands still stops no other

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ens_store::{Partition, Store, StoreError};
use futures::{StreamExt, stream};
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::all::{Question, questions};
use crate::health::{Board, Fault, FaultKind, Health};
use crate::plan::{Lane, Place, Standings};
use crate::step::{Member, Step, Turn, take_turn};

/// How the followers work.
#[derive(Debug, Clone)]
pub struct FollowOptions {
    /// Facts taken in one transaction.
    pub batch: u32,
    /// How often other processes' appends are looked for.
    pub poll: Duration,
    /// How long a partition that stands still rests before it is tried again.
    pub rest: Duration,
}

impl Default for FollowOptions {
    fn default() -> Self {
        Self { batch: 2_000, poll: Duration::from_millis(200), rest: Duration::from_secs(5) }
    }
}

/// How far a projection is behind the log in one partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lag {
    /// The projection's name.
    pub projection: &'static str,
    /// The partition.
    pub partition: Partition,
    /// Facts that the rows do not reflect yet.
    pub behind: u64,
}

/// Catching up ended before the end of the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotLevel {
    /// Projections stand still; the others are level.
    #[error("{} read models stand still: {}", .0.len(), .0.iter().map(|fault| fault.reason.as_str()).collect::<Vec<_>>().join("; "))]
    StandsStill(Vec<Fault>),
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Every follower of one process.
#[derive(Clone)]
pub struct Followers {
    store: Store,
    options: FollowOptions,
    board: Board,
}

/// Partitions worked on at the same time: while the database writes for one, this process folds for another.
const AT_ONCE: usize = 3;
const SHORT: Duration = Duration::from_millis(5);
/// How often a turn that lost against other writers is taken again by who waits for it.
const PATIENCE: u32 = 20;

/// What came of a turn, for one projection on one partition.
type Outcome = (&'static dyn Question, Partition, Result<Step, StoreError>);

impl Followers {
    /// Followers with the usual options.
    pub fn new(store: Store) -> Self {
        Self::with_options(store, FollowOptions::default())
    }

    /// Followers that work as told.
    pub fn with_options(store: Store, options: FollowOptions) -> Self {
        Self { store, options, board: Board::default() }
    }

    /// What stands still in this process.
    pub fn health(&self) -> Health {
        self.board.health()
    }

    /// Follows the log until `stopped`. What is under way then is undone, and done again by whoever follows next.
    pub async fn run(&self, stopped: impl Future<Output = ()>) {
        tokio::pin!(stopped);
        loop {
            let followers = self.clone();
            let mut at_work = tokio::task::JoinSet::new();
            at_work.spawn(async move { followers.keep_level().await });
            tokio::select! {
                () = &mut stopped => return,
                // It never ends by itself: only a defect cuts it down. The log shows it, and it starts again after a rest.
                _ = at_work.join_next() => tracing::error!("the followers were cut down by a defect"),
            }
            tokio::select! {
                () = &mut stopped => return,
                () = sleep(self.options.rest) => {}
            }
        }
    }

    /// Takes in everything that was appended before the call, in every projection.
    ///
    /// # Errors
    /// [`NotLevel`] where a projection stands still (the others are level then) or the store fails.
    pub async fn catch_up(&self) -> Result<(), NotLevel> {
        let heads = self.store.log().heads().await?;
        let (mut settled, mut faults, mut lost) = (BTreeSet::new(), Vec::new(), 0);
        loop {
            let lanes = Standings::read(&self.store).await?.lanes(&heads, &settled);
            if lanes.is_empty() {
                break;
            }
            let mut pause = SHORT;
            for (question, partition, step) in self.turns(lanes).await {
                match step {
                    Ok(Step::Advanced) => pause = Duration::ZERO,
                    Ok(Step::Elsewhere) | Err(StoreError::Overtaken) => {}
                    Ok(Step::Drained) => drop(settled.insert((question.name(), partition))),
                    Ok(Step::Stopped(fault)) => note(&mut settled, &mut faults, fault),
                    Err(error) if error.is_transient() && lost < PATIENCE => lost += 1,
                    Err(error) if error.is_transient() => return Err(error.into()),
                    Err(error) => note(&mut settled, &mut faults, self.could_not(question, partition, &error).await),
                }
            }
            sleep(pause * (lost + 1)).await;
        }
        faults.sort_by_key(|fault| (questions().iter().position(|each| each.name() == fault.projection), fault.partition));
        if faults.is_empty() { Ok(()) } else { Err(NotLevel::StandsStill(faults)) }
    }

    /// How far every projection is behind, partition by partition.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn lag(&self) -> Result<Vec<Lag>, StoreError> {
        let heads = self.store.log().heads().await?;
        let standings = Standings::read(&self.store).await?;
        let of = |question: &'static dyn Question, (partition, head): (Partition, u64)| Lag {
            projection: question.name(),
            partition,
            behind: head.saturating_sub(standings.of(question, partition)),
        };
        Ok(questions()
            .into_iter()
            .flat_map(|question| heads.iter().map(move |head| (question, *head)))
            .map(|(q, head)| of(q, head))
            .collect())
    }

    /// One turn in each lane, several at once.
    async fn turns(&self, lanes: Vec<Lane>) -> Vec<Outcome> {
        let turns: Vec<_> = lanes.into_iter().map(|lane| self.turn(lane)).collect();
        stream::iter(turns).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.concat()
    }

    /// One turn, with what came of it on the board. Where the store refuses what several wrote together, each tries alone, so that only
    /// the one that is at fault stands still.
    async fn turn(&self, lane: Lane) -> Vec<Outcome> {
        let taken = self.take(&lane, &lane.questions).await;
        let mut outcomes = match taken {
            Err(error) if !error.is_transient() && lane.questions.len() > 1 => Vec::new(),
            Err(error) => lane.questions.iter().map(|question| (*question, lane.partition, Err(error.clone()))).collect(),
            Ok(steps) => lane.questions.iter().zip(steps).map(|(question, step)| (*question, lane.partition, Ok(step))).collect::<Vec<_>>(),
        };
        if outcomes.is_empty() {
            for question in &lane.questions {
                let alone = self.take(&lane, &[*question]).await;
                outcomes.push((*question, lane.partition, alone.map(|steps| steps.into_iter().next().unwrap_or(Step::Elsewhere))));
            }
        }
        for (question, partition, step) in &outcomes {
            match step {
                Ok(Step::Stopped(fault)) => self.board.post(fault.clone()),
                Ok(Step::Drained | Step::Advanced) => self.board.clear(question.name(), *partition),
                Ok(Step::Elsewhere) => {}
                Err(_) => {} // Whoever asked for the turn looks at it: an error may be gone at the next try.
            }
        }
        outcomes
    }

    async fn take(&self, lane: &Lane, questions: &[&'static dyn Question]) -> Result<Vec<Step>, StoreError> {
        let turn = Turn { partition: lane.partition, batch: self.options.batch, bound: lane.bound };
        take_turn(&self.store, questions.iter().map(|question| Member::live(*question)).collect(), turn).await
    }

    async fn keep_level(&self) {
        let mut bell = self.store.log().appended();
        let mut pace = Pace::default();
        loop {
            bell.mark_unchanged();
            let more = match self.behind().await {
                Ok(lanes) => self.round(lanes, &mut pace).await,
                Err(error) => {
                    tracing::warn!(%error, "the heads of the log cannot be read");
                    More::Later
                }
            };
            match more {
                More::Now => {}
                More::Later => self.wait(&mut bell).await,
            }
        }
    }

    /// The standings and the heads. Asked anew each time, because a table that took the place of the live one may stand further back.
    async fn behind(&self) -> Result<(Standings, Vec<(Partition, u64)>), StoreError> {
        let heads = self.store.log().heads().await?;
        let standings = Standings::read(&self.store).await?;
        for question in questions() {
            let behind = heads.iter().filter(|(partition, head)| standings.of(question, *partition) < *head);
            self.board.keep(question.name(), &behind.map(|(partition, _)| *partition).collect::<Vec<_>>());
        }
        Ok((standings, heads))
    }

    /// One turn wherever a projection is behind and not resting.
    async fn round(&self, (standings, heads): (Standings, Vec<(Partition, u64)>), pace: &mut Pace) -> More {
        let mut more = More::Later;
        let mut lanes = standings.lanes(&heads, &pace.resting());
        for lane in &mut lanes {
            // Whoever goes ahead need not stop at a head that was read a moment ago.
            if heads.contains(&(lane.partition, lane.bound)) {
                lane.bound = u64::MAX;
            }
        }
        for (question, partition, step) in self.turns(lanes).await {
            match step {
                Ok(Step::Advanced) => more = More::Now,
                Ok(Step::Drained | Step::Elsewhere) | Err(StoreError::Overtaken) => {}
                Ok(Step::Stopped(_)) => pace.rest((question.name(), partition), self.options.rest),
                Err(error) => {
                    self.could_not(question, partition, &error).await;
                    pace.rest((question.name(), partition), self.options.poll);
                }
            }
        }
        more
    }

    /// A turn failed in the store: the board says so, at the fact that would have come next.
    async fn could_not(&self, question: &dyn Question, partition: Partition, error: &StoreError) -> Fault {
        let reached = match self.store.read_models().checkpoints(question.name()).await {
            Ok(all) => all.into_iter().find_map(|(each, reached)| (each == partition).then_some(reached)).unwrap_or_default(),
            // Where not even this can be read, the board names the beginning; the error it tells is the first one.
            Err(_) => 0,
        };
        let (projection, position) = (question.name(), reached.saturating_add(1));
        let fault = Fault { projection, partition, position, kind: FaultKind::of(error), reason: error.to_string() };
        self.board.post(fault.clone());
        fault
    }

    async fn wait(&self, bell: &mut watch::Receiver<u64>) {
        // Whether it rang or the time is over: look again. A bell that is silent for ever (the store is closing) must not make it spin.
        if let Ok(Err(_)) = timeout(self.options.poll, bell.changed()).await {
            sleep(self.options.poll).await;
        }
    }
}

/// Notes a fault and that its place takes no further turn.
fn note(settled: &mut BTreeSet<Place>, faults: &mut Vec<Fault>, fault: Fault) {
    settled.insert((fault.projection, fault.partition));
    faults.push(fault);
}

/// Whether a follower looks again at once.
enum More {
    Now,
    Later,
}

/// Who rests, until when.
#[derive(Default)]
struct Pace {
    resting: BTreeMap<Place, Instant>,
}

impl Pace {
    fn resting(&mut self) -> BTreeSet<Place> {
        let now = Instant::now();
        self.resting.retain(|_, until| *until > now);
        self.resting.keys().copied().collect()
    }

    fn rest(&mut self, place: Place, time: Duration) {
        self.resting.insert(place, Instant::now() + time);
    }
}
