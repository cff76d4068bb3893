//! Commits shared by partitions: what several of them have to write at the same moment goes into one statement, which is one transaction.
//!
//! a partition's batch waits --a writer is free--> taken with all that waits --one statement, each partition at its own head--> answered
//! A commit costs as much as a few commands do, so many callers spread over all partitions would spend their time on commits. Each
//! partition is written, or not, by its own head. Where partitions stand on several servers a shared transaction would cost more than it
//! saves: there each batch is a transaction by itself, of statements that name its partition. Interactive and bulk commands have writers of
//! their own: an interactive command neither waits for a bulk write nor carries its rows.
//! - a batch that fails is answered alone, and the others are written

use std::collections::{BTreeMap, HashSet};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use sqlx::Connection;
use sqlx::postgres::PgPool;
use tokio::sync::{Notify, oneshot};
use tokio::task::yield_now;

use super::append::Appending;
use super::commit_queue::{BatchAnswer, CommitQueue, WaitingBatch, WriterConnection};
use super::new_keys::insert_keys;
use super::statement::Statement;
use crate::engine::append::append_in_parts;
use crate::engine::contract::AtHead;
use crate::ground::{Batch, Partition, Priority, StoreError, count};

/// How often a writer lets the other tasks go first before it takes what waits.
const YIELDS: u32 = 6;
/// Batches of one partition that may be on their way at once.
const BATCHES_IN_FLIGHT: usize = 16;
/// How batches become transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CommitMode {
    /// Partitions share transactions.
    Shared,
    /// Each batch is a transaction.
    PerBatch,
}

/// What the batches of one partition are answered, in their order.
struct PartitionAnswers {
    partition: Partition,
    answers: Vec<(oneshot::Sender<BatchAnswer>, BatchAnswer)>,
}

/// The commits of one store. Clones share everything.
#[derive(Clone)]
pub(super) struct Commits {
    pool: PgPool,
    mode: CommitMode,
    queues: Arc<Queues>,
}

#[derive(Default)]
struct Queues {
    interactive: Mutex<CommitQueue>,
    bulk: Mutex<CommitQueue>,
    /// Rings when a writer has left.
    left: Notify,
}

impl Commits {
    pub(super) fn new(pool: PgPool, mode: CommitMode) -> Self {
        Self { pool, mode, queues: Arc::default() }
    }

