//! What an author does with a document: deposit it, give a new version, correct what is said of it, take it back, move it out.
//!
//! - the same deposit again changes nothing and another content under the same id is refused
//! - the same legacy document again changes nothing
//! - nobody but cnam brings a legacy document
//! - a replacement supersedes the version before and keeps it
//! - a replacement does not prolong the wait for an announcement
//! - only the author replaces corrects and withdraws

use chrono::{DateTime, Utc};

use crate::access::{AccessRefusal, Action, Announcement, Directory, DocumentFacts, DocumentState, DocumentType, Reader, Visibility};
use crate::calendar::paris;
use crate::guarded::Guarded;
use crate::personal::Personal;
use crate::sections::actor::Actor;
use crate::sections::permitted::Permitted;

use super::act::ActDays;
use super::announcement::AnnouncementDays;
use super::asked::Asked;
use super::content::Content;
use super::events::DocumentEvent;
use super::legacy::LegacyDocument;
use super::refusal::DocumentRefusal;
use super::state::{Deposited, Document, Standing};
use super::title::DocumentTitle;

/// A document that is to be put into the record. Its content was stored before.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDocument {
    /// Its title.
    pub title: Personal<DocumentTitle>,
    /// What it is; its class follows from it.
    pub document_type: DocumentType,
    /// When the care took place that it is about.
    pub act: ActDays,
    /// Its bytes.
    pub content: Content,
    /// Whether it is hidden from professionals from the start; as the holder chose for new documents where nothing is said.
    pub visibility: Option<Visibility>,
    /// Whether it is hidden from representatives from the start.
    pub to_representatives: Visibility,
    /// Whether a professional wants to explain it before the holder reads it.
    pub explanation: Explanation,
    /// Who wrote it and when, where CNAM brings it from a record that is older than the space.
    pub legacy: Option<LegacyDocument>,
}

/// Whether the holder is to hear of a document in a consultation before they read it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Explanation {
    /// They may read it at once.
    #[default]
    NotNeeded,
    /// They read it after the consultation of announcement, or after one month (article R. 1111-53).
    First,
}

/// A new version of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct NewVersion {
    /// Its title.
    pub title: Personal<DocumentTitle>,
    /// When the care took place that it is about.
    pub act: ActDays,
    /// Its bytes.
    pub content: Content,
}

/// What is said of a document, corrected; nothing where it stays as it was.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Correction {
    /// Another title.
    pub title: Option<Personal<DocumentTitle>>,
    /// Another type.
    pub document_type: Option<DocumentType>,
    /// Other days of the act.
    pub act: Option<ActDays>,
}

impl NewDocument {
    pub(super) fn decide(self, asked: &Asked<'_>, document: &Document) -> Result<Vec<DocumentEvent>, DocumentRefusal> {
        let author = self.author(asked)?;
        let facts = self.facts(asked, &author).ok_or(DocumentRefusal::DocumentSealed)?;
        let ground = asked.ground_of_deposit(&facts)?;
        if self.legacy.is_some() && *asked.by != Reader::Cnam {
            return Err(DocumentRefusal::LegacyReserved);
        }
        if let Some(known) = document.deposited() {
            return if self.is_the_same_as(known, &author) { Ok(Vec::new()) } else { Err(DocumentRefusal::DocumentIdTaken) };
        }
        self.admit(asked, &author)?;
        let (visibility, announcement) = (self.visibility(asked), self.announcement(asked));
        let Self { title, document_type, act, content, to_representatives, legacy, .. } = self;
        Ok(vec![DocumentEvent::DocumentDeposited {
            at: asked.at,
            by: author,
            ground,
            title,
            document_type: Guarded::new(document_type),
            act,
            content,
            visibility,
            to_representatives,
            announcement,
            first_deposited_at: legacy.map(|legacy| legacy.deposited_at),
        }])
    }

    /// Whose document it is: of whoever deposits it, or, where CNAM brings it, of whoever the older record names.
    fn author(&self, asked: &Asked<'_>) -> Result<Actor, AccessRefusal> {
        match (&self.legacy, asked.by) {
            (Some(legacy), Reader::Cnam) => Ok(legacy.author.clone()),
            (Some(_) | None, by) => Actor::of(by),
        }
    }

    /// Whether this deposit was made before. A partner's number names a legacy document: its bytes are stored anew by each repeat.
    fn is_the_same_as(&self, known: &Deposited, author: &Actor) -> bool {
        let same_deposit = match &self.legacy {
            None => known.versions.first() == self.content.id,
            Some(legacy) => known.first_deposited_at == Some(legacy.deposited_at),
        };
        same_deposit && known.author.author() == author.author()
    }

