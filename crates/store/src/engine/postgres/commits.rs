//! Commits shared by lanes: what several of them have to write at the same moment goes into one statement, which is one transaction.
//!
//! a lane's batch waits --a writer is free--> taken with all that wait --one statement, each partition at its own head--> answered
//! A commit costs as much as a few commands do, so a crowd that is spread over all partitions would spend its time on commits. Each partition
//! stands or falls by its own head. Where partitions stand on several servers a shared transaction would cost more than it saves: there each
//! batch is a transaction by itself, of statements that name its partition. Clicks and campaigns have writers of their own: a click neither
//! waits for a campaign's write nor carries its rows.
//! - a batch that fails is answered alone, and the others are written

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::postgres::PgPool;
use tokio::sync::oneshot;

use super::append::Appending;
use super::statement::Statement;
use crate::append::{Batch, Class, count};
use crate::engine::{Append, AtHead};
use crate::error::StoreError;

/// Waiting batches that are worth a second transaction while one is on its way to the disk.
const CROWD: usize = 6;
/// Rows that are taken together, unless one batch alone brings more.
const ROWS: usize = 512;

/// Who commits for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    /// Lanes share transactions.
    Shared,
    /// Each batch is a transaction.
    Alone,
}

type Answer = Result<AtHead, StoreError>;

struct Waiting {
    batch: Batch,
    answer: oneshot::Sender<Answer>,
}

/// The commits of one store. Clones share everything.
#[derive(Clone)]
pub(super) struct Commits {
    pool: PgPool,
    sharing: Sharing,
    queues: Arc<Queues>,
}

#[derive(Default)]
struct Queues {
    clicks: Mutex<Queue>,
    campaigns: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// Writers at work.
    writers: usize,
}

impl Queue {
    /// Whether another writer is wanted beside so many: a first one for anything, a second one for a crowd.
    fn calls_for_a_writer(&self, beside: usize) -> bool {
        match beside {
            0 => !self.waiting.is_empty(),
            1 => self.waiting.len() >= CROWD,
            _ => false,
        }
    }

    /// What a writer writes next; nothing if it is to leave, and it has left then.
    fn take(&mut self) -> Vec<Waiting> {
        let others = self.writers - 1;
        if !self.calls_for_a_writer(others) {
            self.writers = others;
            return Vec::new();
        }
        let rows = self.waiting.iter().scan(0, |sum, waiting| {
            *sum += waiting.batch.rows.len();
            Some(*sum)
        });
        let taken = rows.take_while(|sum| *sum <= ROWS).count().max(1).min(self.waiting.len());
        self.waiting.drain(..taken).collect()
    }
}

impl Commits {
    pub(super) fn new(pool: PgPool, sharing: Sharing) -> Self {
        Self { pool, sharing, queues: Arc::default() }
    }

    /// Writes a batch, with whatever else waits.
    pub(super) async fn write(&self, batch: Batch) -> Answer {
        if self.sharing == Sharing::Alone || !batch.settles.is_empty() {
            return self.in_parts(&batch).await;
        }
        let (answer, answered) = oneshot::channel();
        let class = batch.class;
        let calls = {
            let mut queue = self.queue(class);
            queue.waiting.push_back(Waiting { batch, answer });
            let calls = queue.calls_for_a_writer(queue.writers);
            queue.writers += usize::from(calls);
            calls
        };
        if calls {
            let commits = self.clone();
            tokio::spawn(async move { commits.write_what_waits(class).await });
        }
        answered.await.unwrap_or(Err(StoreError::OutcomeUnknown))
    }

    async fn write_what_waits(self, class: Class) {
        // Given back however this ends, so that a defect does not leave the queue without a writer.
        let mut place = Place(Some((&self, class)));
        loop {
            let taken = self.queue(class).take();
            if taken.is_empty() {
                // Given back already, under the lock: no batch could come between and count on a writer who is leaving.
                place.0 = None;
                return;
            }
            self.write_all(taken).await;
        }
    }

    /// Whoever panicked while holding the queue left it whole: every change is one call.
    fn queue(&self, class: Class) -> MutexGuard<'_, Queue> {
        let queue = match class {
            Class::Click => &self.queues.clicks,
            Class::Campaign => &self.queues.campaigns,
        };
        queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write_all(&self, taken: Vec<Waiting>) {
        let (batches, answers): (Vec<Batch>, Vec<_>) = taken.into_iter().map(|waiting| (waiting.batch, waiting.answer)).unzip();
        match self.at_heads(&batches).await {
            Err(error) if batches.len() > 1 && matches!(error, StoreError::Database { .. }) => {
                // All were undone for one of them: each by itself, and the one that cannot be written says so.
                for (batch, answer) in batches.into_iter().zip(answers) {
                    let alone = self.at_heads(std::slice::from_ref(&batch)).await;
                    tell(answer, alone.map(|written| of(&batch, &written)));
                }
            }
            done => {
                for (batch, answer) in batches.iter().zip(answers) {
                    tell(answer, done.clone().map(|written| of(batch, &written)));
                }
            }
        }
    }

    /// The partitions whose heads were where they were known to be, all of them written.
    async fn at_heads(&self, batches: &[Batch]) -> Result<HashSet<i16>, StoreError> {
        let (sql, arguments) = Statement::at_heads(batches)?;
        let mut connection = self.pool.acquire().await?;
        // The commit is in the statement: an answer that does not come leaves its outcome unknown.
        let written = sqlx::query_scalar_with(&sql, arguments).fetch_all(&mut *connection).await.map_err(StoreError::at_commit)?;
        Ok(written.into_iter().collect())
    }

    /// One batch in statements that name its partition.
    async fn in_parts(&self, batch: &Batch) -> Answer {
        let mut appending = Appending { transaction: self.pool.begin().await?, partition: batch.partition, head: batch.head };
        if appending.move_head(batch.last()).await? == 0 {
            return Ok(AtHead::Moved);
        }
        if !batch.rows.is_empty() {
            appending.log(&batch.rows).await?;
        }
        if !batch.made.is_empty() && appending.keep_keys(&batch.made).await? < count(batch.made.len()) {
            return Err(StoreError::duplicate());
        }
        if !batch.remember.is_empty() && appending.remember(&batch.remember).await? < count(batch.remember.len()) {
            return Err(StoreError::duplicate());
        }
        if !batch.messages.is_empty() {
            appending.post(&batch.messages).await?;
        }
        if !batch.settles.is_empty() {
            appending.settle(&batch.settles).await?;
        }
        Box::new(appending).commit().await?;
        Ok(AtHead::Written)
    }
}

/// A writer's place, given back when it is dropped.
struct Place<'a>(Option<(&'a Commits, Class)>);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some((commits, class)) = self.0 {
            commits.queue(class).writers -= 1;
        }
    }
}

fn of(batch: &Batch, written: &HashSet<i16>) -> AtHead {
    if written.contains(&batch.partition.column()) { AtHead::Written } else { AtHead::Moved }
}

fn tell(answer: oneshot::Sender<Answer>, said: Answer) {
    // An error here means that nobody waits any more.
    drop(answer.send(said));
}
