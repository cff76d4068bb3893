//! What may be done with a section, a document or a space, as far as the gate tells acts apart.

use serde::{Deserialize, Serialize};

/// What somebody asks to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Read a section or a document.
    Read,
    /// See that it exists, in a list.
    List,
    /// Put something into a section.
    Deposit,
    /// Give a document a new version.
    Replace,
    /// Correct what is said about a document.
    CorrectMetadata,
    /// Take back what one deposited.
    Withdraw,
    /// Take a document out that belongs to another person.
    MoveOut,
    /// Note that the consultation of announcement took place (article R. 1111-53).
    Announce,
    /// Hide from professionals (article R. 1111-49).
    Hide,
    /// Show to professionals again.
    Show,
    /// Hide from a minor's representatives (article R. 1111-33).
    HideFromRepresentatives,
    /// Show to a minor's representatives again.
    ShowToRepresentatives,
    /// Put away.
    Archive,
    /// Bring back.
    Unarchive,
    /// Keep at the top.
    Pin,
    /// No longer keep at the top.
    Unpin,
    /// Delete what the holder's side entered.
    Delete,
    /// Decide who may see what: grants, consents, choices.
    Share,
    /// Take the person's consent for a colleague (article L. 1111-17 II).
    TakeConsent,
    /// Keep a professional out, or no longer.
    BlockProfessional,
    /// Change how the person is reached.
    ChangeContacts,
    /// Close the space.
    Close,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 22] = [
        Self::Read,
        Self::List,
        Self::Deposit,
        Self::Replace,
        Self::CorrectMetadata,
        Self::Withdraw,
        Self::MoveOut,
        Self::Announce,
        Self::Hide,
        Self::Show,
        Self::HideFromRepresentatives,
        Self::ShowToRepresentatives,
        Self::Archive,
        Self::Unarchive,
        Self::Pin,
        Self::Unpin,
        Self::Delete,
        Self::Share,
        Self::TakeConsent,
        Self::BlockProfessional,
        Self::ChangeContacts,
        Self::Close,
    ];

    /// Whether it only looks.
    pub const fn is_reading(self) -> bool {
        matches!(self, Self::Read | Self::List)
    }
}
