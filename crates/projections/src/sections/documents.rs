//! The read model `documents`: one row for each document of the medical record as it stands now, newest first. Titles stay sealed.

use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::access::{Announcement, DocumentAuthor, DocumentFacts, DocumentState, DocumentType, Reader, Visibility};
use ens_domain::event::{Event, LogEvent, StreamKind};
use ens_domain::ids::{ContentId, ItemId, SpaceId};
use ens_domain::personal::Personal;
use ens_domain::sections::Actor;
use ens_domain::sections::consultations::{ConsultationEvent, Subject};
use ens_domain::sections::medical_record::{Content, DocumentEvent, DocumentTitle, MediaType, Standing};
use ens_domain::stream::KeyEffect;
use ens_store::{Arg, Partition, Recorded, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::json_text;
use crate::newest_first::{PageEnd, Wanted, newest_first};
use crate::projection::Projection;
use crate::row::{Row, RowKey, SpaceKey};

/// The documents of each space.
#[derive(Debug)]
pub struct Documents;

/// The key of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DocumentKey {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// The document.
    pub item: ItemId,
}

impl RowKey for DocumentKey {
    const COLUMNS: &'static [&'static str] = &["partition", "space", "item"];

    fn space(&self) -> SpaceKey {
        SpaceKey { partition: self.partition, space: self.space }
    }
}

/// One document as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentRow {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// The document.
    pub item: ItemId,
    /// What it is; nothing once the space was destroyed, whose rows are wiped further on in the log.
    #[serde(with = "json_text")]
    pub document_type: Option<DocumentType>,
    /// The code of its class; empty where the type is not known.
    pub class: String,
    /// Its title, sealed.
    #[serde(with = "json_text")]
    pub title: Personal<DocumentTitle>,
    /// Who deposited it; nothing once the space was destroyed.
    #[serde(with = "json_text")]
    pub author: Option<DocumentAuthor>,
    /// When its author deposited it; in the older record, where it came with one.
    pub deposited_at: DateTime<Utc>,
    /// The first day of the act.
    pub act_first: NaiveDate,
    /// The last day of the act.
    pub act_last: NaiveDate,
    /// How many versions it has.
    pub versions: u32,
    /// The content of the version in force.
    #[serde(with = "json_text")]
    pub content: Content,
    /// Whether professionals see it.
    pub visibility: Visibility,
    /// Whether a minor's representatives see it.
    pub to_representatives: Visibility,
    /// Whether it awaits an announcement.
    pub announcement: Announcement,
    /// The day on which the holder is invited to the consultation of announcement.
    pub invite_on: Option<NaiveDate>,
    /// Whether it is to be had.
    pub standing: Standing,
    /// Whether it stands at the top.
    pub pinned: i64,
    /// When the holder first read it.
    pub read_at: Option<DateTime<Utc>>,
    /// When CNAM brought it from a medical record that is older than the space; nothing where it was deposited here.
    pub joined_at: Option<DateTime<Utc>>,
}

impl DocumentRow {
    /// What the gate looks at of it; nothing where type or author are sealed.
    pub fn facts(&self) -> Option<DocumentFacts> {
        let state = match self.standing {
            Standing::Current => DocumentState::Current,
            Standing::Archived => DocumentState::Archived,
            Standing::Withdrawn | Standing::Deleted | Standing::MovedOut => DocumentState::Withdrawn,
        };
        Some(DocumentFacts {
            document_type: self.document_type?,
            author: self.author.clone()?,
            visibility: self.visibility,
            to_representatives: self.to_representatives,
            deposited_at: self.deposited_at,
            announcement: self.announcement,
            state,
        })
    }

    /// Where the content of the version in force lies.
    pub const fn content_id(&self) -> ContentId {
        self.content.id
    }

    /// Its media type.
    pub const fn media_type(&self) -> MediaType {
        self.content.media_type
    }
}

impl Row for DocumentRow {
    type Key = DocumentKey;

