//! A lane: where the orders of one partition wait, and who serves them.
//!
//! idle --an order--> served: a batch is taken, carried out, answered; again while orders wait --none left--> idle
//! Batches form while the one before is carried out. Single commands and campaigns have a line each, and take turns at the lane. While single
//! commands come in, a campaign's batches are small, and one lane at a time carries one out: nobody who clicks waits for a million letters.
//! - a single command overtakes a campaign
//! - a full queue says so and begins nothing
//! - a caller who is gone before the answer harms nobody

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use ens_domain::policy::Policy;
use futures::FutureExt;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, SemaphorePermit, oneshot};

use super::memory::Memory;
use crate::append::{self, Class, Request};
use crate::entropy::Entropy;
use crate::error::StoreError;
use crate::order::{Order, Outcome, Rejection};
use crate::partition::{Partition, Partitions};
use crate::store::Store;

/// Orders of a campaign that wait in the lanes at once; the rest wait with their caller.
const CAMPAIGN_ROOM: usize = 8_192;
/// Single commands taken together.
const CLICKS: usize = 512;
/// A campaign's orders that one lane takes together while nobody clicks, and while somebody does.
const ALONE: usize = 1_000;
const BESIDE_CLICKS: usize = 8;
/// Fruitless rounds after which an order stops trusting what is remembered.
const TRUSTING_ROUNDS: u32 = 2;
/// How long a click is remembered, in milliseconds.
const CLICK_LASTS: u64 = 10_000;

/// An order that waits, and whom to answer.
pub(super) struct Job {
    pub(super) order: Order,
    pub(super) policy: Policy,
    pub(super) request: Option<Request>,
    /// Where its seals are drawn from: the same bytes, however orders are spread over lanes.
    pub(super) entropy: Entropy,
    /// How many rounds it was in.
    pub(super) rounds: u32,
    /// How many of them settled nothing at all.
    pub(super) fruitless: u32,
    pub(super) answer: oneshot::Sender<Result<Outcome, Rejection>>,
    /// Its place in the bounded queue, given back with the answer.
    pub(super) _room: OwnedSemaphorePermit,
}

/// All lanes, and what they share.
pub(crate) struct Bus {
    lanes: Vec<Lane>,
    pub(super) room_for_clicks: Arc<Semaphore>,
    pub(super) room_for_campaigns: Arc<Semaphore>,
    /// Whose campaign's batch it is while somebody clicks.
    turn: Semaphore,
    opened: Instant,
    /// When the last click came, in milliseconds after the opening; 0 for never.
    clicked: AtomicU64,
}

/// Where the orders of one partition wait.
pub(super) struct Lane {
    pub(super) partition: Partition,
    waiting: Mutex<Waiting>,
    pub(super) memory: tokio::sync::Mutex<Memory>,
}

#[derive(Default)]
struct Waiting {
    clicks: Line,
    campaign: Line,
}

/// Orders of one class.
#[derive(Default)]
struct Line {
    jobs: VecDeque<Job>,
    served: bool,
    came: Arc<Notify>,
}

impl Waiting {
    const fn line(&mut self, class: Class) -> &mut Line {
        match class {
            Class::Click => &mut self.clicks,
            Class::Campaign => &mut self.campaign,
        }
    }
}

impl Bus {
    /// Idle lanes, one a partition, with room for so many single commands.
    pub(crate) fn new(partitions: Partitions, room: usize) -> Self {
        let lane = |partition| Lane {
            partition,
            waiting: Mutex::default(),
            memory: tokio::sync::Mutex::new(Memory::shared_by(partitions.count())),
        };
        Self {
            lanes: partitions.each().map(lane).collect(),
            room_for_clicks: Arc::new(Semaphore::new(room)),
            room_for_campaigns: Arc::new(Semaphore::new(CAMPAIGN_ROOM)),
            turn: Semaphore::new(1),
            opened: Instant::now(),
            clicked: AtomicU64::new(0),
        }
    }

    /// How many of a campaign's orders may be asked for at once.
    pub(super) const fn campaign_share() -> usize {
        ALONE
    }

    fn note_click(&self) {
        self.clicked.store(self.now().max(1), Ordering::Relaxed);
    }

