//! Admission: which appends stand on the present versions, and the places in the log that they get.
//!
//! Positions are dense and in the order of the commits, because the head of the partition is locked from before the first position is
//! taken until the commit. Whoever knows the head, and the versions up to it, only needs to find it unmoved; the others take the lock first
//! and look.
//! - a write that lost its version is left out whole, and the others are written
//! - a command that was decided after one of its space that lost is left out with it

use std::collections::{BTreeSet, HashMap, HashSet};

use ens_domain::ids::{MessageId, SpaceId};

use crate::engine::{AtHead, Engine, StreamName, Streams, append_in_parts};
use crate::ground::{
    Appended, Batch, Conflict, NewMessage, NewRow, Partition, Priority, Remembered, Request, StoreError, StoredKey, Write, back_off, count,
};

/// How often one transaction is tried again against deadlocks, serialisation failures and busy files.
const ATTEMPTS: u32 = 12;

/// A write with all that must become true together with it.
#[derive(Clone)]
pub(crate) struct StreamAppend {
    pub(crate) write: Write,
    /// The space of a command: the appends of one space in a batch were decided one on the other. Nothing for a write that stands alone.
    pub(crate) decided_in: Option<SpaceId>,
    /// The other streams that the command was decided on, such as an item's space, and the versions that they had then.
    pub(crate) looked_at: Vec<(StreamName, u64)>,
    /// The position of the stream's last event when it was loaded; what an empty write answers.
    pub(crate) loaded_position: u64,
    pub(crate) request: Option<Request>,
    pub(crate) messages: Vec<NewMessage>,
    pub(crate) completed_message: Option<MessageId>,
    /// The space whose key is destroyed.
    pub(crate) destroyed: Option<SpaceId>,
}

impl StreamAppend {
    /// A write and nothing more.
    pub(crate) const fn of(write: Write) -> Self {
        Self {
            write,
            decided_in: None,
            looked_at: Vec::new(),
            loaded_position: 0,
            request: None,
            messages: Vec::new(),
            completed_message: None,
            destroyed: None,
        }
    }
}

/// What each append is answered: its place, or the version that it lost to.
pub(crate) type Places = Vec<Result<Appended, Conflict>>;

/// What came of a transaction under the lock.
pub(crate) enum Appending {
    /// Committed: each append's answer.
    Done(Places),
    /// Nothing was written: the head is not where it was known to be.
    HeadMoved,
    /// Undone: another transaction used one of the idempotency keys, or made one of the spaces' keys, meanwhile.
    KeyTaken,
}

/// The head at which appends are written, and who waits for them.
#[derive(Clone, Copy)]
pub(crate) struct KnownHead {
    pub(crate) partition: Partition,
    pub(crate) head: u64,
    pub(crate) priority: Priority,
}

/// The batch that writes these appends, in their order, if the head is where it is known to be, and what they are answered then; every
/// append was decided on the versions at that head.
pub(crate) fn batch_at(at: KnownHead, appends: Vec<StreamAppend>, new_keys: Vec<StoredKey>) -> (Batch, Places) {
    let mut versions = HashMap::new();
    for append in appends.iter().rev() {
        versions.insert(name(&append.write), append.write.expected_version);
    }
    for (name, version) in appends.iter().flat_map(|append| append.looked_at.iter().cloned()) {
        versions.entry(name).or_insert(version);
    }
    let (mut batch, places) = admit(appends, at.partition, at.head, versions);
    (batch.new_keys, batch.priority) = (new_keys, at.priority);
    (batch, places)
}

/// What came of a batch that was to be written at its head. A row that was there already, and a lost race, mean that another writer was
/// first: the next round reads what that one wrote.
pub(crate) fn head_or_moved(written: Result<AtHead, StoreError>) -> Result<AtHead, StoreError> {
    match written {
        Err(error) if error.is_a_duplicate() || error.lost_a_race() => Ok(AtHead::Moved),
        written => written,
    }
}

/// The partition whose lock is taken, and the head that is expected there, if any.
#[derive(Clone, Copy)]
pub(crate) struct UnderLock {
    pub(crate) partition: Partition,
    pub(crate) known_head: Option<u64>,
}

/// Appends in order, in one transaction that locks the head first.
pub(crate) async fn append_under_lock(
    engine: &dyn Engine,
    lock: UnderLock,
    appends: &[StreamAppend],
    new_keys: &[StoredKey],
) -> Result<Appending, StoreError> {
    // Committed by themselves: a key that seals nothing does no harm, and on SQLite two files are not committed at once.
    if !new_keys.is_empty() && engine.create_keys(new_keys).await? < count(new_keys.len()) {
        return Ok(Appending::KeyTaken);
    }
    for attempt in 1..=ATTEMPTS {
        match append_once(engine, lock, appends).await {
            Err(error) if error.lost_a_race() => back_off(attempt).await,
            done => return done,
        }
    }
    Err(StoreError::Contended { attempts: ATTEMPTS })
}

async fn append_once(engine: &dyn Engine, lock: UnderLock, appends: &[StreamAppend]) -> Result<Appending, StoreError> {
    let UnderLock { partition, known_head } = lock;
    let mut transaction = engine.begin(partition).await?;
    if known_head.is_some_and(|head| head != transaction.head()) {
        return Ok(Appending::HeadMoved);
    }
    let (kinds, ids) = names(appends);
    let versions = transaction.versions(Streams { partition, kinds: &kinds, ids: &ids }).await?;
    let (batch, places) = admit(appends.to_vec(), partition, transaction.head(), versions);
    if batch.is_empty() {
        return Ok(Appending::Done(places));
    }
    match append_in_parts(transaction, &batch).await {
        Ok(AtHead::Written) => Ok(Appending::Done(places)),
        Ok(AtHead::Moved) => Ok(Appending::HeadMoved),
        Err(error) if error.is_a_duplicate() => Ok(Appending::KeyTaken),
        Err(error) => Err(error),
    }
}

