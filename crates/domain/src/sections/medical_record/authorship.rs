//! What an author does with a document: deposit it, give a new version, correct what is said of it, take it back, move it out.
//!
//! - the same deposit again changes nothing and another content under the same id is refused
//! - a replacement supersedes the version before and keeps it
//! - a replacement does not prolong the wait for an announcement
//! - only the author replaces corrects and withdraws

use crate::access::{Action, Announcement, Directory, DocumentFacts, DocumentState, DocumentType, Visibility};
use crate::guarded::Guarded;
use crate::personal::Personal;
use crate::sections::actor::Actor;
use crate::sections::permitted::Permitted;

use super::act::ActDays;
use super::announcement::AnnouncementDays;
use super::asked::Asked;
use super::content::Content;
use super::events::DocumentEvent;
use super::refusal::DocumentRefusal;
use super::state::{Document, Standing};
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
        let author = Actor::of(asked.by)?;
        let facts = self.facts(asked, &author).ok_or(DocumentRefusal::DocumentSealed)?;
        let Permitted { at, by, ground } = asked.of_facts(Action::Deposit, &facts)?;
        if let Some(known) = document.deposited() {
            let same = known.versions.first() == self.content.id && known.author.author() == by.author();
            return if same { Ok(Vec::new()) } else { Err(DocumentRefusal::DocumentIdTaken) };
        }
        asked.admit_type(self.document_type)?;
        if self.explanation == Explanation::First && !asked.is_professional() {
            return Err(DocumentRefusal::AnnouncementReserved);
        }
        asked.admit_act(self.act)?;
        let announcement = match self.explanation {
            Explanation::NotNeeded => None,
            Explanation::First => Some(AnnouncementDays::after(at, asked.policy)),
        };
        let visibility = self.visibility(asked);
        let Self { title, document_type, act, content, to_representatives, .. } = self;
        let document_type = Guarded::new(document_type);
        Ok(vec![DocumentEvent::DocumentDeposited {
            at,
            by,
            ground,
            title,
            document_type,
            act,
            content,
            visibility,
            to_representatives,
            announcement,
        }])
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
            deposited_at: asked.at,
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
            asked.admit_type(corrected)?;
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
