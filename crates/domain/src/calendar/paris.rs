//! Paris time: which day an instant falls on for people in France, and when their days begin.
//!
//! winter (UTC+1) --last Sunday of March, 01:00 UTC--> summer (UTC+2) --last Sunday of October, 01:00 UTC--> winter
//! - paris agrees with the time zone table at every change until it ends in 2100
//! - paris days of change last 23 and 25 hours
//!
//! The rule is the European one (directive 2000/84/EC), in force since 1996 and taken as it stands for every other year. It is
//! computed, because with a time zone table the answer of a replay would depend on the table's edition.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

const WINTER: TimeDelta = TimeDelta::hours(1);
const SUMMER: TimeDelta = TimeDelta::hours(2);
/// The hour, in UTC, at which the whole of Europe changes.
const CHANGE: TimeDelta = TimeDelta::hours(1);

/// The date and time on a Paris clock.
pub fn local(at: DateTime<Utc>) -> NaiveDateTime {
    let utc = at.naive_utc();
    utc.checked_add_signed(offset_at(utc)).unwrap_or(NaiveDateTime::MAX)
}

/// The day it is in Paris.
pub fn day_of(at: DateTime<Utc>) -> NaiveDate {
    local(at).date()
}

/// The first instant of a day in Paris; 24:00 of the day before. Midnight is never skipped nor repeated.
pub fn start_of(day: NaiveDate) -> DateTime<Utc> {
    instant_of(day.and_time(NaiveTime::MIN))
}

/// The instant at which a Paris clock shows this. Of an hour shown twice (October) it is the first; in the hour that is skipped
/// (March) it is as if the clock had not been changed yet.
pub fn instant_of(local: NaiveDateTime) -> DateTime<Utc> {
    let as_summer = local.checked_sub_signed(SUMMER).unwrap_or(NaiveDateTime::MIN);
    let offset = offset_at(as_summer);
    local.checked_sub_signed(offset).unwrap_or(NaiveDateTime::MIN).and_utc()
}

/// How far Paris is ahead of UTC.
fn offset_at(utc: NaiveDateTime) -> TimeDelta {
    let summer = change_in(utc.year(), 3).zip(change_in(utc.year(), 10)).is_some_and(|(from, to)| from <= utc && utc < to);
    if summer { SUMMER } else { WINTER }
}

