//! A lane: where the orders of one partition wait, and who serves them.
//!
//! idle --an order--> served: a batch is taken, carried out, answered; again while orders wait --none left--> idle
//! Batches form while the one before is carried out. Single commands go before campaigns, and a campaign's batches are small while single
//! commands come in: nobody who clicks waits for a million letters.
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
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::yield_now;

use super::memory::Memory;
use crate::append::{self, Request};
use crate::entropy::Entropy;
use crate::error::StoreError;
use crate::order::{Order, Outcome, Rejection};
use crate::partition::{Partition, Partitions};
use crate::store::Store;

/// Orders of a campaign that wait in the lanes at once; the rest wait with their caller.
const CAMPAIGN_ROOM: usize = 8_192;
/// Single commands taken together.
const CLICKS: usize = 512;
/// A campaign's orders that one lane takes together while nobody clicks, and while somebody does: lanes share their commits, and a click
/// waits for the commit before its own.
const ALONE: usize = 1_000;
const BESIDE_CLICKS: usize = 2;
/// How long a click is remembered, in milliseconds.
const CLICK_LASTS: u64 = 1_000;

/// Who waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Somebody who asked for one thing.
    Click,
    /// A campaign, which asks for many.
    Campaign,
}

/// An order that waits, and whom to answer.
pub(super) struct Job {
    pub(super) order: Order,
    pub(super) policy: Policy,
    pub(super) request: Option<Request>,
    /// Where its seals are drawn from: the same bytes, however orders are spread over lanes.
    pub(super) entropy: Entropy,
    pub(super) class: Class,
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
    opened: Instant,
    /// When the last click came, in milliseconds after the opening; 0 for never.
    clicked: AtomicU64,
}

struct Lane {
    partition: Partition,
    waiting: Mutex<Waiting>,
    memory: tokio::sync::Mutex<Memory>,
}

#[derive(Default)]
struct Waiting {
    clicks: VecDeque<Job>,
    campaign: VecDeque<Job>,
    served: bool,
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

    fn campaign_batch(&self) -> usize {
        let clicked = self.clicked.load(Ordering::Relaxed);
        if clicked != 0 && self.now().saturating_sub(clicked) < CLICK_LASTS { BESIDE_CLICKS } else { ALONE }
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

    /// The next batch, clicks first; nothing once no order waits, and the lane is idle then.
    fn take(&self, campaign: usize) -> Vec<Job> {
        let mut waiting = self.waiting();
        let clicks = waiting.clicks.len().min(CLICKS);
        let campaign = waiting.campaign.len().min(campaign);
        let mut batch: Vec<Job> = waiting.clicks.drain(..clicks).collect();
        batch.extend(waiting.campaign.drain(..campaign));
        waiting.served = !batch.is_empty();
        batch
    }

    /// Puts what was not settled back in front, in its order.
    fn put_back(&self, jobs: Vec<Job>) {
        let mut waiting = self.waiting();
        for job in jobs.into_iter().rev() {
            match job.class {
                Class::Click => waiting.clicks.push_front(job),
                Class::Campaign => waiting.campaign.push_front(job),
            }
        }
    }
}

impl Store {
    /// Puts jobs of one partition into its lane, and has it served.
    pub(super) fn enqueue(&self, partition: Partition, jobs: Vec<Job>) {
        let Some(lane) = self.bus().lanes.get(usize::from(partition.number())) else { return };
        let clicks = jobs.iter().any(|job| job.class == Class::Click);
        let idle = {
            let mut waiting = lane.waiting();
            for job in jobs {
                match job.class {
                    Class::Click => waiting.clicks.push_back(job),
                    Class::Campaign => waiting.campaign.push_back(job),
                }
            }
            !std::mem::replace(&mut waiting.served, true)
        };
        if clicks {
            self.bus().note_click();
        }
        if idle {
            // A task of its own: whoever asked may leave at any moment, and a statement must not be cut off.
            let store = self.clone();
            tokio::spawn(async move { store.serve(partition).await });
        }
    }

    /// Serves a lane until nothing waits in it.
    async fn serve(&self, partition: Partition) {
        let Some(lane) = self.bus().lanes.get(usize::from(partition.number())) else { return };
        loop {
            match AssertUnwindSafe(self.serve_once(lane)).catch_unwind().await {
                Ok(Served::Idle) => return,
                // Whoever was answered may be about to ask again. Many lanes share a crowd anyway; where there is one, it would fall apart into
                // two halves that wait for each other's flush to the disk.
                Ok(Served::Batch) if self.partitions().count() == 1 => yield_now().await,
                Ok(Served::Batch) => {}
                // The batch is lost, and its callers are told so; those who wait behind it are not.
                Err(_) => {
                    tracing::error!(partition = partition.number(), "a batch was cut down by a defect");
                    lane.memory.lock().await.forget_all();
                }
            }
        }
    }

    async fn serve_once(&self, lane: &Lane) -> Served {
        let (served, fruitless) = self.serve_batch(lane).await;
        if let Some(rounds) = fruitless.filter(|rounds| *rounds > 1) {
            // This lane is this process's; what still meets somebody met another process.
            append::back_off(rounds).await;
        }
        served
    }

    /// Carries out one batch, and says how many rounds have passed over it if none of it was settled.
    async fn serve_batch(&self, lane: &Lane) -> (Served, Option<u32>) {
        let batch = lane.take(self.bus().campaign_batch());
        if batch.is_empty() {
            return (Served::Idle, None);
        }
        let asked = batch.len();
        let mut memory = lane.memory.lock().await;
        let mut left = self.round(lane.partition, &mut memory, batch).await;
        let mut fruitless = None;
        if left.len() == asked {
            left.iter_mut().for_each(|job| job.fruitless += 1);
            fruitless = left.iter().map(|job| job.fruitless).max();
        }
        lane.put_back(left);
        (Served::Batch, fruitless)
    }
}

enum Served {
    Batch,
    Idle,
}

impl Job {
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
