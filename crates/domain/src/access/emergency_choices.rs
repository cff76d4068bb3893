//! What the holder decided beforehand for an emergency: three choices, each permitted until the holder refuses it.

use serde::{Deserialize, Serialize};

/// Permitted, until the holder refuses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// The holder did not refuse.
    #[default]
    Permitted,
    /// The holder refused beforehand.
    Refused,
}

/// What a choice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmergencyAccess {
    /// A professional who states that the person is in danger (*bris de glace*).
    BreakGlass,
    /// A doctor of the dispatch centre (*centre 15*).
    DispatchCentre,
    /// Hidden documents, in either.
    HiddenDocuments,
}

/// The three choices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyChoices {
    break_glass: Choice,
    dispatch_centre: Choice,
    hidden_documents: Choice,
}

impl EmergencyChoices {
    /// What the holder decided.
    pub const fn of(self, access: EmergencyAccess) -> Choice {
        match access {
            EmergencyAccess::BreakGlass => self.break_glass,
            EmergencyAccess::DispatchCentre => self.dispatch_centre,
            EmergencyAccess::HiddenDocuments => self.hidden_documents,
        }
    }

    pub(super) const fn choose(&mut self, access: EmergencyAccess, choice: Choice) {
        match access {
            EmergencyAccess::BreakGlass => self.break_glass = choice,
            EmergencyAccess::DispatchCentre => self.dispatch_centre = choice,
            EmergencyAccess::HiddenDocuments => self.hidden_documents = choice,
        }
    }
}
