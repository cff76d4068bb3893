//! The followers of one process: they keep every read model up to date in every partition. They wake as soon as this process appends, and
//! poll for the appends of others.
//!
//! behind --turns--> caught up --an append here, or the poll--> behind        an event that cannot be folded --> that read model stops in that partition
//! - two processes at work do everything once
//! - a partition that has stopped stops no other

mod backoff;
mod checkpoints;
mod health_board;
mod turn;
mod turn_taker;

use std::collections::BTreeSet;
use std::time::Duration;

use ens_store::{Partition, Store, StoreError};
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::all::read_models;
use crate::health::{Fault, Health};
use crate::read_model::ReadModel;

use backoff::Backoff;
use checkpoints::{CheckpointKey, Checkpoints};
use health_board::HealthBoard;
use turn_taker::TurnTaker;

pub(crate) use turn::{Member, TurnBounds, TurnOutcome, take_turn};

/// How the followers work.
#[derive(Debug, Clone)]
pub struct FollowOptions {
    /// Events read in one transaction.
    pub batch: u32,
    /// How often appends of other processes are looked for.
    pub poll: Duration,
    /// How long a read model that has stopped in a partition rests before it tries again.
    pub rest: Duration,
}

impl Default for FollowOptions {
    fn default() -> Self {
        Self { batch: 2_000, poll: Duration::from_millis(200), rest: Duration::from_secs(5) }
    }
}

/// How far a read model is behind the log in one partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadModelLag {
    /// The projection's name.
    pub projection: &'static str,
    /// The partition.
    pub partition: Partition,
    /// How many events the rows do not reflect yet.
    pub behind: u64,
}

/// Why not every read model has caught up with the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCaughtUp {
    /// These have stopped; all others have caught up.
    #[error("{} read models have stopped: {}", .0.len(), .0.iter().map(|fault| fault.reason.as_str()).collect::<Vec<_>>().join("; "))]
    Stopped(Vec<Fault>),
    /// The store could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The followers of one process. Clones share one health.
#[derive(Clone)]
pub struct Followers {
    turns: TurnTaker,
    options: FollowOptions,
}

const SHORT: Duration = Duration::from_millis(5);
/// How often [`Followers::catch_up`] repeats a turn that failed for a passing reason.
const PATIENCE: u32 = 20;

impl Followers {
    /// Followers with the usual options.
    pub fn new(store: Store) -> Self {
        Self::with_options(store, FollowOptions::default())
    }

    /// Followers with these options.
    pub fn with_options(store: Store, options: FollowOptions) -> Self {
        Self { turns: TurnTaker { store, board: HealthBoard::default(), batch: options.batch }, options }
    }

    /// What has stopped in this process, and what it has passed over.
    pub fn health(&self) -> Health {
        self.turns.board.health()
    }

    /// Follows the log until `stopped`. A turn that is under way then is undone, and done again by the next follower.
    pub async fn run(&self, stopped: impl Future<Output = ()>) {
        tokio::pin!(stopped);
        loop {
            let followers = self.clone();
            let mut task = JoinSet::new();
            task.spawn(async move { followers.follow().await });
            tokio::select! {
                () = &mut stopped => return,
                // It never ends by itself: only a defect ends it. The log shows that, and it starts again after a rest.
                _ = task.join_next() => tracing::error!("a defect ended the followers"),
            }
            tokio::select! {
                () = &mut stopped => return,
                () = sleep(self.options.rest) => {}
            }
        }
    }

    /// Folds everything that was appended before the call, in every read model.
    ///
    /// # Errors
    /// [`NotCaughtUp`]: a read model has stopped (the others have caught up then), or the store fails.
    pub async fn catch_up(&self) -> Result<(), NotCaughtUp> {
        let heads = self.turns.store.log().heads().await?;
        let (mut done, mut faults, mut lost) = (BTreeSet::new(), Vec::new(), 0);
        loop {
            let turns = Checkpoints::read(&self.turns.store).await?.shared_turns(&heads, &done);
            if turns.is_empty() {
                break;
            }
            let mut pause = SHORT;
            for (read_model, partition, outcome) in self.turns.take_all(turns).await {
                match outcome {
                    Ok(TurnOutcome::Advanced) => pause = Duration::ZERO,
                    Ok(TurnOutcome::Elsewhere) | Err(StoreError::Overtaken) => {}
                    Ok(TurnOutcome::CaughtUp) => drop(done.insert((read_model.name(), partition))),
                    Ok(TurnOutcome::Stopped(fault)) => note(&mut done, &mut faults, fault),
                    Err(error) if error.is_transient() && lost < PATIENCE => lost += 1,
                    Err(error) if error.is_transient() => return Err(error.into()),
                    Err(error) => note(&mut done, &mut faults, self.turns.failed(read_model, partition, &error).await),
                }
            }
            sleep(pause * (lost + 1)).await;
        }
        faults.sort_by_key(|fault| (read_models().position(|each| each.name() == fault.projection), fault.partition));
        if faults.is_empty() { Ok(()) } else { Err(NotCaughtUp::Stopped(faults)) }
    }

