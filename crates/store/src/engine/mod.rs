//! What an engine must do: statements and transactions, no decision. Everything that both share stands above this border.

mod postgres;
mod sqlite;
mod text;

use std::collections::HashMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::ins::InsDigest;
use ens_domain::space::terms::Channel;
use uuid::Uuid;

use crate::append::{NewMessage, Remembered, Row};
use crate::error::StoreError;
use crate::feed::{Span, Take};
use crate::lease::Claimant;
use crate::outbox::{Claimed, Depth};
use crate::partition::{Partition, Partitions};
use crate::reads::RowsOf;
use crate::select::Arg;
use crate::stored::StoredEvent;
use crate::tables::Table;

pub(crate) use postgres::Postgres;
pub(crate) use sqlite::Sqlite;

/// Which messages a worker asks for.
pub(crate) struct Claim {
    pub(crate) channel: Channel,
    pub(crate) now: DateTime<Utc>,
    pub(crate) limit: u32,
    pub(crate) leased_until: DateTime<Utc>,
}

/// One generation of a space's key as the database holds it; no wrapped key means destroyed.
pub(crate) struct StoredKey {
    pub(crate) space: SpaceId,
    pub(crate) partition: Partition,
    pub(crate) generation: u32,
    pub(crate) wrapped: Option<Vec<u8>>,
}

/// Aggregates of one type in one partition.
pub(crate) struct Aggregates<'a> {
    pub(crate) partition: Partition,
    pub(crate) aggregate_type: &'a str,
    pub(crate) ids: &'a [String],
}

/// A database that holds a log, keys, outbox and read models.
#[async_trait]
pub(crate) trait Engine: Log + Keys + Registry + Outbox + Leases + ReadModels + Send + Sync {
    async fn close(&self);
}

/// The log of an engine.
#[async_trait]
pub(crate) trait Log {
    /// Opens a transaction and waits for the lock that orders the partition.
    async fn begin(&self, partition: Partition) -> Result<Box<dyn Append>, StoreError>;
    async fn partitions(&self) -> Result<Partitions, StoreError>;
    async fn feed(&self, partition: Partition, after: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError>;
    /// Gives each event of the span to `take`, in the order of the positions, while the next ones come in.
    async fn stream(&self, span: Span, take: &mut Take<'_>) -> Result<(), StoreError>;
    async fn heads(&self) -> Result<Vec<(Partition, u64)>, StoreError>;
    /// All events of these aggregates, each aggregate's in order.
    async fn histories(&self, aggregates: Aggregates<'_>) -> Result<Vec<StoredEvent>, StoreError>;
    async fn remembered(&self, keys: &[[u8; 32]]) -> Result<Vec<Remembered>, StoreError>;
}

/// The keys of an engine.
#[async_trait]
pub(crate) trait Keys {
    async fn keys(&self, spaces: &[(SpaceId, Partition)]) -> Result<Vec<StoredKey>, StoreError>;
    /// Inserts the generations that are absent.
    async fn create_keys(&self, keys: &[StoredKey]) -> Result<(), StoreError>;
    /// Destroys every key that the log says is destroyed, and says how many there were: after a crash between two files, after an old
    /// backup of the keys. Each `Destroyed` of a space ended one generation.
    async fn destroy_keys_again(&self) -> Result<u64, StoreError>;
}

/// The registry of an engine.
#[async_trait]
pub(crate) trait Registry {
    /// Inserts what is absent and answers with what it inserted.
    async fn reserve(&self, proposals: &[(InsDigest, SpaceId)]) -> Result<Vec<(InsDigest, SpaceId)>, StoreError>;
    async fn find_spaces(&self, digests: &[InsDigest]) -> Result<Vec<(InsDigest, SpaceId)>, StoreError>;
}

/// The outbox of an engine.
#[async_trait]
pub(crate) trait Outbox {
    async fn claim(&self, claim: &Claim) -> Result<Vec<Claimed>, StoreError>;
    async fn postpone(&self, partition: Partition, message: MessageId, next_at: DateTime<Utc>) -> Result<(), StoreError>;
    async fn hand_over(&self, partition: Partition, message: MessageId) -> Result<(), StoreError>;
    async fn discard(&self, partition: Partition, message: MessageId) -> Result<(), StoreError>;
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
    async fn follow(&self, name: &str, partition: Partition) -> Result<Option<Box<dyn Following>>, StoreError>;
    async fn checkpoints(&self, name: &str) -> Result<Vec<(Partition, u64)>, StoreError>;
    /// The rows of a query, each as the text of a JSON object.
    async fn select(&self, sql: &str, args: &[Arg]) -> Result<Vec<String>, StoreError>;
    /// The rows of these spaces, each as the text of a JSON object.
    async fn rows_of(&self, wanted: RowsOf<'_>) -> Result<Vec<(Uuid, String)>, StoreError>;
    async fn copy_table(&self, live: &Table, fresh: &Table) -> Result<(), StoreError>;
    async fn swap(&self, live: &Table, fresh: &Table) -> Result<(), StoreError>;
    async fn drop_table(&self, table: &Table) -> Result<(), StoreError>;
}

/// A transaction that holds a partition's head; dropping it undoes it.
#[async_trait]
pub(crate) trait Append: Send {
    /// The last position of the partition.
    fn head(&self) -> u64;
    /// The last sequence of each of these aggregates that has one.
    async fn versions(&mut self, aggregates: Aggregates<'_>) -> Result<HashMap<String, u64>, StoreError>;
    /// Inserts the rows, which take the positions after the head, and moves the head behind them.
    async fn insert(&mut self, rows: &[Row]) -> Result<(), StoreError>;
    /// Inserts the idempotency keys that are absent and answers how many that were.
    async fn remember(&mut self, keys: &[Remembered]) -> Result<u64, StoreError>;
    async fn post(&mut self, messages: &[NewMessage]) -> Result<(), StoreError>;
    async fn settle(&mut self, messages: &[MessageId]) -> Result<(), StoreError>;
    async fn destroy_keys(&mut self, spaces: &[String]) -> Result<(), StoreError>;
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// A follower's transaction; dropping it undoes it. Rows travel as the text of a JSON array of objects.
#[async_trait]
pub(crate) trait Following: Send {
    fn checkpoint(&self) -> u64;
    async fn events(&mut self, after: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError>;
    async fn rows(&mut self, table: &Table, keys: String) -> Result<Vec<serde_json::Value>, StoreError>;
    async fn put(&mut self, table: &Table, rows: String) -> Result<(), StoreError>;
    async fn remove(&mut self, table: &Table, keys: String) -> Result<(), StoreError>;
    async fn commit(self: Box<Self>, checkpoint: u64) -> Result<(), StoreError>;
}

/// A count or a number as `bigint` columns hold it.
pub(crate) fn column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number of ours as it is read back from a `bigint` column.
pub(crate) fn number(column: i64) -> Result<u64, StoreError> {
    u64::try_from(column).map_err(|_| StoreError::Malformed("a number is negative"))
}