    /// Writes a batch, with whatever else waits.
    pub(super) fn write(self, batch: Batch) -> BoxFuture<'static, BatchAnswer> {
        if self.mode == CommitMode::PerBatch || !batch.completed_messages.is_empty() {
            return Box::pin(async move { self.in_parts(&batch).await });
        }
        let (answer, answered) = oneshot::channel();
        self.enqueue(WaitingBatch { batch, answer });
        Box::pin(async move { answered.await.unwrap_or(Err(StoreError::OutcomeUnknown)) })
    }

    fn enqueue(self, waiting: WaitingBatch) {
        let priority = waiting.batch.priority;
        let needed = {
            let mut queue = self.queue(priority);
            if let Some(refused) = queue.push(waiting) {
                answer_with(refused.answer, Ok(AtHead::Moved));
            }
            let needed = queue.needs_writer(queue.writers);
            queue.writers += usize::from(needed);
            needed
        };
        if needed {
            tokio::spawn(async move { self.write_what_waits(priority).await });
        }
    }

    async fn write_what_waits(self, priority: Priority) {
        // Given back however this ends, so that a defect does not leave the queue without a writer.
        let mut slot = WriterSlot(Some((&self, priority)));
        let mut connection = None;
        loop {
            let taken = self.queue(priority).take(&mut connection);
            if taken.is_empty() {
                // Given back already, under the lock: no batch could come between and count on a writer who is leaving.
                slot.0 = None;
                self.queues.left.notify_waiters();
                return;
            }
            let yields = if taken.len() > 1 { YIELDS } else { 0 };
            for PartitionAnswers { partition, answers } in self.write_all(&mut connection, taken).await {
                let whole = answers.iter().all(|(_, said)| matches!(said, Ok(AtHead::Written)));
                let lost = self.queue(priority).finish(partition, if whole { AtHead::Written } else { AtHead::Moved });
                answers.into_iter().for_each(|(answer, said)| answer_with(answer, said));
                lost.into_iter().for_each(|waiting| answer_with(waiting.answer, Ok(AtHead::Moved)));
            }
            if connection.is_none() {
                // What broke this one may have broken those that rest.
                self.queue(priority).spare.clear();
            }
            // A crowd that was answered comes back at once: with it the next statement is larger, and each command in it cheaper.
            for _ in 0..yields {
                yield_now().await;
            }
        }
    }

    /// How many batches of one partition may be on their way at once.
    pub(super) const fn batches_in_flight(&self) -> usize {
        match self.mode {
            CommitMode::Shared => BATCHES_IN_FLIGHT,
            CommitMode::PerBatch => 1,
        }
    }

    /// Whoever panicked while holding the queue left it whole: every change is one call.
    fn queue(&self, priority: Priority) -> MutexGuard<'_, CommitQueue> {
        let queue = match priority {
            Priority::Interactive => &self.queues.interactive,
            Priority::Bulk => &self.queues.bulk,
        };
        queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes batches, those of one partition together, and says what each is answered.
    async fn write_all(&self, connection: &mut Option<WriterConnection>, taken: Vec<WaitingBatch>) -> Vec<PartitionAnswers> {
        let mut parts: BTreeMap<Partition, (Vec<Batch>, Vec<_>)> = BTreeMap::new();
        let several = taken.len() > 1;
        for WaitingBatch { batch, answer } in taken {
            let (batches, answers) = parts.entry(batch.partition).or_default();
            batches.push(batch);
            answers.push(answer);
        }
        let batches: Vec<&[Batch]> = parts.values().map(|(batches, _)| batches.as_slice()).collect();
        let done = self.at_heads(connection, &batches).await;
        let mut fared = Vec::with_capacity(parts.len());
        for (partition, (batches, answers)) in parts {
            let said = match &done {
                // All were undone for one of them: each by itself, and the one that cannot be written says so.
                Err(StoreError::Database { .. }) if several => self.one_by_one(connection, &batches).await,
                done => vec![done.clone().map(|written| of(partition, &written)); batches.len()],
            };
            fared.push(PartitionAnswers { partition, answers: answers.into_iter().zip(said).collect() });
        }
        fared
    }

    /// Batches of one partition, each by itself, up to the first that is not written.
    async fn one_by_one(&self, connection: &mut Option<WriterConnection>, batches: &[Batch]) -> Vec<BatchAnswer> {
        let mut said: Vec<BatchAnswer> = Vec::with_capacity(batches.len());
        for batch in batches {
            said.push(match said.last() {
                None | Some(Ok(AtHead::Written)) => {
                    self.at_heads(connection, &[std::slice::from_ref(batch)]).await.map(|written| of(batch.partition, &written))
                }
                // Behind a batch that was not written nothing is: these are decided again, and the first one has told its error.
                Some(Ok(AtHead::Moved) | Err(_)) => Ok(AtHead::Moved),
            });
        }
        said
    }

    /// The partitions whose heads were where they were known to be, all of them written.
    async fn at_heads(&self, connection: &mut Option<WriterConnection>, batches: &[&[Batch]]) -> Result<HashSet<i16>, StoreError> {
        let (sql, arguments) = Statement::at_heads(batches)?;
        let mut writer = match connection.take() {
            Some(writer) => writer,
            None => WriterConnection::opened(self.pool.acquire().await?.detach()),
        };
        let answered = sqlx::query_scalar_with(&sql, arguments).fetch_all(&mut writer.connection).await;
        // The commit is in the statement: an answer that does not come leaves its outcome unknown.
        let written = answered.map_err(StoreError::at_commit);
        if written.as_ref().err().is_none_or(StoreError::leaves_the_connection) {
            *connection = Some(writer.used());
        }
        Ok(written?.into_iter().collect())
    }

    /// Waits for the writers at work, and says goodbye on the connections that are kept. The pool is closed, so none is opened any more.
    pub(super) async fn close(&self) {
        for priority in [Priority::Interactive, Priority::Bulk] {
            loop {
                let mut left = pin!(self.queues.left.notified());
                left.as_mut().enable();
                let (writers, spare) = {
                    let mut queue = self.queue(priority);
                    (queue.writers, std::mem::take(&mut queue.spare))
                };
                for writer in spare {
                    // The server notices by itself where the goodbye does not arrive.
                    writer.connection.close().await.ok();
                }
                if writers == 0 {
                    break;
                }
                left.await;
            }
        }
    }

    /// One batch in statements that name its partition.
    async fn in_parts(&self, batch: &Batch) -> BatchAnswer {
        if !batch.new_keys.is_empty() && insert_keys(&self.pool, &batch.new_keys).await? < count(batch.new_keys.len()) {
            return Err(StoreError::duplicate());
        }
        append_in_parts(Box::new(Appending::at(&self.pool, batch.partition, batch.head).await?), batch).await
    }
}

/// A writer's slot, given back when it is dropped.
struct WriterSlot<'a>(Option<(&'a Commits, Priority)>);

impl Drop for WriterSlot<'_> {
    fn drop(&mut self) {
        if let Some((commits, priority)) = self.0 {
            commits.queue(priority).writers -= 1;
            commits.queues.left.notify_waiters();
        }
    }
}

fn of(partition: Partition, written: &HashSet<i16>) -> AtHead {
    if written.contains(&partition.column()) { AtHead::Written } else { AtHead::Moved }
}

fn answer_with(answer: oneshot::Sender<BatchAnswer>, said: BatchAnswer) {
    // An error here means that nobody waits any more.
    drop(answer.send(said));
}
