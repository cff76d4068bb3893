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
    waiting: Mutex<Waiting>,
    pub(super) cache: tokio::sync::Mutex<StreamCache>,
}

#[derive(Default)]
struct Waiting {
    interactive: Line,
    bulk: Line,
}

/// Commands of one priority.
#[derive(Default)]
struct Line {
    commands: VecDeque<QueuedCommand>,
    served: bool,
    came: Arc<Notify>,
}

impl Waiting {
    const fn line(&mut self, priority: Priority) -> &mut Line {
        match priority {
            Priority::Interactive => &mut self.interactive,
            Priority::Bulk => &mut self.bulk,
        }
    }
}

/// Whether a task already serves a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineState {
    Served,
    Idle,
}

impl PartitionQueue {
    /// An empty queue, with its share of the cache.
    pub(super) fn new(partition: Partition, partitions: u16) -> Self {
        Self { partition, waiting: Mutex::default(), cache: tokio::sync::Mutex::new(StreamCache::shared_by(partitions)) }
    }

    /// Adds commands; whoever finds the line idle has it served.
    pub(super) fn push(&self, priority: Priority, commands: Vec<QueuedCommand>) -> LineState {
        let mut waiting = self.waiting();
        let line = waiting.line(priority);
        line.commands.extend(commands);
        line.came.notify_one();
        if std::mem::replace(&mut line.served, true) { LineState::Served } else { LineState::Idle }
    }

    /// Whether no command of a priority waits; its line is idle then.
    pub(super) fn is_idle(&self, priority: Priority) -> bool {
        let mut waiting = self.waiting();
        let line = waiting.line(priority);
        line.served = !line.commands.is_empty();
        !line.served
    }

    /// The next commands of a priority, if any wait.
    pub(super) fn take(&self, priority: Priority, at_most: usize) -> Vec<QueuedCommand> {
        let mut waiting = self.waiting();
        let line = waiting.line(priority);
        line.commands.drain(..line.commands.len().min(at_most)).collect()
    }

    /// Whether commands of the other priority wait.
    pub(super) fn others_wait(&self, priority: Priority) -> bool {
        let other = match priority {
            Priority::Interactive => Priority::Bulk,
            Priority::Bulk => Priority::Interactive,
        };
        !self.waiting().line(other).commands.is_empty()
    }

    /// Once another command of a priority came in.
    pub(super) async fn more_came(&self, priority: Priority) {
        let came = Arc::clone(&self.waiting().line(priority).came);
        came.notified().await;
    }

    /// Puts what was not answered back in front, in its order.
    pub(super) fn put_back(&self, priority: Priority, commands: Vec<QueuedCommand>) {
        let mut waiting = self.waiting();
        commands.into_iter().rev().for_each(|command| waiting.line(priority).commands.push_front(command));
    }

    /// Whoever panicked while holding the queue left it whole: every change is one call.
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
