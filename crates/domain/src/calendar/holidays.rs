//! French public holidays, computed for any year: eleven in the whole country, thirteen in Alsace and Moselle.

use chrono::{Datelike, Days, NaiveDate};

/// Which holidays apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// The eleven of article L. 3133-1 of the labour code.
    #[default]
    Metropole,
    /// Those and two more (article L. 3134-13). Good Friday holds there in communes with a Protestant church; it is taken
    /// to hold everywhere.
    AlsaceMoselle,
}

/// A public holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holiday {
    /// 1 January.
    NewYear,
    /// Two days before Easter, in Alsace and Moselle.
    GoodFriday,
    /// The day after Easter.
    EasterMonday,
    /// 1 May.
    LabourDay,
    /// 8 May.
    Victory1945,
    /// Thirty-nine days after Easter.
    Ascension,
    /// Fifty days after Easter.
    WhitMonday,
    /// 14 July.
    NationalDay,
    /// 15 August.
    Assumption,
    /// 1 November.
    AllSaints,
    /// 11 November.
    Armistice1918,
    /// 25 December.
    Christmas,
    /// 26 December, in Alsace and Moselle.
    SecondChristmasDay,
}

impl Holiday {
    /// Its name, as people in France say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NewYear => "jour de l’An",
            Self::GoodFriday => "Vendredi saint",
            Self::EasterMonday => "lundi de Pâques",
            Self::LabourDay => "fête du Travail",
            Self::Victory1945 => "victoire de 1945",
            Self::Ascension => "jeudi de l’Ascension",
            Self::WhitMonday => "lundi de Pentecôte",
            Self::NationalDay => "fête nationale",
            Self::Assumption => "Assomption",
            Self::AllSaints => "Toussaint",
            Self::Armistice1918 => "armistice de 1918",
            Self::Christmas => "Noël",
            Self::SecondChristmasDay => "Saint-Étienne",
        }
    }

    /// The holiday that falls on a day, if one does. Where two fall together (Ascension on 1 or 8 May), the fixed one.
    pub fn on(day: NaiveDate, region: Region) -> Option<Self> {
        Self::fixed(day).or_else(|| Self::by_easter(day)).filter(|holiday| holiday.applies_in(region))
    }

    const fn applies_in(self, region: Region) -> bool {
        match region {
            Region::AlsaceMoselle => true,
            Region::Metropole => !matches!(self, Self::GoodFriday | Self::SecondChristmasDay),
        }
    }

    fn fixed(day: NaiveDate) -> Option<Self> {
        Some(match (day.month(), day.day()) {
            (1, 1) => Self::NewYear,
            (5, 1) => Self::LabourDay,
            (5, 8) => Self::Victory1945,
            (7, 14) => Self::NationalDay,
            (8, 15) => Self::Assumption,
            (11, 1) => Self::AllSaints,
            (11, 11) => Self::Armistice1918,
            (12, 25) => Self::Christmas,
            (12, 26) => Self::SecondChristmasDay,
            _ => return None,
        })
    }

    fn by_easter(day: NaiveDate) -> Option<Self> {
        Some(match (day - easter(day.year())?).num_days() {
            -2 => Self::GoodFriday,
            1 => Self::EasterMonday,
            39 => Self::Ascension,
            50 => Self::WhitMonday,
            _ => return None,
        })
    }
}

/// Whether a day is a public holiday. A Saturday or Sunday is none by itself.
pub fn is_holiday(day: NaiveDate, region: Region) -> bool {
    Holiday::on(day, region).is_some()
}

