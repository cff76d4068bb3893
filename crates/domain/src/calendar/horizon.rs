//! The days that may come in from outside, as seen from a day: a date beyond them is a slip or an attack, and is refused.
//!
//! - a day outside of the horizon is refused with the days that it may be
//! - no horizon goes beyond the years 1 to 9999

use chrono::NaiveDate;

use crate::policy::Policy;

use super::periods::years_after;

/// The first and the last day that a year of four digits can write.
const WRITABLE: (NaiveDate, NaiveDate) = (year_begins(1), year_ends(9999));

/// A range of days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    earliest: NaiveDate,
    latest: NaiveDate,
}

/// A day that lies outside of its horizon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a day from {earliest} to {latest}")]
pub struct OutsideHorizon {
    /// The first day that may be named.
    pub earliest: NaiveDate,
    /// The last day that may be named.
    pub latest: NaiveDate,
}

impl Horizon {
    /// For what has happened to a person: a birth, a death, the first day of a medical record. From `Policy::past_years` ago until today.
    pub fn past(today: NaiveDate, policy: &Policy) -> Self {
        Self::between(years_before(today, policy.past_years), today)
    }

    /// For the last day of a grant: from today until `Policy::grant_years` from now.
    pub fn of_grants(today: NaiveDate, policy: &Policy) -> Self {
        Self::between(today, years_after(today, policy.grant_years))
    }

    /// For any day that is named at all: what lies outside of it makes no sense in any field. A rule may leave less.
    pub fn of_any_day(today: NaiveDate, policy: &Policy) -> Self {
        Self::between(years_before(today, policy.past_years), years_after(today, policy.grant_years))
    }

    fn between(earliest: NaiveDate, latest: NaiveDate) -> Self {
        let (first, last) = WRITABLE;
        Self { earliest: earliest.clamp(first, last), latest: latest.clamp(first, last) }
    }

    /// The first day that may be named.
    pub const fn earliest(self) -> NaiveDate {
        self.earliest
    }

    /// The last day that may be named.
    pub const fn latest(self) -> NaiveDate {
        self.latest
    }

    /// The day, if it lies within.
    ///
    /// # Errors
    /// [`OutsideHorizon`], which says the days that may be named and never the one that was.
    pub fn admit(self, day: NaiveDate) -> Result<NaiveDate, OutsideHorizon> {
        let Self { earliest, latest } = self;
        if day < earliest || day > latest { Err(OutsideHorizon { earliest, latest }) } else { Ok(day) }
    }
}

/// The same day of the year, `years` earlier; 29 February gives 28 February in a common year.
fn years_before(day: NaiveDate, years: u16) -> NaiveDate {
    day.checked_sub_months(chrono::Months::new(u32::from(years) * 12)).unwrap_or(NaiveDate::MIN)
}

const fn year_begins(year: i32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, 1, 1) {
        Some(day) => day,
        None => NaiveDate::MIN,
    }
}

const fn year_ends(year: i32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, 12, 31) {
        Some(day) => day,
        None => NaiveDate::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_outside_of_the_horizon_is_refused_with_the_days_that_it_may_be() {
        let (today, policy) = (day("2026-07-01"), Policy::default());
        let past = Horizon::past(today, &policy);
        assert_eq!((past.earliest(), past.latest()), (day("1876-07-01"), today));
        assert_eq!(past.admit(today), Ok(today));
        let refused = past.admit(day("2026-07-02")).unwrap_err();
        assert_eq!(refused.to_string(), "expected a day from 1876-07-01 to 2026-07-01");
        let grants = Horizon::of_grants(today, &policy);
        assert_eq!((grants.earliest(), grants.latest()), (today, day("2176-07-01")));
        for extreme in [NaiveDate::MIN, day("0000-12-31"), day("0001-01-01"), day("9999-12-31"), day("+10000-01-01"), NaiveDate::MAX] {
            for horizon in [past, grants, Horizon::of_any_day(today, &policy)] {
                assert!(horizon.admit(extreme).is_err(), "{extreme}");
            }
        }
    }

    #[test]
    fn no_horizon_goes_beyond_the_years_1_to_9999() {
        let policy = Policy { past_years: u16::MAX, grant_years: u16::MAX, ..Policy::default() };
        for today in [NaiveDate::MIN, day("2026-07-01"), NaiveDate::MAX] {
            let any = Horizon::of_any_day(today, &policy);
            assert!(any.earliest() >= day("0001-01-01") && any.latest() <= day("9999-12-31"), "{today}: {any:?}");
        }
    }
}
