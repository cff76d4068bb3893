//! Events as they are written and as they are read back: the rows of the log, before and after decoding.

use chrono::{DateTime, Utc};
use ens_domain::event::{Event, LogEvent, StreamKey, StreamKind};
use ens_domain::ids::SpaceId;

use super::partition::Partition;

/// One event on its way into the log, already sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The variant's name.
    pub event_type: String,
    /// The version of its shape.
    pub event_version: String,
    /// JSON text, stored as it stands.
    pub payload: String,
    /// JSON text of a flat object of strings.
    pub metadata: String,
}

/// Events for one aggregate, on top of a version: all of them are written, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The kind of aggregate.
    pub aggregate_type: String,
    /// Which one.
    pub aggregate_id: String,
    /// The sequence of its last event; 0 for a new aggregate.
    pub expected_version: u64,
    /// What happened, in order.
    pub events: Vec<NewEvent>,
}

/// Where a write stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The sequence of the write's last event.
    pub version: u64,
    /// The aggregate's partition.
    pub partition: Partition,
    /// The position of the write's last event; of the partition's head if the write was empty.
    pub position: u64,
}

/// Another writer was first; nothing of the write was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("another writer was first: the version is {winner}")]
pub struct Conflict {
    /// The version that won.
    pub winner: u64,
}

/// A row of the log, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The kind of aggregate.
    pub aggregate_type: String,
    /// Which one.
    pub aggregate_id: String,
    /// 1, 2, 3, … within the aggregate.
    pub sequence: u64,
    /// The variant's name.
    pub event_type: String,
    /// The version of its shape.
    pub event_version: String,
    /// JSON text, byte for byte as stored.
    pub payload: String,
    /// JSON text, byte for byte as stored.
    pub metadata: String,
    /// The slice of the log it stands in.
    pub partition: Partition,
    /// 1, 2, 3, … within the partition.
    pub position: u64,
    /// When the database wrote it.
    pub recorded_at: DateTime<Utc>,
}

/// A stored event that this program cannot read: an unknown type, or another shape. Says where, never what it holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {position} of partition {partition} cannot be read as {event_type} version {event_version}")]
pub struct DecodeError {
    /// The stored type.
    pub event_type: String,
    /// The stored version.
    pub event_version: String,
    /// Where it stands.
    pub partition: Partition,
    /// Where it stands.
    pub position: u64,
}

/// A row of the log as the database hands it over: borrowed, so that whoever reads through the log allocates nothing for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRow<'a> {
    /// The kind of aggregate.
    pub aggregate_type: &'a str,
    /// Which one.
    pub aggregate_id: &'a str,
    /// 1, 2, 3, … within the aggregate.
    pub sequence: u64,
    /// The variant's name.
    pub event_type: &'a str,
    /// The version of its shape.
    pub event_version: &'a str,
    /// JSON text, byte for byte as stored.
    pub payload: &'a str,
    /// JSON text, byte for byte as stored.
    pub metadata: &'a str,
    /// The slice of the log it stands in.
    pub partition: Partition,
    /// 1, 2, 3, … within the partition.
    pub position: u64,
    /// When the database wrote it.
    pub recorded_at: DateTime<Utc>,
}

impl EventRow<'_> {
    /// The kind of stream whose event it is; nothing for one that this program does not know.
    pub fn kind(&self) -> Option<StreamKind> {
        StreamKind::named(self.aggregate_type)
    }

    /// Reads the payload as an event of one of `E`'s kinds of stream. Whoever passes over other kinds looks at [`kind`](Self::kind) first.
    ///
    /// # Errors
    /// [`DecodeError`] for another kind of stream, an unknown event or another shape.
    pub fn decode<E: LogEvent>(&self) -> Result<Recorded<E>, DecodeError> {
        let kind = self.kind().ok_or_else(|| self.unreadable())?;
        let stream = StreamKey::parse(kind, self.aggregate_id).map_err(|_| self.unreadable())?;
        // The parser's own message can repeat what it read, so it goes no further.
        let event = read_event(kind, self.payload).map_err(|_| self.unreadable())?;
        if event.name() != self.event_type {
            return Err(self.unreadable());
        }
        Ok(Recorded {
            event: E::of(event).ok_or_else(|| self.unreadable())?,
            partition: self.partition,
            position: self.position,
            sequence: self.sequence,
            stream,
            recorded_at: self.recorded_at,
        })
    }

    #[cold]
    fn unreadable(&self) -> DecodeError {
        DecodeError {
            event_type: self.event_type.to_owned(),
            event_version: self.event_version.to_owned(),
            partition: self.partition,
            position: self.position,
        }
    }
}

impl StoredEvent {
    /// The same row, borrowed.
    pub fn row(&self) -> EventRow<'_> {
        EventRow {
            aggregate_type: &self.aggregate_type,
            aggregate_id: &self.aggregate_id,
            sequence: self.sequence,
            event_type: &self.event_type,
            event_version: &self.event_version,
            payload: &self.payload,
            metadata: &self.metadata,
            partition: self.partition,
            position: self.position,
            recorded_at: self.recorded_at,
        }
    }

    /// The kind of stream whose event it is; nothing for one that this program does not know.
    pub fn kind(&self) -> Option<StreamKind> {
        self.row().kind()
    }

    /// Reads the payload as an event of one of `E`'s kinds of stream.
    ///
    /// # Errors
    /// [`DecodeError`] for another kind of stream, an unknown event or another shape.
    pub fn decode<E: LogEvent>(&self) -> Result<Recorded<E>, DecodeError> {
        self.row().decode()
    }
}

/// An event of this kind, by its JSON text.
fn read_event(kind: StreamKind, payload: &str) -> Result<Event, serde_json::Error> {
    let mut payload = serde_json::Deserializer::from_str(payload);
    let event = Event::read(kind, &mut payload)?;
    payload.end()?;
    Ok(event)
}

/// A decoded event with its place in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded<E> {
    /// What happened.
    pub event: E,
    /// The slice of the log it stands in.
    pub partition: Partition,
    /// 1, 2, 3, … within the partition.
    pub position: u64,
    /// 1, 2, 3, … within the stream.
    pub sequence: u64,
    /// The stream that it is an event of.
    pub stream: StreamKey,
    /// When the database wrote it.
    pub recorded_at: DateTime<Utc>,
}

impl<E> Recorded<E> {
    /// The space it happened to.
    pub const fn space(&self) -> SpaceId {
        self.stream.id.space()
    }
}
