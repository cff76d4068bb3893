//! What a column of either engine holds, and the nearest value within it for what lies outside: any event can then be written to any row.
//!
//! - a day or an instant outside of the years 1 to 9999 becomes the first or the last that they hold
//! - an instant is held to the microsecond
//! - a number beyond a 64-bit integer with a sign becomes the largest one
//! - a text holds no NUL: each becomes the replacement character
//!
//! PostgreSQL neither reads a year of five digits nor a year 0, and rounds to the microsecond; SQLite compares days as text, which is the
//! order of time for years of four digits only. Both refuse a NUL. What is fitted once stays as it is, so rows that were read back and
//! rows that were folded anew are equal.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, NaiveDate, SubsecRound, Timelike, Utc};

const FIRST_DAY: &str = "0001-01-01";
const LAST_DAY: &str = "9999-12-31";
const FIRST_INSTANT: &str = "0001-01-01T00:00:00Z";
const LAST_INSTANT: &str = "9999-12-31T23:59:59.999999Z";
/// An instant to the microsecond, as text.
const MICROSECONDS: usize = LAST_INSTANT.len();
/// Where the seconds of an instant stand in its text.
const SECONDS: std::ops::Range<usize> = 17..19;

/// A number as both engines hold it.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A text as both engines hold it.
pub(super) fn text(value: &str) -> Cow<'_, str> {
    if value.contains('\0') { Cow::Owned(value.replace('\0', "\u{FFFD}")) } else { Cow::Borrowed(value) }
}

/// What a day or an instant becomes, given as the text that serde makes of it; nothing where it fits as it is, or is neither.
pub(super) fn time(written: &str) -> Option<Cow<'static, str>> {
    if fits(written) {
        return None;
    }
    if let Ok(day) = written.parse::<NaiveDate>() {
        return Some(Cow::Borrowed(if day.year() < 1 { FIRST_DAY } else { LAST_DAY }));
    }
    // What is neither a day nor an instant stays as it is.
    written.parse().ok().map(instant)
}

/// Told from a few bytes: nearly every row's days and instants fit.
fn fits(written: &str) -> bool {
    let year = !written.starts_with(['+', '-']) && !written.starts_with("0000-");
    year && written.len() <= MICROSECONDS && written.get(SECONDS) != Some("60")
}

fn instant(at: DateTime<Utc>) -> Cow<'static, str> {
    match at.year() {
        ..1 => Cow::Borrowed(FIRST_INSTANT),
        1..=9999 => Cow::Owned(to_the_microsecond(at)),
        10_000.. => Cow::Borrowed(LAST_INSTANT),
    }
}

/// A leap second becomes the last microsecond before it: PostgreSQL would count it to the next minute.
fn to_the_microsecond(at: DateTime<Utc>) -> String {
    let at = if at.nanosecond() < 1_000_000_000 { at } else { at.with_nanosecond(999_999_000).unwrap_or(at) };
    at.trunc_subsecs(6).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(written: &str) -> String {
        time(written).unwrap_or_else(|| Cow::Owned(written.to_owned())).into_owned()
    }

    #[test]
    fn a_day_or_an_instant_outside_of_the_years_1_to_9999_becomes_the_first_or_the_last_that_they_hold() {
        let extremes = [NaiveDate::MIN.to_string(), "-0001-01-01".to_owned(), "0000-12-31".to_owned()];
        assert!(extremes.iter().all(|day| fitted(day) == FIRST_DAY));
        assert_eq!(["+10000-01-01".to_owned(), NaiveDate::MAX.to_string()].map(|day| fitted(&day)), [LAST_DAY, LAST_DAY]);
        for (at, held) in [(DateTime::<Utc>::MIN_UTC, FIRST_INSTANT), (DateTime::<Utc>::MAX_UTC, LAST_INSTANT)] {
            let written = serde_json::to_value(at).unwrap();
            assert_eq!(fitted(written.as_str().unwrap()), held, "{written}");
        }
        for same in [FIRST_DAY, LAST_DAY, "2026-02-28", FIRST_INSTANT, LAST_INSTANT, "2026-02-28T12:00:00.001Z", "+33600000000", ""] {
            assert_eq!(time(same), None, "{same}");
        }
    }

    #[test]
    fn an_instant_is_held_to_the_microsecond() {
        assert_eq!(fitted("9999-12-31T23:59:59.999999999Z"), LAST_INSTANT);
        assert_eq!(fitted("2026-02-28T12:00:00.123456789Z"), "2026-02-28T12:00:00.123456Z");
        assert_eq!(fitted("2016-12-31T23:59:60Z"), "2016-12-31T23:59:59.999999Z");
        assert_eq!(fitted("2016-12-31T23:59:60.500Z"), "2016-12-31T23:59:59.999999Z");
    }

    #[test]
    fn what_is_fitted_once_stays_as_it_is() {
        for written in ["+10000-01-01", "-0001-01-01", "0000-01-01T00:00:00Z", "2026-02-28T12:00:00.123456789Z", "2016-12-31T23:59:60Z"] {
            assert_eq!(time(&fitted(written)), None, "{written}");
        }
    }

    #[test]
    fn a_number_beyond_a_64_bit_integer_with_a_sign_becomes_the_largest_one() {
        assert_eq!([0, 7, u64::MAX].map(number), [0, 7, i64::MAX]);
    }

    #[test]
    fn a_text_holds_no_nul_each_becomes_the_replacement_character() {
        assert_eq!(text("a\0\0b"), "a\u{FFFD}\u{FFFD}b");
        assert!(matches!(text("a\tb"), Cow::Borrowed("a\tb")));
    }
}
