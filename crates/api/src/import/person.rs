//! One person as a line of the file gives them: read field by field, then admitted on a day.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::address::PostalAddress;
use ens_domain::calendar::{Horizon, years_after};
use ens_domain::email::EmailAddress;
use ens_domain::identity::{Identity, IdentityError, IdentityFields, Sex};
use ens_domain::ids::{RepresentationId, SpaceId};
use ens_domain::ins::{Ins, InsAuthority, InsStatus};
use ens_domain::organism::{Department, InsurerCode};
use ens_domain::party::Party;
use ens_domain::personal::Personal;
use ens_domain::phone::PhoneNumber;
use ens_domain::space::commands::{CreateSpace, NewRepresentation};
use ens_domain::space::events::{Admission, Contacts};
use ens_domain::space::terms::RepresentationKind;

use crate::app::App;

use super::fields::{BadField, Fields};

/// An insured person, as the insurers' file gives them.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The national health identity.
    pub ins: Ins,
    /// The civil traits.
    pub identity: Identity,
    /// Where the notice goes first.
    pub email: Option<EmailAddress>,
    /// Where it goes else.
    pub address: Option<PostalAddress>,
    /// For agents.
    pub phone: Option<PhoneNumber>,
    /// The fund the person belongs to.
    pub insurer: InsurerCode,
    /// Where the person lives.
    pub department: Department,
    /// Since when there is a medical record (DMP).
    pub medical_record_since: Option<NaiveDate>,
    /// Who acts for a minor or a protected adult.
    pub representative: Option<Identity>,
}

/// A person who may have a space from this day on.
#[derive(Debug, Clone, PartialEq)]
pub struct Admitted {
    /// What the space is created with.
    pub admission: Admission,
    /// Who acts for the holder, and as what.
    pub representative: Option<(RepresentationKind, Personal<Identity>)>,
}

impl FromStr for Person {
    type Err = BadField;

    fn from_str(line: &str) -> Result<Self, BadField> {
        Self::take(Fields::of_line(line)?)
    }
}

impl Person {
    /// Reads a person from an object's fields, all of which must be known.
    pub fn take(mut fields: Fields) -> Result<Self, BadField> {
        let person = Self {
            ins: take_ins(fields.object("ins")?)?,
            identity: take_identity(&mut fields)?,
            email: fields.optional("email")?,
            phone: fields.optional("phone")?,
            address: take_address(&mut fields)?,
            insurer: fields.parsed("insurer")?,
            department: fields.parsed("department")?,
            medical_record_since: fields.optional::<Day>("medical_record_since")?.map(Day::date),
            representative: take_representative(&mut fields)?,
        };
        fields.finish()?;
        Ok(person)
    }

    /// What the space of this person is created with today. A minor needs a representative; production needs a real identity.
    pub fn admitted_by(self, app: &App, today: NaiveDate) -> Result<Admitted, BadField> {
        if !app.settings.admits(self.ins.authority()) {
            return Err(BadField::new("ins.oid", "a test or demonstration identity has no place in production"));
        }
        if self.identity.born_on() > today {
            return Err(BadField::new("born_on", "in the future"));
        }
        if self.medical_record_since.is_some_and(|since| since > today) {
            return Err(BadField::new("medical_record_since", "in the future"));
        }
        self.within_horizon(Horizon::past(today, &app.policy))?;
        let birthday = years_after(self.identity.born_on(), app.policy.majority_years);
        let comes_of_age_on = (birthday > today).then_some(birthday);
        if comes_of_age_on.is_some() && self.representative.is_none() {
            return Err(BadField::new("representative", "missing: a minor needs one"));
        }
        let kind = if comes_of_age_on.is_some() { RepresentationKind::Minor } else { RepresentationKind::ProtectedAdult };
        let contacts = Contacts {
            email: self.email.map(Personal::new),
            address: self.address.map(Personal::new),
            phone: self.phone.map(Personal::new),
        };
        Ok(Admitted {
            admission: Admission {
                ins: Personal::new(self.ins),
                identity: Personal::new(self.identity),
                contacts,
                insurer: self.insurer,
                department: self.department,
                comes_of_age_on,
                medical_record_since: self.medical_record_since,
            },
            representative: self.representative.map(|identity| (kind, Personal::new(identity))),
        })
    }
}

