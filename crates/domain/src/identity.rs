//! The civil traits of a person (*traits d'identité*): names, sex, date and place of birth, as civil status writes them.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::parsed::{redacted, shown, text_value};
use crate::personal::PersonalData;

/// The longest name that is taken, in characters.
const NAME_LENGTH: usize = 80;
/// The most first names that are taken.
const FIRST_NAMES: usize = 20;
/// Nobody born before it lives.
const FIRST_YEAR: i32 = 1850;

/// A person's civil traits, checked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "IdentityFields", into = "IdentityFields")]
pub struct Identity(IdentityFields);

redacted!(Identity);

impl PersonalData for Identity {
    const KIND: &'static str = "identity";
}

/// The traits as a file or a form gives them, names unchecked; also their stored form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityFields {
    /// The name given at birth (*nom de naissance*).
    pub birth_name: String,
    /// The name borne in daily life, where it differs (*nom utilisé*).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_name: Option<String>,
    /// All first names, in the order of civil status.
    pub first_names: Vec<String>,
    /// The sex that civil status says.
    pub sex: Sex,
    /// The day of birth.
    pub born_on: NaiveDate,
    /// The commune or country of birth.
    pub birthplace: InseeCode,
}

redacted!(IdentityFields);

/// The sex that civil status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// *Féminin*.
    Female,
    /// *Masculin*.
    Male,
    /// *Inconnu*, or not yet determined.
    Unknown,
}

/// What is wrong with an identity. Never holds what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// A name is empty, too long or has a character that no civil status writes.
    #[error("{0}: 1 to 80 letters (accents composed), spaces, apostrophes, dashes or dots")]
    Name(NameField),
    /// None, or more than any civil status holds.
    #[error("first_names: 1 to 20 of them")]
    FirstNames,
    /// A date that no living person was born on.
    #[error("born_on: in 1850 or later")]
    BornOn,
}

/// Which name is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameField {
    /// The name given at birth.
    Birth,
    /// The name borne in daily life.
    Used,
    /// One of the first names.
    First,
}

impl fmt::Display for NameField {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Birth => "birth_name",
            Self::Used => "used_name",
            Self::First => "first_names",
        })
    }
}

impl Identity {
    /// Checks the traits; spaces around and between the words of a name are evened, typographic apostrophes made plain, and
    /// an empty used name is none.
    ///
    /// # Errors
    /// An [`IdentityError`] that names the field to mend.
    pub fn parse(fields: IdentityFields) -> Result<Self, IdentityError> {
        if fields.born_on.year() < FIRST_YEAR {
            return Err(IdentityError::BornOn);
        }
        if !(1..=FIRST_NAMES).contains(&fields.first_names.len()) {
            return Err(IdentityError::FirstNames);
        }
        let used_name = fields.used_name.filter(|name| !name.trim().is_empty());
        Ok(Self(IdentityFields {
            birth_name: name(&fields.birth_name, NameField::Birth)?,
            used_name: used_name.map(|used| name(&used, NameField::Used)).transpose()?,
            first_names: fields.first_names.iter().map(|first| name(first, NameField::First)).collect::<Result<_, _>>()?,
            ..fields
        }))
    }

    /// The name given at birth.
    pub fn birth_name(&self) -> &str {
        &self.0.birth_name
    }

    /// The name borne in daily life, where it differs.
    pub fn used_name(&self) -> Option<&str> {
        self.0.used_name.as_deref()
    }

    /// All first names, at least one.
    pub fn first_names(&self) -> &[String] {
        &self.0.first_names
    }

    /// The sex that civil status says.
    pub const fn sex(&self) -> Sex {
        self.0.sex
    }

    /// The day of birth.
    pub const fn born_on(&self) -> NaiveDate {
        self.0.born_on
    }

    /// The commune or country of birth.
    pub const fn birthplace(&self) -> &InseeCode {
        &self.0.birthplace
    }

    /// How a message calls the person: the first first name, and the used name or else the birth name.
    pub fn called(&self) -> String {
        let first = self.0.first_names.first().map_or("", String::as_str);
        let last = self.used_name().unwrap_or(&self.0.birth_name);
        format!("{first} {last}")
    }
}

fn name(given: &str, field: NameField) -> Result<String, IdentityError> {
    let name = given.split_whitespace().collect::<Vec<_>>().join(" ").replace('\u{2019}', "'");
    let clean = name.chars().all(|letter| letter.is_alphabetic() || matches!(letter, ' ' | '\'' | '-' | '.'));
    let said = name.chars().any(char::is_alphabetic);
    if clean && said && name.chars().count() <= NAME_LENGTH { Ok(name) } else { Err(IdentityError::Name(field)) }
}

impl TryFrom<IdentityFields> for Identity {
    type Error = IdentityError;

    fn try_from(fields: IdentityFields) -> Result<Self, IdentityError> {
        Self::parse(fields)
    }
}

impl From<Identity> for IdentityFields {
    fn from(identity: Identity) -> Self {
        identity.0
    }
}

/// A commune in INSEE's official geographic code, such as `31555`, `2A004` or `97101`; `99` and three digits for a country.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InseeCode(String);

