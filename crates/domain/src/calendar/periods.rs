//! Periods of whole days, months and years, as French law counts them: the day of the act is day zero, the last day counts whole.

use chrono::{Days, Months, NaiveDate};

/// The last day of a period of `days` that a receipt starts. The day of receipt is not counted, and the last day counts until
/// 24:00 in Paris: what waits for the period's end may happen from `paris::start_of` of the day after it, and no earlier.
///
/// Saturdays, Sundays and holidays count like any day, and one that falls last does not lengthen the period: the working-day rule of
/// article 642 of the civil procedure code is for procedural acts.
///
/// ```
/// # use chrono::NaiveDate;
/// # use ens_domain::calendar::last_day;
/// let received = NaiveDate::from_ymd_opt(2022, 3, 28).unwrap();
/// assert_eq!(last_day(received, 42), NaiveDate::from_ymd_opt(2022, 5, 9).unwrap());
/// assert_eq!(last_day(received, 0), received);
/// ```
pub fn last_day(receipt: NaiveDate, days: u16) -> NaiveDate {
    receipt.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)
}

/// The day of the same number, `months` later; where that month has no such day, its last one (article 641 of the civil
/// procedure code: *à défaut d'un quantième identique, le délai expire le dernier jour du mois*).
pub fn months_after(date: NaiveDate, months: u16) -> NaiveDate {
    date.checked_add_months(Months::new(months.into())).unwrap_or(NaiveDate::MAX)
}

/// The same day of the year, `years` later; 29 February gives 28 February in a common year (article 641 again).
///
/// So one born on a 29 February comes of age on 28 February: of the two days that could be meant, the one that keeps nobody a
/// minor for longer.
pub fn years_after(date: NaiveDate, years: u16) -> NaiveDate {
    date.checked_add_months(Months::new(u32::from(years) * 12)).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::paris;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn period_of_six_weeks_ends_on_the_same_weekday() {
        let cases = [
            ("2022-03-28", "2022-05-09"), // the last national notices: openings began on 9 May
            ("2021-08-30", "2021-10-11"), // the pilot's first
            ("2024-01-18", "2024-02-29"), // onto a 29 February
            ("2023-01-18", "2023-03-01"), // the same in a common year
            ("2024-02-29", "2024-04-11"), // from a 29 February
            ("2022-11-20", "2023-01-01"), // over the year's end, onto a holiday
            ("2026-02-15", "2026-03-29"), // onto the 23-hour day
            ("2026-09-13", "2026-10-25"), // onto the 25-hour day
        ];
        for (receipt, last) in cases {
            assert_eq!(last_day(day(receipt), 42), day(last), "{receipt}");
        }
    }

    #[test]
    fn period_of_months_or_years_ends_on_the_same_number_or_the_months_last() {
        let months = [
            ("2023-11-30", 3, "2024-02-29"),
            ("2022-11-30", 3, "2023-02-28"),
            ("2022-05-31", 3, "2022-08-31"),
            ("2022-10-15", 3, "2023-01-15"),
        ];
        for (from, count, to) in months {
            assert_eq!(months_after(day(from), count), day(to), "{from}");
        }
        let years = [
            ("2004-02-29", 18, "2022-02-28"),
            ("2004-02-29", 4, "2008-02-29"),
            ("2004-02-28", 18, "2022-02-28"),
            ("2012-05-09", 10, "2022-05-09"),
        ];
        for (from, count, to) in years {
            assert_eq!(years_after(day(from), count), day(to), "{from}");
        }
    }

    #[test]
    fn period_beyond_the_calendar_ends_with_it() {
        assert_eq!(last_day(NaiveDate::MAX, 1), NaiveDate::MAX);
        assert_eq!(months_after(NaiveDate::MAX, 1), NaiveDate::MAX);
        assert_eq!(years_after(NaiveDate::MAX, u16::MAX), NaiveDate::MAX);
    }

    proptest! {
        #[test]
        fn period_lets_the_whole_last_day_pass(start in 0i32..40_000, days in 0u16..400) {
            let receipt = NaiveDate::from_epoch_days(start).unwrap();
            let last = last_day(receipt, days);
            let over = paris::start_of(last.succ_opt().unwrap());
            prop_assert_eq!((last - receipt).num_days(), i64::from(days));
            prop_assert_eq!(paris::day_of(over - chrono::TimeDelta::nanoseconds(1)), last);
            prop_assert!(paris::day_of(over) > last);
        }
    }
}
