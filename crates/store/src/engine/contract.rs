//! What an engine must do: statements and transactions, no decision.

use std::collections::HashMap;
use std::path::PathBuf;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::ins::InsDigest;
use ens_domain::space::terms::Channel;
use futures::future::BoxFuture;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::ground::{
    Arg, Batch, CaregiverDigest, CaregiverPlace, Claimant, Claimed, Depth, NewMessage, NewRow, Partition, Partitions, Remembered, Rows,
    Span, StoreError, StoreIdentity, StoredEvent, StoredKey, Table, Take,
};

use super::postgres::columns::Columns;
use super::rebuilding::Rebuilding;

/// Which messages of one partition a worker asks for.
pub(crate) struct Claim {
    pub(crate) partition: Partition,
    pub(crate) channel: Channel,
    pub(crate) now: DateTime<Utc>,
    pub(crate) limit: u32,
    pub(crate) leased_until: DateTime<Utc>,
}

/// Streams of one partition: those of these kinds that have one of these ids.
pub(crate) struct Streams<'a> {
    pub(crate) partition: Partition,
    pub(crate) kinds: &'a [String],
    pub(crate) ids: &'a [String],
}

/// A stream as the database names it: `aggregate_type` and `aggregate_id`.
pub(crate) type StreamName = (String, String);

/// The rows of some spaces of one partition.
pub(crate) struct RowsOf<'a> {
    pub(crate) table: &'a Table,
    pub(crate) partition: Partition,
    pub(crate) spaces: &'a [Uuid],
}

/// A row as its engine found it.
pub(crate) enum Found {
    /// As the text of a JSON object.
    Json(String),
    /// As PostgreSQL sends it.
    Columns(Columns),
}

impl Found {
    /// The row as an `R`, whose fields have the names of the columns.
    pub(crate) fn read<R: DeserializeOwned>(&self) -> Result<R, StoreError> {
        match self {
            // The parser's own message can repeat what it read, so it goes no further.
            Self::Json(row) => serde_json::from_str(row).map_err(|_| StoreError::Malformed("a row has another shape than asked for")),
            Self::Columns(row) => row.read(),
        }
    }
}

/// A database that holds a log, keys, outbox and read models.
#[async_trait]
pub(crate) trait Engine: Log + Keys + Registry + CaregiverPlaces + Outbox + Leases + ReadModels + Rebuilding + Send + Sync {
    async fn close(&self);
    /// What the clock of a process is compared with.
    async fn clock_reference(&self) -> Result<ClockReference, StoreError>;
}

/// What the clock of a process is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ClockReference {
    /// The clock of the database's server, as it shows now.
    Server(DateTime<Utc>),
    /// The database has the machine's own clock; this file holds the last instant that it saw.
    Note(PathBuf),
    /// Nothing that outlives the process.
    Nothing,
}

