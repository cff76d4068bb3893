//! The stored contract of a document of the medical record: its events.

use chrono::{DateTime, Utc};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use crate::access::{DocumentType, Ground, Visibility};
use crate::calendar::paris;
use crate::french::date;
use crate::guarded::Guarded;
use crate::personal::{Personal, PersonalData};
use crate::sections::actor::Actor;
use crate::space::events::event_names;
use crate::stream::NamedEvent;

use super::act::ActDays;
use super::announcement::AnnouncementDays;
use super::content::Content;
use super::title::DocumentTitle;

/// What a document is says something of the person, and decisions compare it.
impl PersonalData for DocumentType {
    const KIND: &'static str = "document_type";
}

/// One event of a document. Every one says when (`at`), by whom (`by`) and on which ground of the gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are; a field that needs more has its own")]
pub enum DocumentEvent {
    /// Its author put the document into the record. The content was stored before.
    DocumentDeposited {
        at: DateTime<Utc>,
        by: Actor,
        ground: Ground,
        title: Personal<DocumentTitle>,
        document_type: Guarded<DocumentType>,
        act: ActDays,
        content: Content,
        /// Whether professionals see it: `shown`, or `hidden` from the start.
        visibility: Visibility,
        /// Whether representatives see it: `shown`, or `hidden` from the start.
        to_representatives: Visibility,
        /// What falls due while it awaits an announcement, where it does.
        announcement: Option<AnnouncementDays>,
        /// When its author put it into a medical record that is older than the space, where CNAM brought it from there (`at`).
        first_deposited_at: Option<DateTime<Utc>>,
    },
    /// Its author gave a new version. The one before is superseded, and stays readable in the history.
    DocumentReplaced { at: DateTime<Utc>, by: Actor, ground: Ground, title: Personal<DocumentTitle>, act: ActDays, content: Content },
    /// Its author corrected what is said of it; what is null stays as it was.
    MetadataCorrected {
        at: DateTime<Utc>,
        by: Actor,
        ground: Ground,
        title: Option<Personal<DocumentTitle>>,
        document_type: Option<Guarded<DocumentType>>,
        act: Option<ActDays>,
    },
    /// Its author took it back, with all its versions.
    DocumentWithdrawn { at: DateTime<Utc>, by: Actor, ground: Ground },
    /// It was hidden from professionals, but for its author and the attending doctor (article R. 1111-49).
    DocumentHidden { at: DateTime<Utc>, by: Actor, ground: Ground },
    /// Professionals may see it again.
    DocumentShown { at: DateTime<Utc>, by: Actor, ground: Ground },
    /// It was hidden from representatives: a minor's care that is secret (article R. 1111-33).
    HiddenFromRepresentatives { at: DateTime<Utc>, by: Actor, ground: Ground },
    /// Representatives may see it again.
    ShownToRepresentatives { at: DateTime<Utc>, by: Actor, ground: Ground },
    /// The consultation that it awaited took place: the holder may read it.
    DocumentAnnounced { at: DateTime<Utc>, by: Actor, ground: Ground },
    /// It was put aside: it stays readable, and out of the current list.
    DocumentArchived { at: DateTime<Utc>, by: Actor, ground: Ground },
    /// It is current again.
    DocumentUnarchived { at: DateTime<Utc>, by: Actor, ground: Ground },
    /// It was put at the top of the list.
    DocumentPinned { at: DateTime<Utc>, by: Actor, ground: Ground },
    /// It stands in its place in the list again.
    DocumentUnpinned { at: DateTime<Utc>, by: Actor, ground: Ground },
    /// The holder's side deleted a document that it had deposited itself.
    DocumentDeleted { at: DateTime<Utc>, by: Actor, ground: Ground },
    /// It was another person's: its depositor moved it out of this record. Whoever had read it is told.
    DocumentMovedOut { at: DateTime<Utc>, by: Actor, ground: Ground },
}

