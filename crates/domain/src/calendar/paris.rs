//! Paris time: which day an instant falls on for people in France, and when their days begin.
//!
//! winter (UTC+1) --last Sunday of March, 01:00 UTC--> summer (UTC+2) --last Sunday of October, 01:00 UTC--> winter
//! - the rule is the European one (directive 2000/84/EC), in force since 1996, taken as it stands for every other year
//! - it is computed: a time zone table would tie the answer of a replay to the machine's copy

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
