//! The wait for an announcement: a result that a professional explains before the holder reads it (article R. 1111-53).
//!
//! awaited --two weeks--> holder invited --one month--> shown by itself        awaited --consultation--> announced
//! - the holder is invited two weeks after the deposit
//! - a document shows by itself one month after its deposit

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::access::shows_by_itself_on;
use crate::calendar::{last_day, paris};
use crate::policy::Policy;

/// What falls due while a document awaits its announcement. The gate goes by the date, whether a job ran or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncementDays {
    /// The day on which the holder is invited to consult.
    pub invite_on: NaiveDate,
    /// The day from whose first instant, in Paris, the holder reads it.
    pub visible_from: NaiveDate,
}

impl AnnouncementDays {
    /// The days that follow from a deposit at this instant. The day of the deposit is not counted.
    pub fn after(deposit: DateTime<Utc>, policy: &Policy) -> Self {
        let invite_on = last_day(paris::day_of(deposit), policy.announcement_invitation_days);
        Self { invite_on, visible_from: shows_by_itself_on(deposit) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(deposit: &str) -> AnnouncementDays {
        AnnouncementDays::after(deposit.parse().unwrap(), &Policy::default())
    }

    #[test]
    fn the_holder_is_invited_two_weeks_after_the_deposit() {
        assert_eq!(after("2026-03-02T10:00:00Z").invite_on, "2026-03-16".parse().unwrap());
        assert_eq!(after("2026-03-02T23:30:00Z").invite_on, "2026-03-17".parse().unwrap(), "it is the 3rd in Paris");
    }

    #[test]
    fn a_document_shows_by_itself_one_month_after_its_deposit() {
        let cases = [
            ("2026-03-02T10:00:00Z", "2026-04-02"),
            ("2026-01-31T10:00:00Z", "2026-02-28"),
            ("2026-12-31T22:59:59Z", "2027-01-31"),
            ("2026-12-31T23:00:00Z", "2027-02-01"),
        ];
        for (deposit, day) in cases {
            assert_eq!(after(deposit).visible_from, day.parse().unwrap(), "{deposit}");
        }
    }
}
