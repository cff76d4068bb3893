//! Invented persons, and functions that bring their spaces to a given point of their life; every INS bears the test OID.

use std::collections::HashMap;

use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use ens_domain::access::{self, AccessRequest, Action, Purpose, Reader, Target};
use ens_domain::calendar::paris;
use ens_domain::code::ProvisionalCode;
use ens_domain::email::EmailAddress;
use ens_domain::event::StreamKind;
use ens_domain::identity::{Identity, IdentityFields, InseeCode, Sex};
use ens_domain::ids::{ItemId, MessageId, SpaceId};
use ens_domain::ins::Ins;
use ens_domain::organism::{Department, InsurerCode};
use ens_domain::party::Party;
use ens_domain::personal::Personal;
use ens_domain::policy::Policy;
use ens_domain::sections::measures::{MeasureCommand, MeasureType, Quantity, Reading, RecordMeasure, RemoveMeasure};
use ens_domain::space::commands::{CreateSpace, Open, RecordEmailSent, SendNotice};
use ens_domain::space::terms::Section;
use ens_domain::space::{Admission, Contacts, HealthSpace, SpaceEvent};
use ens_domain::stream::StreamId;
use ens_store::{CommandEnvelope, MasterKey, Store, StoreOptions};
use serde_json::{Value, json};

/// The master key of every test store, in the form that `ENS_MASTER_KEY` takes.
pub const MASTER_KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// The store at this address, under the tests' master key.
pub async fn open_store(url: &str) -> Store {
    Store::open(url, StoreOptions::new(MasterKey::from_hex(MASTER_KEY).expect("a key"))).await.expect("a store")
}

/// The `number`th invented person, from 1 to 400,000.
pub fn person(number: u32) -> Admission {
    let (born_on, ins) = identity_of(number);
    let fields = IdentityFields {
        birth_name: "ESSAI".to_owned(),
        used_name: None,
        first_names: vec!["Camille".to_owned()],
        sex: Sex::Female,
        born_on,
        birthplace: birthplace(),
    };
    Admission {
        ins: Personal::new(ins),
        identity: Personal::new(Identity::parse(fields).expect("an identity")),
        contacts: Contacts {
            email: Some(Personal::new(EmailAddress::parse(&format!("personne{number}@exemple.fr")).expect("an address"))),
            ..Contacts::default()
        },
        insurer: InsurerCode::parse("CPAM-31").expect("an insurer"),
        department: Department::parse("31").expect("a department"),
        comes_of_age_on: None,
        medical_record_since: None,
    }
}

/// The same person as a line of an import or the body of a creation.
pub fn person_line(number: u32) -> Value {
    let (born_on, ins) = identity_of(number);
    json!({
        "ins": { "matricule": ins.matricule(), "oid": "1.2.250.1.213.1.4.10", "status": "qualified" },
        "birth_name": "ESSAI", "first_names": ["Camille"], "sex": "female", "born_on": born_on, "birthplace": "31555",
        "email": format!("personne{number}@exemple.fr"), "insurer": "CPAM-31", "department": "31",
    })
}

fn identity_of(number: u32) -> (NaiveDate, Ins) {
    let born_on = NaiveDate::from_ymd_opt(1950, 1, 15).expect("a day") + Months::new(number / 999);
    let order = u16::try_from(number % 999 + 1).expect("1 to 999");
    (born_on, Ins::fictitious(Sex::Female, born_on, &birthplace(), order).expect("a test INS"))
}

fn birthplace() -> InseeCode {
    InseeCode::parse("31555").expect("Toulouse")
}

/// Creates `spaces` spaces whose notice was received so long ago that each falls due today.
pub async fn spaces_due_today(store: &Store, spaces: u32) -> Vec<SpaceId> {
    let today = paris::day_of(Utc::now());
    notified_on(store, spaces, today - Days::new(43)).await
}

