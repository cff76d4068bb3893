//! What may hold back the opening of a space that has not opened yet: an opposition, and what must be mended.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::space::terms::BlockReason;

/// The state of a space before its opening.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Preparation {
    pub(crate) opposition: Opposition,
    pub(crate) blocks: BTreeSet<BlockReason>,
}

/// Whether the person opposes the opening.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Opposition {
    /// Nobody has said anything that still counts.
    #[default]
    None,
    /// It stands since the date of its receipt.
    Stands { since: NaiveDate },
    /// It was withdrawn: the opening follows as soon as nothing blocks it.
    Withdrawn,
}

impl Preparation {
    /// Since when an opposition stands.
    pub(crate) const fn opposed_since(&self) -> Option<NaiveDate> {
        match self.opposition {
            Opposition::Stands { since } => Some(since),
            Opposition::None | Opposition::Withdrawn => None,
        }
    }

    /// Whether the person asked for the opening, by withdrawing an opposition.
    pub(crate) fn is_opening_wanted(&self) -> bool {
        self.opposition == Opposition::Withdrawn
    }

    /// Whether neither an opposition nor a block holds the opening back.
    pub(crate) fn is_free(&self) -> bool {
        self.opposed_since().is_none() && self.blocks.is_empty()
    }

    pub(crate) fn is_blocked_by(&self, reason: BlockReason) -> bool {
        self.blocks.contains(&reason)
    }

    /// The opening waits. If the wrong person was told, their wish for the opening does not count either.
    pub(crate) fn block(&mut self, reason: BlockReason) {
        self.blocks.insert(reason);
        match reason {
            BlockReason::NotTheRepresentative if self.is_opening_wanted() => self.opposition = Opposition::None,
            BlockReason::NotTheRepresentative | BlockReason::Technical => {}
        }
    }

    /// A reason to wait is gone.
    pub(crate) fn unblock(&mut self, reason: BlockReason) {
        self.blocks.remove(&reason);
    }
}
