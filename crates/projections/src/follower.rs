//! The followers: one a projection, over every partition, awake as soon as this process appends and polling for the others.
//!
//! behind --a turn--> level --the bell, or the poll--> behind        a fact that cannot be taken in --> that partition stands still, and says so
//! - two processes at work do everything once
//! - a partition that stands still stops no other

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use ens_store::{Partition, Store, StoreError};
use futures::future::join_all;
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep, timeout};

use crate::all::{Question, questions, take_turn};
use crate::health::{Board, Fault, FaultKind, Health};
use crate::step::{Step, Turn};

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
        Self { batch: 1_000, poll: Duration::from_millis(200), rest: Duration::from_secs(5) }
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
        let mut at_work = JoinSet::new();
        let mut who = HashMap::new();
        for question in questions() {
            who.insert(self.set_to_work(&mut at_work, question, Duration::ZERO), question);
        }
        tokio::pin!(stopped);
        loop {
            let ended = tokio::select! {
                () = &mut stopped => return,
                ended = at_work.join_next_with_id() => ended,
            };
            // A follower never ends by itself: only a defect cuts it down. The log shows it, and it starts again after a rest.
            let id = match ended {
                Some(Ok((id, ()))) => id,
                Some(Err(defect)) => defect.id(),
                None => return,
            };
            if let Some(question) = who.remove(&id) {
                tracing::error!(projection = question.name(), "a follower was cut down by a defect");
                who.insert(self.set_to_work(&mut at_work, question, self.options.rest), question);
            }
        }
    }

    fn set_to_work(&self, at_work: &mut JoinSet<()>, question: &'static dyn Question, after: Duration) -> Id {
        let followers = self.clone();
        let task = async move {
            sleep(after).await;
            followers.keep_level(question).await;
        };
        at_work.spawn(task).id()
    }

    /// Takes in everything that was appended before the call, in every projection.
    ///
    /// # Errors
    /// [`NotLevel`] where a projection stands still (the others are level then) or the store fails.
    pub async fn catch_up(&self) -> Result<(), NotLevel> {
        let heads = self.store.heads().await?;
        let done = join_all(questions().map(|question| self.bring_level(question, &heads))).await;
        let faults: Vec<Fault> = done.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        if faults.is_empty() { Ok(()) } else { Err(NotLevel::StandsStill(faults)) }
    }

    /// How far every projection is behind, partition by partition.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn lag(&self) -> Result<Vec<Lag>, StoreError> {
        let heads = self.store.heads().await?;
        let mut lags = Vec::new();
        for question in questions() {
            let reached: BTreeMap<Partition, u64> = self.store.checkpoints(question.name()).await?.into_iter().collect();
            lags.extend(heads.iter().map(|(partition, head)| Lag {
                projection: question.name(),
                partition: *partition,
                behind: head.saturating_sub(reached.get(partition).copied().unwrap_or_default()),
            }));
        }
        Ok(lags)
    }

    async fn bring_level(&self, question: &'static dyn Question, heads: &[(Partition, u64)]) -> Result<Vec<Fault>, StoreError> {
        let mut faults = Vec::new();
        for (partition, head) in heads {
            faults.extend(self.bring_partition_level(question, *partition, *head).await?);
        }
        Ok(faults)
    }

    async fn bring_partition_level(
        &self,
        question: &'static dyn Question,
        partition: Partition,
        head: u64,
    ) -> Result<Option<Fault>, StoreError> {
        let mut lost = 0;
        loop {
            match self.turn(question, partition, head).await {
                Ok(Step::Drained(_)) => return Ok(None),
                Ok(Step::Advanced(_)) | Err(StoreError::Overtaken) => {}
                Ok(Step::Elsewhere) => sleep(SHORT).await,
                Ok(Step::Stopped(fault)) => return Ok(Some(fault)),
                Err(error) if error.is_transient() && lost < PATIENCE => {
                    lost += 1;
                    sleep(SHORT * lost).await;
                }
                Err(error) if error.is_transient() => return Err(error),
                Err(error) => return Ok(Some(self.could_not(question, partition, &error).await)),
            }
        }
    }

    /// One turn, with what came of it on the board.
    async fn turn(&self, question: &'static dyn Question, partition: Partition, bound: u64) -> Result<Step, StoreError> {
        let turn = Turn { table: question.table(), partition, batch: self.options.batch, bound };
        let step = take_turn(&self.store, question, turn).await?;
        match &step {
            Step::Stopped(fault) => self.board.post(fault.clone()),
            Step::Drained(_) | Step::Advanced(_) => self.board.clear(question.name(), partition),
            Step::Elsewhere => {}
        }
        Ok(step)
    }

    async fn keep_level(&self, question: &'static dyn Question) {
        let mut bell = self.store.appended();
        let mut pace = Pace::default();
        loop {
            bell.mark_unchanged();
            let more = match self.behind(question).await {
                Ok(behind) => {
                    self.board.keep(question.name(), &behind);
                    self.round(question, &behind, &mut pace).await
                }
                Err(error) => {
                    tracing::warn!(projection = question.name(), %error, "the heads of the log cannot be read");
                    More::Later
                }
            };
            match more {
                More::Now => {}
                More::Later => self.wait(&mut bell).await,
            }
        }
    }

    /// The partitions where the rows do not reflect the head of the log. Asked anew each time, because a rebuild that takes the place
    /// of the live table may stand a little further back.
    async fn behind(&self, question: &dyn Question) -> Result<Vec<Partition>, StoreError> {
        let reached: BTreeMap<Partition, u64> = self.store.checkpoints(question.name()).await?.into_iter().collect();
        let heads = self.store.heads().await?.into_iter();
        let behind = heads.filter(|(partition, head)| reached.get(partition).copied().unwrap_or_default() < *head);
        Ok(behind.map(|(partition, _)| partition).collect())
    }

    /// One turn in every partition that is behind and not resting.
    async fn round(&self, question: &'static dyn Question, behind: &[Partition], pace: &mut Pace) -> More {
        let mut more = More::Later;
        for partition in behind.iter().filter(|partition| pace.has_rested(**partition)).copied().collect::<Vec<_>>() {
            match self.turn(question, partition, u64::MAX).await {
                Ok(Step::Advanced(_)) => more = More::Now,
                Ok(Step::Drained(_) | Step::Elsewhere) | Err(StoreError::Overtaken) => {}
                Ok(Step::Stopped(_)) => pace.rest(partition, self.options.rest),
                Err(error) => {
                    self.could_not(question, partition, &error).await;
                    pace.rest(partition, self.options.poll);
                }
            }
        }
        more
    }

    /// A turn failed in the store: the board says so, at the fact that would have come next.
    async fn could_not(&self, question: &dyn Question, partition: Partition, error: &StoreError) -> Fault {
        let reached = match self.store.checkpoints(question.name()).await {
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

const SHORT: Duration = Duration::from_millis(5);
/// How often a turn that lost against other writers is taken again by who waits for it.
const PATIENCE: u32 = 20;

/// Whether a follower looks again at once.
enum More {
    Now,
    Later,
}

/// Which partitions rest, until when.
#[derive(Default)]
struct Pace {
    resting: BTreeMap<Partition, Instant>,
}

impl Pace {
    fn has_rested(&self, partition: Partition) -> bool {
        self.resting.get(&partition).is_none_or(|until| *until <= Instant::now())
    }

    fn rest(&mut self, partition: Partition, time: Duration) {
        self.resting.insert(partition, Instant::now() + time);
    }
}

/// Whether rows reflect a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// They do.
    Yes,
    /// Not within the time given; they stand at this position.
    NotYet(u64),
}

/// Waits until the rows of `projection` reflect this position of a partition, at most this long. Works in a process without followers too.
///
/// # Errors
/// The store could not be read.
pub async fn reached(
    store: &Store,
    projection: &str,
    partition: Partition,
    position: u64,
    within: Duration,
) -> Result<Reached, StoreError> {
    let deadline = Instant::now() + within;
    let mut pause = SHORT;
    loop {
        let checkpoints = store.checkpoints(projection).await?;
        let stands = checkpoints.into_iter().find_map(|(each, reached)| (each == partition).then_some(reached)).unwrap_or_default();
        if stands >= position {
            return Ok(Reached::Yes);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Reached::NotYet(stands));
        }
        sleep(pause.min(left)).await;
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}
