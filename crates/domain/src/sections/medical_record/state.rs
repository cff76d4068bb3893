//! What is remembered of a document for decisions: who deposited it, what it is, its versions, from whom it is hidden. Its title is not.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::access::{Announcement, DocumentFacts, DocumentState, DocumentType, Visibility};
use crate::guarded::Guarded;
use crate::ids::ContentId;
use crate::sections::actor::Actor;

use super::act::ActDays;
use super::events::DocumentEvent;

/// One document of the medical record; before its deposit there is nothing to say of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Document {
    deposited: Option<Deposited>,
}

/// A document that was deposited, whatever became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Deposited {
    pub(super) author: Actor,
    /// When its author deposited it; of a legacy document, in the older record.
    pub(super) at: DateTime<Utc>,
    /// The same, of a legacy document only.
    pub(super) first_deposited_at: Option<DateTime<Utc>>,
    pub(super) document_type: Guarded<DocumentType>,
    pub(super) act: ActDays,
    pub(super) versions: Versions,
    pub(super) visibility: Visibility,
    pub(super) to_representatives: Visibility,
    pub(super) announcement: Announcement,
    pub(super) standing: Standing,
    pub(super) pin: Pin,
}

/// The contents that a document had, oldest first; the last is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Versions {
    first: ContentId,
    later: Vec<ContentId>,
}

/// Whether a document is to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// In the current list.
    Current,
    /// Put aside, and still readable.
    Archived,
    /// Taken back by its author.
    Withdrawn,
    /// Deleted by the holder's side, whose own it was.
    Deleted,
    /// Moved out: it was another person's.
    MovedOut,
}

/// Whether a document stands at the top of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Pin {
    Unpinned,
    Pinned,
}

impl Versions {
    pub(super) const fn first(&self) -> ContentId {
        self.first
    }

    /// From the first to the one in force.
    pub(super) fn all(&self) -> impl Iterator<Item = ContentId> {
        std::iter::once(self.first).chain(self.later.iter().copied())
    }
}

impl Document {
    /// The document, once it was deposited.
    pub(super) const fn deposited(&self) -> Option<&Deposited> {
        self.deposited.as_ref()
    }

    /// What the gate looks at; nothing before the deposit, and nothing while author or type are sealed.
    pub fn facts(&self) -> Option<DocumentFacts> {
        self.deposited.as_ref().and_then(Deposited::facts)
    }

    /// Whether it is to be had; nothing before its deposit.
    pub fn standing(&self) -> Option<Standing> {
        self.deposited.as_ref().map(|deposited| deposited.standing)
    }

    /// The contents of its versions, oldest first: none is ever lost.
    pub fn versions(&self) -> impl Iterator<Item = ContentId> {
        self.deposited.iter().flat_map(|deposited| deposited.versions.all())
    }

    /// The document after one more event. Nothing is refused here: what happened, happened.
    pub(super) fn after(&mut self, event: DocumentEvent) {
        match (&mut self.deposited, event) {
            (Some(deposited), event) => deposited.after(event),
            (none, event) => *none = Deposited::begun_by(event),
        }
    }
}

impl Deposited {
    /// The document that the event begins; only a deposit begins one.
    fn begun_by(event: DocumentEvent) -> Option<Self> {
        let DocumentEvent::DocumentDeposited {
            at,
            by,
            ground: _,
            title: _,
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
        let at = first_deposited_at.unwrap_or(at);
        let announcement = announcement.map_or(Announcement::NotAsked, |_| Announcement::Awaited);
        let versions = Versions { first: content.id, later: Vec::new() };
        let (standing, pin) = (Standing::Current, Pin::Unpinned);
        Some(Self {
            author: by,
            at,
            first_deposited_at,
            document_type,
            act,
            versions,
            visibility,
            to_representatives,
            announcement,
            standing,
            pin,
        })
    }

    /// What the gate looks at; nothing while author or type are sealed.
    pub(super) fn facts(&self) -> Option<DocumentFacts> {
        let state = match self.standing {
            Standing::Current => DocumentState::Current,
            Standing::Archived => DocumentState::Archived,
            Standing::Withdrawn | Standing::Deleted | Standing::MovedOut => DocumentState::Withdrawn,
        };
        Some(DocumentFacts {
            document_type: *self.document_type.get()?,
            author: self.author.author()?,
            visibility: self.visibility,
            to_representatives: self.to_representatives,
            deposited_at: self.at,
            announcement: self.announcement,
            state,
        })
    }

    fn after(&mut self, event: DocumentEvent) {
        match event {
            // It begins a document, and is decided once.
            DocumentEvent::DocumentDeposited { .. } => {}
            DocumentEvent::DocumentReplaced { act, content, .. } => {
                self.act = act;
                self.versions.later.push(content.id);
            }
            DocumentEvent::MetadataCorrected { document_type, act, .. } => {
                self.act = act.unwrap_or(self.act);
                document_type.into_iter().for_each(|corrected| self.document_type = corrected);
            }
            DocumentEvent::DocumentHidden { .. } => self.visibility = Visibility::Hidden,
            DocumentEvent::DocumentShown { .. } => self.visibility = Visibility::Shown,
            DocumentEvent::HiddenFromRepresentatives { .. } => self.to_representatives = Visibility::Hidden,
            DocumentEvent::ShownToRepresentatives { .. } => self.to_representatives = Visibility::Shown,
            DocumentEvent::DocumentAnnounced { .. } => self.announcement = Announcement::Made,
            DocumentEvent::DocumentArchived { .. } => self.standing = Standing::Archived,
            DocumentEvent::DocumentUnarchived { .. } => self.standing = Standing::Current,
            DocumentEvent::DocumentPinned { .. } => self.pin = Pin::Pinned,
            DocumentEvent::DocumentUnpinned { .. } => self.pin = Pin::Unpinned,
            DocumentEvent::DocumentWithdrawn { .. } => self.standing = Standing::Withdrawn,
            DocumentEvent::DocumentDeleted { .. } => self.standing = Standing::Deleted,
            DocumentEvent::DocumentMovedOut { .. } => self.standing = Standing::MovedOut,
        }
    }
}