/// Creates `spaces` spaces whose notice was received by e-mail on this day.
pub async fn notified_on(store: &Store, spaces: u32, day: NaiveDate) -> Vec<SpaceId> {
    let at = paris::start_of(day) + chrono::TimeDelta::hours(9);
    let mut all = Vec::new();
    for first in (1..=spaces).step_by(500) {
        let members: Vec<_> =
            (first..=spaces.min(first + 499)).map(|number| (fresh::<SpaceId>(store, at), fresh::<MessageId>(store, at), number)).collect();
        each(
            store,
            members.iter().map(|&(space, _, number)| {
                CommandEnvelope::new(
                    space,
                    CreateSpace { at, space, by: Party::Cnam, admission: person(number), representatives: Vec::new() },
                )
            }),
        )
        .await;
        each(
            store,
            members.iter().map(|&(space, message, _)| {
                let digest = ProvisionalCode::generate(store.entropy().bytes().expect("randomness")).digest(store.code_key(), space);
                CommandEnvelope::new(space, SendNotice { at, message, digest })
            }),
        )
        .await;
        each(store, members.iter().map(|&(space, message, _)| CommandEnvelope::new(space, RecordEmailSent { at, message }))).await;
        all.extend(members.into_iter().map(|(space, _, _)| space));
    }
    all
}

/// Opens each of these spaces, whose window is over at this instant.
pub async fn open(store: &Store, spaces: impl IntoIterator<Item = SpaceId>, at: DateTime<Utc>) {
    each(store, spaces.into_iter().map(|space| CommandEnvelope::new(space, Open { at }))).await;
}

/// Whether the holder may record a measure in this space.
pub fn may_record(space: &HealthSpace, at: DateTime<Utc>) -> bool {
    let (target, purpose) = (Target::Section(Section::Measures), Purpose::PersonalUse);
    let request = AccessRequest { reader: &Reader::Holder, action: Action::Deposit, target, purpose, at };
    access::decide(&request, space, &Policy::default().matrix).is_ok()
}

/// Records a measure in each of these spaces, which are in use, and removes it again where `fate` says so.
pub async fn measure(store: &Store, spaces: impl IntoIterator<Item = SpaceId>, at: DateTime<Utc>, fate: MeasureFate) {
    let envelopes = spaces.into_iter().flat_map(|space| {
        let stream = StreamId::of_item(space, fresh::<ItemId>(store, at));
        let recorded = Some(record(stream, at));
        let removed = match fate {
            MeasureFate::Kept => None,
            MeasureFate::Removed => Some(remove(stream, at)),
        };
        recorded.into_iter().chain(removed)
    });
    each(store, envelopes).await;
}

/// The holder records their weight, 72.5 kg, as this measure.
pub fn record(measure: StreamId, at: DateTime<Utc>) -> CommandEnvelope {
    let value = Personal::new(weight());
    let command =
        RecordMeasure { at, by: Reader::Holder, purpose: Purpose::PersonalUse, measure: MeasureType::Weight, taken_at: at, value };
    CommandEnvelope::to_stream(measure, MeasureCommand::from(command))
}

/// The holder takes this measure away again.
pub fn remove(measure: StreamId, at: DateTime<Utc>) -> CommandEnvelope {
    CommandEnvelope::to_stream(measure, MeasureCommand::from(RemoveMeasure { at, by: Reader::Holder, purpose: Purpose::PersonalUse }))
}

/// The value of every measure of the tests.
pub fn weight() -> Reading {
    Reading::parse(MeasureType::Weight, &[Quantity::hundredths(7_250)]).expect("a weight")
}

/// What becomes of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureFate {
    /// It stays.
    Kept,
    /// It is removed at once.
    Removed,
}

/// The life of every space, in the order of the log.
pub async fn lives(store: &Store) -> HashMap<SpaceId, Vec<SpaceEvent>> {
    let mut lives: HashMap<SpaceId, Vec<SpaceEvent>> = HashMap::new();
    for partition in store.partitions().each() {
        let mut after = 0;
        loop {
            let page = store.log().feed(partition, after, 1_000).await.expect("a page of the log");
            let Some(last) = page.last() else { break };
            after = last.position;
            for stored in page.iter().filter(|stored| stored.kind() == Some(StreamKind::Space)) {
                let seen = stored.decode().expect("an event");
                lives.entry(seen.space()).or_default().push(seen.event);
            }
        }
    }
    lives
}

/// A time-ordered id of this instant.
fn fresh<I: From<uuid::Uuid>>(store: &Store, at: DateTime<Utc>) -> I {
    SpaceId::at(at, store.entropy().bytes().expect("randomness")).uuid().into()
}

async fn each(store: &Store, orders: impl Iterator<Item = CommandEnvelope>) {
    for answer in store.commands().execute_all(orders.collect(), &Policy::default()).await {
        assert!(!answer.expect("an order of a cohort is accepted").is_quiet(), "an order of a cohort has an effect");
    }
}