/// Easter Sunday of a year in the Gregorian calendar; `None` only beyond the years that a date can hold.
///
/// The computus of J. Meeus, *Astronomical Algorithms*, chapter 8 (after Butcher, 1876), whose letters it keeps in words.
pub fn easter(year: i32) -> Option<NaiveDate> {
    let golden = year.rem_euclid(19);
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
    let moon_correction = (century - (century + 8).div_euclid(25) + 1).div_euclid(3);
    let epact = (19 * golden + century - century.div_euclid(4) - moon_correction + 15).rem_euclid(30);
    let to_sunday = (32 + 2 * century.rem_euclid(4) + 2 * (of_century / 4) - epact - of_century % 4).rem_euclid(7);
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let after_22_march = epact + to_sunday - 7 * late;
    // The formula gives no negative number for a year of the calendar.
    NaiveDate::from_ymd_opt(year, 3, 22)?.checked_add_days(Days::new(u64::try_from(after_22_march).ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_year(year: i32, region: Region) -> Vec<(String, Holiday)> {
        let days = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().iter_days().take_while(|day| day.year() == year);
        days.filter_map(|day| Holiday::on(day, region).map(|holiday| (day.format("%m-%d").to_string(), holiday))).collect()
    }

    /// The other computus in use, by remainders (after Oudin, 1940).
    fn easter_by_oudin(year: i32) -> NaiveDate {
        let (golden, century) = (year % 19, year / 100);
        let moon = (century - century / 4 - (8 * century + 13) / 25 + 19 * golden + 15) % 30;
        let moon = moon - (moon / 28) * (1 - (moon / 28) * (29 / (moon + 1)) * ((21 - golden) / 11));
        let weekday = (year + year / 4 + moon + 2 - century + century / 4) % 7;
        let from_28_february = moon - weekday;
        let month = 3 + (from_28_february + 40) / 44;
        let day = from_28_february + 28 - 31 * (month / 4);
        NaiveDate::from_ymd_opt(year, month as u32, day as u32).unwrap()
    }

    #[test]
    fn easter_falls_where_the_almanac_says() {
        let almanac = ["1818-03-22", "1943-04-25", "2000-04-23", "2008-03-23", "2011-04-24", "2021-04-04", "2022-04-17", "2023-04-09"];
        let almanac = almanac.into_iter().chain(["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25", "2285-03-22"]);
        for text in almanac {
            let day: NaiveDate = text.parse().unwrap();
            assert_eq!(easter(day.year()), Some(day));
        }
    }

    #[test]
    fn easter_agrees_with_the_other_computus_for_ever() {
        for year in 1583..10_000 {
            assert_eq!(easter(year), Some(easter_by_oudin(year)), "{year}");
        }
    }

    #[test]
    fn holidays_of_2022_are_the_eleven() {
        use Holiday::*;
        let eleven = [
            ("01-01", NewYear),
            ("04-18", EasterMonday),
            ("05-01", LabourDay),
            ("05-08", Victory1945),
            ("05-26", Ascension),
            ("06-06", WhitMonday),
            ("07-14", NationalDay),
            ("08-15", Assumption),
            ("11-01", AllSaints),
            ("11-11", Armistice1918),
            ("12-25", Christmas),
        ];
        assert_eq!(of_year(2022, Region::Metropole), eleven.map(|(day, holiday)| (day.to_owned(), holiday)));
    }

    #[test]
    fn holidays_of_alsace_and_moselle_add_good_friday_and_the_26th_of_december() {
        let more: Vec<_> =
            of_year(2022, Region::AlsaceMoselle).into_iter().filter(|day| !of_year(2022, Region::Metropole).contains(day)).collect();
        assert_eq!(more, [("04-15".to_owned(), Holiday::GoodFriday), ("12-26".to_owned(), Holiday::SecondChristmasDay)]);
        assert!(!is_holiday(NaiveDate::from_ymd_opt(2022, 4, 15).unwrap(), Region::Metropole));
        assert!(is_holiday(NaiveDate::from_ymd_opt(2022, 4, 15).unwrap(), Region::AlsaceMoselle));
    }

    #[test]
    fn holidays_that_fall_together_are_one_day() {
        let first_of_may = NaiveDate::from_ymd_opt(2008, 5, 1).unwrap();
        assert_eq!(Holiday::on(first_of_may, Region::Metropole), Some(Holiday::LabourDay), "Ascension 2008");
        assert_eq!(of_year(2008, Region::Metropole).len(), 10);
    }

    proptest! {
        #[test]
        fn holidays_of_easter_keep_their_weekdays(year in 1900i32..2200) {
            use chrono::Weekday::{Fri, Mon, Thu};
            let days = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().iter_days().take_while(|day| day.year() == year);
            for (day, holiday) in days.filter_map(|day| Some((day, Holiday::by_easter(day)?))) {
                let expected = [(Holiday::GoodFriday, Fri), (Holiday::EasterMonday, Mon), (Holiday::Ascension, Thu), (Holiday::WhitMonday, Mon)];
                prop_assert!(expected.contains(&(holiday, day.weekday())));
            }
        }

        #[test]
        fn easter_takes_any_year_without_a_fall(year in any::<i32>()) {
            if let Some(day) = easter(year) {
                prop_assert!(matches!((day.month(), day.day()), (3, 22..=31) | (4, 1..=25)) && day.weekday() == chrono::Weekday::Sun);
            }
        }
    }
}
