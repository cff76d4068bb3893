//! Opening a store: by several processes at once, at invalid addresses, twice; and its use from spawned tasks.

use ens_domain::policy::Policy;
use ens_domain::space::terms::Channel;
use ens_store::{Partition, Store, StoreError};
use ens_tests::{Engine, TestStorage};
use futures::future::join_all;

use crate::backends::{Backend, Log, options, read, write};
use crate::persons::{create, email, ins_of, monday, space};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_processes_may_bring_the_tables_up_to_date_at_once() {
    for engine in Engine::DURABLE {
        let storage = TestStorage::fresh(engine).await;
        let url = storage.url().to_owned();
        let opened = join_all((0..6).map(|_| {
            let url = url.clone();
            tokio::spawn(async move { Store::open(&url, options()).await })
        }))
        .await;
        let stores: Vec<Store> = opened.into_iter().map(|store| store.expect("no panic").expect("an open store")).collect();
        for (number, store) in stores.iter().enumerate() {
            assert!(
                ens_store::raw::append(store, vec![write("a", u64::try_from(number).unwrap(), 1)]).await.expect("an append")[0].is_ok(),
                "{engine:?}"
            );
        }
        let partition = stores[0].partitions().of("a");
        assert_eq!(read(&stores[0], partition).await.expect("a readable log").len(), stores.len(), "{engine:?}");
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_said_to_be_none() {
    for address in ["", "mysql://x", "sqlite:", "ens.db", "postgres"] {
        let opened = Store::open(address, options()).await;
        assert!(matches!(opened, Err(StoreError::Address)), "{address}: {opened:?}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_said_not_to_without_its_password() {
    let opened = Store::open("postgres://me:hunter2@127.0.0.1:1/none", options()).await.expect_err("nobody there");
    assert!(matches!(opened, StoreError::Unreachable(_)) && opened.is_transient(), "{opened:?}");
    assert!(!format!("{opened} {opened:?}").contains("hunter2"));
}

#[tokio::test]
async fn each_engine_has_its_number_of_partitions() {
    for (backend, count) in [(Backend::SqliteMemory, 1), (Backend::SqliteFile, 1), (Backend::PostgresOurs, 16)] {
        let storage = TestStorage::fresh(backend.engine()).await;
        let store = Store::open(storage.url(), options()).await.expect("a fresh store");
        assert_eq!(
            (store.partitions().count(), store.log().heads().await.expect("heads").len()),
            (count, usize::from(count)),
            "{backend:?}"
        );
    }
}

#[tokio::test]
async fn two_stores_in_memory_share_nothing() {
    let first = Store::open("sqlite::memory:", options()).await.expect("a store");
    let second = Store::open("sqlite::memory:", options()).await.expect("another");
    assert!(ens_store::raw::append(&first, vec![write("a", 0, 1)]).await.expect("an append")[0].is_ok());
    assert!(ens_store::raw::append(&second, vec![write("a", 0, 1)]).await.expect("an append")[0].is_ok());
}

#[tokio::test]
async fn every_door_can_be_used_from_a_task_of_its_own() {
    let store = Store::open("sqlite::memory:", options()).await.expect("a store");
    let task = tokio::spawn(async move {
        let policy = Policy::default();
        store.commands().execute(create(space(1)), &policy).await.expect("a creation");
        store.commands().execute_all(vec![create(space(2)), create(space(3))], &policy).await;
        ens_store::raw::append(&store, vec![write("a", 0, 1)]).await.expect("an append")[0].expect("an event");
        store.commands().reserve(vec![(ins_of(1).digest(store.index_key()), space(1))]).await.expect("a reservation");
        store.log().seal(space(1), email()).await.expect("a seal");
        store.outbox().claim(Channel::Email, monday(), 1, chrono::Duration::minutes(1)).await.expect("a claim");
        let mut turn = store.read_models().follow("x", Partition::new(0)).await.expect("a turn").expect("nobody else");
        turn.events(10).await.expect("events");
        turn.commit(4).await.expect("a commit");
        store.log().states(&[space(1), space(2), space(1)]).await.expect("readable spaces").into_iter().flatten().count()
    });
    assert_eq!(task.await.expect("no panic"), 3);
}

#[tokio::test]
async fn a_caller_who_leaves_in_the_middle_stops_nobody() {
    for backend in Backend::OURS {
        let (log, policy) = (Log::fresh(backend).await, Policy::default());
        for patience in 0..60 {
            leave_after(patience, log.store.commands().execute(create(space(patience)), &policy)).await;
            log.store.commands().execute(create(space(patience)), &policy).await.expect("the next caller is served");
        }
        let created = log.read_all().await;
        assert!(created.len() == 60 && created.iter().all(|event| event.sequence == 1), "{backend:?}");
    }
}

/// Polls a request so many times and drops it, as when its client goes away.
async fn leave_after(polls: u16, request: impl Future) {
    let mut request = std::pin::pin!(request);
    for _ in 0..polls {
        if futures::poll!(request.as_mut()).is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}
