//! The invented persons of a demonstration: of every age from newborn to a hundred, in three departments, none of them real.
//!
//! A person is computed from the seed and a number, and never kept. Every INS has the test OID and a right check key.
//!
//! - a cohort is of every age and of the three departments
//! - everybody can be imported, and nobody twice
//! - the step meets every place once

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use chrono::{Datelike, Days, Months, NaiveDate};
use ens_domain::calendar::years_after;
use ens_domain::identity::{InseeCode, Sex};
use ens_domain::ins::Ins;
use ens_domain::party::Party;
use ens_domain::policy::Policy;
use serde::Serialize;

use crate::behaviour::Addressee;
use crate::communes::{COMMUNES, Commune, TOULOUSE, inhabited};
use crate::names::{BIRTH_NAMES, MEN, STREETS, WOMEN, unaccented};
use crate::random::SeededRandom;

/// Orders of birth in one commune and month that one unit of an age's weight gives.
const ORDERS: u64 = 99;
/// Places for persons of one unit of weight: orders × months × sexes × communes.
const UNIT: u64 = ORDERS * 12 * 2 * COMMUNES.len() as u64;
/// A step that meets every place before it meets one twice: it shares no divisor with [`Population::places`].
const STEP: u64 = 44_930_023;
/// The oldest, in years: these share their INS years with the newborn, and take the orders above theirs.
const OLDEST: u64 = 100;

/// The cohort of one seed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Population {
    random: SeededRandom,
    persons: u64,
    on: NaiveDate,
}

/// One line of the file.
#[derive(Debug, Serialize)]
pub(crate) struct PersonLine {
    ins: Ins,
    #[serde(flatten)]
    traits: Traits,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<Vec<String>>,
    insurer: &'static str,
    department: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    medical_record_since: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    representative: Option<Traits>,
}

#[derive(Debug, Serialize)]
struct Traits {
    birth_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    used_name: Option<&'static str>,
    first_names: Vec<&'static str>,
    sex: Sex,
    born_on: NaiveDate,
    birthplace: &'static str,
}

/// Where in the table of possible births a person stands: no two persons at one place.
struct Birth {
    age: u64,
    months: u64,
    sex: Sex,
    commune: Commune,
    order: u16,
}

impl Population {
    /// So many persons, with their ages on this day.
    pub(crate) const fn new(random: SeededRandom, persons: u64, on: NaiveDate) -> Self {
        Self { random, persons, on }
    }

    /// The most persons that can be invented without two of them sharing an INS.
    pub(crate) fn places() -> u64 {
        (0..=OLDEST).map(weight).sum::<u64>() * UNIT
    }

