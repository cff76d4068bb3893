//! French as it is set: dates in words, the spaces that do not break.
//!
//! - no line breaks before a high mark

use chrono::{Datelike, NaiveDate};
use ens_domain::french::NO_BREAK_SPACE;
/// A date in words without its weekday: « 12 mars 2026 ».
pub use ens_domain::french::date as short_date;

/// When the 3422 answers, as written to people. It is told, and never used to refuse an opposition.
pub const SUPPORT_HOURS: &str = "du lundi au vendredi, de 8\u{a0}h\u{a0}30 à 17\u{a0}h\u{a0}30, sauf les jours fériés";

/// A date in words: « jeudi 12 mars 2026 », « mercredi 1er avril 2026 ».
pub fn date(day: NaiveDate) -> String {
    format!("{} {}", weekday(day), short_date(day))
}

fn weekday(day: NaiveDate) -> &'static str {
    match day.weekday() {
        chrono::Weekday::Mon => "lundi",
        chrono::Weekday::Tue => "mardi",
        chrono::Weekday::Wed => "mercredi",
        chrono::Weekday::Thu => "jeudi",
        chrono::Weekday::Fri => "vendredi",
        chrono::Weekday::Sat => "samedi",
        chrono::Weekday::Sun => "dimanche",
    }
}

/// A delay in words: « six semaines » for 42 days, « 45 jours » where weeks do not say it.
pub fn delay(days: u16) -> String {
    match days {
        42 => "six semaines".to_owned(),
        days if days % 7 == 0 => format!("{}{NO_BREAK_SPACE}semaines", days / 7),
        days => format!("{days}{NO_BREAK_SPACE}jours"),
    }
}

/// Replaces the ordinary spaces that French typography forbids to break.
pub fn typeset(text: &str) -> String {
    let mut set = String::with_capacity(text.len() + 16);
    let mut letters = text.chars().peekable();
    let mut before = '\0';
    while let Some(letter) = letters.next() {
        let binds = letter == ' ' && (before == '«' || letters.peek().is_some_and(|next| matches!(next, ':' | ';' | '?' | '!' | '»')));
        set.push(if binds { NO_BREAK_SPACE } else { letter });
        before = letter;
    }
    set
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, TimeZone, Utc};
    use ens_domain::calendar::holidays::Region;
    use ens_domain::calendar::support_line::SupportLine;

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn a_date_is_written_in_words() {
        assert_eq!(date(day(2026, 3, 12)), "jeudi 12 mars 2026");
        assert_eq!(date(day(2026, 4, 1)), "mercredi 1er avril 2026");
        assert_eq!(short_date(day(2028, 2, 29)), "29 février 2028");
        assert_eq!(short_date(day(2026, 12, 31)), "31 décembre 2026");
    }

    #[test]
    fn a_delay_is_written_in_weeks_where_it_can() {
        assert_eq!(delay(42), "six semaines");
        assert_eq!(delay(56), "8\u{a0}semaines");
        assert_eq!(delay(45), "45\u{a0}jours");
    }

    #[test]
    fn no_line_breaks_before_a_high_mark() {
        assert_eq!(typeset("Oui : « non » ; quoi ? Si !"), "Oui\u{a0}: «\u{a0}non\u{a0}»\u{a0}; quoi\u{a0}? Si\u{a0}!");
        assert_eq!(typeset("https://ens.invalid a"), "https://ens.invalid a");
    }

    #[test]
    fn the_hours_written_are_those_of_the_line() {
        let line = SupportLine { region: Region::Metropole };
        // A Monday of winter, one hour ahead of UTC.
        let open = |hour, minute| line.is_open(Utc.with_ymd_and_hms(2026, 1, 12, hour, minute, 0).unwrap());
        assert_eq!((open(7, 29), open(7, 30), open(16, 29), open(16, 30)), (false, true, true, false));
        assert!(SUPPORT_HOURS.contains("8\u{a0}h\u{a0}30") && SUPPORT_HOURS.contains("17\u{a0}h\u{a0}30"));
    }
}
