//! What the gate looks at of a document: type, author, who it is hidden from, whether the holder waits for an announcement.
//!
//! - what awaits an announcement shows by itself one month after its deposit

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::{months_after, paris};
use crate::finess::Finess;
use crate::ids::{CaregiverId, ServiceId};
use crate::rpps::Rpps;

use super::document_class::DocumentClass;
use super::document_type::DocumentType;

/// Months after the deposit at which a document that awaits an announcement shows by itself (article R. 1111-53).
const ANNOUNCEMENT_MONTHS: u16 = 1;

/// A document, as far as access goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentFacts {
    /// Its type; the class follows from it.
    pub document_type: DocumentType,
    /// Who deposited it.
    pub author: DocumentAuthor,
    /// Whether it is hidden from professionals (*masqué*).
    pub visibility: Visibility,
    /// Whether a minor's representatives see it.
    pub to_representatives: Visibility,
    /// When it was deposited; of several versions, the first.
    pub deposited_at: DateTime<Utc>,
    /// Whether the holder is to hear of it in a consultation first.
    pub announcement: Announcement,
    /// Whether it still counts.
    pub state: DocumentState,
}

/// Who deposited a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum DocumentAuthor {
    /// The holder.
    Holder,
    /// A representative.
    Representative,
    /// A caregiver.
    Caregiver {
        /// Which one.
        caregiver: CaregiverId,
    },
    /// A professional.
    Professional {
        /// Which one.
        rpps: Rpps,
        /// In which structure.
        structure: Option<Finess>,
    },
    /// A service of the catalogue.
    Service {
        /// Which one.
        service: ServiceId,
    },
}

/// Whether something is shown or hidden.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Shown.
    #[default]
    Shown,
    /// Hidden.
    Hidden,
}

/// Whether the holder is to hear of a document in a consultation before they see it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Announcement {
    /// No announcement was asked for.
    #[default]
    NotAsked,
    /// The consultation is awaited.
    Awaited,
    /// The consultation took place.
    Made,
}

/// Whether a document still counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// It counts.
    #[default]
    Current,
    /// It was put away, and is read as before.
    Archived,
    /// It was withdrawn, moved out or deleted: nobody reads it.
    Withdrawn,
}

impl DocumentFacts {
    /// The class that the national table gives its type.
    pub const fn class(&self) -> DocumentClass {
        self.document_type.class()
    }

    /// Whether the holder's side does not see it yet on this day.
    pub fn awaits_announcement_on(&self, day: NaiveDate) -> bool {
        self.announcement == Announcement::Awaited && day < shows_by_itself_on(self.deposited_at)
    }
}

impl DocumentAuthor {
    /// Whether the holder deposited it, or somebody in the holder's place.
    pub const fn is_of_holder_side(&self) -> bool {
        match self {
            Self::Holder | Self::Representative | Self::Caregiver { .. } => true,
            Self::Professional { .. } | Self::Service { .. } => false,
        }
    }

    /// Whether this professional deposited it, in whatever structure.
    pub fn is_professional(&self, asking: &Rpps) -> bool {
        match self {
            Self::Professional { rpps, .. } => rpps == asking,
            Self::Holder | Self::Representative | Self::Caregiver { .. } | Self::Service { .. } => false,
        }
    }
}

/// The day in Paris from whose first instant a document that awaits an announcement is shown, whether a job ran or not.
pub fn shows_by_itself_on(deposited_at: DateTime<Utc>) -> NaiveDate {
    months_after(paris::day_of(deposited_at), ANNOUNCEMENT_MONTHS)
}
