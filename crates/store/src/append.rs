//! The append: one transaction per partition, in which writes get their sequence and position, or their conflict.
//!
//! begin (head locked) → versions → admit → idempotency keys → events, head → outbox → keys destroyed → commit
//! The head is locked from before the first position is taken until the commit: that is what makes them dense and ordered.
//! - positions are dense and in the order of the commits
//! - a write that lost its version is left out whole; it takes nobody with it

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use ens_domain::ids::{MessageId, SpaceId};

use crate::engine::{Aggregates, Engine};
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

/// An idempotency key and its request, both as keyed digests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) key: [u8; 32],
    pub(crate) digest: [u8; 32],
}

/// A request that took effect, and where.
#[derive(Clone)]
pub(crate) struct Remembered {
    pub(crate) request: Request,
    pub(crate) partition: Partition,
    pub(crate) space: String,
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

/// What came of a transaction.
pub(crate) enum Batch {
    /// Committed: each entry's place, or the version that it lost to.
    Settled(Vec<Result<Appended, Conflict>>),
    /// Undone: another transaction used one of the idempotency keys meanwhile.
    KeyTaken,
}

/// Appends entries to one partition, in their order, in one transaction.
pub(crate) async fn append(engine: &dyn Engine, partition: Partition, entries: &[Entry]) -> Result<Batch, StoreError> {
    for attempt in 1..=ATTEMPTS {
        match attempt_once(engine, partition, entries).await {
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

async fn attempt_once(engine: &dyn Engine, partition: Partition, entries: &[Entry]) -> Result<Batch, StoreError> {
    let mut transaction = engine.begin(partition).await?;
    let mut versions = HashMap::new();
    for (aggregate_type, ids) in aggregates(entries) {
        let found = transaction.versions(Aggregates { partition, aggregate_type, ids: &ids }).await?;
        versions.extend(found.into_iter().map(|(id, version)| ((aggregate_type, id), version)));
    }
    let admitted = admit(entries, partition, transaction.head(), versions);
    if admitted.is_empty() {
        return Ok(Batch::Settled(admitted.answers));
    }
    if !admitted.remember.is_empty() && transaction.remember(&admitted.remember).await? < count(admitted.remember.len()) {
        return Ok(Batch::KeyTaken);
    }
    if !admitted.rows.is_empty() {
        transaction.insert(&admitted.rows).await?;
    }
    if !admitted.messages.is_empty() {
        transaction.post(&admitted.messages).await?;
    }
    if !admitted.settles.is_empty() {
        transaction.settle(&admitted.settles).await?;
    }
    if !admitted.destroyed.is_empty() {
        transaction.destroy_keys(&admitted.destroyed).await?;
    }
    transaction.commit().await?;
    Ok(Batch::Settled(admitted.answers))
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

/// What a transaction is to write.
#[derive(Default)]
struct Admitted {
    answers: Vec<Result<Appended, Conflict>>,
    rows: Vec<Row>,
    remember: Vec<Remembered>,
    messages: Vec<NewMessage>,
    settles: Vec<MessageId>,
    destroyed: Vec<String>,
}

impl Admitted {
    fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.remember.is_empty() && self.messages.is_empty() && self.settles.is_empty()
    }
}

/// Lets in each entry that stands on the present version, and gives it the next sequences and positions.
fn admit<'a>(entries: &'a [Entry], partition: Partition, head: u64, mut versions: HashMap<(&'a str, String), u64>) -> Admitted {
    let mut admitted = Admitted::default();
    let mut position = head;
    let mut last_positions: HashMap<(&str, &str), u64> = HashMap::new();
    for entry in entries {
        let Write { aggregate_type, aggregate_id, expected_version, events } = &entry.write;
        let version = versions.entry((aggregate_type, aggregate_id.clone())).or_default();
        if *version != *expected_version {
            admitted.answers.push(Err(Conflict { winner: *version }));
            continue;
        }
        for event in events {
            *version += 1;
            position += 1;
            admitted.rows.push(Row {
                aggregate_type: aggregate_type.clone(),
                aggregate_id: aggregate_id.clone(),
                sequence: *version,
                position,
                event: event.clone(),
            });
        }
        let last = last_positions.entry((aggregate_type, aggregate_id)).or_insert(entry.loaded_position);
        if !events.is_empty() {
            *last = position;
        }
        let appended = Appended { version: *version, partition, position: *last };
        admitted.carry(entry, appended);
        admitted.answers.push(Ok(appended));
    }
    // One order for everybody: two batches that bring the same keys wait for each other instead of deadlocking.
    admitted.remember.sort_unstable_by_key(|remembered| remembered.request.key);
    admitted
}

impl Admitted {
    /// Takes along what an admitted entry brings besides its events.
    fn carry(&mut self, entry: &Entry, at: Appended) {
        if let Some(request) = entry.remember {
            self.remember.push(Remembered {
                request,
                partition: at.partition,
                space: entry.write.aggregate_id.clone(),
                version_before: entry.write.expected_version,
                version: at.version,
                position: at.position,
            });
        }
        self.messages.extend(entry.messages.iter().cloned());
        self.settles.extend(entry.settles);
        if entry.key == KeyFate::Destroyed {
            self.destroyed.push(entry.write.aggregate_id.clone());
        }
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
