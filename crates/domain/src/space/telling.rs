//! Telling persons after the fact: what they are told of, who is told, and what came of it. The words of the events of information.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::reader::Reader;
use crate::guarded::Guarded;
use crate::ids::{ItemId, MessageId};
use crate::rpps::Rpps;

use super::terms::{Channel, MessageKind};

/// What somebody is told of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum InformationOccasion {
    /// A professional read in an emergency (article L. 1111-17 I). All readings of a day are one occasion.
    EmergencyReading {
        /// Who read.
        reader: Guarded<Reader>,
        /// On which day, in Paris.
        day: NaiveDate,
    },
    /// A document was another person's, and was moved out.
    WrongPatient {
        /// Which document.
        document: ItemId,
    },
    /// A document has awaited its announcement for two weeks (article R. 1111-53).
    AnnouncementAwaited {
        /// Which document.
        document: ItemId,
        /// The day from which it shows by itself.
        visible_from: NaiveDate,
    },
    /// Somebody read, and the holder had asked to be told. All readings of a day are one occasion.
    NewReader {
        /// Who read.
        reader: Guarded<Reader>,
        /// On which day, in Paris.
        day: NaiveDate,
    },
}

impl InformationOccasion {
    /// The kind of the messages that tell of it.
    pub const fn message_kind(&self) -> MessageKind {
        match self {
            Self::EmergencyReading { .. } => MessageKind::EmergencyReading,
            Self::WrongPatient { .. } => MessageKind::WrongPatient,
            Self::AnnouncementAwaited { .. } => MessageKind::AnnouncementInvitation,
            Self::NewReader { .. } => MessageKind::NewReader,
        }
    }
}

/// Somebody whom an occasion concerns, and what came of telling them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Telling {
    /// Who is told.
    pub to: Addressee,
    /// What came of it.
    pub outcome: TellingOutcome,
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum Addressee {
    /// The holder, or who acts for them.
    Holder,
    /// The attending doctor.
    AttendingDoctor {
        /// Which one.
        professional: Guarded<Rpps>,
    },
    /// A professional who had read.
    Reader {
        /// Which one.
        professional: Guarded<Rpps>,
    },
}

/// What came of telling somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum TellingOutcome {
    /// A message was ordered.
    Sent {
        /// Which one.
        message: MessageId,
        /// How it goes.
        channel: Channel,
    },
    /// None was.
    NotSent {
        /// Why.
        why: Untold,
    },
}

/// Why somebody is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Untold {
    /// No contact is declared that still works.
    NoContact,
    /// No secure mailbox of the professional is known.
    NoMailbox,
    /// It is not for those who act for the holder: a minor's secret care (article R. 1111-33).
    NotForRepresentatives,
    /// The space was closed before.
    SpaceClosed,
    /// The document shows by itself already.
    TooLate,
    /// The holder asks to be told no longer.
    NotAsked,
}

impl Untold {
    /// Its name, as events spell it; for metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoContact => "no_contact",
            Self::NoMailbox => "no_mailbox",
            Self::NotForRepresentatives => "not_for_representatives",
            Self::SpaceClosed => "space_closed",
            Self::TooLate => "too_late",
            Self::NotAsked => "not_asked",
        }
    }
}
