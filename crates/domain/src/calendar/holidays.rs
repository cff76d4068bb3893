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
    NaiveDate::from_ymd_opt(year, 3, 22)?.checked_add_days(Days::new(u64::try_from(after_22_march).ok()?))
}
