//! Invented persons, and the orders that take their spaces through a life.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use ens_domain::address::PostalAddress;
use ens_domain::email::EmailAddress;
use ens_domain::event::Command;
use ens_domain::identity::{Identity, IdentityFields, InseeCode, Sex};
use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::ins::Ins;
use ens_domain::organism::{AgentId, Department, InsurerCode};
use ens_domain::party::Party;
use ens_domain::personal::Personal;
use ens_domain::phone::PhoneNumber;
use ens_domain::policy::Policy;
use ens_domain::space::SpaceCommand;
use ens_domain::space::commands::{
    Close, CreateSpace, DeclareContacts, Destroy, Oppose, RenewSpace, RequestDestruction, SendNotice, WithdrawOpposition,
};
use ens_domain::space::terms::{Channel, MessageKind, OppositionChannel};
use ens_domain::space::{Admission, Contacts, Proof};
use ens_store::{CommandEnvelope, Draft, Outcome, Store};
use serde_json::json;

/// What must never be found in clear: a name, a first name, an e-mail, a street, a town, a phone number.
pub(crate) const CANARIES: [&str; 6] = ["CANARIBIRD", "Serinette", "canari.jaune", "RUE DES CANARIS", "SERINVILLE", "+33612345687"];

/// The INS of the person in these tests.
pub(crate) const INS: &str = "279035121518989";

pub(crate) fn monday() -> DateTime<Utc> {
    "2026-01-05T09:00:00Z".parse().unwrap()
}

/// The id of the `number`th space, the same in every store.
pub(crate) fn space(number: u16) -> SpaceId {
    let mut randomness = [0; 10];
    randomness[..2].copy_from_slice(&number.to_be_bytes());
    SpaceId::at(monday(), randomness)
}

pub(crate) fn message(number: u16) -> MessageId {
    MessageId::from(space(number).uuid())
}

pub(crate) fn born_on() -> NaiveDate {
    NaiveDate::from_ymd_opt(1979, 3, 12).unwrap()
}

pub(crate) fn identity() -> Identity {
    Identity::parse(IdentityFields {
        birth_name: CANARIES[0].to_owned(),
        used_name: None,
        first_names: vec![CANARIES[1].to_owned()],
        sex: Sex::Female,
        born_on: born_on(),
        birthplace: InseeCode::parse("51215").unwrap(),
    })
    .unwrap()
}

pub(crate) fn ins() -> Ins {
    let ins = Ins::fictitious(Sex::Female, born_on(), &InseeCode::parse("51215").unwrap(), 189).unwrap();
    assert_eq!(ins.matricule(), INS);
    ins
}

/// The `number`th person's INS.
pub(crate) fn ins_of(number: u16) -> Ins {
    Ins::fictitious(Sex::Male, born_on(), &InseeCode::parse("31555").unwrap(), number).unwrap()
}

pub(crate) fn email() -> EmailAddress {
    EmailAddress::parse("canari.jaune@example.org").unwrap()
}

pub(crate) fn contacts() -> Contacts {
    Contacts {
        email: Some(Personal::new(email())),
        address: Some(Personal::new(PostalAddress::parse(&["MME CANARIBIRD", "12 RUE DES CANARIS", "31000 SERINVILLE"]).unwrap())),
        phone: Some(Personal::new(PhoneNumber::parse("+33612345687").unwrap())),
    }
}

pub(crate) fn admission() -> Admission {
    Admission {
        ins: Personal::new(ins()),
        identity: Personal::new(identity()),
        contacts: contacts(),
        insurer: InsurerCode::parse("CPAM-31").unwrap(),
        department: Department::parse("31").unwrap(),
        comes_of_age_on: None,
        medical_record_since: None,
    }
}

pub(crate) fn create(space: SpaceId) -> CommandEnvelope {
    CommandEnvelope::new(space, CreateSpace { at: monday(), space, by: Party::Cnam, admission: admission(), representatives: Vec::new() })
}

/// The command in an envelope to a space, for the stock writer.
pub(crate) fn space_command(envelope: CommandEnvelope) -> SpaceCommand {
    match envelope.command {
        Command::Space(command) => command,
        Command::Measure(_) | Command::Document(_) | Command::Consultation(_) => panic!("a command to an item"),
    }
}

pub(crate) fn declare_contacts(space: SpaceId) -> CommandEnvelope {
    let by = Party::Insurer { insurer: InsurerCode::parse("CPAM-31").unwrap() };
    CommandEnvelope::new(space, DeclareContacts { at: monday(), by, contacts: contacts() })
}

/// The notice that is owed, its message in the outbox with what the template needs.
pub(crate) fn send_notice(store: &Store, space: SpaceId, message: MessageId) -> CommandEnvelope {
    let code = code();
    let digest = code.digest(store.code_key(), space);
    let content = json!({ "identity": Personal::new(identity()), "email": Personal::new(email()), "code": Personal::new(code) });
    let draft = Draft { message, kind: MessageKind::Notice, channel: Channel::Email, content, due_at: monday() };
    CommandEnvelope::new(space, SendNotice { at: monday(), message, digest }).sending(draft)
}

pub(crate) fn code() -> ens_domain::code::ProvisionalCode {
    ens_domain::code::ProvisionalCode::generate([7; 16])
}

fn agent() -> Party {
    Party::Support { agent: AgentId::parse("desk-1").unwrap() }
}

pub(crate) fn oppose(space: SpaceId) -> CommandEnvelope {
    CommandEnvelope::new(space, Oppose { at: monday(), by: agent(), via: OppositionChannel::Desk, proof: Proof::IdentityProved })
}

pub(crate) fn withdraw(space: SpaceId) -> CommandEnvelope {
    CommandEnvelope::new(
        space,
        WithdrawOpposition { at: monday(), by: agent(), via: OppositionChannel::Desk, proof: Proof::IdentityProved },
    )
}

pub(crate) fn destroy(space: SpaceId) -> CommandEnvelope {
    CommandEnvelope::new(space, Destroy { at: monday() + Duration::days(200) })
}

pub(crate) fn renew(space: SpaceId) -> CommandEnvelope {
    CommandEnvelope::new(space, RenewSpace { at: monday() + Duration::days(201), by: Party::Holder, admission: admission() })
}

pub(crate) fn close(space: SpaceId) -> CommandEnvelope {
    CommandEnvelope::new(space, Close { at: monday(), by: Party::Holder })
}

/// Created and opened: four events.
pub(crate) fn life_until_open(space: SpaceId) -> Vec<CommandEnvelope> {
    vec![create(space), oppose(space), withdraw(space)]
}

/// Opened, closed and destroyed on request.
pub(crate) fn life_until_destroyed(space: SpaceId) -> Vec<CommandEnvelope> {
    vec![
        create(space),
        oppose(space),
        withdraw(space),
        close(space),
        CommandEnvelope::new(space, RequestDestruction { at: monday(), by: Party::Holder }),
        destroy(space),
    ]
}

/// Carries out each order, one after the other, none of which may fail.
pub(crate) async fn live(store: &Store, envelopes: Vec<CommandEnvelope>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for envelope in envelopes {
        outcomes.push(store.commands().execute(envelope, &Policy::default()).await.expect("a command of this life"));
    }
    outcomes
}