impl Person {
    /// Every day that the line names lies in somebody's past.
    fn within_horizon(&self, past: Horizon) -> Result<(), BadField> {
        let named = [
            ("born_on", Some(self.identity.born_on())),
            ("medical_record_since", self.medical_record_since),
            ("representative.born_on", self.representative.as_ref().map(Identity::born_on)),
        ];
        let mut days = named.into_iter().filter_map(|(field, day)| Some((field, day?)));
        days.try_for_each(|(field, day)| past.admit(day).map(drop).map_err(|outside| BadField::new(field, outside)))
    }
}

impl Admitted {
    /// CNAM's command to create the person's space under this id, together with who acts for the person.
    pub fn creation(self, space: SpaceId, at: DateTime<Utc>) -> CreateSpace {
        // The first representation bears the space's own id.
        let representation = RepresentationId::from(space.uuid());
        let new = |(kind, representative)| NewRepresentation { representation, kind, representative };
        let representatives = self.representative.map(new).into_iter().collect();
        CreateSpace { at, space, by: Party::Cnam, admission: self.admission, representatives }
    }
}

fn take_ins(mut fields: Fields) -> Result<Ins, BadField> {
    let matricule = fields.text("matricule")?;
    let oid = fields.text("oid")?;
    let authority = InsAuthority::from_oid(&oid).map_err(|reason| BadField::new(fields.name("oid"), reason))?;
    let status = word(&mut fields, "status", &STATUSES)?;
    let ins = Ins::parse(&matricule, authority, status).map_err(|reason| BadField::new(fields.name("matricule"), reason))?;
    fields.finish()?;
    Ok(ins)
}

fn take_identity(fields: &mut Fields) -> Result<Identity, BadField> {
    let traits = IdentityFields {
        birth_name: fields.text("birth_name")?,
        used_name: fields.optional_text("used_name")?,
        first_names: fields.texts("first_names")?,
        sex: word(fields, "sex", &SEXES)?,
        born_on: fields.parsed::<Day>("born_on")?.date(),
        birthplace: fields.parsed("birthplace")?,
    };
    Identity::parse(traits).map_err(|fault| {
        let field = match fault {
            IdentityError::Name(name) => name.to_string(),
            IdentityError::FirstNames => "first_names".to_owned(),
            IdentityError::BornOn => "born_on".to_owned(),
        };
        let said = fault.to_string();
        let reason = said.strip_prefix(&format!("{field}: ")).unwrap_or(&said);
        BadField::new(fields.name(&field), reason)
    })
}

fn take_representative(fields: &mut Fields) -> Result<Option<Identity>, BadField> {
    let Some(mut of) = fields.optional_object("representative")? else {
        return Ok(None);
    };
    let identity = take_identity(&mut of)?;
    of.finish()?;
    Ok(Some(identity))
}

fn take_address(fields: &mut Fields) -> Result<Option<PostalAddress>, BadField> {
    let Some(lines) = fields.optional_texts("address")? else {
        return Ok(None);
    };
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    PostalAddress::parse(&lines).map(Some).map_err(|reason| BadField::new(fields.name("address"), reason))
}

const STATUSES: [(&str, InsStatus); 4] = [
    ("provisional", InsStatus::Provisional),
    ("retrieved", InsStatus::Retrieved),
    ("validated", InsStatus::Validated),
    ("qualified", InsStatus::Qualified),
];

const SEXES: [(&str, Sex); 3] = [("female", Sex::Female), ("male", Sex::Male), ("unknown", Sex::Unknown)];

/// One word out of a fixed list.
fn word<T: Copy>(fields: &mut Fields, field: &str, known: &[(&str, T)]) -> Result<T, BadField> {
    let given = fields.text(field)?;
    known.iter().find(|(word, _)| *word == given).map(|(_, meaning)| *meaning).ok_or_else(|| {
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        BadField::new(fields.name(field), format_args!("must be one of {}", words.join(", ")))
    })
}

/// A date as ISO 8601 writes it, and nothing else.
struct Day(NaiveDate);

impl Day {
    const fn date(self) -> NaiveDate {
        self.0
    }
}

struct NotADay;

impl fmt::Display for NotADay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("must be a date such as 1984-03-29")
    }
}

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        if text.len() != 10 {
            return Err(NotADay);
        }
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Self).map_err(|_| NotADay)
    }
}
