//! The read model `messages_due`: who is owed a message after the fact, of readings in an emergency, of new readers, of documents.
//!
//! One row for each document that somebody is to be told of, and two for each space that has something to say of its readers.

use chrono::NaiveDate;
use ens_domain::access::{Ground, Reader};
use ens_domain::calendar::paris;
use ens_domain::event::{Event, LogEvent, StreamKind};
use ens_domain::guarded::Guarded;
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::sections::consultations::ConsultationEvent;
use ens_domain::sections::medical_record::DocumentEvent;
use ens_domain::space::telling::InformationOccasion;
use ens_domain::space::terms::ReaderMessages;
use ens_domain::space::{InformationEvent, SpaceEvent};
use ens_domain::stream::KeyEffect;
use ens_store::{Arg, Partition, Recorded, Store, StoreError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::change::Change;
use crate::json_text;
use crate::projection::Projection;
use crate::row::{Row, RowKey, SpaceKey};
use crate::token::token;

use super::readers_due::ReadersDue;

/// Who is owed a message after the fact.
#[derive(Debug)]
pub struct MessagesDue;

/// What is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageDueKind {
    /// Readings in an emergency.
    EmergencyReadings,
    /// New readers, of whom the holder asked to be told.
    NewReaders,
    /// A document that was another person's.
    WrongPatient,
    /// A document that awaits its announcement.
    Announcement,
}

/// The name of what is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MessageDueKey {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// What is to be told.
    pub kind: MessageDueKind,
    /// The document; the space itself for readers.
    pub subject: Uuid,
}

impl RowKey for MessageDueKey {
    const COLUMNS: &'static [&'static str] = &["partition", "space", "kind", "subject"];

    fn space(&self) -> SpaceKey {
        SpaceKey { partition: self.partition, space: self.space }
    }
}

/// What is owed of one kind, about a document or about the readers of a space.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessageDue {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// What is to be told.
    pub kind: MessageDueKind,
    /// The document; the space itself for readers.
    pub subject: Uuid,
    /// The first day on which something is to be told; none where all is told.
    pub due_on: Option<NaiveDate>,
    /// The position of the last event that made something owed.
    pub position: u64,
    /// The readers, in a row that is about them.
    #[serde(with = "json_text")]
    pub readers: ReadersDue,
}

impl MessageDue {
    /// The document that it is about, if it is about one.
    pub fn document(&self) -> Option<ItemId> {
        match self.kind {
            MessageDueKind::EmergencyReadings | MessageDueKind::NewReaders => None,
            MessageDueKind::WrongPatient | MessageDueKind::Announcement => Some(ItemId::from(self.subject)),
        }
    }
}

impl Row for MessageDue {
    type Key = MessageDueKey;

    fn key(&self) -> MessageDueKey {
        MessageDueKey { partition: self.partition, space: self.space, kind: self.kind, subject: self.subject }
    }
}

impl Projection for MessagesDue {
    const NAME: &'static str = "messages_due";
    const COLUMNS: &'static [&'static str] = &["partition", "space", "kind", "subject", "due_on", "position", "readers"];
    const KINDS: &'static [StreamKind] = &[StreamKind::Space, StreamKind::Document, StreamKind::Consultation];
    type Event = Event;
    type Row = MessageDue;

    fn project(seen: &Recorded<&Event>) -> Vec<Change<MessageDue>> {
        // Nobody is told of a space that was destroyed, or of what was before one that begins anew.
        match seen.event.key_effect() {
            KeyEffect::Destroy | KeyEffect::Renew => return vec![Change::Wipe(SpaceKey::of(seen))],
            KeyEffect::Keep => {}
        }
        if let Some(event) = ConsultationEvent::within(seen.event) {
            return read(event, seen).into_iter().collect();
        }
        if let Some(SpaceEvent::Information(event)) = seen.event.as_space() {
            return informed(event, seen).into_iter().collect();
        }
        match (DocumentEvent::within(seen.event), seen.stream.id.item()) {
            (Some(event), Some(item)) => of_document(event, item, seen),
            (None, Some(_) | None) | (Some(_), None) => Vec::new(),
        }
    }
}

/// A reading in an emergency is told in any case, any other reading of somebody else only where the holder asked.
fn read(event: &ConsultationEvent, seen: &Recorded<&Event>) -> Option<Change<MessageDue>> {
    let ConsultationEvent::AccessMade { at, by, ground, .. } = event else { return None };
    let (day, position, reader) = (paris::day_of(*at), seen.position, by.get()?.clone());
    let amend = move |reader: Reader| {
        move |row: &mut MessageDue| {
            if row.readers.read(reader, day) {
                row.position = position;
            }
            row.due_on = row.readers.due_on();
        }
    };
    match &reader {
        Reader::Holder | Reader::Representative => None,
        Reader::Professional(_) if matches!(ground, Ground::BreakGlass | Ground::DispatchCentre) => {
            let none = of_readers(key(seen, MessageDueKind::EmergencyReadings), ReadersDue::followed());
            Some(Change::amend_or_put(none, amend(reader)))
        }
        Reader::Professional(_)
        | Reader::Caregiver { .. }
        | Reader::Service { .. }
        | Reader::Cnam
        | Reader::Insurer { .. }
        | Reader::Support { .. }
        | Reader::Auditor
        | Reader::Admin => Some(Change::amend_where_kept(key(seen, MessageDueKind::NewReaders), amend(reader))),
    }
}