    /// Writes everybody to a file, one JSON object a line; `on_line` is called after each.
    ///
    /// # Errors
    /// What the disk says.
    pub(crate) fn write(self, path: &Path, mut on_line: impl FnMut()) -> io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        for number in 0..self.persons {
            let person = self.person(number).map_err(io::Error::other)?;
            serde_json::to_writer(&mut file, &person)?;
            file.write_all(b"\n")?;
            on_line();
        }
        file.flush()
    }

    /// Who reacts to this person's notice: a representative only if the person is still a child after so many days.
    pub(crate) fn addressee_for(self, number: u64, days: u64) -> Addressee {
        let child = self.actor(number, self.on + Days::new(days)) == Party::Representative;
        if child { Addressee::Representative } else { Addressee::Holder }
    }

    /// Who acts for this person on a day: a child's representative, else the holder.
    pub(crate) fn actor(self, number: u64, on: NaiveDate) -> Party {
        let birth = self.birth(number);
        let of_age = years_after(self.day_in(birth.months, number), Policy::default().majority_years);
        if on < of_age { Party::Representative } else { Party::Holder }
    }

    /// Where the insurer finds a person whose letter came back.
    pub(crate) fn new_address(self, number: u64) -> Vec<String> {
        let moved = Self { random: SeededRandom::new(self.draw(number, "moved")), ..self };
        moved.address(number, inhabited(moved.draw(number, "home")))
    }

    /// The person of this number.
    fn person(self, number: u64) -> Result<PersonLine, Box<dyn std::error::Error + Send + Sync>> {
        let birth = self.birth(number);
        let traits = self.traits(number, &birth);
        let home =
            if self.random.happens(6_500, number, "lives at birthplace") { birth.commune } else { inhabited(self.draw(number, "home")) };
        let ins = Ins::fictitious(birth.sex, traits.born_on, &InseeCode::parse(birth.commune.insee)?, birth.order)?;
        let child = self.actor(number, self.on) == Party::Representative;
        let protected = birth.age > 75 && self.random.happens(300, number, "protected");
        let nowhere = self.random.happens(20, number, "no contact");
        let by_mail = !nowhere && self.random.happens(7_515, number, "e-mail");
        let postal = !nowhere && (!by_mail || self.random.happens(9_700, number, "address beside e-mail"));
        Ok(PersonLine {
            email: by_mail.then(|| mailbox(&traits, number)),
            phone: self.random.happens(6_000, number, "phone").then(|| format!("+33639980{:03}", self.draw(number, "line") % 1_000)),
            address: postal.then(|| self.address(number, home)),
            insurer: if self.random.happens(700, number, "farmer") { "MSA" } else { home.insurer() },
            department: home.department(),
            medical_record_since: self.medical_record(number, &birth),
            representative: (child || protected).then(|| self.representative(number, &birth, &traits)),
            ins,
            traits,
        })
    }

    fn draw(self, number: u64, question: &str) -> u64 {
        self.random.draw(number, question)
    }

    fn birth(self, number: u64) -> Birth {
        let offset = self.draw(0, "first place") % Self::places();
        let place = (number % Self::places() * STEP + offset) % Self::places();
        let (unit, rest) = (place / UNIT, place % UNIT);
        let (order, rest) = (rest % ORDERS, rest / ORDERS);
        let (month, rest) = (rest % 12, rest / 12);
        let (age, block) = age_of(unit);
        // A centenarian's INS has the year and month of a newborn's: the orders above every block are theirs.
        let block = if age == OLDEST { 9 } else { block };
        Birth {
            age,
            months: age * 12 + month + 1,
            sex: if rest.is_multiple_of(2) { Sex::Female } else { Sex::Male },
            // A place outside the list gives the fallback.
            commune: usize::try_from(rest / 2).ok().and_then(|place| COMMUNES.get(place)).copied().unwrap_or(TOULOUSE),
            order: u16::try_from(block * ORDERS + order + 1).unwrap_or(1),
        }
    }

    fn traits(self, number: u64, birth: &Birth) -> Traits {
        let names = self.family_name(number);
        let married = birth.age > 25 && birth.sex == Sex::Female && self.random.happens(5_000, number, "married name");
        let second = self.random.happens(4_000, number, "second first name");
        let mut first_names = vec![self.first_name(number, birth, "first name")];
        first_names.extend(second.then(|| self.first_name(number, birth, "other first name")));
        Traits {
            birth_name: names,
            used_name: married.then(|| self.random.pick(&BIRTH_NAMES, "MARTIN", number, "used name")),
            first_names,
            sex: birth.sex,
            born_on: self.day_in(birth.months, number),
            birthplace: birth.commune.insee,
        }
    }

    /// A name of the generation: the lists run from the oldest to the youngest.
    fn first_name(self, number: u64, birth: &Birth, question: &str) -> &'static str {
        let names = match birth.sex {
            Sex::Female | Sex::Unknown => &WOMEN,
            Sex::Male => &MEN,
        };
        let generation = (OLDEST - birth.age.min(OLDEST)) * (names.len() as u64 - 8) / OLDEST;
        let place = usize::try_from(generation + self.draw(number, question) % 8).unwrap_or_default();
        names.get(place).copied().unwrap_or("CAMILLE")
    }

    fn family_name(self, number: u64) -> &'static str {
        self.random.pick(&BIRTH_NAMES, "MARTIN", number, "birth name")
    }

    /// A day in the month that lies so many months back; the first 28 exist in every month.
    fn day_in(self, months: u64, number: u64) -> NaiveDate {
        let back = Months::new(u32::try_from(months).unwrap_or_default());
        let first = self.on.with_day(1).unwrap_or(self.on).checked_sub_months(back).unwrap_or(self.on);
        first + Days::new(self.draw(number, "day of birth") % 28)
    }

    fn medical_record(self, number: u64, birth: &Birth) -> Option<NaiveDate> {
        // The older record (DMP) was open to adults from 2018 on.
        let has = birth.age > 20 && self.random.happens(1_500, number, "medical record");
        let first = NaiveDate::from_ymd_opt(2018, 11, 6)?;
        has.then(|| first + Days::new(self.draw(number, "record since") % 900))
    }

    /// A parent for a child, a grown-up child for a protected adult.
    fn representative(self, number: u64, birth: &Birth, of: &Traits) -> Traits {
        let gap = 21 + self.draw(number, "generation") % 19;
        let age = if birth.age < 18 { birth.age + gap } else { birth.age.saturating_sub(gap) };
        let sex = if self.draw(number, "mother or father").is_multiple_of(2) { Sex::Female } else { Sex::Male };
        let parent = Birth { age, months: age * 12 + 1 + self.draw(number, "parent's month") % 12, sex, commune: birth.commune, order: 1 };
        let maiden = self.random.pick(&BIRTH_NAMES, "MARTIN", number, "mother's name");
        let own = if sex == Sex::Female { maiden } else { of.birth_name };
        Traits {
            birth_name: own,
            used_name: (own != of.birth_name).then_some(of.birth_name),
            first_names: vec![self.first_name(number, &parent, "parent's first name")],
            sex,
            born_on: self.day_in(parent.months, number),
            birthplace: inhabited(self.draw(number, "parent's birthplace")).insee,
        }
    }

    fn address(self, number: u64, home: Commune) -> Vec<String> {
        let street = self.random.pick(&STREETS, "RUE DES LILAS", number, "street");
        let mut lines = Vec::new();
        if self.random.happens(3_000, number, "flat") {
            lines.push(format!("APPARTEMENT {}", 1 + self.draw(number, "door") % 60));
        }
        lines.push(format!("{} {street}", 1 + self.draw(number, "house") % 140));
        lines.push(format!("{} {}", home.postcode, home.town));
        lines
    }
}

