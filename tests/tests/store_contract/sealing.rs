//! Sealing personal data: a sealed value opens only in its own field, under the key of its own space.

use crate::persons::space_command;
use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore};
use cqrs_es::{AggregateError, CqrsFramework};
use ens_domain::email::EmailAddress;
use ens_domain::personal::Personal;
use ens_domain::policy::Policy;
use ens_domain::space::AdmissionEvent;
use ens_domain::space::{HealthSpace, SpaceEvent};
use ens_store::{MasterKey, OpenError, Outcome, Sealed, Store, StoreError, StoreOptions};
use futures::future::join_all;
use postgres_es::PostgresEventRepository;
use serde_json::{Value, json};
use sqlx::Executor;

use crate::backends::{Backend, Log, options, serialized, service_pool, write};
use crate::persons::{create, email, identity, ins, live, space};

fn admitted(outcome: &Outcome) -> (Personal<ens_domain::ins::Ins>, Personal<ens_domain::identity::Identity>, Personal<EmailAddress>) {
    let SpaceEvent::Admission(AdmissionEvent::SpaceCreated { admission, .. }) = outcome.space_events().next().expect("a creation") else {
        panic!("{outcome:?}")
    };
    let email = admission.contacts.email.clone().expect("an e-mail");
    (admission.ins.clone(), admission.identity.clone(), email)
}

fn resealed(text: String) -> Personal<EmailAddress> {
    serde_json::from_value(json!({ "$sealed": text, "kind": "email" })).expect("a sealed value")
}

#[tokio::test]
async fn what_was_sealed_opens_again() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        let outcome = live(&log.store, vec![create(space(1))]).await.remove(0);
        let (sealed_ins, sealed_identity, sealed_email) = admitted(&outcome);
        assert_eq!(log.store.log().open_personal(space(1), &sealed_ins).await, Ok(ins()), "{backend:?}");
        assert_eq!(log.store.log().open_personal(space(1), &sealed_identity).await, Ok(identity()), "{backend:?}");
        let ring = log.store.log().key_ring(&[space(1), space(2)]).await.expect("the keys");
        assert_eq!(ring.open(space(1), &sealed_email), Ok(email()), "{backend:?}");
        let alone = log.store.log().seal(space(1), email()).await.expect("a seal");
        assert_eq!(log.store.log().open_personal(space(1), &alone).await, Ok(email()), "{backend:?}");
        assert_ne!(alone.seal(), sealed_email.seal(), "{backend:?}: two seals of one value are alike");
    }
}

#[tokio::test]
async fn a_seal_opens_in_no_other_place() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        let outcomes = live(&log.store, vec![create(space(1)), create(space(2))]).await;
        let (ins_1, _, email_1) = admitted(&outcomes[0]);
        let (_, _, email_2) = admitted(&outcomes[1]);
        let foreign = Err(StoreError::Open(OpenError::Foreign));
        // The wrong space, both ways.
        assert_eq!(log.store.log().open_personal(space(2), &email_1).await, foreign, "{backend:?}");
        assert_eq!(log.store.log().open_personal(space(1), &email_2).await, foreign, "{backend:?}");
        // The wrong kind: an INS's seal where an e-mail stands.
        let swapped = resealed(ins_1.seal().expect("a seal").to_owned());
        assert_eq!(log.store.log().open_personal(space(1), &swapped).await, foreign, "{backend:?}");
        // Altered in one letter.
        let text = email_1.seal().expect("a seal").to_owned();
        let last = if text.ends_with('A') { "E" } else { "A" };
        let altered = resealed(format!("{}{last}", &text[..text.len() - 1]));
        assert_eq!(log.store.log().open_personal(space(1), &altered).await, foreign, "{backend:?}");
        // A space without a key; a value that was never sealed.
        assert_eq!(log.store.log().open_personal(space(3), &email_1).await, Err(StoreError::Open(OpenError::NoKey)), "{backend:?}");
        let clear = Personal::new(email());
        assert_eq!(log.store.log().open_personal(space(1), &clear).await, Err(StoreError::Open(OpenError::NotSealed)), "{backend:?}");
    }
}

#[tokio::test]
async fn another_master_key_opens_nothing() {
    for backend in [Backend::SqliteFile, Backend::PostgresOurs] {
        let log = Log::fresh(backend).await;
        let outcome = live(&log.store, vec![create(space(1))]).await.remove(0);
        let other = Store::open(log.storage.url(), StoreOptions::new(MasterKey::from_bytes([9; 32]))).await;
        assert_eq!(other.err(), Some(StoreError::Open(OpenError::WrongMaster)), "{backend:?}");
        assert_eq!(log.store.log().open_personal(space(1), &admitted(&outcome).2).await, Ok(email()), "{backend:?}");
    }
}