    fn key(&self) -> DocumentKey {
        DocumentKey { partition: self.partition, space: self.space, item: self.item }
    }
}

impl Projection for Documents {
    const NAME: &'static str = "documents";
    const COLUMNS: &'static [&'static str] = &[
        "partition",
        "space",
        "item",
        "document_type",
        "class",
        "title",
        "author",
        "deposited_at",
        "act_first",
        "act_last",
        "versions",
        "content",
        "visibility",
        "to_representatives",
        "announcement",
        "invite_on",
        "standing",
        "pinned",
        "read_at",
        "joined_at",
    ];
    const KINDS: &'static [StreamKind] = &[StreamKind::Space, StreamKind::Document, StreamKind::Consultation];
    type Event = Event;
    type Row = DocumentRow;

    fn project(seen: &Recorded<&Event>) -> Vec<Change<DocumentRow>> {
        let of_space = SpaceKey::of(seen);
        // A space that was destroyed, or begins anew, holds nothing.
        match seen.event.key_effect() {
            KeyEffect::Destroy | KeyEffect::Renew => return vec![Change::Wipe(of_space)],
            KeyEffect::Keep => {}
        }
        let SpaceKey { partition, space } = of_space;
        if let Some(event) = ConsultationEvent::within(seen.event) {
            return read_by_holder(event)
                .map(|(document, at)| first_read(DocumentKey { partition, space, item: document }, at))
                .into_iter()
                .collect();
        }
        match (DocumentEvent::within(seen.event), seen.stream.id.item()) {
            (Some(event), Some(item)) => {
                let key = DocumentKey { partition, space, item };
                deposited(event, key).or_else(|| amended(event, key)).into_iter().collect()
            }
            (None, Some(_) | None) | (Some(_), None) => Vec::new(),
        }
    }
}

/// The document that the holder read with this access, and when.
fn read_by_holder(event: &ConsultationEvent) -> Option<(ItemId, DateTime<Utc>)> {
    let ConsultationEvent::AccessMade { at, by, subject: Subject::Document { document }, .. } = event else { return None };
    matches!(by.get(), Some(Reader::Holder)).then_some((*document, *at))
}

fn first_read(key: DocumentKey, at: DateTime<Utc>) -> Change<DocumentRow> {
    Change::amend(key, move |row: &mut DocumentRow| row.read_at = row.read_at.or(Some(at)))
}

/// What an event changes in the row that is there; nothing for the deposit, which begins one.
fn amended(event: &DocumentEvent, key: DocumentKey) -> Option<Change<DocumentRow>> {
    Some(match event {
        DocumentEvent::DocumentDeposited { .. } => return None,
        DocumentEvent::DocumentReplaced { title, act, content, .. } => {
            let (title, act, content) = (title.clone(), *act, content.clone());
            Change::amend(key, move |row: &mut DocumentRow| {
                (row.title, row.act_first, row.act_last, row.content) = (title, act.first(), act.last(), content);
                row.versions += 1;
                row.read_at = None;
            })
        }
        DocumentEvent::MetadataCorrected { title, document_type, act, .. } => {
            let (title, act) = (title.clone(), *act);
            let document_type = document_type.as_ref().map(|corrected| corrected.get().copied());
            Change::amend(key, move |row: &mut DocumentRow| {
                title.into_iter().for_each(|title| row.title = title);
                act.into_iter().for_each(|act| (row.act_first, row.act_last) = (act.first(), act.last()));
                document_type.into_iter().for_each(|corrected| (row.document_type, row.class) = (corrected, class_of(corrected)));
            })
        }
        DocumentEvent::DocumentHidden { .. } => Change::amend(key, |row: &mut DocumentRow| row.visibility = Visibility::Hidden),
        DocumentEvent::DocumentShown { .. } => Change::amend(key, |row: &mut DocumentRow| row.visibility = Visibility::Shown),
        DocumentEvent::HiddenFromRepresentatives { .. } => to_representatives(key, Visibility::Hidden),
        DocumentEvent::ShownToRepresentatives { .. } => to_representatives(key, Visibility::Shown),
        DocumentEvent::DocumentAnnounced { .. } => Change::amend(key, |row: &mut DocumentRow| row.announcement = Announcement::Made),
        DocumentEvent::DocumentArchived { .. } => stands(key, Standing::Archived),
        DocumentEvent::DocumentUnarchived { .. } => stands(key, Standing::Current),
        DocumentEvent::DocumentPinned { .. } => Change::amend(key, |row: &mut DocumentRow| row.pinned = 1),
        DocumentEvent::DocumentUnpinned { .. } => Change::amend(key, |row: &mut DocumentRow| row.pinned = 0),
        DocumentEvent::DocumentWithdrawn { .. } => stands(key, Standing::Withdrawn),
        DocumentEvent::DocumentDeleted { .. } => stands(key, Standing::Deleted),
        DocumentEvent::DocumentMovedOut { .. } => stands(key, Standing::MovedOut),
    })
}

