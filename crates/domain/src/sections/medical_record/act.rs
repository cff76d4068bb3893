//! The days of the care that a document is about, such as a consultation or a stay in hospital.
//!
//! - an act ends on the day it begins or later

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize};

/// From the first to the last day of the act; both are one day for a consultation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ActDays {
    first: NaiveDate,
    last: NaiveDate,
}

/// Days that no act can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an act ends on the day it begins or later")]
pub struct ActDaysError;

impl ActDays {
    /// An act of one day.
    pub const fn on(day: NaiveDate) -> Self {
        Self { first: day, last: day }
    }

    /// An act from one day to another, both included.
    ///
    /// # Errors
    /// [`ActDaysError`] where it would end before it begins.
    pub fn between(first: NaiveDate, last: NaiveDate) -> Result<Self, ActDaysError> {
        if first <= last { Ok(Self { first, last }) } else { Err(ActDaysError) }
    }

    /// The day on which it began.
    pub const fn first(self) -> NaiveDate {
        self.first
    }

    /// The day on which it ended.
    pub const fn last(self) -> NaiveDate {
        self.last
    }
}

impl<'de> Deserialize<'de> for ActDays {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Stored {
            first: NaiveDate,
            last: NaiveDate,
        }
        let Stored { first, last } = Stored::deserialize(deserializer)?;
        Self::between(first, last).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_ends_on_the_day_it_begins_or_later() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let stay = ActDays::between(day("2026-03-02"), day("2026-03-09")).unwrap();
        assert_eq!((stay.first(), stay.last()), (day("2026-03-02"), day("2026-03-09")));
        assert_eq!(ActDays::between(day("2026-03-02"), day("2026-03-02")), Ok(ActDays::on(day("2026-03-02"))));
        assert_eq!(ActDays::between(day("2026-03-02"), day("2026-03-01")), Err(ActDaysError));
        let json = r#"{"first":"2026-03-02","last":"2026-03-09"}"#;
        assert_eq!((serde_json::to_string(&stay).unwrap().as_str(), serde_json::from_str(json).unwrap()), (json, stay));
        assert!(serde_json::from_str::<ActDays>(r#"{"first":"2026-03-02","last":"2026-03-01"}"#).is_err());
    }
}