/// A text that is not an INSEE code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an INSEE code has 5 digits, such as 31555; its department may be 2A or 2B")]
pub struct InseeCodeError;

impl InseeCode {
    /// Reads a code; whether such a commune exists is not looked up.
    ///
    /// # Errors
    /// [`InseeCodeError`] for any other shape.
    pub fn parse(text: &str) -> Result<Self, InseeCodeError> {
        let digits = match text.as_bytes() {
            [b'2', b'A' | b'B', commune @ ..] if commune.len() == 3 => commune,
            all if all.len() == 5 => all,
            _ => return Err(InseeCodeError),
        };
        if digits.iter().all(u8::is_ascii_digit) { Ok(Self(text.to_owned())) } else { Err(InseeCodeError) }
    }

    /// The 5 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_value!(InseeCode, InseeCodeError);
shown!(InseeCode);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fields() -> IdentityFields {
        IdentityFields {
            birth_name: "DE L'ÉTANG-MARTIN".to_owned(),
            used_name: None,
            first_names: vec!["Jeanne".to_owned(), "Zoé".to_owned()],
            sex: Sex::Female,
            born_on: NaiveDate::from_ymd_opt(1979, 3, 14).unwrap(),
            birthplace: InseeCode::parse("31555").unwrap(),
        }
    }

    fn with_birth_name(name: &str) -> Result<Identity, IdentityError> {
        Identity::parse(IdentityFields { birth_name: name.to_owned(), ..fields() })
    }

    #[test]
    fn identity_reads_names_as_civil_status_writes_them() {
        let identity = Identity::parse(fields()).unwrap();
        assert_eq!((identity.birth_name(), identity.used_name()), ("DE L'ÉTANG-MARTIN", None));
        assert_eq!(identity.called(), "Jeanne DE L'ÉTANG-MARTIN");
        assert_eq!(with_birth_name("  N\u{2019}DIAYE   ST. JOHN ").unwrap().birth_name(), "N'DIAYE ST. JOHN");
        let married = Identity::parse(IdentityFields { used_name: Some(" Ñuñez ".to_owned()), ..fields() }).unwrap();
        assert_eq!((married.used_name(), married.called().as_str()), (Some("Ñuñez"), "Jeanne Ñuñez"));
        let blank = Identity::parse(IdentityFields { used_name: Some("  ".to_owned()), ..fields() }).unwrap();
        assert_eq!(blank, identity);
    }

    #[test]
    fn identity_says_which_field_to_mend() {
        for name in ["", "  ", "-", "X Æ A-12", "ROBERT'); DROP", "MARTIN\u{7}", &"A".repeat(81)] {
            assert_eq!(with_birth_name(name), Err(IdentityError::Name(NameField::Birth)), "{name}");
        }
        assert!(with_birth_name(&"É".repeat(80)).is_ok());
        let used = Identity::parse(IdentityFields { used_name: Some("4".to_owned()), ..fields() });
        assert_eq!(used, Err(IdentityError::Name(NameField::Used)));
        let first = Identity::parse(IdentityFields { first_names: vec!["Jeanne".to_owned(), String::new()], ..fields() });
        assert_eq!(first, Err(IdentityError::Name(NameField::First)));
        let nameless = Identity::parse(IdentityFields { first_names: Vec::new(), ..fields() });
        assert_eq!(nameless, Err(IdentityError::FirstNames));
        let ancient = Identity::parse(IdentityFields { born_on: NaiveDate::from_ymd_opt(197, 3, 14).unwrap(), ..fields() });
        assert_eq!(ancient, Err(IdentityError::BornOn));
    }

    #[test]
    fn identity_in_json_comes_back_checked() {
        let identity = Identity::parse(fields()).unwrap();
        let json = serde_json::to_string(&identity).unwrap();
        assert_eq!(serde_json::from_str::<Identity>(&json).unwrap(), identity);
        assert!(serde_json::from_str::<Identity>(&json.replace("Jeanne", "J3anne")).is_err());
        assert!(serde_json::from_str::<Identity>(&json.replace("31555", "3155")).is_err());
    }

    #[test]
    fn identity_is_never_shown_by_debug() {
        assert_eq!(format!("{:?} {:?}", Identity::parse(fields()).unwrap(), fields()), "Identity(…) IdentityFields(…)");
    }

    #[test]
    fn insee_codes_have_five_characters() {
        for code in ["31555", "2A004", "2B033", "97101", "99351"] {
            assert_eq!(InseeCode::parse(code).unwrap().as_str(), code);
        }
        for code in ["", "3155", "315555", "2C004", "A2004", "2A0O4", "2a004", "3155é"] {
            assert_eq!(InseeCode::parse(code), Err(InseeCodeError), "{code}");
        }
    }

    proptest! {
        #[test]
        fn identity_once_parsed_parses_to_itself(name in any::<String>()) {
            if let Ok(identity) = with_birth_name(&name) {
                prop_assert_eq!(with_birth_name(identity.birth_name()), Ok(identity));
            }
        }
    }
}
