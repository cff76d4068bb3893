//! Whether a medical record that is older than the space has joined it.
//!
//! not joined --at the opening, or afterwards--> joined        any --the space is destroyed--> destroyed, and so in the new space too
//! - what was destroyed does not join the new space

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The medical record that the person had before the space.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LegacyRecord {
    /// None has joined the space.
    #[default]
    NotJoined,
    /// It joined the space.
    Joined {
        /// The day of its creation.
        created_on: NaiveDate,
    },
    /// The content of the space was destroyed, so nothing from before comes back.
    Destroyed,
}

impl LegacyRecord {
    /// The day on which the record that joined was created.
    pub(crate) const fn created_on(self) -> Option<NaiveDate> {
        match self {
            Self::Joined { created_on } => Some(created_on),
            Self::NotJoined | Self::Destroyed => None,
        }
    }
}
