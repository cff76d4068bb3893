//! What a consultation is about, and the reason that a professional states in an emergency.

use serde::{Deserialize, Serialize};

use crate::ids::ItemId;
use crate::parsed::{redacted, text_value};
use crate::personal::PersonalData;
use crate::space::terms::Section;

/// What is consulted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Subject {
    /// A section as a whole, as a list.
    Section {
        /// Which one.
        section: Section,
    },
    /// One document of the medical record.
    Document {
        /// Which one.
        document: ItemId,
    },
    /// The life of the space, its state and its history: read by those who look after spaces, and not by the person's own side.
    Life,
    /// Who may read the space, as an agent or the operator looks at it.
    Directory {
        /// Or one document of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<ItemId>,
    },
}

impl Subject {
    /// The section that it stands in; none for the life of the space, which is about no section.
    pub const fn section(self) -> Option<Section> {
        match self {
            Self::Section { section } => Some(section),
            Self::Document { .. } => Some(Section::MedicalRecord),
            Self::Directory { .. } => Some(Section::Authorisations),
            Self::Life => None,
        }
    }

    /// The document, if it is one.
    pub const fn document(self) -> Option<ItemId> {
        match self {
            Self::Section { .. } | Self::Life => None,
            Self::Document { document } => Some(document),
            Self::Directory { document } => document,
        }
    }
}

/// Most characters of a stated reason.
const LONGEST: usize = 300;

/// Why a professional reads in an emergency, in their own words (article R. 1111-48).
#[derive(Clone, PartialEq, Eq)]
pub struct StatedReason(String);

redacted!(StatedReason);

/// A text that states no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatedReasonError {
    /// Nothing is stated.
    #[error("state the reason of the emergency")]
    Empty,
    /// It is a report, not a reason.
    #[error("a reason has at most {LONGEST} characters")]
    TooLong,
    /// It holds a control character.
    #[error("a reason is one line of text")]
    NotOneLine,
}

impl StatedReason {
    /// Reads a reason; spaces around it do not count.
    ///
    /// # Errors
    /// [`StatedReasonError`] says what to mend.
    pub fn parse(text: &str) -> Result<Self, StatedReasonError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(StatedReasonError::Empty);
        }
        if text.chars().count() > LONGEST {
            return Err(StatedReasonError::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(StatedReasonError::NotOneLine);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_value!(StatedReason, StatedReasonError);

impl PersonalData for StatedReason {
    const KIND: &'static str = "stated_reason";
}
