//! Commits shared by lanes: what several of them have to write at the same moment goes into one statement, which is one transaction.
//!
//! a lane's batch waits --a writer is free--> taken with all that wait --one statement, each partition at its own head--> answered
//! A commit costs as much as a few commands do, so a crowd that is spread over all partitions would spend its time on commits. Each partition
//! stands or falls by its own head. Where partitions stand on several servers a shared transaction would cost more than it saves: there each
//! batch is a transaction by itself, of statements that name its partition. Clicks and campaigns have writers of their own: a click neither
//! waits for a campaign's write nor carries its rows.
//! - a batch that fails is answered alone, and the others are written

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use sqlx::Connection;
use sqlx::postgres::{PgConnection, PgPool};
use tokio::sync::{Notify, oneshot};
use tokio::task::yield_now;

use super::append::Appending;
use super::statement::Statement;
use crate::append::{Batch, Class, StandsOn, count};
use crate::engine::{Append, AtHead};
use crate::error::StoreError;
use crate::partition::Partition;

/// Waiting rows that are worth a transaction of their own while another one is on its way to the disk. Two such crowds are shared by two
/// writers, each with half of the partitions: one for all would leave the second nothing to write, and the processors idle.
const CROWD: usize = 8;
/// The partitions of one of two writers who share a crowd.
const HALF: usize = 8;
/// How often a writer lets the other tasks go first before it takes what waits.
const YIELDS: u32 = 6;
/// Batches of one partition that may be on their way at once.
const AHEAD: usize = 16;
/// Rows that are taken together, unless one batch alone brings more.
const ROWS: usize = 512;
/// How long a writer's connection may rest, and how long it may last, as in a pool: what lies between forgets one that rests, and the server
/// may have become another one.
const REST: Duration = Duration::from_secs(600);
const LIFE: Duration = Duration::from_secs(1_800);

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

/// What the batches of one partition are answered, in their order.
struct Fared {
    partition: Partition,
    answers: Vec<(oneshot::Sender<Answer>, Answer)>,
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
    /// Rings when a writer has left.
    left: Notify,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// Writers at work.
    writers: usize,
    /// Partitions of what they write: one statement a time has rows for a partition.
    under_way: Vec<Partition>,
    /// Partitions whose last batch was not written: what stands on it will not be either.
    broken: Vec<Partition>,
    /// Connections of writers who left, for the next ones. They do not go back to the pool, which would ping them each time.
    spare: Vec<Line>,
}

/// A connection of a writer.
struct Line {
    connection: PgConnection,
    opened: Instant,
    used: Instant,
}

impl Line {
    fn is_fresh(&self) -> bool {
        self.used.elapsed() < REST && self.opened.elapsed() < LIFE
    }
}

/// What a writer writes on; none before its first statement, nor after one that ended otherwise than was to be expected.
type Own = Option<Line>;

impl Queue {
    /// Lets a batch wait; hands back one that stands on a batch that was not written.
    fn push(&mut self, waiting: Waiting) -> Option<Waiting> {
        let partition = waiting.batch.partition;
        match waiting.batch.stands_on {
            StandsOn::BatchBefore if self.broken.contains(&partition) => return Some(waiting),
            StandsOn::BatchBefore => {}
            StandsOn::Head => self.broken.retain(|each| *each != partition),
        }
        self.waiting.push_back(waiting);
        None
    }

    /// Whether another writer is wanted beside so many: a first one for anything, a second one for a crowd.
    fn calls_for_a_writer(&self, beside: usize) -> bool {
        match beside {
            0 => !self.waiting.is_empty(),
            1 => self.rows(|waiting| !self.under_way.contains(&waiting.batch.partition)) >= CROWD,
            _ => false,
        }
    }

    /// The rows of those who wait so.
    fn rows(&self, so: impl Fn(&Waiting) -> bool) -> usize {
        self.waiting.iter().filter(|waiting| so(waiting)).map(|waiting| waiting.batch.rows.len()).sum()
    }

