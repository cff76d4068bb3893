//! The scheduler: which partition's commands are carried out when, and how many together.
//!
//! Batches form while the one before is carried out. While interactive commands come in, bulk batches are small, and one partition at a time
//! carries one out: nobody who asked for one thing waits for a million letters.
//! - a caller who is gone before the answer harms nobody

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use futures::FutureExt;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::yield_now;

use super::decided_batch::Decider;
use super::partition_queue::{PartitionQueue, QueueState};
use super::pipeline::Pipeline;
use super::queued::QueuedCommand;
use crate::ground::{Partition, Priority, back_off};
use crate::shared::Shared;

/// Interactive commands taken together.
const INTERACTIVE: usize = 512;
/// Bulk commands that one partition takes together while nobody asks interactively, and while somebody does.
pub(super) const BULK_ALONE: usize = 1_000;
const BULK_BESIDE_INTERACTIVE: usize = 8;
/// How long an interactive command makes bulk jobs give way, in milliseconds.
const INTERACTIVE_LASTS: u64 = 10_000;

/// The queues of all partitions, and what they share.
#[derive(Clone)]
pub(super) struct Scheduler(Arc<Parts>);

struct Parts {
    decider: Decider,
    queues: Vec<PartitionQueue>,
    /// Whose bulk batch it is while somebody asks interactively.
    bulk_turn: Semaphore,
    opened: Instant,
    /// When the last interactive command came, in milliseconds after the opening; 0 for never.
    last_interactive: AtomicU64,
}

/// What a partition may take of a priority, and its turn, given back when the batch is over.
struct Share<'a> {
    commands: usize,
    _turn: Option<SemaphorePermit<'a>>,
}

impl Scheduler {
    /// Idle queues, one a partition.
    pub(super) fn new(shared: Shared) -> Self {
        let partitions = shared.partitions();
        Self(Arc::new(Parts {
            decider: Decider::of(shared),
            queues: partitions.each().map(|partition| PartitionQueue::new(partition, partitions.count())).collect(),
            bulk_turn: Semaphore::new(1),
            opened: Instant::now(),
            last_interactive: AtomicU64::new(0),
        }))
    }

    /// Puts commands of one partition and one priority into its queue, and has them served.
    pub(super) fn enqueue(&self, partition: Partition, priority: Priority, commands: Vec<QueuedCommand>) {
        let Some(queue) = self.queue(partition) else { return };
        let state = queue.push(priority, commands);
        if priority == Priority::Interactive {
            self.0.last_interactive.store(self.now().max(1), Ordering::Relaxed);
        }
        if state == QueueState::Idle {
            // A task of its own: whoever asked may leave at any moment, and a statement must not be cut off.
            let scheduler = self.clone();
            tokio::spawn(async move { scheduler.serve(partition, priority).await });
        }
    }

    /// Serves one priority of a partition until nothing waits.
    async fn serve(&self, partition: Partition, priority: Priority) {
        let Some(queue) = self.queue(partition) else { return };
        loop {
            match AssertUnwindSafe(self.serve_once(queue, priority)).catch_unwind().await {
                Ok(QueueState::Idle) => return,
                Ok(QueueState::Served) => {}
                // The batch is lost, and its callers are told so; those who wait behind it are not.
                Err(_) => {
                    tracing::error!(partition = partition.number(), "a batch was cut short by a defect");
                    queue.cache.lock().await.clear();
                }
            }
        }
    }

    async fn serve_once(&self, queue: &PartitionQueue, priority: Priority) -> QueueState {
        let share = self.share(priority).await;
        if queue.is_idle(priority) {
            return QueueState::Idle;
        }
        let again = self.run_pipeline(queue, priority, share.commands).await;
        let fruitless = again.iter().map(|command| command.fruitless).max().filter(|rounds| *rounds > 1);
        queue.put_back(priority, again);
        drop(share);
        if let Some(rounds) = fruitless {
            // This queue is this process's; what still meets somebody met another process.
            back_off(rounds).await;
        }
        QueueState::Served
    }

    /// Carries out what waits until nothing of this priority waits, the other priority does, or commands have to be decided again: those are
    /// handed back.
    async fn run_pipeline(&self, queue: &PartitionQueue, priority: Priority, commands: usize) -> Vec<QueuedCommand> {
        let mut cache = queue.cache.lock().await;
        let at_most = match priority {
            Priority::Interactive => self.0.decider.shared.engine().batches_in_flight(),
            Priority::Bulk => 1,
        };
        let mut pipeline = Pipeline::new(&self.0.decider, (queue.partition, priority), &mut cache);
        let mut begun = false;
        loop {
            let open = pipeline.has_room(at_most) && !(begun && queue.others_wait(priority));
            let batch = if open { queue.take(priority, commands) } else { Vec::new() };
            if !batch.is_empty() {
                begun = true;
                pipeline.submit(batch).await;
                continue;
            }
            let first = tokio::select! {
                first = pipeline.first_outcome() => first,
                () = queue.more_came(priority), if open => continue,
            };
            let Some((outcome, answered)) = first else { break };
            pipeline.complete(outcome).await;
            if answered > 1 && at_most == 1 {
                // Those who were answered may be about to ask again: otherwise many callers fall apart into two groups that wait for each
                // other's flush to the disk. Where batches are pipelined, the writer waits so.
                yield_now().await;
                yield_now().await;
            }
        }
        pipeline.finish()
    }

    /// How many commands of this priority one partition may take now, once it is their turn.
    async fn share(&self, priority: Priority) -> Share<'_> {
        let last = self.0.last_interactive.load(Ordering::Relaxed);
        let gives_way = last != 0 && self.now().saturating_sub(last) < INTERACTIVE_LASTS;
        match priority {
            Priority::Interactive => Share { commands: INTERACTIVE, _turn: None },
            Priority::Bulk if !gives_way => Share { commands: BULK_ALONE, _turn: None },
            // Never closed, so there is always a turn.
            Priority::Bulk => Share { commands: BULK_BESIDE_INTERACTIVE, _turn: self.0.bulk_turn.acquire().await.ok() },
        }
    }

    fn queue(&self, partition: Partition) -> Option<&PartitionQueue> {
        self.0.queues.get(usize::from(partition.number()))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