#[tokio::test]
async fn two_writers_that_make_a_key_at_once_end_with_the_same_key() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        let second = match backend {
            Backend::SqliteMemory => log.store.clone(),
            Backend::SqliteFile | Backend::PostgresOurs | Backend::PostgresStock => {
                Store::open(log.storage.url(), options()).await.expect("a second process")
            }
        };
        let stores = [&log.store, &second];
        let seals = join_all((0..16).map(|number| stores[number % 2].log().seal(space(1), email()))).await;
        for seal in seals {
            let seal = seal.expect("a seal");
            assert_eq!(log.store.log().open_personal(space(1), &seal).await, Ok(email()), "{backend:?}");
        }
    }
}

#[tokio::test]
async fn what_is_not_sealed_is_refused_by_the_log_itself() {
    let clear = r#"{"ContactsDeclared":{"contacts":{"email":{"$clear":"a@example.org","kind":"email"}}}}"#;
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        for (payload, metadata) in [(clear, "{}"), ("{}", clear)] {
            let mut unsealed = write("a", 0, 1);
            unsealed.events[0].payload = payload.to_owned();
            unsealed.events[0].metadata = metadata.to_owned();
            let refused = ens_store::raw::append(&log.store, vec![unsealed]).await;
            let Err(StoreError::Database { code, message }) = refused else { panic!("{backend:?}: {refused:?}") };
            assert!(code == "23514" || code == "275", "{backend:?}: {code}");
            assert!(!message.contains("example.org") && !format!("{message:?}").contains("$clear"), "{backend:?}: {message}");
        }
        assert!(log.read_all().await.is_empty(), "{backend:?}");
    }
}

#[tokio::test]
async fn raw_sql_and_the_stock_writer_store_nothing_unsealed() {
    let log = Log::fresh(Backend::PostgresStock).await;
    let service = service_pool(log.storage.url()).await;
    for payload in [r#"{"$clear":1}"#, r#"{"$clear" : 1}"#, r#"[{"a":{ "$clear":null}}]"#] {
        let sql = format!(
            "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) \
             VALUES ('health_space', 'a', 1, 'X', '1.0', '{payload}', '{{}}')"
        );
        let refused = service.execute(sql.as_str()).await.expect_err("unsealed");
        assert_eq!(refused.as_database_error().expect("a refusal").code().as_deref(), Some("23514"), "{payload}");
    }
    let stock = PostgresEventRepository::new(service);
    let mut event = serialized("a", 1);
    event.payload = json!({ "X": { "email": Personal::new(email()) } });
    assert!(stock.persist::<HealthSpace>(&[event], None).await.is_err());
    assert!(log.read_all().await.is_empty());
}

#[tokio::test]
async fn the_decorator_seals_and_refuses_what_would_not_be_sealed_or_whole() {
    let log = Log::fresh(Backend::PostgresStock).await;
    let pool = service_pool(log.storage.url()).await;
    let decorated = || Sealed::new(PostgresEventRepository::new(pool.clone()), &log.store);
    let sealed = decorated();
    let framework: CqrsFramework<HealthSpace, _> =
        CqrsFramework::new(PersistedEventStore::new_event_store(decorated()), Vec::new(), Policy::default());
    framework.execute(&space(1).to_string(), space_command(create(space(1)))).await.expect("a creation");
    let stored = sealed.get_events::<HealthSpace>(&space(1).to_string()).await.expect("the stock reader");
    assert!(stored[0].payload.to_string().contains("$sealed") && !stored[0].payload.to_string().contains("$clear"));
    // A replay that a lost connection would cut short, and snapshots that cqrs-es gets wrong.
    assert!(sealed.stream_all_events::<HealthSpace>().await.is_err());
    assert!(sealed.persist::<HealthSpace>(&[serialized(&space(1).to_string(), 2)], Some((String::new(), Value::Null, 1))).await.is_err());
    // Personal data for something that is no space.
    let mut event = serialized("not-a-space", 1);
    event.payload = json!({ "X": Personal::new(email()) });
    assert!(sealed.persist::<HealthSpace>(&[event], None).await.is_err());
    let conflict = sealed.persist::<HealthSpace>(&[serialized(&space(1).to_string(), 1)], None).await.expect_err("a version that is taken");
    assert!(matches!(AggregateError::<StoreError>::from(conflict), AggregateError::AggregateConflict));
}
