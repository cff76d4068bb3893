//! The append: one transaction per partition, in which writes get their sequence and position, or their conflict.
//!
//! at the head: head moved if it is where it was known → events, idempotency keys, outbox, keys        of several partitions at once
//! under the lock: keys made → begin (head locked) → versions → admit → idempotency keys → events, head → outbox → keys destroyed → commit
//! The head is locked from before the first position is taken until the commit: that is what makes them dense and ordered. Whoever knows
//! the head, and the versions up to it, needs no more than to find it unmoved; who does not takes the lock first and looks.
//! - positions are dense and in the order of the commits
//! - a write that lost its version is left out whole; it takes nobody with it

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use ens_domain::ids::{MessageId, SpaceId};
use uuid::Uuid;

use crate::engine::{Aggregates, AtHead, Engine, StoredKey};
use crate::error::StoreError;
use crate::partition::Partition;
use crate::stored::{Appended, Conflict, NewEvent, Write};

/// How often one transaction is tried again against deadlocks, serialisation failures and busy files.
const ATTEMPTS: u32 = 12;

/// A write with all that must become true together with it.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) write: Write,
    /// The position of the aggregate's last event when it was loaded; what an empty write answers.
    pub(crate) loaded_position: u64,
    pub(crate) remember: Option<Request>,
    pub(crate) messages: Vec<NewMessage>,
    pub(crate) settles: Option<MessageId>,
    pub(crate) key: KeyFate,
}

impl Entry {
    /// A write and nothing more.
    pub(crate) fn bare(write: Write) -> Self {
        Self { write, loaded_position: 0, remember: None, messages: Vec::new(), settles: None, key: KeyFate::Kept }
    }
}

/// What a write does to the key of its space.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyFate {
    Kept,
    Destroyed,
}

/// An idempotency key and its request, both as keyed digests of 16 bytes, and the space that it is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) key: Uuid,
    pub(crate) digest: Uuid,
    pub(crate) space: SpaceId,
}

/// A request that took effect, and where.
#[derive(Clone)]
pub(crate) struct Remembered {
    pub(crate) request: Request,
    pub(crate) partition: Partition,
    pub(crate) version_before: u64,
    pub(crate) version: u64,
    pub(crate) position: u64,
}

/// A message on its way into the outbox, sealed.
#[derive(Clone)]
pub(crate) struct NewMessage {
    pub(crate) message: MessageId,
    pub(crate) space: SpaceId,
    pub(crate) kind: &'static str,
    pub(crate) channel: &'static str,
    pub(crate) content: String,
    pub(crate) due_at: DateTime<Utc>,
}

/// One row on its way into the log.
pub(crate) struct Row {
    pub(crate) aggregate_type: String,
    pub(crate) aggregate_id: String,
    pub(crate) sequence: u64,
    pub(crate) position: u64,
    pub(crate) event: NewEvent,
}

/// Who waits for a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Somebody who asked for one thing.
    Click,
    /// A campaign, which asks for many.
    Campaign,
}

/// What came of a transaction.
pub(crate) enum Appending {
    /// Committed: each entry's place, or the version that it lost to.
    Settled(Vec<Result<Appended, Conflict>>),
    /// Nothing was written: the head is not where it was known to be.
    HeadMoved,
    /// Undone: another transaction used one of the idempotency keys, or made one of the spaces' keys, meanwhile.
    KeyTaken,
}

/// The head at which entries are appended, and who waits for that.
#[derive(Clone, Copy)]
pub(crate) struct At {
    pub(crate) partition: Partition,
    pub(crate) head: u64,
    pub(crate) class: Class,
}

/// What appends entries to one partition, in their order, if its head is where it is known to be, and what they are answered then; every
/// entry stands on the version that its aggregate has there.
pub(crate) fn at(at: At, entries: Vec<Entry>, made: Vec<StoredKey>) -> (Batch, Vec<Result<Appended, Conflict>>) {
    let versions = entries.iter().rev().map(|entry| (name(&entry.write), entry.write.expected_version)).collect();
    let (mut batch, answers) = admit(entries, at.partition, at.head, versions);
    (batch.made, batch.class) = (made, at.class);
    (batch, answers)
}

/// What came of a batch that was to be written at its head; whoever was first is told by the rows that are there: the next round looks.
pub(crate) fn at_head(written: Result<AtHead, StoreError>) -> Result<AtHead, StoreError> {
    match written {
        Err(error) if error.is_a_duplicate() || error.lost_a_race() => Ok(AtHead::Moved),
        written => written,
    }
}

/// The lock under which entries are appended, and the head that they expect there, if any.
#[derive(Clone, Copy)]
pub(crate) struct Under {
    pub(crate) partition: Partition,
    pub(crate) known: Option<u64>,
}

/// Appends entries to one partition, in their order, in one transaction that locks the head first.
pub(crate) async fn append(engine: &dyn Engine, under: Under, entries: &[Entry], made: &[StoredKey]) -> Result<Appending, StoreError> {
    // Committed by themselves: a key that seals nothing does no harm, and on SQLite two files are not committed at once.
    if !made.is_empty() && engine.create_keys(made).await? < count(made.len()) {
        return Ok(Appending::KeyTaken);
    }
    for attempt in 1..=ATTEMPTS {
        match attempt_once(engine, under, entries).await {
            Err(error) if error.lost_a_race() => back_off(attempt).await,
            settled => return settled,
        }
    }
    Err(StoreError::Contended { attempts: ATTEMPTS })
}

