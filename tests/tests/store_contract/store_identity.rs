//! The identity of a store: written at its first opening, compared with the master key at each later one.

use ens_store::{MasterKey, OpenError, Store, StoreError, StoreOptions};
use ens_tests::{Engine, TestStorage};
use futures::future::join_all;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};

use crate::backends::options;
use crate::persons::{create, ins_of, live, space};

const REFUSED: StoreError = StoreError::Open(OpenError::WrongMaster);

async fn open_with(storage: &TestStorage, byte: u8) -> Result<Store, StoreError> {
    Store::open(storage.url(), StoreOptions::new(MasterKey::from_bytes([byte; 32]))).await
}

/// What an operator's hands can do to the keys.
async fn by_hand(storage: &TestStorage, engine: Engine, sql: &str) {
    if engine == Engine::Postgres {
        PgConnection::connect(storage.url()).await.expect("the owner").execute(sql).await.expect("a statement");
        return;
    }
    let file: SqliteConnectOptions = format!("{}-keys", storage.url()).parse().expect("an address");
    let sql = format!("DROP TRIGGER IF EXISTS store_identity_is_never_deleted; {}", sql.replace("keys.", ""));
    file.connect().await.expect("the keys").execute(sql.as_str()).await.expect("a statement");
}

#[tokio::test]
async fn a_store_opens_with_its_own_master_key_only() {
    for engine in Engine::DURABLE {
        let storage = TestStorage::fresh(engine).await;
        let first = open_with(&storage, 1).await.expect("a fresh store");
        // Before any space has a key.
        assert_eq!(open_with(&storage, 2).await.err(), Some(REFUSED), "{engine:?}");
        live(&first, vec![create(space(1))]).await;
        let person = ins_of(1).digest(first.index_key());
        first.commands().reserve(vec![(person, space(1))]).await.expect("a reservation");
        assert_eq!(open_with(&storage, 2).await.err(), Some(REFUSED), "{engine:?}");
        let again = open_with(&storage, 1).await.expect("the same key");
        assert_eq!(
            again.commands().find_space(&ins_of(1).digest(again.index_key())).await,
            Ok(Some(space(1))),
            "{engine:?}: the person is known"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_that_open_a_fresh_store_at_once_one_writes_the_identity_and_both_are_compared_with_it() {
    for engine in Engine::DURABLE {
        let storage = TestStorage::fresh(engine).await;
        let opened = join_all((0..6).map(|number| open_with(&storage, number % 2))).await;
        let won: Vec<u8> = (0..6).zip(&opened).filter(|(_, store)| store.is_ok()).map(|(number, _)| number % 2).collect();
        assert!(won.len() == 3 && won.iter().all(|key| *key == won[0]), "{engine:?}: {opened:?}");
        assert!(opened.iter().filter_map(|store| store.as_ref().err()).all(|error| *error == REFUSED), "{engine:?}: {opened:?}");
        assert!(open_with(&storage, won[0]).await.is_ok() && open_with(&storage, 1 - won[0]).await.is_err(), "{engine:?}");
    }
}

#[tokio::test]
async fn keys_without_an_identity_are_tried_before_one_is_written() {
    for engine in Engine::DURABLE {
        let storage = TestStorage::fresh(engine).await;
        let store = Store::open(storage.url(), options()).await.expect("a fresh store");
        live(&store, vec![create(space(1))]).await;
        store.close().await;
        by_hand(&storage, engine, "DELETE FROM keys.store_identity").await;
        assert_eq!(open_with(&storage, 2).await.err(), Some(REFUSED), "{engine:?}: a wrapped key tells");
        Store::open(storage.url(), options()).await.expect("the master key of the wrapped key").close().await;
        // Now the identity tells, without any key.
        by_hand(&storage, engine, "DELETE FROM keys.space_keys").await;
        assert_eq!(open_with(&storage, 2).await.err(), Some(REFUSED), "{engine:?}");
    }
}

#[tokio::test]
async fn a_store_keeps_its_identity_in_the_file_of_its_keys() {
    let storage = TestStorage::fresh(Engine::SqliteFile).await;
    open_with(&storage, 1).await.expect("a fresh store").close().await;
    let file: SqliteConnectOptions = format!("{}-keys", storage.url()).parse().expect("an address");
    let mut keys = file.connect().await.expect("the keys");
    for statement in ["UPDATE store_identity SET master_check = zeroblob(32)", "DELETE FROM store_identity"] {
        let refused = keys.execute(statement).await.expect_err(statement);
        assert!(refused.to_string().contains("keeps its identity"), "{refused}");
    }
}
