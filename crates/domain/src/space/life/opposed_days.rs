//! The days on which an opposition stood, which outlive the opening: nobody feeds the space for them afterwards.
//!
//! - the day of an opposition counts as opposed and that of its withdrawal does not

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Days from the receipt of an opposition until its withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpposedPeriod {
    /// The day of the receipt, the first on which nothing is fed.
    pub since: NaiveDate,
    /// The day of the withdrawal, from which the space is fed again; nothing while the opposition stands.
    pub until: Option<NaiveDate>,
}

/// Every period in which the person opposed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct OpposedDays(Vec<OpposedPeriod>);

impl OpposedDays {
    /// An opposition was recorded.
    pub(crate) fn begin(&mut self, since: NaiveDate) {
        self.0.push(OpposedPeriod { since, until: None });
    }

    /// The opposition was withdrawn on this day.
    pub(crate) fn end(&mut self, on: NaiveDate) {
        self.0.last_mut().into_iter().for_each(|period| period.until = period.until.or(Some(on)));
    }

    /// The first period that holds a day from `first` to `last`, both included.
    pub(crate) fn within(&self, first: NaiveDate, last: NaiveDate) -> Option<OpposedPeriod> {
        self.0.iter().copied().find(|period| period.since <= last && period.until.is_none_or(|until| first < until && period.since < until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_day_of_an_opposition_counts_as_opposed_and_that_of_its_withdrawal_does_not() {
        let mut days = OpposedDays::default();
        let period = |since, until: Option<&str>| Some(OpposedPeriod { since: day(since), until: until.map(day) });
        assert_eq!(days.within(NaiveDate::MIN, NaiveDate::MAX), None);
        days.begin(day("2026-03-20"));
        assert_eq!(days.within(day("2026-03-19"), day("2026-03-19")), None);
        assert_eq!(days.within(day("2026-05-01"), day("2026-05-01")), period("2026-03-20", None));
        days.end(day("2026-04-02"));
        days.end(day("2026-06-01"));
        let cases = [
            ("2026-03-19", "2026-03-19", false),
            ("2026-03-19", "2026-03-20", true),
            ("2026-03-20", "2026-03-20", true),
            ("2026-04-01", "2026-04-01", true),
            ("2026-04-02", "2026-04-02", false),
            ("2026-01-01", "2026-12-31", true),
        ];
        for (first, last, opposed) in cases {
            let expected = period("2026-03-20", Some("2026-04-02")).filter(|_| opposed);
            assert_eq!(days.within(day(first), day(last)), expected, "{first} to {last}");
        }
        days.begin(day("2026-05-05"));
        days.end(day("2026-05-05"));
        assert_eq!(days.within(day("2026-05-05"), day("2026-05-05")), None, "withdrawn on the same day");
        assert_eq!(days.within(day("2026-05-01"), day("2026-05-31")), None, "no whole day lies in it");
    }
}
