//! What one transaction writes to one partition: events with their places, and all that must become true together with them.

use chrono::{DateTime, Utc};
use ens_domain::ids::{MessageId, SpaceId};
use uuid::Uuid;

use super::events::NewEvent;
use super::partition::Partition;

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

/// One generation of a space's key as the database holds it; no wrapped key means destroyed.
#[derive(Clone)]
pub(crate) struct StoredKey {
    pub(crate) space: SpaceId,
    pub(crate) partition: Partition,
    pub(crate) generation: u32,
    pub(crate) wrapped: Option<Vec<u8>>,
}

/// One row on its way into the log.
pub(crate) struct NewRow {
    pub(crate) aggregate_type: String,
    pub(crate) aggregate_id: String,
    pub(crate) sequence: u64,
    pub(crate) position: u64,
    pub(crate) event: NewEvent,
}

/// Who waits for a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Priority {
    /// Somebody who asked for one thing.
    Interactive,
    /// A job that asks for many.
    Bulk,
}

/// What a batch was decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DecidedOn {
    /// What is committed up to its head.
    Head,
    /// The batch before it of the same partition, which is still being written: a head that another writer moved as far proves nothing.
    BatchBefore,
}

/// What a transaction writes after the head of a partition.
pub(crate) struct Batch {
    pub(crate) partition: Partition,
    pub(crate) head: u64,
    pub(crate) priority: Priority,
    pub(crate) decided_on: DecidedOn,
    pub(crate) rows: Vec<NewRow>,
    pub(crate) requests: Vec<Remembered>,
    pub(crate) messages: Vec<NewMessage>,
    pub(crate) completed_messages: Vec<MessageId>,
    /// Spaces whose keys are destroyed.
    pub(crate) destroyed: Vec<SpaceId>,
    /// Keys of spaces that are stored with what they seal.
    pub(crate) new_keys: Vec<StoredKey>,
}

impl Batch {
    /// A batch that writes nothing yet.
    pub(crate) fn after(partition: Partition, head: u64) -> Self {
        Self {
            partition,
            head,
            priority: Priority::Interactive,
            decided_on: DecidedOn::Head,
            rows: Vec::new(),
            requests: Vec::new(),
            messages: Vec::new(),
            completed_messages: Vec::new(),
            destroyed: Vec::new(),
            new_keys: Vec::new(),
        }
    }

    /// Whether nothing is to be written.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.requests.is_empty() && self.messages.is_empty() && self.completed_messages.is_empty()
    }

    /// The head once it is written.
    pub(crate) fn last_position(&self) -> u64 {
        self.rows.last().map_or(self.head, |row| row.position)
    }
}

/// A number of things.
pub(crate) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
