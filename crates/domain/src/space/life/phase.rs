//! The phases of a space's life, each with what is known in it only.
//!
//! before the opening --opened or signed up--> in service <--> suspended        in service | suspended --closed--> archived --destroyed--> destroyed
//! before the opening --death--> ended          archived --reopened--> in service          destroyed --renewed--> in service

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::space::terms::Stage;

use super::preparation::Preparation;

/// Where a space is, as decisions ask it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    /// The person is being told, opposes, or waits.
    Before(Preparation),
    /// The space is open.
    InService(Opening),
    /// CNAM stopped the access; the closing may be opposed until the end of `last_day`.
    Suspended { opening: Opening, last_day: NaiveDate },
    /// The space is closed, and its content archived.
    Archived { opening: Opening, archive: Archive },
    /// Nobody can read the content any more.
    Destroyed,
    /// The person died before any opening.
    Ended,
}

/// The opening, once it has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Opening {
    pub(crate) opened_on: NaiveDate,
    /// The holder has signed up.
    pub(crate) activated: bool,
}

/// A closed space's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Archive {
    pub(crate) closed_on: NaiveDate,
    pub(crate) until: NaiveDate,
    /// The day on which it is destroyed on request.
    pub(crate) destroy_on: Option<NaiveDate>,
}

impl Opening {
    /// The stage of an opened space that nothing holds back.
    pub(crate) const fn stage(self) -> Stage {
        if self.activated { Stage::Active } else { Stage::Open }
    }
}

impl Phase {
    /// The opening of a space that is open, suspended or archived.
    pub(crate) const fn opening(&self) -> Option<Opening> {
        match self {
            Self::InService(opening) | Self::Suspended { opening, .. } | Self::Archived { opening, .. } => Some(*opening),
            Self::Before(_) | Self::Destroyed | Self::Ended => None,
        }
    }

    /// What holds the opening back, before it.
    pub(crate) const fn preparation(&self) -> Option<&Preparation> {
        match self {
            Self::Before(preparation) => Some(preparation),
            Self::InService(_) | Self::Suspended { .. } | Self::Archived { .. } | Self::Destroyed | Self::Ended => None,
        }
    }

    pub(crate) const fn preparation_mut(&mut self) -> Option<&mut Preparation> {
        match self {
            Self::Before(preparation) => Some(preparation),
            Self::InService(_) | Self::Suspended { .. } | Self::Archived { .. } | Self::Destroyed | Self::Ended => None,
        }
    }

    pub(crate) const fn archive(&self) -> Option<&Archive> {
        match self {
            Self::Archived { archive, .. } => Some(archive),
            Self::Before(_) | Self::InService(_) | Self::Suspended { .. } | Self::Destroyed | Self::Ended => None,
        }
    }

    pub(crate) const fn is_in_service(&self) -> bool {
        matches!(self, Self::InService(_))
    }

    /// CNAM opens the space on this day.
    pub(crate) fn open(&mut self, opened_on: NaiveDate) {
        *self = Self::InService(Opening { opened_on, activated: false });
    }

    /// The holder signs up, which opens the space on this day unless it is open.
    pub(crate) fn activate(&mut self, on: NaiveDate) {
        *self = Self::InService(Opening { activated: true, ..self.opening_by(on) });
    }

    /// CNAM stops the access.
    pub(crate) fn suspend(&mut self, informed_on: NaiveDate, last_day: NaiveDate) {
        *self = Self::Suspended { opening: self.opening_by(informed_on), last_day };
    }

    /// The content is archived.
    pub(crate) fn close(&mut self, closed_on: NaiveDate, until: NaiveDate) {
        *self = Self::Archived { opening: self.opening_by(closed_on), archive: Archive { closed_on, until, destroy_on: None } };
    }

    /// The space is open again, as it was before its suspension or its closing.
    pub(crate) fn return_to_service(&mut self, on: NaiveDate) {
        *self = Self::InService(self.opening_by(on));
    }

    /// The archive is to be destroyed on this day, or no longer.
    pub(crate) const fn schedule_destruction(&mut self, destroy_on: Option<NaiveDate>) {
        if let Self::Archived { archive, .. } = self {
            archive.destroy_on = destroy_on;
        }
    }

    /// The holder died: before the opening, the process ends.
    pub(crate) fn end_by_death(&mut self) {
        if let Self::Before(_) = self {
            *self = Self::Ended;
        }
    }

    /// The opening that an event of this day presupposes: what happened, happened.
    fn opening_by(&self, day: NaiveDate) -> Opening {
        self.opening().unwrap_or(Opening { opened_on: day, activated: false })
    }
}