    /// How many orders of this class one lane may take now, once it is their turn.
    async fn share(&self, class: Class) -> Share<'_> {
        let clicked = self.clicked.load(Ordering::Relaxed);
        let clicks = clicked != 0 && self.now().saturating_sub(clicked) < CLICK_LASTS;
        match class {
            Class::Click => Share { orders: CLICKS, _turn: None },
            Class::Campaign if !clicks => Share { orders: ALONE, _turn: None },
            // Never closed.
            Class::Campaign => Share { orders: BESIDE_CLICKS, _turn: self.turn.acquire().await.ok() },
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Lane {
    /// Whoever panicked while holding the queue left it whole: every change is one call.
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether no order of a class waits; its line is idle then.
    fn is_idle(&self, class: Class) -> bool {
        let mut waiting = self.waiting();
        let line = waiting.line(class);
        line.served = !line.jobs.is_empty();
        !line.served
    }

    /// The next orders of a class, if any wait.
    pub(super) fn take(&self, class: Class, orders: usize) -> Vec<Job> {
        let mut waiting = self.waiting();
        let line = waiting.line(class);
        line.jobs.drain(..line.jobs.len().min(orders)).collect()
    }

    /// Whether orders of the other class wait for this lane.
    pub(super) fn is_wanted_beside(&self, class: Class) -> bool {
        let other = match class {
            Class::Click => Class::Campaign,
            Class::Campaign => Class::Click,
        };
        !self.waiting().line(other).jobs.is_empty()
    }

    /// Once another order of a class came in.
    pub(super) async fn more_has_come(&self, class: Class) {
        let came = Arc::clone(&self.waiting().line(class).came);
        came.notified().await;
    }

    /// Puts what was not settled back in front, in its order.
    fn put_back(&self, class: Class, jobs: Vec<Job>) {
        let mut waiting = self.waiting();
        jobs.into_iter().rev().for_each(|job| waiting.line(class).jobs.push_front(job));
    }
}

/// What a lane may take of a class, and its turn, given back when the batch is over.
struct Share<'a> {
    orders: usize,
    _turn: Option<SemaphorePermit<'a>>,
}

impl Store {
    /// Puts jobs of one partition and one class into its lane, and has them served.
    pub(super) fn enqueue(&self, partition: Partition, class: Class, jobs: Vec<Job>) {
        let Some(lane) = self.bus().lanes.get(usize::from(partition.number())) else { return };
        let idle = {
            let mut waiting = lane.waiting();
            let line = waiting.line(class);
            line.jobs.extend(jobs);
            line.came.notify_one();
            !std::mem::replace(&mut line.served, true)
        };
        if class == Class::Click {
            self.bus().note_click();
        }
        if idle {
            // A task of its own: whoever asked may leave at any moment, and a statement must not be cut off.
            let store = self.clone();
            tokio::spawn(async move { store.serve(partition, class).await });
        }
    }

    /// Serves one line of a lane until nothing waits in it.
    async fn serve(&self, partition: Partition, class: Class) {
        let Some(lane) = self.bus().lanes.get(usize::from(partition.number())) else { return };
        loop {
            match AssertUnwindSafe(self.serve_once(lane, class)).catch_unwind().await {
                Ok(Served::Idle) => return,
                Ok(Served::Batch) => {}
                // The batch is lost, and its callers are told so; those who wait behind it are not.
                Err(_) => {
                    tracing::error!(partition = partition.number(), "a batch was cut down by a defect");
                    lane.memory.lock().await.forget_all();
                }
            }
        }
    }

    /// Carries out what waits in a line of a lane.
    async fn serve_once(&self, lane: &Lane, class: Class) -> Served {
        let share = self.bus().share(class).await;
        if lane.is_idle(class) {
            return Served::Idle;
        }
        let back = self.fly(lane, class, share.orders).await;
        let fruitless = back.iter().map(|job| job.fruitless).max().filter(|rounds| *rounds > 1);
        lane.put_back(class, back);
        drop(share);
        if let Some(rounds) = fruitless {
            // This lane is this process's; what still meets somebody met another process.
            append::back_off(rounds).await;
        }
        Served::Batch
    }
}

enum Served {
    Batch,
    Idle,
}

impl Job {
    /// Whether what is remembered failed it so often that it is to be decided on what is read from the log, and written under the lock.
    pub(super) fn is_doubtful(&self) -> bool {
        self.fruitless >= TRUSTING_ROUNDS
    }

    /// Answers whoever still waits.
    pub(super) fn answer(self, answer: Result<Outcome, Rejection>) {
        // An error here means that the caller is gone.
        drop(self.answer.send(answer));
    }

    /// Answers with the store's trouble.
    pub(super) fn fail(self, error: &StoreError) {
        self.answer(Err(Rejection::Store(error.clone())));
    }
}