/// Waits a little longer after each attempt, and not as long as the other one who lost.
pub(crate) async fn back_off(attempt: u32) {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let jitter = RandomState::new().build_hasher().finish() % 1_000;
    let micros = (500_u64 << attempt.min(7)) * (500 + jitter) / 1_000;
    tokio::time::sleep(Duration::from_micros(micros)).await;
}

async fn attempt_once(engine: &dyn Engine, under: Under, entries: &[Entry]) -> Result<Appending, StoreError> {
    let Under { partition, known } = under;
    let mut transaction = engine.begin(partition).await?;
    if known.is_some_and(|head| head != transaction.head()) {
        return Ok(Appending::HeadMoved);
    }
    let mut versions = HashMap::new();
    for (aggregate_type, ids) in aggregates(entries) {
        let found = transaction.versions(Aggregates { partition, aggregate_type, ids: &ids }).await?;
        versions.extend(found.into_iter().map(|(id, version)| ((aggregate_type.to_owned(), id), version)));
    }
    let (batch, answers) = admit(entries.to_vec(), partition, transaction.head(), versions);
    if batch.is_empty() {
        return Ok(Appending::Settled(answers));
    }
    if !batch.remember.is_empty() && transaction.remember(&batch.remember).await? < count(batch.remember.len()) {
        return Ok(Appending::KeyTaken);
    }
    if !batch.rows.is_empty() {
        transaction.insert(&batch.rows).await?;
    }
    if !batch.messages.is_empty() {
        transaction.post(&batch.messages).await?;
    }
    if !batch.settles.is_empty() {
        transaction.settle(&batch.settles).await?;
    }
    if !batch.destroyed.is_empty() {
        transaction.destroy_keys(&batch.destroyed).await?;
    }
    transaction.commit().await?;
    Ok(Appending::Settled(answers))
}

/// What names an aggregate: its type and its id.
type Name = (String, String);

fn name(write: &Write) -> Name {
    (write.aggregate_type.clone(), write.aggregate_id.clone())
}

/// The distinct aggregates of some entries, by type.
fn aggregates(entries: &[Entry]) -> HashMap<&str, Vec<String>> {
    let mut by_type: HashMap<&str, Vec<String>> = HashMap::new();
    for entry in entries {
        by_type.entry(&entry.write.aggregate_type).or_default().push(entry.write.aggregate_id.clone());
    }
    for ids in by_type.values_mut() {
        ids.sort_unstable();
        ids.dedup();
    }
    by_type
}

/// What a batch was decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StandsOn {
    /// What is committed up to its head.
    Head,
    /// The batch before it of the same partition, which is on its way: a head that another writer moved as far proves nothing.
    BatchBefore,
}

/// What a transaction is to write after the head.
pub(crate) struct Batch {
    pub(crate) partition: Partition,
    pub(crate) head: u64,
    pub(crate) class: Class,
    pub(crate) stands_on: StandsOn,
    pub(crate) rows: Vec<Row>,
    pub(crate) remember: Vec<Remembered>,
    pub(crate) messages: Vec<NewMessage>,
    pub(crate) settles: Vec<MessageId>,
    pub(crate) destroyed: Vec<String>,
    pub(crate) made: Vec<StoredKey>,
}

impl Batch {
    fn after(partition: Partition, head: u64) -> Self {
        let (rows, remember, messages, settles, destroyed, made) = Default::default();
        Self { partition, head, class: Class::Click, stands_on: StandsOn::Head, rows, remember, messages, settles, destroyed, made }
    }

    fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.remember.is_empty() && self.messages.is_empty() && self.settles.is_empty()
    }

    /// The head once it is written.
    pub(crate) fn last(&self) -> u64 {
        self.rows.last().map_or(self.head, |row| row.position)
    }
}

/// What each entry of a batch is answered.
type Answers = Vec<Result<Appended, Conflict>>;

/// Lets in each entry that stands on the present version, and gives it the next sequences and positions.
fn admit(entries: Vec<Entry>, partition: Partition, head: u64, mut versions: HashMap<Name, u64>) -> (Batch, Answers) {
    let mut batch = Batch::after(partition, head);
    let mut answers = Vec::with_capacity(entries.len());
    let mut position = head;
    let mut last_positions: HashMap<Name, u64> = HashMap::new();
    for Entry { write, loaded_position, remember, messages, settles, key } in entries {
        let named = name(&write);
        let Write { aggregate_type, aggregate_id, expected_version, events } = write;
        let last = last_positions.entry(named.clone()).or_insert(loaded_position);
        let version = versions.entry(named).or_default();
        if *version != expected_version {
            answers.push(Err(Conflict { winner: *version }));
            continue;
        }
        for event in events {
            *version += 1;
            position += 1;
            *last = position;
            let (aggregate_type, aggregate_id) = (aggregate_type.clone(), aggregate_id.clone());
            batch.rows.push(Row { aggregate_type, aggregate_id, sequence: *version, position, event });
        }
        let at = Appended { version: *version, partition, position: *last };
        if let Some(request) = remember {
            let (version, position) = (at.version, at.position);
            batch.remember.push(Remembered { request, partition, version_before: expected_version, version, position });
        }
        batch.messages.extend(messages);
        batch.settles.extend(settles);
        if key == KeyFate::Destroyed {
            batch.destroyed.push(aggregate_id);
        }
        answers.push(Ok(at));
    }
    // One order for everybody: two batches that bring the same keys wait for each other instead of deadlocking.
    batch.remember.sort_unstable_by_key(|remembered| remembered.request.key);
    (batch, answers)
}

/// A number of things.
pub(crate) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
