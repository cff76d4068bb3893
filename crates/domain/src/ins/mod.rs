//! INS: the national health identity, a matricule of 15 characters with the authority that gave it and how far it is proved.

mod authority;
mod error;
#[cfg(test)]
mod tests;

use chrono::{Datelike, NaiveDate};
use hmac_sha256::HMAC;
use serde::{Deserialize, Serialize};

use crate::identity::{InseeCode, Sex};
use crate::parsed::redacted;
use crate::personal::PersonalData;

pub use authority::{InsAuthority, InsStatus};
pub use error::InsError;

/// A person's national health identity. Equality looks at all three parts; the [digest](Ins::digest) at the matricule alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "InsFields", into = "InsFields")]
pub struct Ins {
    matricule: String,
    authority: InsAuthority,
    status: InsStatus,
}

redacted!(Ins);

impl PersonalData for Ins {
    const KIND: &'static str = "ins";
}

/// The form in files and in the sealed log: `{"matricule": "…", "oid": "…", "status": "…"}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InsFields {
    matricule: String,
    oid: InsAuthority,
    status: InsStatus,
}

impl TryFrom<InsFields> for Ins {
    type Error = InsError;

    fn try_from(fields: InsFields) -> Result<Self, InsError> {
        Self::parse(&fields.matricule, fields.oid, fields.status)
    }
}

impl From<Ins> for InsFields {
    fn from(ins: Ins) -> Self {
        Self { matricule: ins.matricule, oid: ins.authority, status: ins.status }
    }
}

impl Ins {
    /// Reads a matricule of 13 characters and its key, in either case, spaces left out.
    ///
    /// # Errors
    /// An [`InsError`] that names the part to mend.
    pub fn parse(matricule: &str, authority: InsAuthority, status: InsStatus) -> Result<Self, InsError> {
        let matricule: String = matricule.chars().filter(|letter| *letter != ' ').map(|letter| letter.to_ascii_uppercase()).collect();
        let (first13, key) = matricule.split_at_checked(13).ok_or(InsError::Length)?;
        let given = match key.as_bytes() {
            [tens @ b'0'..=b'9', units @ b'0'..=b'9'] => (tens - b'0') * 10 + (units - b'0'),
            [_, _] => return Err(InsError::Digits),
            _ => return Err(InsError::Length),
        };
        if Self::key_of(first13)? != given {
            return Err(InsError::Key);
        }
        Ok(Self { matricule, authority, status })
    }

    /// The INS that begins with these 13 characters, its key computed.
    ///
    /// # Errors
    /// An [`InsError`] that names the part to mend.
    pub fn from_first13(first13: &str, authority: InsAuthority, status: InsStatus) -> Result<Self, InsError> {
        let key = Self::key_of(first13)?;
        Self::parse(&format!("{first13}{key:02}"), authority, status)
    }

    /// An invented person's INS: under the test OID, qualified, in the form of a NIR. `order` tells apart those born in the same
    /// month in the same commune, 1 to 999; years a century apart share it.
    ///
    /// # Errors
    /// [`InsError::Fictitious`] for another order, or an unknown sex.
    pub fn fictitious(sex: Sex, born_on: NaiveDate, birthplace: &InseeCode, order: u16) -> Result<Self, InsError> {
        let first = match sex {
            Sex::Male => 1,
            Sex::Female => 2,
            Sex::Unknown => return Err(InsError::Fictitious),
        };
        if !(1..=999).contains(&order) {
            return Err(InsError::Fictitious);
        }
        let (year, month) = (born_on.year().rem_euclid(100), born_on.month());
        let first13 = format!("{first}{year:02}{month:02}{birthplace}{order:03}");
        Self::from_first13(&first13, InsAuthority::TestNir, InsStatus::Qualified)
    }

    /// The key of 13 characters in capitals: 97 less their remainder by 97, `2A` counted as 19 and `2B` as 18.
    ///
    /// # Errors
    /// An [`InsError`] that names the part to mend.
    pub fn key_of(first13: &str) -> Result<u8, InsError> {
        let bytes: [u8; 13] = first13.as_bytes().try_into().map_err(|_| InsError::Length)?;
        let [first, year1, year2, month1, month2, department1, department2, rest @ ..] = bytes;
        if !matches!(first, b'1' | b'2' | b'3' | b'4' | b'7' | b'8') {
            return Err(InsError::FirstDigit);
        }
        let [department1, department2] = match [department1, department2] {
            [b'2', b'A'] => [b'1', b'9'],
            [b'2', b'B'] => [b'1', b'8'],
            digits => digits,
        };
        let month = number(&[month1, month2])?;
        if !(1..=12).contains(&month) && month < 20 {
            return Err(InsError::Month);
        }
        let head = number(&[first, year1, year2, month1, month2, department1, department2])?;
        let remainder = (head * 1_000_000 + number(&rest)?) % 97;
        u8::try_from(97 - remainder).map_err(|_| InsError::Key)
    }

    /// The 15 characters, key included.
    pub fn matricule(&self) -> &str {
        &self.matricule
    }

    /// Who gave it.
    pub const fn authority(&self) -> InsAuthority {
        self.authority
    }

    /// How far it is proved.
    pub const fn status(&self) -> InsStatus {
        self.status
    }

    /// What the registry of spaces knows a person by. Authority and status are left out: a person whose number is confirmed
    /// later is the same person.
    pub fn digest(&self, key: &IndexKey) -> InsDigest {
        let mut mac = HMAC::new(key.0);
        mac.update(b"ens/ins-digest/v1\0");
        mac.update(self.matricule.as_bytes());
        InsDigest(mac.finalize())
    }
}

/// The number that ASCII digits make; up to 13 of them fit easily.
fn number(digits: &[u8]) -> Result<u64, InsError> {
    digits.iter().try_fold(0, |number, byte| match byte {
        b'0'..=b'9' => Ok(number * 10 + u64::from(byte - b'0')),
        _ => Err(InsError::Digits),
    })
}

/// The secret under which INS are digested; who lacks it cannot go from a person to a space, nor back.
#[derive(Clone)]
pub struct IndexKey([u8; 32]);

redacted!(IndexKey);

impl IndexKey {
    /// A key of 256 bits, derived from the master key.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// The keyed digest (HMAC-SHA256) of a matricule, by which the registry finds the person's space.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InsDigest([u8; 32]);

impl InsDigest {
    /// A digest read back from the registry.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

redacted!(InsDigest);
