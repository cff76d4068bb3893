//! Invented persons, and functions that bring their spaces to a given point of their life; every INS bears the test OID.

use std::collections::HashMap;

use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use ens_domain::calendar::paris;
use ens_domain::code::ProvisionalCode;
use ens_domain::email::EmailAddress;
use ens_domain::identity::{Identity, IdentityFields, InseeCode, Sex};
use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::ins::Ins;
use ens_domain::organism::{Department, InsurerCode};
use ens_domain::party::Party;
use ens_domain::personal::Personal;
use ens_domain::policy::Policy;
use ens_domain::space::commands::{CreateSpace, RecordEmailSent, SendNotice};
use ens_domain::space::{Admission, Contacts, SpaceEvent};
use ens_store::{MasterKey, Order, Store, StoreOptions};
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
                Order::new(space, CreateSpace { at, space, by: Party::Cnam, admission: person(number), representatives: Vec::new() })
            }),
        )
        .await;
        each(
            store,
            members.iter().map(|&(space, message, _)| {
                let digest = ProvisionalCode::generate(store.entropy().bytes().expect("randomness")).digest(store.code_key(), space);
                Order::new(space, SendNotice { at, message, digest })
            }),
        )
        .await;
        each(store, members.iter().map(|&(space, message, _)| Order::new(space, RecordEmailSent { at, message }))).await;
        all.extend(members.into_iter().map(|(space, _, _)| space));
    }
    all
}

/// The whole log, space by space, in its order.
pub async fn lives(store: &Store) -> HashMap<SpaceId, Vec<SpaceEvent>> {
    let mut lives: HashMap<SpaceId, Vec<SpaceEvent>> = HashMap::new();
    for partition in store.partitions().each() {
        let mut after = 0;
        loop {
            let page = store.feed(partition, after, 1_000).await.expect("a page of the log");
            let Some(last) = page.last() else { break };
            after = last.position;
            for stored in &page {
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

async fn each(store: &Store, orders: impl Iterator<Item = Order>) {
    for answer in store.execute_all(orders.collect(), &Policy::default()).await {
        assert!(!answer.expect("an order of a cohort is accepted").is_quiet(), "an order of a cohort has an effect");
    }
}
