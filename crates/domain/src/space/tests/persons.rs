//! Invented persons, days and ids for the rules' tests; the INS bears the test OID.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use uuid::Uuid;

use crate::address::PostalAddress;
use crate::calendar::paris;
use crate::code::CodeDigest;
use crate::email::EmailAddress;
use crate::identity::{Identity, IdentityFields, InseeCode, Sex};
use crate::ids::{GrantId, MessageId, RepresentationId, SpaceId};
use crate::ins::{Ins, InsAuthority, InsStatus};
use crate::organism::{AgentId, Department, InsurerCode};
use crate::party::Party;
use crate::personal::Personal;
use crate::rpps::Rpps;
use crate::space::{Admission, Contacts};

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An instant on a Paris clock, such as `2026-03-02 10:00`.
pub(super) fn at(text: &str) -> DateTime<Utc> {
    paris::instant_of(NaiveDateTime::parse_from_str(&format!("{text}:00"), "%Y-%m-%d %H:%M:%S").unwrap())
}

pub(super) fn space_id() -> SpaceId {
    Uuid::from_u128(1).into()
}

pub(super) fn message(number: u128) -> MessageId {
    Uuid::from_u128(0x100 + number).into()
}

pub(super) fn grant_id(number: u128) -> GrantId {
    Uuid::from_u128(0x200 + number).into()
}

pub(super) fn representation_id(number: u128) -> RepresentationId {
    Uuid::from_u128(0x300 + number).into()
}

/// The digest of the code that this message carries.
pub(super) fn code_of(message: u128) -> CodeDigest {
    CodeDigest::parse(&format!("{message:064x}")).unwrap()
}

pub(super) fn a_wrong_code() -> CodeDigest {
    CodeDigest::parse(&"ab".repeat(32)).unwrap()
}

pub(super) fn doctor(number: u32) -> Rpps {
    Rpps::from_first10(&format!("81{number:08}")).unwrap()
}

pub(super) fn agent() -> Party {
    Party::Support { agent: AgentId::parse("3422-017").unwrap() }
}

pub(super) fn insurer() -> Party {
    Party::Insurer { insurer: InsurerCode::parse("CPAM-31").unwrap() }
}

pub(super) fn identity(first_name: &str) -> Personal<Identity> {
    let fields = IdentityFields {
        birth_name: "MARTINEAU".to_owned(),
        used_name: None,
        first_names: vec![first_name.to_owned()],
        sex: Sex::Female,
        born_on: day("1979-03-14"),
        birthplace: InseeCode::parse("31555").unwrap(),
    };
    Personal::new(Identity::parse(fields).unwrap())
}

pub(super) fn ins() -> Personal<Ins> {
    Personal::new(Ins::parse("279035121518989", InsAuthority::TestNir, InsStatus::Qualified).unwrap())
}

pub(super) fn an_email() -> Contacts {
    Contacts { email: Some(Personal::new(EmailAddress::parse("lea.martineau@exemple.fr").unwrap())), ..Contacts::default() }
}

pub(super) fn an_address() -> Contacts {
    let lines = ["MME LEA MARTINEAU", "12 RUE DES LILAS", "31000 TOULOUSE"];
    Contacts { address: Some(Personal::new(PostalAddress::parse(&lines).unwrap())), ..Contacts::default() }
}

pub(super) fn both() -> Contacts {
    Contacts { address: an_address().address, ..an_email() }
}

pub(super) fn no_contact() -> Contacts {
    Contacts::default()
}

pub(super) fn adult(contacts: Contacts) -> Admission {
    Admission {
        ins: ins(),
        identity: identity("LÉA"),
        contacts,
        insurer: InsurerCode::parse("CPAM-31").unwrap(),
        department: Department::parse("31").unwrap(),
        comes_of_age_on: None,
        medical_record_since: None,
    }
}

/// A child who comes of age on 15 September 2026.
pub(super) fn child() -> Admission {
    Admission { comes_of_age_on: Some(day("2026-09-15")), ..adult(both()) }
}
