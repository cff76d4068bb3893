//! A batch on SQLite is written completely or not at all, and no transaction stays open.

use std::time::Duration;

use ens_domain::policy::Policy;
use ens_store::{Answered, CommandEnvelope, Rejection, Store, StoreError};
use ens_tests::eventually;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Executor, SqliteConnection};
use tokio::task::yield_now;

use crate::backends::{Backend, Log, options};
use crate::persons::{create, live, message, oppose, send_notice, space};

/// Enough cancelled calls, each a moment later than the one before, to fall between any two steps of an append.
const CANCELLED: u16 = 100;
/// Orders that are too many for one statement.
const MANY: u16 = 150;

/// Another program that has the file open and does not wait for locks.
async fn beside(log: &Log) -> SqliteConnection {
    let options: SqliteConnectOptions = log.storage.url().parse().expect("an address");
    options.busy_timeout(Duration::ZERO).connect().await.expect("the file")
}

/// How many events, idempotency keys and messages there are, and where the head is.
async fn rows(other: &mut SqliteConnection) -> (i64, i64, i64, i64) {
    let sql = "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM idempotency_keys), (SELECT count(*) FROM outbox), position FROM log_heads";
    sqlx::query_as(sql).fetch_one(other).await.expect("counts")
}

/// Takes the write lock, which fails while a transaction is open.
async fn lock(other: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    other.execute("BEGIN IMMEDIATE; ROLLBACK").await.map(drop)
}

fn notice(store: &Store) -> CommandEnvelope {
    send_notice(store, space(1), message(1)).once("notice", [1; 32])
}

#[tokio::test]
async fn a_batch_that_a_row_stops_leaves_nothing_behind_and_the_writer_goes_on() {
    let log = Log::fresh(Backend::SqliteFile).await;
    live(&log.store, vec![create(space(1))]).await;
    let mut other = beside(&log).await;
    let before = rows(&mut other).await;
    let refuses = "CREATE TRIGGER nobody_is_told BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'nobody is told'); END";
    other.execute(refuses).await.expect("a trigger");
    let answer = log.store.commands().execute(notice(&log.store), &Policy::default()).await;
    assert!(matches!(answer, Err(Rejection::Store(StoreError::Database { .. }))), "{answer:?}");
    lock(&mut other).await.expect("no transaction is open");
    assert_eq!(rows(&mut other).await, before);
    other.execute("DROP TRIGGER nobody_is_told").await.expect("no trigger");
    let outcome = log.store.commands().execute(notice(&log.store), &Policy::default()).await.expect("a notice");
    assert_eq!(outcome.answered, Answered::Now);
    assert_eq!(rows(&mut other).await, (2, 1, 1, 2));
}

#[tokio::test]
async fn a_batch_whose_head_moved_leaves_nothing_behind() {
    let log = Log::fresh(Backend::SqliteFile).await;
    live(&log.store, vec![create(space(1))]).await;
    let elsewhere = Store::open(log.storage.url(), options()).await.expect("the same storage");
    live(&elsewhere, vec![create(space(2))]).await;
    let outcome = log.store.commands().execute(notice(&log.store), &Policy::default()).await.expect("a notice");
    let mut other = beside(&log).await;
    lock(&mut other).await.expect("no transaction is open");
    assert_eq!((outcome.position, rows(&mut other).await), (3, (3, 1, 1, 3)));
}

#[tokio::test]
async fn a_batch_whose_key_was_used_elsewhere_leaves_nothing_behind() {
    let log = Log::fresh(Backend::SqliteFile).await;
    live(&log.store, vec![create(space(1)), create(space(2))]).await;
    let elsewhere = Store::open(log.storage.url(), options()).await.expect("the same storage");
    live(&elsewhere, vec![oppose(space(2)).once("notice", [2; 32])]).await;
    let answer = log.store.commands().execute(notice(&log.store), &Policy::default()).await;
    assert_eq!(answer, Err(Rejection::KeyReused));
    let mut other = beside(&log).await;
    lock(&mut other).await.expect("no transaction is open");
    assert_eq!(rows(&mut other).await, (3, 1, 0, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_is_gone_before_the_answer_leaves_no_transaction_open() {
    let log = Log::fresh(Backend::SqliteFile).await;
    for number in 0..CANCELLED {
        let store = log.store.clone();
        let asked = tokio::spawn(async move { store.commands().execute(create(space(number)), &Policy::default()).await.map(drop) });
        for _ in 0..number % 50 * 20 {
            yield_now().await;
        }
        asked.abort();
        // Cancelled or completed: both are allowed for a request whose caller is gone.
        let _ = asked.await;
    }
    let mut other = beside(&log).await;
    eventually("the write lock", async || lock(&mut other).await.ok()).await;
    live(&log.store, vec![create(space(CANCELLED))]).await;
}

#[tokio::test]
async fn a_batch_that_is_too_large_for_one_statement_is_written_all_the_same() {
    for backend in [Backend::SqliteMemory, Backend::SqliteFile] {
        let log = Log::fresh(backend).await;
        let begins = (1..=MANY).map(|number| create(space(number)).once(format!("key-{number}"), [1; 32])).collect();
        let tells = (1..=MANY).map(|number| send_notice(&log.store, space(number), message(number))).collect();
        for envelopes in [begins, tells] {
            for answer in log.store.commands().execute_all(envelopes, &Policy::default()).await {
                answer.unwrap_or_else(|rejection| panic!("{backend:?}: {rejection}"));
            }
        }
        let waiting: u64 = log.store.outbox().depth().await.expect("a depth").iter().map(|depth| depth.waiting).sum();
        assert_eq!((log.read_all().await.len(), waiting), (usize::from(2 * MANY), u64::from(MANY)), "{backend:?}");
    }
}