fn name(write: &Write) -> StreamName {
    (write.aggregate_type.clone(), write.aggregate_id.clone())
}

/// The kinds and the ids of the streams that some appends write or were decided on.
fn names(appends: &[StreamAppend]) -> (Vec<String>, Vec<String>) {
    let written = appends.iter().map(|append| name(&append.write));
    let looked_at = appends.iter().flat_map(|append| append.looked_at.iter().map(|(name, _)| name.clone()));
    let (kinds, ids): (BTreeSet<String>, BTreeSet<String>) = written.chain(looked_at).unzip();
    (kinds.into_iter().collect(), ids.into_iter().collect())
}

/// Lets in each append that stands on the present versions, and gives it the next sequences and positions.
fn admit(appends: Vec<StreamAppend>, partition: Partition, head: u64, mut versions: HashMap<StreamName, u64>) -> (Batch, Places) {
    let mut batch = Batch::after(partition, head);
    let mut places = Vec::with_capacity(appends.len());
    let mut position = head;
    let mut last_positions: HashMap<StreamName, u64> = HashMap::new();
    // Where another writer wrote as many events as the one that lost, the versions behind it fit by chance.
    let mut lost: HashSet<SpaceId> = HashSet::new();
    for append in appends {
        let named = name(&append.write);
        let behind_lost = append.decided_in.filter(|space| lost.contains(space));
        let present = || versions.get(&named).copied().unwrap_or_default();
        if let Some(winner) = conflict(&append, &versions).or_else(|| behind_lost.map(|_| present())) {
            lost.extend(append.decided_in);
            places.push(Err(Conflict { winner }));
            continue;
        }
        let StreamAppend { write, loaded_position, request, messages, completed_message, destroyed, .. } = append;
        let Write { aggregate_type, aggregate_id, expected_version: version_before, events } = write;
        let last = last_positions.entry(named.clone()).or_insert(loaded_position);
        let version = versions.entry(named).or_default();
        for event in events {
            *version += 1;
            position += 1;
            *last = position;
            let (aggregate_type, aggregate_id) = (aggregate_type.clone(), aggregate_id.clone());
            batch.rows.push(NewRow { aggregate_type, aggregate_id, sequence: *version, position, event });
        }
        let (version, position) = (*version, *last);
        batch.requests.extend(request.map(|request| Remembered { request, partition, version_before, version, position }));
        batch.messages.extend(messages);
        batch.completed_messages.extend(completed_message);
        batch.destroyed.extend(destroyed);
        places.push(Ok(Appended { version, partition, position }));
    }
    // One order for everybody: two batches that bring the same keys wait for each other instead of deadlocking.
    batch.requests.sort_unstable_by_key(|remembered| remembered.request.key);
    (batch, places)
}

/// The version that an append loses to: that of its own stream, also where another stream that it was decided on has moved.
fn conflict(append: &StreamAppend, versions: &HashMap<StreamName, u64>) -> Option<u64> {
    let present = |name: &StreamName| versions.get(name).copied().unwrap_or_default();
    let own = present(&name(&append.write));
    if own != append.write.expected_version {
        return Some(own);
    }
    append.looked_at.iter().any(|(name, seen)| present(name) != *seen).then_some(own)
}

#[cfg(test)]
mod tests {
    use ens_domain::event::StreamKind;
    use ens_domain::ids::ItemId;
    use ens_domain::stream::StreamId;
    use uuid::Uuid;

    use super::*;
    use crate::ground::NewEvent;

    fn space(number: u128) -> SpaceId {
        SpaceId::from(Uuid::from_u128(number))
    }

    fn life(space: SpaceId) -> StreamName {
        (StreamKind::Space.name().to_owned(), space.to_string())
    }

    /// One event of a stream, decided on these versions of the stream and, for an item, of its space.
    fn append((aggregate_type, aggregate_id): StreamName, space: SpaceId, expected_version: u64, seen: Option<u64>) -> StreamAppend {
        let [event_type, event_version, payload, metadata] = ["E", "1.0", "{}", "{}"].map(str::to_owned);
        let events = vec![NewEvent { event_type, event_version, payload, metadata }];
        let write = Write { aggregate_type, aggregate_id, expected_version, events };
        let looked_at = seen.map(|version| (life(space), version)).into_iter().collect();
        StreamAppend { decided_in: Some(space), looked_at, ..StreamAppend::of(write) }
    }

    #[test]
    fn a_command_that_was_decided_after_one_of_its_space_that_lost_is_left_out_with_it() {
        let item = (StreamKind::Measure.name().to_owned(), StreamId::of_item(space(1), ItemId::from(Uuid::from_u128(9))).to_string());
        let appends = vec![
            append(life(space(1)), space(1), 3, None),
            append(life(space(2)), space(2), 3, None),
            append(life(space(1)), space(1), 4, None),
            append(item, space(1), 0, Some(4)),
        ];
        // Another writer wrote one event to the first space, so that the versions after the lost one fit again.
        let versions = HashMap::from([(life(space(1)), 4), (life(space(2)), 3)]);
        let (batch, places) = admit(appends, Partition::new(0), 10, versions);
        let winners: Vec<Option<u64>> = places.iter().map(|place| place.err().map(|conflict| conflict.winner)).collect();
        assert_eq!(winners, [Some(4), None, Some(4), Some(0)]);
        assert_eq!(batch.rows.iter().map(|row| (row.aggregate_id.clone(), row.position)).collect::<Vec<_>>(), [(life(space(2)).1, 11)]);
    }
}
