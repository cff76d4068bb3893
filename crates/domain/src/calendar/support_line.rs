//! The support line (3422): Monday to Friday, 08:30 to 17:30 in Paris, public holidays excepted.
//!
//! closed --08:30 of a working day--> open --17:30--> closed
//! - the line is open from half past eight to half past five
//! - the line is closed on weekends and holidays
//!
//! Its hours are shown to people and never used to refuse an opposition, which may come by post, desk or web at any time.

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

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    const LINE: SupportLine = SupportLine { region: Region::Metropole };
    const IN_STRASBOURG: SupportLine = SupportLine { region: Region::AlsaceMoselle };

    fn paris(text: &str) -> DateTime<Utc> {
        paris::instant_of(text.parse().unwrap())
    }

    #[test]
    fn the_line_is_open_from_half_past_eight_to_half_past_five() {
        for (time, open) in [("08:29:59", false), ("08:30:00", true), ("12:45:00", true), ("17:29:59", true), ("17:30:00", false)] {
            for day in ["2022-01-12", "2022-07-12"] {
                assert_eq!(LINE.is_open(paris(&format!("{day}T{time}"))), open, "{day} {time}");
            }
        }
        assert_eq!(LINE.closes_at(paris("2022-07-12T09:00:00")), Some(paris("2022-07-12T17:30:00")));
        assert_eq!(LINE.closes_at(paris("2022-07-12T18:00:00")), None);
    }

    #[test]
    fn the_line_is_closed_on_weekends_and_holidays() {
        for day in ["2022-07-16", "2022-07-17", "2022-07-14", "2022-04-18", "2022-05-26"] {
            assert!(!LINE.is_open(paris(&format!("{day}T10:00:00"))), "{day}");
        }
        assert!(LINE.is_open(paris("2022-04-15T10:00:00")) && !IN_STRASBOURG.is_open(paris("2022-04-15T10:00:00")));
    }

    #[test]
    fn the_line_opens_next_on_the_next_working_day() {
        let cases = [
            ("2022-07-12T07:00:00", "2022-07-12T08:30:00"), // the same morning
            ("2022-07-12T08:30:00", "2022-07-13T08:30:00"), // just opened: tomorrow
            ("2022-07-13T20:00:00", "2022-07-15T08:30:00"), // over the 14 July
            ("2022-07-15T17:30:00", "2022-07-18T08:30:00"), // over a weekend
            ("2022-04-15T18:00:00", "2022-04-19T08:30:00"), // over Easter
            ("2026-03-27T18:00:00", "2026-03-30T08:30:00"), // into summer time
            ("2026-10-23T18:00:00", "2026-10-26T08:30:00"), // out of it
            ("2021-12-31T18:00:00", "2022-01-03T08:30:00"), // over the year's end
        ];
        for (at, next) in cases {
            assert_eq!(LINE.next_opening(paris(at)), paris(next), "{at}");
        }
        assert_eq!(IN_STRASBOURG.next_opening(paris("2022-04-14T18:00:00")), paris("2022-04-19T08:30:00"));
        assert_eq!(LINE.next_opening(DateTime::<Utc>::MAX_UTC), DateTime::<Utc>::MAX_UTC);
    }

    proptest! {
        #[test]
        fn the_line_does_not_open_before_its_next_opening(second in 800_000_000i64..4_000_000_000) {
            let at = DateTime::from_timestamp(second, 0).unwrap();
            let next = LINE.next_opening(at);
            prop_assert!(next > at && next - at <= TimeDelta::days(6));
            prop_assert!(LINE.is_open(next) && !LINE.is_open(next - TimeDelta::seconds(1)));
            let mut closed_from = LINE.closes_at(at).unwrap_or(at);
            while closed_from < next {
                prop_assert!(!LINE.is_open(closed_from));
                closed_from += TimeDelta::minutes(10);
            }
        }
    }
}
