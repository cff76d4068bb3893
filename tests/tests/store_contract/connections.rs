//! The connections of a PostgreSQL store: those of its writers are kept, and closed with the store.

use std::time::Duration;

use ens_domain::policy::Policy;
use ens_store::{Answered, Rejection};
use ens_tests::eventually;
use sqlx::{Connection, PgConnection};
use tokio::time::timeout;

use crate::backends::{Backend, Log};
use crate::head_lock::HeadLock;
use crate::kill_others;
use crate::persons::{create, live, oppose, space};

/// The server's processes that serve this store.
async fn processes(owner: &mut PgConnection) -> Vec<i32> {
    let sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ens' ORDER BY pid";
    sqlx::query_scalar(sql).fetch_all(owner).await.expect("the server's processes")
}

#[tokio::test]
async fn a_statement_that_is_refused_costs_no_connection() {
    let log = Log::fresh(Backend::PostgresOurs).await;
    let mut owner = PgConnection::connect(log.storage.url()).await.expect("the owner");
    live(&log.store, vec![create(space(1)), oppose(space(1)).once("k", [1; 32])]).await;
    let before = processes(&mut owner).await;
    for _ in 0..5 {
        // The insert finds that the key is taken, and the statement is undone.
        let outcome =
            log.store.commands().execute(oppose(space(1)).once("k", [1; 32]), &Policy::default()).await.expect("the first answer");
        assert_eq!(outcome.answered, Answered::Again);
    }
    let after = processes(&mut owner).await;
    assert!(before.iter().all(|process| after.contains(process)), "{before:?} became {after:?}");
}

#[tokio::test]
async fn a_killed_connection_is_replaced() {
    let log = Log::fresh(Backend::PostgresOurs).await;
    let mut owner = PgConnection::connect(log.storage.url()).await.expect("the owner");
    live(&log.store, vec![create(space(1))]).await;
    assert!(!processes(&mut owner).await.is_empty());
    kill_others(&mut owner).await;
    eventually("the end of them", async || processes(&mut owner).await.is_empty().then_some(())).await;
    // The first use of a killed connection returns an error; each one is found once.
    eventually("a space", async || log.store.commands().execute(create(space(2)), &Policy::default()).await.ok()).await;
}

#[tokio::test]
async fn a_closed_store_leaves_no_connection() {
    let log = Log::fresh(Backend::PostgresOurs).await;
    let mut owner = PgConnection::connect(log.storage.url()).await.expect("the owner");
    live(&log.store, vec![create(space(1)), create(space(2))]).await;
    assert!(!processes(&mut owner).await.is_empty());
    log.store.close().await;
    eventually("no connection", async || processes(&mut owner).await.is_empty().then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_closes_a_store_waits_for_what_is_being_written() {
    let log = Log::fresh(Backend::PostgresOurs).await;
    live(&log.store, vec![create(space(1))]).await;
    let mut heads = HeadLock::of(&log).await;
    let store = log.store.clone();
    let asked = tokio::spawn(async move { store.commands().execute(create(space(2)), &Policy::default()).await });
    heads.wait_for_statements(1).await;
    let mut closing = Box::pin(log.store.close());
    timeout(Duration::from_millis(500), &mut closing).await.expect_err("it is closed while something is being written");
    heads.release().await;
    closing.await;
    asked.await.expect("a task").expect("a space");
    let refused = log.store.commands().execute(create(space(3)), &Policy::default()).await;
    assert!(matches!(refused, Err(Rejection::Store(_))), "{refused:?}");
}
