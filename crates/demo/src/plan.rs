//! The plan of a demonstration: how many persons, which ones, and when their campaign begins.

use chrono::{Datelike, Days, NaiveDate};

use crate::error::DemoError;

/// How long a campaign lasts, in days: long enough for the last letter's window, and for what follows its opening.
pub(crate) const DAYS: u64 = 100;
/// The year of the first spaces, and of the earliest campaign.
const EARLIEST: i32 = 2022;

/// What a demonstration is made of.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many persons.
    pub persons: u64,
    /// Which ones: another seed invents other persons, who do other things.
    pub seed: u64,
    /// The first day of the campaign.
    pub from: NaiveDate,
}

impl Plan {
    /// The last day on which a campaign can begin that is over today.
    pub fn latest(today: NaiveDate) -> NaiveDate {
        today - Days::new(DAYS)
    }

    /// Refuses a campaign that is not over today, or that begins before there were spaces.
    ///
    /// # Errors
    /// [`DemoError::Begins`].
    pub fn checked(self, today: NaiveDate) -> Result<Self, DemoError> {
        let latest = Self::latest(today);
        if self.from.year() < EARLIEST || self.from > latest {
            return Err(DemoError::Begins { days: DAYS, earliest: EARLIEST, latest });
        }
        Ok(self)
    }

    /// The days of the campaign.
    pub(crate) fn days(self) -> impl Iterator<Item = NaiveDate> {
        (0..DAYS).filter_map(move |day| self.from.checked_add_days(Days::new(day)))
    }
}