event_names!(DocumentEvent {
    DocumentDeposited,
    DocumentReplaced,
    MetadataCorrected,
    DocumentWithdrawn,
    DocumentHidden,
    DocumentShown,
    HiddenFromRepresentatives,
    ShownToRepresentatives,
    DocumentAnnounced,
    DocumentArchived,
    DocumentUnarchived,
    DocumentPinned,
    DocumentUnpinned,
    DocumentDeleted,
    DocumentMovedOut,
});

impl DocumentEvent {
    /// The event, as the holder reads it; which document it was and who treats the person is not said, for others read the history too.
    pub fn sentence(&self) -> String {
        match self {
            Self::DocumentDeposited { by, first_deposited_at, .. } => deposited(by, *first_deposited_at),
            Self::DocumentReplaced { by, .. } => format!("Un document a été remplacé par une nouvelle version, déposée {}.", by.by()),
            Self::MetadataCorrected { by, .. } => format!("Les informations d’un document ont été corrigées {}.", by.by()),
            Self::DocumentWithdrawn { by, .. } => format!("Un document a été retiré du dossier médical {}.", by.by()),
            Self::DocumentHidden { by, .. } => format!("Un document a été masqué aux professionnels {}.", by.by()),
            Self::DocumentShown { by, .. } => format!("Un document a été rendu visible aux professionnels {}.", by.by()),
            Self::HiddenFromRepresentatives { by, .. } => format!("Un document a été masqué aux représentants légaux {}.", by.by()),
            Self::ShownToRepresentatives { by, .. } => {
                format!("Un document a été rendu visible aux représentants légaux {}.", by.by())
            }
            Self::DocumentAnnounced { by, .. } => format!("La consultation d’annonce d’un document a été enregistrée {}.", by.by()),
            Self::DocumentArchived { by, .. } => format!("Un document a été archivé {}.", by.by()),
            Self::DocumentUnarchived { by, .. } => format!("Un document archivé a été remis parmi les documents courants {}.", by.by()),
            Self::DocumentPinned { by, .. } => format!("Un document a été épinglé {}.", by.by()),
            Self::DocumentUnpinned { by, .. } => format!("Un document a été retiré des documents épinglés {}.", by.by()),
            Self::DocumentDeleted { by, .. } => format!("Un document a été supprimé {}.", by.by()),
            Self::DocumentMovedOut { by, .. } => {
                format!("Un document qui concernait une autre personne a été sorti du dossier médical {}.", by.by())
            }
        }
    }

    /// Who did it; of a deposit, the author, also where CNAM brought the document from an older record.
    pub const fn by(&self) -> &Actor {
        match self {
            Self::DocumentDeposited { by, .. }
            | Self::DocumentReplaced { by, .. }
            | Self::MetadataCorrected { by, .. }
            | Self::DocumentWithdrawn { by, .. }
            | Self::DocumentHidden { by, .. }
            | Self::DocumentShown { by, .. }
            | Self::HiddenFromRepresentatives { by, .. }
            | Self::ShownToRepresentatives { by, .. }
            | Self::DocumentAnnounced { by, .. }
            | Self::DocumentArchived { by, .. }
            | Self::DocumentUnarchived { by, .. }
            | Self::DocumentPinned { by, .. }
            | Self::DocumentUnpinned { by, .. }
            | Self::DocumentDeleted { by, .. }
            | Self::DocumentMovedOut { by, .. } => by,
        }
    }
}

fn deposited(by: &Actor, first_deposited_at: Option<DateTime<Utc>>) -> String {
    match first_deposited_at.map(paris::day_of) {
        None => format!("Un document a été déposé dans le dossier médical {}.", by.by()),
        Some(day) => format!(
            "Un document de votre ancien dossier médical, déposé {} le {}, a été repris par l’Assurance maladie.",
            by.by(),
            date(day)
        ),
    }
}

impl DomainEvent for DocumentEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}