/// When the clocks change in a month of 31 days: 01:00 UTC on its last Sunday.
fn change_in(year: i32, month: u32) -> Option<NaiveDateTime> {
    let last = NaiveDate::from_ymd_opt(year, month, 31)?;
    let sunday = last.checked_sub_days(Days::new(last.weekday().num_days_from_sunday().into()))?;
    sunday.and_time(NaiveTime::MIN).checked_add_signed(CHANGE)
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use chrono_tz::Europe::Paris;
    use proptest::prelude::*;

    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn agrees(at: DateTime<Utc>) -> bool {
        local(at) == at.with_timezone(&Paris).naive_local()
    }

    #[test]
    fn paris_days_begin_an_hour_earlier_in_utc_and_two_in_summer() {
        assert_eq!(start_of(day("2022-01-15")), utc("2022-01-14T23:00:00Z"));
        assert_eq!(start_of(day("2022-07-15")), utc("2022-07-14T22:00:00Z"));
        assert_eq!(day_of(utc("2022-01-14T22:59:59Z")), day("2022-01-14"));
        assert_eq!(day_of(utc("2022-07-14T22:00:00Z")), day("2022-07-15"));
    }

    #[test]
    fn paris_days_of_change_last_23_and_25_hours() {
        let hours = |date: &str| (start_of(day(date).succ_opt().unwrap()) - start_of(day(date))).num_hours();
        assert_eq!([hours("2026-03-28"), hours("2026-03-29"), hours("2026-03-30")], [24, 23, 24]);
        assert_eq!([hours("2026-10-24"), hours("2026-10-25"), hours("2026-10-26")], [24, 25, 24]);
        assert_eq!(local(utc("2026-03-29T00:59:59Z")).to_string(), "2026-03-29 01:59:59");
        assert_eq!(local(utc("2026-03-29T01:00:00Z")).to_string(), "2026-03-29 03:00:00");
        assert_eq!(local(utc("2026-10-25T00:59:59Z")).to_string(), "2026-10-25 02:59:59");
        assert_eq!(local(utc("2026-10-25T01:00:00Z")).to_string(), "2026-10-25 02:00:00");
    }

    #[test]
    fn paris_hours_shown_twice_are_the_first_and_skipped_ones_go_on() {
        let instant = |text: &str| instant_of(text.parse().unwrap());
        assert_eq!(instant("2026-10-25T02:30:00"), utc("2026-10-25T00:30:00Z"));
        assert_eq!(instant("2026-10-25T03:00:00"), utc("2026-10-25T02:00:00Z"));
        assert_eq!(instant("2026-03-29T02:30:00"), utc("2026-03-29T01:30:00Z"));
        assert_eq!(instant("2026-03-29T03:00:00"), utc("2026-03-29T01:00:00Z"));
        assert_eq!(instant("2026-03-29T01:59:59"), utc("2026-03-29T00:59:59Z"));
    }

    #[test]
    fn paris_agrees_with_the_time_zone_table_at_every_change_until_it_ends_in_2100() {
        for year in 1996..2100 {
            for month in 1..=12 {
                for day in (1..=31).filter_map(|day| NaiveDate::from_ymd_opt(year, month, day)) {
                    let table = Paris.from_local_datetime(&day.and_time(NaiveTime::MIN)).unwrap();
                    assert_eq!(start_of(day), table, "{day}");
                }
            }
            for change in [change_in(year, 3).unwrap().and_utc(), change_in(year, 10).unwrap().and_utc()] {
                for step in [-3600, -1, 0, 1, 3600] {
                    assert!(agrees(change + TimeDelta::seconds(step)), "{change} {step}");
                }
                assert_ne!(local(change) - local(change - TimeDelta::seconds(1)), TimeDelta::seconds(1), "{change}");
            }
        }
    }

    #[test]
    fn paris_changes_in_2100_on_the_last_sundays_too() {
        assert_eq!(change_in(2100, 3).unwrap().and_utc(), utc("2100-03-28T01:00:00Z"));
        assert_eq!(change_in(2100, 10).unwrap().and_utc(), utc("2100-10-31T01:00:00Z"));
        assert_eq!(start_of(day("2100-03-29")), utc("2100-03-28T22:00:00Z"));
    }

    #[test]
    fn paris_takes_the_ends_of_the_calendar_without_a_fall() {
        for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert!(day_of(at) >= NaiveDate::MIN);
            assert_eq!(day_of(start_of(at.date_naive())).year(), at.year());
        }
    }

    proptest! {
        #[test]
        fn paris_agrees_with_the_time_zone_table_at_any_instant(
            second in utc("1996-01-01T00:00:00Z").timestamp()..utc("2100-03-28T01:00:00Z").timestamp(),
        ) {
            prop_assert!(agrees(DateTime::from_timestamp(second, 0).unwrap()));
        }

        #[test]
        fn paris_day_holds_its_first_instant_and_not_the_one_before(days in -20_000i32..60_000) {
            let day = NaiveDate::from_epoch_days(days).unwrap();
            prop_assert_eq!(day_of(start_of(day)), day);
            prop_assert_eq!(day_of(start_of(day) - TimeDelta::nanoseconds(1)), day.pred_opt().unwrap());
        }

        #[test]
        fn paris_clock_read_back_gives_the_instant_but_for_the_hour_shown_twice(second in 0i64..4_000_000_000) {
            let at = DateTime::from_timestamp(second, 0).unwrap();
            let back = instant_of(local(at));
            prop_assert!(back == at || at - back == TimeDelta::hours(1) && local(back) == local(at));
        }
    }
}