    /// What a writer writes next; nothing if it is to leave, and it has left then, without its connection.
    fn take(&mut self, connection: &mut Own) -> Vec<Waiting> {
        let others = self.writers - 1;
        if !self.calls_for_a_writer(others) {
            self.writers = others;
            self.spare.extend(connection.take());
            return Vec::new();
        }
        self.spare.retain(Line::is_fresh);
        if !connection.as_ref().is_some_and(Line::is_fresh) {
            *connection = self.spare.pop();
        }
        let most = if self.rows(|_| true) >= 2 * CROWD { HALF } else { usize::MAX };
        let (mut rows, mut taken, mut left) = (0, Vec::<Waiting>::new(), VecDeque::new());
        let mut partitions = BTreeSet::new();
        // No batch overtakes one of its partition.
        let mut closed = self.under_way.clone();
        for waiting in self.waiting.drain(..) {
            let (partition, stands_on) = (waiting.batch.partition, waiting.batch.stands_on);
            let fits = rows == 0 || rows + waiting.batch.rows.len() <= ROWS;
            let joins = if partitions.contains(&partition) { stands_on == StandsOn::BatchBefore } else { partitions.len() < most };
            if !fits || !joins || closed.contains(&partition) {
                closed.push(partition);
                left.push_back(waiting);
            } else {
                rows += waiting.batch.rows.len();
                partitions.insert(partition);
                taken.push(waiting);
            }
        }
        self.waiting = left;
        self.under_way.extend(partitions);
        taken
    }

    /// Notes that all batches of a partition are written, or that one is not; hands back what stood on it then.
    fn over(&mut self, partition: Partition, ended: AtHead) -> VecDeque<Waiting> {
        self.under_way.retain(|each| *each != partition);
        if ended == AtHead::Written {
            return VecDeque::new();
        }
        self.broken.push(partition);
        let stands_on_it = |waiting: &Waiting| waiting.batch.partition == partition && waiting.batch.stands_on == StandsOn::BatchBefore;
        let (lost, left) = self.waiting.drain(..).partition(stands_on_it);
        self.waiting = left;
        lost
    }
}

impl Commits {
    pub(super) fn new(pool: PgPool, sharing: Sharing) -> Self {
        Self { pool, sharing, queues: Arc::default() }
    }

