//! The readers of a space of whom somebody is told, each at most once a day: who is still to be told of, and who was.
//!
//! absent --reads--> owed --told--> told --reads on a later day--> owed
//! - many readings of a day are told once
//! - what is not asked for is not owed
//! - a reader is forgotten once a week has passed

use chrono::{Days, NaiveDate};
use ens_domain::access::Reader;
use serde::{Deserialize, Serialize};

use crate::token::reader_name;

/// For so many days a reader stays known after the last reading that was told: longer than clocks can differ.
const KNOWN_DAYS: Days = Days::new(7);

/// The readers of one space.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ReadersDue {
    asked: Asked,
    readers: Vec<ReaderDue>,
}

/// Whether readings are to be told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Asked {
    #[default]
    No,
    Yes,
}

/// One reader, and the day of the last reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReaderDue {
    /// Who read.
    pub reader: Reader,
    /// On which day, in Paris.
    pub day: NaiveDate,
    state: ReaderState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReaderState {
    Owed,
    Told,
}

impl ReaderDue {
    /// The role and the number of the reader, in one word.
    pub fn name(&self) -> String {
        let (role, number) = reader_name(&self.reader);
        format!("{role}/{number}")
    }
}

impl ReadersDue {
    /// Nobody yet, of whom it is told whether somebody asked or not.
    pub(super) fn followed() -> Self {
        Self { asked: Asked::Yes, readers: Vec::new() }
    }

    /// From now on readings are told.
    pub(super) fn follow(&mut self) {
        self.asked = Asked::Yes;
    }

    /// From now on none is, those before included.
    pub(super) fn leave(&mut self) {
        self.asked = Asked::No;
        self.readers.iter_mut().for_each(|known| known.state = ReaderState::Told);
    }

    /// Somebody read on this day; whether that is to be told.
    pub(super) fn read(&mut self, reader: Reader, day: NaiveDate) -> bool {
        if self.asked == Asked::No {
            return false;
        }
        let long_ago = day.checked_sub_days(KNOWN_DAYS).unwrap_or(NaiveDate::MIN);
        self.readers.retain(|known| known.state == ReaderState::Owed || known.day >= long_ago);
        match self.readers.iter_mut().find(|known| reader_name(&known.reader) == reader_name(&reader)) {
            Some(known) if known.day >= day => return false,
            Some(known) => *known = ReaderDue { reader, day, state: ReaderState::Owed },
            None => self.readers.push(ReaderDue { reader, day, state: ReaderState::Owed }),
        }
        true
    }

    /// The readings of somebody until this day are told.
    pub(super) fn tell(&mut self, reader: &Reader, day: NaiveDate) {
        let told = self.readers.iter_mut().filter(|known| reader_name(&known.reader) == reader_name(reader) && known.day <= day);
        told.for_each(|known| known.state = ReaderState::Told);
    }

    /// Those of whom somebody is to be told.
    pub fn owed(&self) -> impl Iterator<Item = &ReaderDue> {
        self.readers.iter().filter(|known| known.state == ReaderState::Owed)
    }

    /// The first day of which something is to be told.
    pub(super) fn due_on(&self) -> Option<NaiveDate> {
        self.owed().map(|known| known.day).min()
    }
}

#[cfg(test)]
mod tests {
    use ens_domain::ids::CaregiverId;
    use uuid::Uuid;

    use super::*;

    fn reader(number: u128) -> Reader {
        Reader::Caregiver { caregiver: CaregiverId::from(Uuid::from_u128(number)) }
    }

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 6, day).unwrap()
    }

    #[test]
    fn many_readings_of_a_day_are_told_once() {
        let mut readers = ReadersDue::followed();
        assert!(readers.read(reader(1), day(1)) && !readers.read(reader(1), day(1)) && readers.read(reader(2), day(1)));
        readers.tell(&reader(1), day(1));
        assert!(!readers.read(reader(1), day(1)), "told already");
        assert_eq!((readers.owed().count(), readers.due_on()), (1, Some(day(1))));
        assert!(readers.read(reader(1), day(2)));
        readers.tell(&reader(1), day(1));
        assert_eq!(readers.owed().count(), 2, "the reading of the second day is told by its own message");
    }

    #[test]
    fn what_is_not_asked_for_is_not_owed() {
        let mut readers = ReadersDue::default();
        assert!(!readers.read(reader(1), day(1)));
        readers.follow();
        assert!(readers.read(reader(1), day(1)));
        readers.leave();
        assert_eq!((readers.due_on(), readers.read(reader(2), day(1))), (None, false));
        readers.follow();
        assert!(!readers.read(reader(1), day(1)), "nobody is told twice of a day");
    }

    #[test]
    fn a_reader_is_forgotten_once_a_week_has_passed() {
        let mut readers = ReadersDue::followed();
        readers.read(reader(1), day(1));
        readers.tell(&reader(1), day(1));
        readers.read(reader(2), day(8));
        assert_eq!(readers.readers.len(), 2);
        readers.read(reader(3), day(9));
        assert_eq!(readers.readers.len(), 2, "the first is forgotten");
    }
}