fn informed(event: &InformationEvent, seen: &Recorded<&Event>) -> Option<Change<MessageDue>> {
    let told = |kind, reader: &Guarded<Reader>, day: NaiveDate| {
        let reader = reader.get()?.clone();
        Some(Change::amend_where_kept(key(seen, kind), move |row: &mut MessageDue| {
            row.readers.tell(&reader, day);
            row.due_on = row.readers.due_on();
        }))
    };
    match event {
        InformationEvent::InformationSent { occasion, .. } => match occasion {
            InformationOccasion::EmergencyReading { reader, day } => told(MessageDueKind::EmergencyReadings, reader, *day),
            InformationOccasion::NewReader { reader, day } => told(MessageDueKind::NewReaders, reader, *day),
            InformationOccasion::WrongPatient { document } => Some(Change::Remove(about(seen, MessageDueKind::WrongPatient, *document))),
            InformationOccasion::AnnouncementAwaited { document, .. } => {
                Some(Change::Remove(about(seen, MessageDueKind::Announcement, *document)))
            }
        },
        InformationEvent::ReaderMessagesChosen { messages, .. } => {
            let none = of_readers(key(seen, MessageDueKind::NewReaders), ReadersDue::default());
            let messages = *messages;
            Some(Change::amend_or_put(none, move |row: &mut MessageDue| {
                match messages {
                    ReaderMessages::Wanted => row.readers.follow(),
                    ReaderMessages::Unwanted => row.readers.leave(),
                }
                row.due_on = row.readers.due_on();
            }))
        }
    }
}

fn of_document(event: &DocumentEvent, document: ItemId, seen: &Recorded<&Event>) -> Vec<Change<MessageDue>> {
    let owed = |kind, due_on| {
        let MessageDueKey { partition, space, kind, subject } = about(seen, kind, document);
        let (due_on, position, readers) = (Some(due_on), seen.position, ReadersDue::default());
        Change::Put(MessageDue { partition, space, kind, subject, due_on, position, readers })
    };
    let settled = || Change::Remove(about(seen, MessageDueKind::Announcement, document));
    match event {
        DocumentEvent::DocumentDeposited { announcement, .. } => {
            announcement.map(|days| owed(MessageDueKind::Announcement, days.invite_on)).into_iter().collect()
        }
        DocumentEvent::DocumentMovedOut { at, .. } => vec![settled(), owed(MessageDueKind::WrongPatient, paris::day_of(*at))],
        DocumentEvent::DocumentAnnounced { .. } | DocumentEvent::DocumentWithdrawn { .. } | DocumentEvent::DocumentDeleted { .. } => {
            vec![settled()]
        }
        DocumentEvent::DocumentReplaced { .. }
        | DocumentEvent::MetadataCorrected { .. }
        | DocumentEvent::DocumentHidden { .. }
        | DocumentEvent::DocumentShown { .. }
        | DocumentEvent::HiddenFromRepresentatives { .. }
        | DocumentEvent::ShownToRepresentatives { .. }
        | DocumentEvent::DocumentArchived { .. }
        | DocumentEvent::DocumentUnarchived { .. }
        | DocumentEvent::DocumentPinned { .. }
        | DocumentEvent::DocumentUnpinned { .. } => Vec::new(),
    }
}

fn about(seen: &Recorded<&Event>, kind: MessageDueKind, document: ItemId) -> MessageDueKey {
    MessageDueKey { subject: document.uuid(), ..key(seen, kind) }
}

fn key(seen: &Recorded<&Event>, kind: MessageDueKind) -> MessageDueKey {
    let SpaceKey { partition, space } = SpaceKey::of(seen);
    MessageDueKey { partition, space, kind, subject: space.uuid() }
}

fn of_readers(MessageDueKey { partition, space, kind, subject }: MessageDueKey, readers: ReadersDue) -> MessageDue {
    MessageDue { partition, space, kind, subject, due_on: None, position: 0, readers }
}

/// What is owed in one partition on this day or since before, earliest first, after the row that ended the page before.
///
/// # Errors
/// The store could not be read.
pub async fn messages_due(
    store: &Store,
    partition: Partition,
    on: NaiveDate,
    after: Option<&MessageDue>,
    limit: u32,
) -> Result<Vec<MessageDue>, StoreError> {
    let last = after.and_then(|row| Some((row.due_on?, row.space.uuid(), token(&row.kind), row.subject)));
    let (day, space, kind, subject) = last.unwrap_or_default();
    let columns = MessagesDue::COLUMNS.join(", ");
    // The first day is said twice: a planner without statistics takes days between two for few, and goes by the index of days.
    let sql = format!(
        "SELECT {columns} FROM messages_due \
         WHERE partition = {partition} AND due_on >= $2 AND due_on <= $1 AND (due_on, space, kind, subject) > ($2, $3, $4, $5) \
         ORDER BY due_on, space, kind, subject LIMIT $6"
    );
    let args = [Arg::Date(on), Arg::Date(day), Arg::Uuid(space), Arg::Text(kind), Arg::Uuid(subject), Arg::Int(i64::from(limit))];
    store.read_models().select(&sql, &args).await
}
