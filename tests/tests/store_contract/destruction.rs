//! Destruction: the key of a space is deleted together with the event, for ever; only a renewal creates a new one.

use crate::persons::space_command;
use cqrs_es::CqrsFramework;
use cqrs_es::persist::PersistedEventStore;
use ens_domain::email::EmailAddress;
use ens_domain::personal::Personal;
use ens_domain::policy::Policy;
use ens_domain::space::terms::Stage;
use ens_domain::space::{AdmissionEvent, DestructionEvent};
use ens_domain::space::{HealthSpace, SpaceEvent};
use ens_store::{OpenError, Outcome, Sealed, Store, StoreError};
use postgres_es::PostgresEventRepository;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

use crate::backends::{Backend, Log, options, service_pool};
use crate::persons::{create, declare_contacts, destroy, email, life_until_destroyed, live, renew, space};

const DESTROYED: Result<EmailAddress, StoreError> = Err(StoreError::Open(OpenError::Destroyed));

pub(crate) fn first_email(outcomes: &[Outcome]) -> Personal<EmailAddress> {
    let emails = outcomes.iter().flat_map(Outcome::space_events).find_map(|event| {
        if let SpaceEvent::Admission(AdmissionEvent::SpaceCreated { admission, .. })
        | SpaceEvent::Destruction(DestructionEvent::SpaceRenewed { admission, .. }) = event
        {
            return admission.contacts.email.clone();
        }
        None
    });
    emails.expect("an admission")
}

#[tokio::test]
async fn a_destroyed_space_is_read_by_nobody() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        let mut envelopes = life_until_destroyed(space(1));
        let last = envelopes.split_off(5);
        let sealed = first_email(&live(&log.store, envelopes).await);
        assert_eq!(log.store.log().open_personal(space(1), &sealed).await, Ok(email()), "{backend:?}");
        live(&log.store, last).await;
        assert_eq!(log.store.log().open_personal(space(1), &sealed).await, DESTROYED, "{backend:?}");
        // Its history can still be read to the end.
        let loaded = log.store.log().state(space(1)).await.expect("a readable space").expect("a space");
        assert_eq!(loaded.space.stage(), Some(Stage::Destroyed), "{backend:?}");
    }
}

#[tokio::test]
async fn a_destroyed_space_gets_a_key_again_through_its_renewal_only() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        let old = first_email(&live(&log.store, life_until_destroyed(space(1))).await);
        assert_eq!(log.store.log().seal(space(1), email()).await, Err(StoreError::Open(OpenError::Destroyed)), "{backend:?}");
        let new = first_email(&live(&log.store, vec![renew(space(1))]).await);
        assert_eq!(log.store.log().open_personal(space(1), &new).await, Ok(email()), "{backend:?}");
        assert_eq!(log.store.log().open_personal(space(1), &old).await, DESTROYED, "{backend:?}");
        live(&log.store, vec![declare_contacts(space(1))]).await;
    }
}

#[tokio::test]
async fn destroyed_and_renewed_in_one_call_keeps_the_new_content() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        let mut envelopes = life_until_destroyed(space(1));
        envelopes.push(renew(space(1)));
        envelopes.push(declare_contacts(space(1)));
        let answers = log.store.commands().execute_all(envelopes, &Policy::default()).await;
        let outcomes: Vec<Outcome> = answers.into_iter().map(|answer| answer.expect("an outcome")).collect();
        assert_eq!(log.store.log().open_personal(space(1), &first_email(&outcomes)).await, DESTROYED, "{backend:?}");
        assert_eq!(log.store.log().open_personal(space(1), &first_email(&outcomes[6..])).await, Ok(email()), "{backend:?}");
    }
}

#[tokio::test]
async fn the_stock_writer_destroys_the_key_too() {
    let log = Log::fresh(Backend::PostgresStock).await;
    let repository = PostgresEventRepository::new(service_pool(log.storage.url()).await);
    let framework: CqrsFramework<HealthSpace, _> =
        CqrsFramework::new(PersistedEventStore::new_event_store(Sealed::new(repository, &log.store)), Vec::new(), Policy::default());
    let mut envelopes = life_until_destroyed(space(1));
    envelopes.truncate(5);
    let sealed = first_email(&live(&log.store, envelopes).await);
    framework.execute(&space(1).to_string(), space_command(destroy(space(1)))).await.expect("a destruction");
    assert_eq!(log.store.log().open_personal(space(1), &sealed).await, DESTROYED);
}

#[tokio::test]
async fn a_key_that_an_old_backup_brings_back_is_destroyed_again() {
    for backend in [Backend::SqliteFile, Backend::PostgresOurs] {
        let log = Log::fresh(backend).await;
        live(&log.store, vec![create(space(2))]).await;
        let mut envelopes = life_until_destroyed(space(1));
        let last = envelopes.split_off(5);
        let sealed = first_email(&live(&log.store, envelopes).await);
        restore(&log, "CREATE TABLE backup AS SELECT * FROM keys.space_keys").await;
        live(&log.store, last).await;
        restore(&log, "DELETE FROM keys.space_keys; INSERT INTO keys.space_keys SELECT * FROM backup").await;
        assert_eq!(log.store.log().open_personal(space(1), &sealed).await, Ok(email()), "{backend:?}: the backup did not bring it back");
        let again = Store::open(log.storage.url(), options()).await.expect("the next start");
        assert_eq!(again.log().open_personal(space(1), &sealed).await, DESTROYED, "{backend:?}");
        assert!(again.log().seal(space(2), email()).await.is_ok(), "{backend:?}: the living keep their keys");
    }
}

/// What an operator can do to the keys.
async fn restore(log: &Log, sql: &str) {
    if log.backend == Backend::PostgresOurs {
        PgConnection::connect(log.storage.url()).await.expect("the owner").execute(sql).await.expect("a statement");
        return;
    }
    let mut file = SqliteConnection::connect(log.storage.url()).await.expect("the file");
    let keys = format!("{}-keys", log.storage.url().trim_start_matches("sqlite:"));
    sqlx::query("ATTACH DATABASE $1 AS keys").bind(keys).execute(&mut file).await.expect("the keys");
    file.execute(sql).await.expect("a statement");
}

#[tokio::test]
async fn a_destroyed_key_is_overwritten() {
    let log = Log::fresh(Backend::SqliteFile).await;
    let mut envelopes = life_until_destroyed(space(1));
    let last = envelopes.split_off(5);
    live(&log.store, envelopes).await;
    let mut file = SqliteConnection::connect(&format!("{}-keys", log.storage.url())).await.expect("the keys");
    let wrapped: Vec<u8> = sqlx::query_scalar("SELECT wrapped FROM space_keys").fetch_one(&mut file).await.expect("a key");
    file.close().await.expect("a clean goodbye");
    assert!(on_disk(&log, &wrapped), "the key is nowhere: the search is wrong");
    live(&log.store, last).await;
    assert!(!on_disk(&log, &wrapped), "the destroyed key is still on the disk");
}

/// Whether these bytes stand in any file of the log's folder.
fn on_disk(log: &Log, bytes: &[u8]) -> bool {
    let files = std::fs::read_dir(log.storage.folder()).expect("the folder");
    files
        .map(|file| std::fs::read(file.expect("a file").path()).expect("its bytes"))
        .any(|file| file.windows(bytes.len()).any(|at| at == bytes))
}
