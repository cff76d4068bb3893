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
