//! The queue of one partition: where its commands wait, interactive ones before bulk ones.
//!
//! idle --a command--> served: a batch is taken, carried out, answered; again while commands wait --none left--> idle
//! - an interactive command overtakes a bulk job

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::queued::QueuedCommand;
use super::stream_cache::StreamCache;
use crate::ground::{Partition, Priority};

/// Where the commands of one partition wait.
pub(super) struct PartitionQueue {
    pub(super) partition: Partition,
    waiting: Mutex<PriorityQueues>,
    pub(super) cache: tokio::sync::Mutex<StreamCache>,
}

#[derive(Default)]
struct PriorityQueues {
    interactive: PriorityQueue,
    bulk: PriorityQueue,
}

/// Commands of one priority.
#[derive(Default)]
struct PriorityQueue {
    commands: VecDeque<QueuedCommand>,
    served: bool,
    came: Arc<Notify>,
}

impl PriorityQueues {
    const fn of(&mut self, priority: Priority) -> &mut PriorityQueue {
        match priority {
            Priority::Interactive => &mut self.interactive,
            Priority::Bulk => &mut self.bulk,
        }
    }
}

/// Whether a task already serves a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QueueState {
    Served,
    Idle,
}

impl PartitionQueue {
    /// An empty queue, with its share of the cache.
    pub(super) fn new(partition: Partition, partitions: u16) -> Self {
        Self { partition, waiting: Mutex::default(), cache: tokio::sync::Mutex::new(StreamCache::shared_by(partitions)) }
    }

    /// Adds commands; whoever finds their queue idle has it served.
    pub(super) fn push(&self, priority: Priority, commands: Vec<QueuedCommand>) -> QueueState {
        let mut waiting = self.waiting();
        let queue = waiting.of(priority);
        queue.commands.extend(commands);
        queue.came.notify_one();
        if std::mem::replace(&mut queue.served, true) { QueueState::Served } else { QueueState::Idle }
    }

    /// Whether no command of a priority waits; its queue is idle then.
    pub(super) fn is_idle(&self, priority: Priority) -> bool {
        let mut waiting = self.waiting();
        let queue = waiting.of(priority);
        queue.served = !queue.commands.is_empty();
        !queue.served
    }

    /// The next commands of a priority, if any wait.
    pub(super) fn take(&self, priority: Priority, at_most: usize) -> Vec<QueuedCommand> {
        let mut waiting = self.waiting();
        let queue = waiting.of(priority);
        queue.commands.drain(..queue.commands.len().min(at_most)).collect()
    }

    /// Whether commands of the other priority wait.
    pub(super) fn others_wait(&self, priority: Priority) -> bool {
        let other = match priority {
            Priority::Interactive => Priority::Bulk,
            Priority::Bulk => Priority::Interactive,
        };
        !self.waiting().of(other).commands.is_empty()
    }

    /// Once another command of a priority came in.
    pub(super) async fn more_came(&self, priority: Priority) {
        let came = Arc::clone(&self.waiting().of(priority).came);
        came.notified().await;
    }

    /// Puts what was not answered back in front, in its order.
    pub(super) fn put_back(&self, priority: Priority, commands: Vec<QueuedCommand>) {
        let mut waiting = self.waiting();
        commands.into_iter().rev().for_each(|command| waiting.of(priority).commands.push_front(command));
    }

    /// Whoever panicked while holding the queue left it whole: every change is one call.
    fn waiting(&self) -> MutexGuard<'_, PriorityQueues> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
