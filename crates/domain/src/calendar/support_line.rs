//! The support line (3422): Monday to Friday, 08:30 to 17:30 in Paris, public holidays excepted.
//!
//! closed --08:30 of a working day--> open --17:30--> closed
//! - its hours are shown to people and never refuse an opposition: one may arrive by post, desk or web at any hour

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc, Weekday};

use super::holidays::{Region, is_holiday};
use super::paris;

const OPENS: NaiveTime = clock(8, 30);
const CLOSES: NaiveTime = clock(17, 30);

/// A time of day, for constants.
const fn clock(hour: u32, minute: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, minute, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    }
}

/// The line, with the holidays that its agents keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SupportLine {
    /// Where its agents work.
    pub region: Region,
}

impl SupportLine {
    /// Whether somebody answers; at 17:30 sharp nobody does any more.
    pub fn is_open(self, at: DateTime<Utc>) -> bool {
        self.closes_at(at).is_some()
    }

    /// When today's hours end, while the line is open.
    pub fn closes_at(self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let local = paris::local(at);
        let within = OPENS <= local.time() && local.time() < CLOSES;
        (within && self.works_on(local.date())).then(|| paris::instant_of(local.date().and_time(CLOSES)))
    }

    /// When the line opens next, strictly after `at`: while it is open, that is on a later day.
    pub fn next_opening(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let openings = paris::day_of(at).iter_days().filter(|day| self.works_on(*day)).map(|day| paris::instant_of(day.and_time(OPENS)));
        openings.into_iter().find(|opening| *opening > at).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    fn works_on(self, day: NaiveDate) -> bool {
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !is_holiday(day, self.region)
    }
}
