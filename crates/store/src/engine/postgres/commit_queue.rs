//! Batches that wait to be written, and how many writers they need.
//!
//! One writer takes whatever waits. When many rows wait while it works, a second one shares them, each with half of the partitions: one
//! writer for all would leave the second nothing to write, and the processors idle. No batch overtakes another of its partition.

use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnection;
use tokio::sync::oneshot;

use crate::engine::contract::AtHead;
use crate::ground::{Batch, DecidedOn, Partition, StoreError};

/// Waiting rows that are worth a transaction of their own while another one is being written.
const SECOND_WRITER_ROWS: usize = 8;
/// The partitions that one of two writers takes.
const SHARED_PARTITIONS: usize = 8;
/// Rows that are taken together, unless one batch alone brings more.
const ROWS: usize = 512;
/// How long a writer's connection may rest, and how long it may last, as in a pool: a proxy in between forgets one that rests, and the
/// server may have been replaced.
const REST: Duration = Duration::from_secs(600);
const LIFE: Duration = Duration::from_secs(1_800);

/// What a batch is answered.
pub(super) type BatchAnswer = Result<AtHead, StoreError>;

/// A batch that waits, and whom to answer.
pub(super) struct WaitingBatch {
    pub(super) batch: Batch,
    pub(super) answer: oneshot::Sender<BatchAnswer>,
}

/// The batches of one priority.
#[derive(Default)]
pub(super) struct CommitQueue {
    waiting: VecDeque<WaitingBatch>,
    /// Writers at work.
    pub(super) writers: usize,
    /// The partitions that they write to: one statement at a time writes to a partition.
    being_written: Vec<Partition>,
    /// Partitions whose last batch was not written: what was decided on it will not be written either.
    broken: Vec<Partition>,
    /// Connections of writers that left, for the next ones. They do not go back to the pool, which would ping them each time.
    pub(super) spare: Vec<WriterConnection>,
}

/// A connection of a writer.
pub(super) struct WriterConnection {
    pub(super) connection: PgConnection,
    opened: Instant,
    used: Instant,
}

impl WriterConnection {
    /// A connection that was just opened.
    pub(super) fn opened(connection: PgConnection) -> Self {
        Self { connection, opened: Instant::now(), used: Instant::now() }
    }

    /// The same, just used.
    pub(super) fn used(self) -> Self {
        Self { used: Instant::now(), ..self }
    }

    fn is_fresh(&self) -> bool {
        self.used.elapsed() < REST && self.opened.elapsed() < LIFE
    }
}

impl CommitQueue {
    /// Adds a batch; hands back one that was decided on a batch that was not written.
    pub(super) fn push(&mut self, waiting: WaitingBatch) -> Option<WaitingBatch> {
        let partition = waiting.batch.partition;
        match waiting.batch.decided_on {
            DecidedOn::BatchBefore if self.broken.contains(&partition) => return Some(waiting),
            DecidedOn::BatchBefore => {}
            DecidedOn::Head => self.broken.retain(|each| *each != partition),
        }
        self.waiting.push_back(waiting);
        None
    }

    /// Whether another writer is needed beside so many: a first one for anything, a second one for many rows.
    pub(super) fn needs_writer(&self, beside: usize) -> bool {
        match beside {
            0 => !self.waiting.is_empty(),
            1 => self.rows(|waiting| !self.being_written.contains(&waiting.batch.partition)) >= SECOND_WRITER_ROWS,
            _ => false,
        }
    }

    /// The rows of the waiting batches that match.
    fn rows(&self, so: impl Fn(&WaitingBatch) -> bool) -> usize {
        self.waiting.iter().filter(|waiting| so(waiting)).map(|waiting| waiting.batch.rows.len()).sum()
    }

    /// What a writer writes next. Nothing means that it has left, and given its connection back.
    pub(super) fn take(&mut self, connection: &mut Option<WriterConnection>) -> Vec<WaitingBatch> {
        let others = self.writers - 1;
        if !self.needs_writer(others) {
            self.writers = others;
            self.spare.extend(connection.take());
            return Vec::new();
        }
        self.spare.retain(WriterConnection::is_fresh);
        if !connection.as_ref().is_some_and(WriterConnection::is_fresh) {
            *connection = self.spare.pop();
        }
        let most = if self.rows(|_| true) >= 2 * SECOND_WRITER_ROWS { SHARED_PARTITIONS } else { usize::MAX };
        let (mut rows, mut taken, mut left) = (0, Vec::<WaitingBatch>::new(), VecDeque::new());
        let mut partitions = BTreeSet::new();
        // No batch overtakes one of its partition.
        let mut closed = self.being_written.clone();
        for waiting in self.waiting.drain(..) {
            let (partition, decided_on) = (waiting.batch.partition, waiting.batch.decided_on);
            let fits = rows == 0 || rows + waiting.batch.rows.len() <= ROWS;
            let joins = if partitions.contains(&partition) { decided_on == DecidedOn::BatchBefore } else { partitions.len() < most };
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
        self.being_written.extend(partitions);
        taken
    }

    /// Notes that all batches of a partition are written, or that one is not; then hands back what was decided on it.
    pub(super) fn finish(&mut self, partition: Partition, ended: AtHead) -> VecDeque<WaitingBatch> {
        self.being_written.retain(|each| *each != partition);
        if ended == AtHead::Written {
            return VecDeque::new();
        }
        self.broken.push(partition);
        let depends_on_it =
            |waiting: &WaitingBatch| waiting.batch.partition == partition && waiting.batch.decided_on == DecidedOn::BatchBefore;
        let (lost, left) = self.waiting.drain(..).partition(depends_on_it);
        self.waiting = left;
        lost
    }
}