    /// Writes a batch, with whatever else waits.
    pub(super) fn write(self, batch: Batch) -> BoxFuture<'static, Answer> {
        if self.sharing == Sharing::Alone || !batch.settles.is_empty() {
            return Box::pin(async move { self.in_parts(&batch).await });
        }
        let (answer, answered) = oneshot::channel();
        self.let_wait(Waiting { batch, answer });
        Box::pin(async move { answered.await.unwrap_or(Err(StoreError::OutcomeUnknown)) })
    }

    fn let_wait(self, waiting: Waiting) {
        let class = waiting.batch.class;
        let calls = {
            let mut queue = self.queue(class);
            if let Some(refused) = queue.push(waiting) {
                tell(refused.answer, Ok(AtHead::Moved));
            }
            let calls = queue.calls_for_a_writer(queue.writers);
            queue.writers += usize::from(calls);
            calls
        };
        if calls {
            tokio::spawn(async move { self.write_what_waits(class).await });
        }
    }

    async fn write_what_waits(self, class: Class) {
        // Given back however this ends, so that a defect does not leave the queue without a writer.
        let mut place = Place(Some((&self, class)));
        let mut connection = None;
        loop {
            let taken = self.queue(class).take(&mut connection);
            if taken.is_empty() {
                // Given back already, under the lock: no batch could come between and count on a writer who is leaving.
                place.0 = None;
                self.queues.left.notify_waiters();
                return;
            }
            let yields = if taken.len() > 1 { YIELDS } else { 0 };
            for Fared { partition, answers } in self.write_all(&mut connection, taken).await {
                let whole = answers.iter().all(|(_, said)| matches!(said, Ok(AtHead::Written)));
                let lost = self.queue(class).over(partition, if whole { AtHead::Written } else { AtHead::Moved });
                answers.into_iter().for_each(|(answer, said)| tell(answer, said));
                lost.into_iter().for_each(|waiting| tell(waiting.answer, Ok(AtHead::Moved)));
            }
            if connection.is_none() {
                // What broke this one may have broken those that rest.
                self.queue(class).spare.clear();
            }
            // A crowd that was answered comes back at once: with it the next statement is larger, and each command in it cheaper.
            for _ in 0..yields {
                yield_now().await;
            }
        }
    }

    /// How many batches of one partition may be on their way at once.
    pub(super) const fn ahead(&self) -> usize {
        match self.sharing {
            Sharing::Shared => AHEAD,
            Sharing::Alone => 1,
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

    /// Writes batches, those of one partition together, and says what each is answered.
    async fn write_all(&self, connection: &mut Own, taken: Vec<Waiting>) -> Vec<Fared> {
        let mut parts: BTreeMap<Partition, (Vec<Batch>, Vec<_>)> = BTreeMap::new();
        let several = taken.len() > 1;
        for Waiting { batch, answer } in taken {
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
            fared.push(Fared { partition, answers: answers.into_iter().zip(said).collect() });
        }
        fared
    }

    /// Batches of one partition, each by itself, up to the first that is not written.
    async fn one_by_one(&self, connection: &mut Own, batches: &[Batch]) -> Vec<Answer> {
        let mut said: Vec<Answer> = Vec::with_capacity(batches.len());
        for batch in batches {
            said.push(match said.last() {
                None | Some(Ok(AtHead::Written)) => {
                    self.at_heads(connection, &[std::slice::from_ref(batch)]).await.map(|written| of(batch.partition, &written))
                }
                // The batch before it failed, and its callers are given that error.
                Some(Ok(AtHead::Moved) | Err(_)) => Ok(AtHead::Moved),
            });
        }
        said
    }

    /// The partitions whose heads were where they were known to be, all of them written.
    async fn at_heads(&self, connection: &mut Own, batches: &[&[Batch]]) -> Result<HashSet<i16>, StoreError> {
        let (sql, arguments) = Statement::at_heads(batches)?;
        let mut line = match connection.take() {
            Some(line) => line,
            None => Line { connection: self.pool.acquire().await?.detach(), opened: Instant::now(), used: Instant::now() },
        };
        let answered = sqlx::query_scalar_with(&sql, arguments).fetch_all(&mut line.connection).await;
        // The commit is in the statement: an answer that does not come leaves its outcome unknown.
        let written = answered.map_err(StoreError::at_commit);
        if written.as_ref().err().is_none_or(StoreError::leaves_the_connection) {
            *connection = Some(Line { used: Instant::now(), ..line });
        }
        Ok(written?.into_iter().collect())
    }

    /// Waits for the writers at work, and says goodbye on the connections that are kept. The pool is closed, so none is opened any more.
    pub(super) async fn close(&self) {
        for class in [Class::Click, Class::Campaign] {
            loop {
                let mut left = pin!(self.queues.left.notified());
                left.as_mut().enable();
                let (writers, spare) = {
                    let mut queue = self.queue(class);
                    (queue.writers, std::mem::take(&mut queue.spare))
                };
                for line in spare {
                    // The server notices by itself where the goodbye does not arrive.
                    line.connection.close().await.ok();
                }
                if writers == 0 {
                    break;
                }
                left.await;
            }
        }
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
            commits.queues.left.notify_waiters();
        }
    }
}

fn of(partition: Partition, written: &HashSet<i16>) -> AtHead {
    if written.contains(&partition.column()) { AtHead::Written } else { AtHead::Moved }
}

fn tell(answer: oneshot::Sender<Answer>, said: Answer) {
    // An error here means that nobody waits any more.
    drop(answer.send(said));
}