/// The log of an engine.
#[async_trait]
pub(crate) trait Log {
    /// Writes a batch if the partition's head is where the batch says, in one transaction that is over with the answer. Batches are written
    /// in the order of the calls, whichever answer is awaited first.
    fn append_at(&self, batch: Batch) -> BoxFuture<'static, Result<AtHead, StoreError>>;
    /// How many batches of one partition may be in flight at once. Those that come together are written together, in their order; one that
    /// was decided on another is written only if that one is.
    fn batches_in_flight(&self) -> usize;
    /// The last position of a partition.
    async fn head(&self, partition: Partition) -> Result<u64, StoreError>;
    /// The streams of a partition that were written to after a position, in order, at most `limit`.
    async fn written_after(&self, partition: Partition, after: u64, limit: u32) -> Result<Vec<(StreamName, u64)>, StoreError>;
    /// Opens a transaction and waits for the lock that orders the partition.
    async fn begin(&self, partition: Partition) -> Result<Box<dyn AppendTransaction>, StoreError>;
    async fn partitions(&self) -> Result<Partitions, StoreError>;
    async fn feed(&self, partition: Partition, after: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError>;
    /// Gives each event of the span to `take`, in the order of the positions, while the next ones come in.
    async fn stream(&self, span: Span, take: &mut Take<'_>) -> Result<(), StoreError>;
    async fn heads(&self) -> Result<Vec<(Partition, u64)>, StoreError>;
    /// All events of these streams, each stream's in order.
    async fn histories(&self, streams: Streams<'_>) -> Result<Vec<StoredEvent>, StoreError>;
    async fn remembered(&self, keys: &[Uuid]) -> Result<Vec<Remembered>, StoreError>;
}

/// The keys of an engine.
#[async_trait]
pub(crate) trait Keys {
    /// Every generation of the keys of these spaces of one partition, each space's in order.
    async fn keys(&self, partition: Partition, spaces: &[SpaceId]) -> Result<Vec<StoredKey>, StoreError>;
    /// Inserts the generations that are absent and answers how many that were.
    async fn create_keys(&self, keys: &[StoredKey]) -> Result<u64, StoreError>;
    /// Destroys every key that the log says is destroyed, and says how many there were: after a crash between two files, after an old
    /// backup of the keys. Each `Destroyed` of a space ended one generation.
    async fn destroy_keys_again(&self) -> Result<u64, StoreError>;
    /// Any one key that was not destroyed.
    async fn any_key(&self) -> Result<Option<StoredKey>, StoreError>;
    /// What names the store and its master key; nothing before it was opened for the first time.
    async fn identity(&self) -> Result<Option<StoreIdentity>, StoreError>;
    /// Inserts the identity if there is none, and answers the one that is there then.
    async fn keep_identity(&self, identity: &StoreIdentity) -> Result<StoreIdentity, StoreError>;
}

/// The registry of an engine.
#[async_trait]
pub(crate) trait Registry {
    /// Inserts what is absent and answers with what it inserted.
    async fn reserve(&self, proposals: &[(InsDigest, SpaceId)]) -> Result<Vec<(InsDigest, SpaceId)>, StoreError>;
    async fn find_spaces(&self, digests: &[InsDigest]) -> Result<Vec<(InsDigest, SpaceId)>, StoreError>;
}

/// The places of caregivers: five at most for each, which the table itself guarantees.
#[async_trait]
pub(crate) trait CaregiverPlaces {
    /// The places that a caregiver has, by their numbers.
    async fn caregiver_places(&self, caregiver: &CaregiverDigest) -> Result<Vec<CaregiverPlace>, StoreError>;
    /// Inserts a place; false where its number or its space is taken.
    async fn insert_place(&self, caregiver: &CaregiverDigest, place: &CaregiverPlace) -> Result<bool, StoreError>;
    /// Marks the place of a space as taken anew, later than before; false where there is none.
    async fn renew_place(&self, caregiver: &CaregiverDigest, space: SpaceId, taken_at: i64) -> Result<bool, StoreError>;
    /// Deletes a place; false where it was taken anew since, or is gone.
    async fn free_place(&self, caregiver: &CaregiverDigest, place: &CaregiverPlace) -> Result<bool, StoreError>;
}

/// The outbox of an engine.
#[async_trait]
pub(crate) trait Outbox {
    /// The partitions in which a message of the channel is due and not leased; the one whose message is due longest comes first.
    async fn due_partitions(&self, channel: Channel, now: DateTime<Utc>) -> Result<Vec<Partition>, StoreError>;
    async fn claim(&self, claim: &Claim) -> Result<Vec<Claimed>, StoreError>;
    async fn postpone(&self, partition: Partition, messages: &[(MessageId, DateTime<Utc>)]) -> Result<(), StoreError>;
    async fn hand_over(&self, partition: Partition, messages: &[MessageId]) -> Result<(), StoreError>;
    async fn discard(&self, partition: Partition, messages: &[MessageId]) -> Result<(), StoreError>;
    async fn reroute(&self, partition: Partition, message: MessageId, channel: Channel) -> Result<(), StoreError>;
    async fn outbox_depth(&self) -> Result<Vec<Depth>, StoreError>;
}

/// The leases of an engine.
#[async_trait]
pub(crate) trait Leases {
    /// Takes a lease that is free or over, and answers the position that was noted last; nothing where somebody else has it.
    async fn take_lease(&self, claimant: &Claimant) -> Result<Option<u64>, StoreError>;
    /// Begins the lease's time anew; false where the claimant no longer has it.
    async fn keep_lease(&self, claimant: &Claimant, position: u64) -> Result<bool, StoreError>;
    async fn end_lease(&self, claimant: &Claimant, position: u64) -> Result<(), StoreError>;
}

/// The read models of an engine.
#[async_trait]
pub(crate) trait ReadModels {
    /// One turn for those of `names` that are free; nothing where none is.
    async fn follow(&self, names: &[&str], partition: Partition) -> Result<Option<Box<dyn Following>>, StoreError>;
    async fn checkpoints(&self, names: &[&str]) -> Result<Vec<(String, Partition, u64)>, StoreError>;
    /// The rows of a query, each as the text of a JSON object.
    async fn select(&self, sql: &str, args: &[Arg]) -> Result<Vec<String>, StoreError>;
    /// The rows of these spaces.
    async fn rows_of(&self, wanted: RowsOf<'_>) -> Result<Vec<(Uuid, Found)>, StoreError>;
}

/// What came of a batch that was to be written at a known head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtHead {
    Written,
    /// Nothing was written: the head is somewhere else.
    Moved,
}

/// A transaction that appends to one partition; dropping it undoes it.
#[async_trait]
pub(crate) trait AppendTransaction: Send {
    /// The last position of the partition, as far as this transaction knows.
    fn head(&self) -> u64;
    /// The last sequence of each of these streams that has one.
    async fn versions(&mut self, streams: Streams<'_>) -> Result<HashMap<StreamName, u64>, StoreError>;
    /// Moves the head from where this transaction knows it to be; nothing is moved where it is somewhere else.
    async fn move_head(&mut self, to: u64) -> Result<AtHead, StoreError>;
    async fn insert_events(&mut self, rows: &[NewRow]) -> Result<(), StoreError>;
    /// Inserts the idempotency keys that are absent and answers how many that were.
    async fn remember(&mut self, requests: &[Remembered]) -> Result<u64, StoreError>;
    async fn enqueue_messages(&mut self, messages: &[NewMessage]) -> Result<(), StoreError>;
    async fn complete_messages(&mut self, messages: &[MessageId]) -> Result<(), StoreError>;
    /// Destroys the keys of these spaces, and frees the places that caregivers have in them.
    async fn destroy_keys(&mut self, spaces: &[SpaceId]) -> Result<(), StoreError>;
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// A checkpoint of one partition: the projection's name, and how far it came.
pub(crate) type Checkpoint = (String, u64);

/// A follower's transaction; dropping it undoes it.
#[async_trait]
pub(crate) trait Following: Send {
    /// Whose turn it is, and how far each came.
    fn taken(&self) -> &[Checkpoint];
    async fn events(&mut self, after: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError>;
    /// The rows that have these keys, each as the text of a JSON object.
    async fn rows(&mut self, table: &Table, keys: &Rows) -> Result<Vec<String>, StoreError>;
    async fn put(&mut self, table: &Table, rows: &Rows) -> Result<(), StoreError>;
    async fn remove(&mut self, table: &Table, keys: &Rows) -> Result<(), StoreError>;
    async fn commit(self: Box<Self>, reached: &[Checkpoint]) -> Result<(), StoreError>;
}