    /// What the record asks of a new document, besides the gate.
    fn admit(&self, asked: &Asked<'_>, author: &Actor) -> Result<(), DocumentRefusal> {
        Asked::admit_type(self.document_type, author)?;
        if self.explanation == Explanation::First && !matches!(author, Actor::Professional { .. }) {
            return Err(DocumentRefusal::AnnouncementReserved);
        }
        asked.admit_act(self.act)?;
        self.legacy.as_ref().map_or(Ok(()), |legacy| legacy.admit(asked))
    }

    /// What falls due until it is announced; nothing where its month is over already, as a legacy document's may be.
    fn announcement(&self, asked: &Asked<'_>) -> Option<AnnouncementDays> {
        match self.explanation {
            Explanation::NotNeeded => None,
            Explanation::First => {
                let days = AnnouncementDays::after(self.deposited_at(asked), asked.policy);
                Some(days).filter(|days| paris::day_of(asked.at) < days.visible_from)
            }
        }
    }

    /// When its author deposited it: now, or in the older record.
    fn deposited_at(&self, asked: &Asked<'_>) -> DateTime<Utc> {
        self.legacy.as_ref().map_or(asked.at, |legacy| legacy.deposited_at)
    }

    /// As it says, or as the holder chose for new documents.
    fn visibility(&self, asked: &Asked<'_>) -> Visibility {
        let by_default = || asked.space.directory().map(Directory::default_visibility).unwrap_or_default();
        self.visibility.unwrap_or_else(by_default)
    }

    /// What the gate looks at.
    fn facts(&self, asked: &Asked<'_>, author: &Actor) -> Option<DocumentFacts> {
        Some(DocumentFacts {
            document_type: self.document_type,
            author: author.author()?,
            visibility: self.visibility(asked),
            to_representatives: self.to_representatives,
            deposited_at: self.deposited_at(asked),
            // It awaits nothing before it is there.
            announcement: Announcement::NotAsked,
            state: DocumentState::Current,
        })
    }
}

impl NewVersion {
    pub(super) fn decide(self, asked: &Asked<'_>, document: &Document) -> Result<Vec<DocumentEvent>, DocumentRefusal> {
        let (deposited, Permitted { at, by, ground }) = asked.of(Action::Replace, document)?;
        let Self { title, act, content } = self;
        if deposited.versions.all().any(|known| known == content.id) {
            return Ok(Vec::new());
        }
        asked.admit_act(act)?;
        Ok(vec![DocumentEvent::DocumentReplaced { at, by, ground, title, act, content }])
    }
}

impl Correction {
    pub(super) fn decide(self, asked: &Asked<'_>, document: &Document) -> Result<Vec<DocumentEvent>, DocumentRefusal> {
        let (deposited, Permitted { at, by, ground }) = asked.of(Action::CorrectMetadata, document)?;
        let known_type = deposited.document_type.get().copied();
        let document_type = self.document_type.filter(|corrected| Some(*corrected) != known_type);
        let act = self.act.filter(|corrected| *corrected != deposited.act);
        if let Some(corrected) = document_type {
            Asked::admit_type(corrected, &by)?;
        }
        if let Some(corrected) = act {
            asked.admit_act(corrected)?;
        }
        // No rule reads a title, so none can tell that it is the same.
        if self.title.is_none() && document_type.is_none() && act.is_none() {
            return Ok(Vec::new());
        }
        let (title, document_type) = (self.title, document_type.map(Guarded::new));
        Ok(vec![DocumentEvent::MetadataCorrected { at, by, ground, title, document_type, act }])
    }
}

/// The author takes the document back.
pub(super) fn withdraw(asked: &Asked<'_>, document: &Document) -> Result<Vec<DocumentEvent>, DocumentRefusal> {
    let (deposited, Permitted { at, by, ground }) = asked.of(Action::Withdraw, document)?;
    match deposited.standing {
        Standing::Current | Standing::Archived => Ok(vec![DocumentEvent::DocumentWithdrawn { at, by, ground }]),
        Standing::Withdrawn => Ok(Vec::new()),
        Standing::Deleted => Err(DocumentRefusal::DocumentDeleted),
        Standing::MovedOut => Err(DocumentRefusal::DocumentMovedOut),
    }
}

/// The depositor moves out what is another person's, also what was withdrawn: whoever had read it is to be told.
pub(super) fn move_out(asked: &Asked<'_>, document: &Document) -> Result<Vec<DocumentEvent>, DocumentRefusal> {
    let (deposited, Permitted { at, by, ground }) = asked.of(Action::MoveOut, document)?;
    match deposited.standing {
        Standing::Current | Standing::Archived | Standing::Withdrawn => Ok(vec![DocumentEvent::DocumentMovedOut { at, by, ground }]),
        Standing::MovedOut => Ok(Vec::new()),
        Standing::Deleted => Err(DocumentRefusal::DocumentDeleted),
    }
}