    /// How far every read model is behind, partition by partition.
    ///
    /// # Errors
    /// The store could not be read.
    pub async fn lag(&self) -> Result<Vec<ReadModelLag>, StoreError> {
        let heads = self.turns.store.log().heads().await?;
        let checkpoints = Checkpoints::read(&self.turns.store).await?;
        let of = |read_model: &'static dyn ReadModel, (partition, head): (Partition, u64)| ReadModelLag {
            projection: read_model.name(),
            partition,
            behind: head.saturating_sub(checkpoints.position(read_model, partition)),
        };
        Ok(read_models().flat_map(|each| heads.iter().map(move |head| (each, *head))).map(|(each, head)| of(each, head)).collect())
    }

    async fn follow(&self) {
        let mut appended = self.turns.store.log().appended();
        let mut backoff = Backoff::default();
        loop {
            appended.mark_unchanged();
            let next = match self.behind().await {
                Ok(behind) => self.round(behind, &mut backoff).await,
                Err(error) => {
                    tracing::warn!(%error, "the heads of the log cannot be read");
                    Next::Later
                }
            };
            match next {
                Next::Now => {}
                Next::Later => self.wait(&mut appended).await,
            }
        }
    }

    /// The checkpoints and the heads. They are read anew each time, because a rollback may put an older table in the place of the live one.
    async fn behind(&self) -> Result<(Checkpoints, Vec<(Partition, u64)>), StoreError> {
        let heads = self.turns.store.log().heads().await?;
        let checkpoints = Checkpoints::read(&self.turns.store).await?;
        for read_model in read_models() {
            let behind = heads.iter().filter(|(partition, head)| checkpoints.position(read_model, *partition) < *head);
            self.turns.board.keep_only(read_model.name(), &behind.map(|(partition, _)| *partition).collect::<Vec<_>>());
        }
        Ok((checkpoints, heads))
    }

    /// One turn wherever a read model is behind and does not rest.
    async fn round(&self, (checkpoints, heads): (Checkpoints, Vec<(Partition, u64)>), backoff: &mut Backoff) -> Next {
        let mut next = Next::Later;
        let mut turns = checkpoints.shared_turns(&heads, &backoff.resting());
        for turn in &mut turns {
            // The foremost read models need not stop at a head that was read a moment ago.
            if heads.contains(&(turn.partition, turn.bound)) {
                turn.bound = u64::MAX;
            }
        }
        for (read_model, partition, outcome) in self.turns.take_all(turns).await {
            match outcome {
                Ok(TurnOutcome::Advanced) => next = Next::Now,
                Ok(TurnOutcome::CaughtUp | TurnOutcome::Elsewhere) | Err(StoreError::Overtaken) => {}
                Ok(TurnOutcome::Stopped(_)) => backoff.rest((read_model.name(), partition), self.options.rest),
                Err(error) => {
                    self.turns.failed(read_model, partition, &error).await;
                    backoff.rest((read_model.name(), partition), self.options.poll);
                }
            }
        }
        next
    }

    async fn wait(&self, appended: &mut watch::Receiver<u64>) {
        // After an append, or when the time is over: look again. A sender that is gone (the store is closing) must not make it spin.
        if let Ok(Err(_)) = timeout(self.options.poll, appended.changed()).await {
            sleep(self.options.poll).await;
        }
    }
}

/// Notes a fault, after which that read model takes no further turn in that partition.
fn note(done: &mut BTreeSet<CheckpointKey>, faults: &mut Vec<Fault>, fault: Fault) {
    done.insert((fault.projection, fault.partition));
    faults.push(fault);
}

/// When a follower looks again.
enum Next {
    Now,
    Later,
}