/// The row that a deposit begins; any other event begins none.
fn deposited(event: &DocumentEvent, key: DocumentKey) -> Option<Change<DocumentRow>> {
    let DocumentEvent::DocumentDeposited {
        at,
        by,
        ground: _,
        title,
        document_type,
        act,
        content,
        visibility,
        to_representatives,
        announcement,
        first_deposited_at,
    } = event
    else {
        return None;
    };
    let document_type = document_type.get().copied();
    Some(Change::Put(DocumentRow {
        partition: key.partition,
        space: key.space,
        item: key.item,
        document_type,
        class: class_of(document_type),
        title: title.clone(),
        author: Actor::author(by),
        deposited_at: first_deposited_at.unwrap_or(*at),
        act_first: act.first(),
        act_last: act.last(),
        versions: 1,
        content: content.clone(),
        visibility: *visibility,
        to_representatives: *to_representatives,
        announcement: announcement.map_or(Announcement::NotAsked, |_| Announcement::Awaited),
        invite_on: announcement.map(|days| days.invite_on),
        standing: Standing::Current,
        pinned: 0,
        read_at: None,
        joined_at: first_deposited_at.map(|_| *at),
    }))
}

fn to_representatives(key: DocumentKey, visibility: Visibility) -> Change<DocumentRow> {
    Change::amend(key, move |row: &mut DocumentRow| row.to_representatives = visibility)
}

fn stands(key: DocumentKey, standing: Standing) -> Change<DocumentRow> {
    Change::amend(key, move |row: &mut DocumentRow| row.standing = standing)
}

fn class_of(document_type: Option<DocumentType>) -> String {
    document_type.map(|document_type| document_type.class().code().to_owned()).unwrap_or_default()
}

impl From<&DocumentRow> for PageEnd {
    fn from(row: &DocumentRow) -> Self {
        Self { at: row.deposited_at, item: row.item }
    }
}

/// The documents of one space, newest first, after the one that ended the page before.
///
/// # Errors
/// The store could not be read.
pub async fn documents(store: &Store, space: SpaceId, after: Option<PageEnd>, limit: u32) -> Result<Vec<DocumentRow>, StoreError> {
    newest_first::<Documents>(store, space, "deposited_at", Wanted { after, limit }).await
}

/// One document of a space.
///
/// # Errors
/// The store could not be read.
pub async fn document(store: &Store, space: SpaceId, item: ItemId) -> Result<Option<DocumentRow>, StoreError> {
    let partition = store.partition_of(space);
    let columns = Documents::COLUMNS.join(", ");
    let sql = format!("SELECT {columns} FROM documents WHERE partition = {partition} AND space = $1 AND item = $2");
    Ok(store.read_models().select(&sql, &[Arg::Uuid(space.uuid()), Arg::Uuid(item.uuid())]).await?.pop())
}
