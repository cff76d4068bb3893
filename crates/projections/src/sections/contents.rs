//! The read model `contents`: which events name which content, and which contents they gave up. The sweep of files asks it.
//!
//! A content stays as long as its document is there: every version of it, the superseded ones too, whether the document is current, archived
//! or hidden. A document that its author withdrew is read by nobody, and its contents stay too: the record keeps what a professional wrote
//! about a person. They are given up when the document is moved out (it is another person's), when the holder's side deletes a document of
//! its own, and when the space is destroyed. What was given up never comes back.
//! - every version of a document is named by it
//! - contents are given up with a document that was deleted or moved out or a space that was destroyed
//! - one content named by two documents stays as long as one of them
//!
//! Rows of contents that were given up stay, so that the sweep knows their files, whatever their age. A kind of stream that names contents one
//! day must be read here from its first event on: with the release that brings it comes a fresh table, never an old one that passed over it.

use std::collections::HashMap;

use ens_domain::event::{Event, StreamKind};
use ens_domain::ids::{ContentId, ItemId, SpaceId};
use ens_domain::sections::medical_record::DocumentEvent;
use ens_domain::stream::KeyEffect;
use ens_store::{Arg, ContentFate, Partition, Recorded, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::change::{Change, RowGroup};
use crate::projection::Projection;
use crate::row::{ItemKey, Row, RowKey, SpaceKey};

/// The contents that events name.
#[derive(Debug)]
pub struct Contents;

/// The key of a content: which item of which space names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ContentKey {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// The item that names it.
    pub item: ItemId,
    /// The content.
    pub content: ContentId,
}

impl RowKey for ContentKey {
    const COLUMNS: &'static [&'static str] = &["partition", "space", "item", "content"];

    fn space(&self) -> SpaceKey {
        SpaceKey { partition: self.partition, space: self.space }
    }

    fn item(&self) -> Option<ItemKey> {
        Some(ItemKey { partition: self.partition, space: self.space, item: self.item })
    }
}

/// One content, as an item names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContentRow {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// The item that names it.
    pub item: ItemId,
    /// The content.
    pub content: ContentId,
    /// Whether it was given up.
    pub fate: ContentFate,
}

impl Row for ContentRow {
    type Key = ContentKey;

    fn key(&self) -> ContentKey {
        ContentKey { partition: self.partition, space: self.space, item: self.item, content: self.content }
    }
}

impl Projection for Contents {
    const NAME: &'static str = "contents";
    const COLUMNS: &'static [&'static str] = &["partition", "space", "item", "content", "fate"];
    const KINDS: &'static [StreamKind] = &[StreamKind::Space, StreamKind::Document];
    type Event = Event;
    type Row = ContentRow;

    fn project(seen: &Recorded<&Event>) -> Vec<Change<ContentRow>> {
        let of_space = SpaceKey::of(seen);
        match (seen.event, seen.stream.id.item()) {
            // A space that begins anew has new contents; those of its earlier life were given up with it.
            (Event::Space(event), _) => match event.key_effect() {
                KeyEffect::Destroy => vec![given_up(RowGroup::Space(of_space))],
                KeyEffect::Renew | KeyEffect::Keep => Vec::new(),
            },
            (Event::Document(event), Some(item)) => {
                of_document(event, ItemKey { partition: of_space.partition, space: of_space.space, item })
            }
            (Event::Document(_) | Event::Measure(_) | Event::Consultation(_), Some(_) | None) => Vec::new(),
        }
    }
}

fn of_document(event: &DocumentEvent, of: ItemKey) -> Vec<Change<ContentRow>> {
    match event {
        DocumentEvent::DocumentDeposited { content, .. } | DocumentEvent::DocumentReplaced { content, .. } => {
            let ItemKey { partition, space, item } = of;
            vec![Change::Put(ContentRow { partition, space, item, content: content.id, fate: ContentFate::Named })]
        }
        DocumentEvent::DocumentDeleted { .. } | DocumentEvent::DocumentMovedOut { .. } => vec![given_up(RowGroup::Item(of))],
        DocumentEvent::MetadataCorrected { .. }
        | DocumentEvent::DocumentWithdrawn { .. }
        | DocumentEvent::DocumentHidden { .. }
        | DocumentEvent::DocumentShown { .. }
        | DocumentEvent::HiddenFromRepresentatives { .. }
        | DocumentEvent::ShownToRepresentatives { .. }
        | DocumentEvent::DocumentAnnounced { .. }
        | DocumentEvent::DocumentArchived { .. }
        | DocumentEvent::DocumentUnarchived { .. }
        | DocumentEvent::DocumentPinned { .. }
        | DocumentEvent::DocumentUnpinned { .. } => Vec::new(),
    }
}

fn given_up(group: RowGroup) -> Change<ContentRow> {
    Change::amend_all(group, |row: &mut ContentRow| row.fate = ContentFate::Gone)
}

/// How many ids one statement looks up at most. A statement is padded to a power of two, so that there are few of them.
const LOOKED_UP: usize = 512;

/// The fates of contents, and the position that the rows reflect which say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentFates {
    /// The last position of the partition that the rows reflect.
    pub reflects: u64,
    /// What events say of each content; a content that none names is not among them.
    pub fates: HashMap<ContentId, ContentFate>,
}

/// A row of the lookup: every one says how far the read model is; without a content where none was found.
#[derive(Debug, Deserialize)]
struct Found {
    position: u64,
    content: Option<ContentId>,
    fate: Option<ContentFate>,
}

/// What the events of a partition say of these contents. Position and rows are read in one statement: a table that a rollback puts in place
/// meanwhile is never taken for one that reflects more than it does.
///
/// # Errors
/// The store could not be read.
pub async fn fates_of(store: &Store, partition: Partition, contents: &[ContentId]) -> Result<ContentFates, StoreError> {
    let mut all = ContentFates { reflects: u64::MAX, fates: HashMap::new() };
    for some in contents.chunks(LOOKED_UP) {
        let Some(last) = some.last() else { break };
        let asked = some.len().next_power_of_two();
        let ids: Vec<Arg> = some.iter().chain(std::iter::repeat(last)).take(asked).map(|id| Arg::Uuid(id.uuid())).collect();
        let found: Vec<Found> = store.read_models().select(&lookup(partition, asked), &ids).await?;
        // No row: the read model never started here.
        all.reflects = all.reflects.min(found.first().map_or(0, |row| row.position));
        for (content, fate) in found.into_iter().filter_map(|row| row.content.zip(row.fate)) {
            let known = all.fates.entry(content).or_insert(fate);
            if fate == ContentFate::Named {
                *known = fate;
            }
        }
    }
    Ok(all)
}

fn lookup(partition: Partition, asked: usize) -> String {
    let ids: Vec<String> = (1..=asked).map(|number| format!("${number}")).collect();
    format!(
        "SELECT k.position, c.content, c.fate FROM checkpoints k \
         LEFT JOIN contents c ON c.partition = k.partition AND c.partition = {partition} AND c.content IN ({}) \
         WHERE k.name = 'contents' AND k.partition = {partition}",
        ids.join(", ")
    )
}