/// A mailbox that nobody has: the domain `.example` is kept for that (RFC 2606).
fn mailbox(traits: &Traits, number: u64) -> String {
    let plain = |name: &str| unaccented(name).replace(' ', "").to_lowercase();
    let first = traits.first_names.first().copied().unwrap_or("camille");
    format!("{}.{}.{number}@courriel.example", plain(first), plain(traits.birth_name))
}

/// How many there are of an age, by the shape of the French pyramid.
const fn weight(age: u64) -> u64 {
    match age {
        0..60 => 8,
        60..75 => 7,
        75..85 => 4,
        85..95 => 2,
        _ => 1,
    }
}

/// The age that a unit of weight belongs to, and which of the age's units it is.
fn age_of(unit: u64) -> (u64, u64) {
    let mut left = unit;
    for age in 0..=OLDEST {
        if left < weight(age) {
            return (age, left);
        }
        left -= weight(age);
    }
    (OLDEST, 0)
}

#[cfg(test)]
mod tests {
    use super::{Population, STEP};

    #[test]
    fn the_step_meets_every_place_once() {
        let (mut larger, mut smaller) = (Population::places(), STEP);
        while smaller != 0 {
            (larger, smaller) = (smaller, larger % smaller);
        }
        assert_eq!(larger, 1);
    }
}
