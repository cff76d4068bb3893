//! The store contract: promises 1 to 7, tested on every engine and with every writer that may write to its log.
//!
//! What the stock writer cannot say (where its events stand, who won, a key that makes a request take effect once) is asked of our
//! own writer, on a log that the stock writer writes to as well.

mod backends;
mod batches;
mod batches_in_flight;
mod canaries;
mod cancelled_callers;
mod caregiver_places;
mod command_queue;
mod concurrent_writers;
mod connections;
mod contents;
mod destruction;
mod embed;
mod head_lock;
mod idempotency;
mod items;
mod leases;
mod measures;
mod no_skipped_events;
mod one_position;
mod opening;
mod outbox;
mod persons;
mod read_models;
mod registry;
mod same_events;
mod sealing;
mod single_rows;
mod sqlite_transactions;
mod store_identity;
mod streaming_reads;
mod streams;

use std::collections::BTreeMap;

use backends::{Backend, Log, Lost, Written, options, read, service_pool, write};
use cqrs_es::Aggregate;
use ens_domain::space::HealthSpace;
use ens_store::{Arg, Store, StoreError, Table};
use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection};

/// The life of a space, and an item of that space.
const BOTH_KINDS: [&str; 2] = ["a", "a/item"];

#[tokio::test]
async fn promise_1_what_was_acknowledged_is_durable() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        assert_settings(&log).await;
        for (version, id) in (0..5).flat_map(|version| BOTH_KINDS.map(|id| (version, id))) {
            log.write(id, version, 1).await.expect("a write");
        }
        let before = log.read_all().await;
        assert_eq!(before.len(), 10, "{backend:?}");
        if backend == Backend::SqliteMemory {
            continue; // Memory lasts as long as its process.
        }
        // A second store on the same storage, while the first is open: nothing may be only in the memory of the first.
        let reopened = Store::open(log.storage.url(), options()).await.expect("the same storage again");
        assert_eq!(read(&reopened, reopened.partitions().of("a")).await.expect("a readable log"), before, "{backend:?}");
    }
}

/// Commits are on the disk when they return.
async fn assert_settings(log: &Log) {
    let (sql, durable) = match log.backend {
        Backend::SqliteMemory => return,
        Backend::SqliteFile => ("SELECT synchronous AS value FROM pragma_synchronous", json!([{ "value": 2 }])),
        Backend::PostgresOurs | Backend::PostgresStock => {
            ("SELECT current_setting('synchronous_commit') AS value", json!([{ "value": "on" }]))
        }
    };
    let answer: Vec<Value> = log.store.read_models().select(sql, &[]).await.expect("a setting");
    assert_eq!(Value::from(answer), durable, "{:?}", log.backend);
}

#[tokio::test]
async fn promise_1_what_was_acknowledged_never_changes() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        log.write("a", 0, 3).await.expect("a write");
        let before = log.read_all().await;
        // A follower whose table is the log: the only function of the store that changes rows.
        let events = Table::new("events", &["aggregate_id", "aggregate_type", "sequence", "partition"], &COLUMNS);
        let partition = log.store.partitions().of("a");
        let row = json!({"aggregate_type": HealthSpace::TYPE, "aggregate_id": "a", "sequence": 1, "partition": partition.number(),
            "event_type": "Forged", "event_version": "1.0", "payload": "{}", "metadata": "{}", "position": 1});
        let mut forging = log.store.read_models().follow("forger", partition).await.expect("a turn").expect("nobody else");
        let forged = match forging.put(&events, std::slice::from_ref(&row)).await {
            Ok(()) => forging.commit(1).await,
            Err(refused) => Err(refused),
        };
        assert!(matches!(forged, Err(StoreError::Database { .. })), "{backend:?}: {forged:?}");
        let mut erasing = log.store.read_models().follow("eraser", partition).await.expect("a turn").expect("nobody else");
        let erased = match erasing.remove(&events, &[row]).await {
            Ok(()) => erasing.commit(1).await,
            Err(refused) => Err(refused),
        };
        assert!(matches!(erased, Err(StoreError::Database { .. })), "{backend:?}: {erased:?}");
        assert_eq!(log.read_all().await, before, "{backend:?}");
    }
}

const COLUMNS: [&str; 9] =
    ["aggregate_type", "aggregate_id", "sequence", "event_type", "event_version", "payload", "metadata", "partition", "position"];

#[tokio::test]
async fn promise_1_neither_the_role_nor_the_owner_changes_the_log() {
    let log = Log::fresh(Backend::PostgresStock).await;
    log.write("a", 0, 3).await.expect("a write");
    let service = service_pool(log.storage.url()).await;
    let mut owner = PgConnection::connect(log.storage.url()).await.expect("the owner");
    for statement in [
        "UPDATE events SET payload = '{}'",
        "DELETE FROM events",
        "TRUNCATE events",
        "TRUNCATE events_unplaced",
        "TRUNCATE events_03",
        "DROP TABLE events",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "UPDATE space_registry SET space_id = gen_random_uuid()",
        "DELETE FROM idempotency_keys",
        "DELETE FROM keys.space_keys",
        "DELETE FROM log_heads",
    ] {
        let code = refusal(service.execute(statement).await);
        assert_eq!(code.as_deref(), Some("42501"), "the role may: {statement}");
    }
    for statement in
        ["UPDATE events SET payload = '{}'", "DELETE FROM events", "TRUNCATE events", "TRUNCATE events_03", "DELETE FROM events_03"]
    {
        let touched = statement != "DELETE FROM events_03" || log.store.partitions().of("a").number() == 3;
        let code = refusal(owner.execute(statement).await);
        assert!(code.as_deref() == Some("23001") || !touched, "the owner may: {statement}: {code:?}");
    }
    assert_eq!(log.read_all().await.len(), 3);
}

fn refusal<T>(answer: Result<T, sqlx::Error>) -> Option<String> {
    answer.err()?.as_database_error()?.code().map(std::borrow::Cow::into_owned)
}

#[tokio::test]
async fn promise_2_of_two_writers_on_one_version_one_wins() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        for (version, id) in (0..10).flat_map(|version| BOTH_KINDS.map(|id| (version, id))) {
            let answers = join_all((0..8).map(|_| log.write(id, version, 1))).await;
            let won = answers.iter().filter(|answer| answer.is_ok()).count();
            assert_eq!(won, 1, "{backend:?} {id} at {version}: {answers:?}");
            for lost in answers.into_iter().filter_map(Result::err) {
                assert_lost_to(backend, lost, version + 1);
            }
        }
        assert_sequences_are_whole(&log).await;
    }
}

/// A writer that lost says to which version, except the stock one, which does not know.
fn assert_lost_to(backend: Backend, lost: Lost, winner: u64) {
    match (backend, lost) {
        (Backend::PostgresStock, lost) => assert_eq!(lost, Lost::To(None)),
        (_, Lost::To(Some(conflict))) => assert_eq!(conflict.winner, winner, "{backend:?}"),
        (_, other) => panic!("{backend:?}: {other:?}"),
    }
}

#[tokio::test]
async fn promise_2_no_writer_leaves_a_hole_in_a_sequence() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        for id in BOTH_KINDS {
            log.write(id, 0, 2).await.expect("a write");
            let ahead = log.write(id, 7, 1).await.expect_err("a version that does not exist");
            match (backend, ahead) {
                (Backend::PostgresStock, lost) => assert!(matches!(lost, Lost::Failed(_)), "{lost:?}"),
                (_, Lost::To(Some(conflict))) => assert_eq!(conflict.winner, 2, "{backend:?}"),
                (_, other) => panic!("{backend:?}: {other:?}"),
            }
            // Both writers on one aggregate take turns without a hole or a repeat.
            log.write_ours(id, 2, 3).await.expect("our writer");
            log.write(id, 5, 1).await.expect("this backend's writer");
        }
        assert_sequences_are_whole(&log).await;
    }
}

async fn assert_sequences_are_whole(log: &Log) {
    let mut sequences: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for event in log.read_all().await {
        sequences.entry(event.aggregate_id).or_default().push(event.sequence);
    }
    for (aggregate, sequence) in sequences {
        let whole: Vec<u64> = (1..).take(sequence.len()).collect();
        assert_eq!(sequence, whole, "{:?}: {aggregate}", log.backend);
    }
}

#[tokio::test]
async fn positions_are_dense_and_in_the_order_of_the_commits() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        let partition = log.store.partitions().of("a");
        let lives = (0..).map(|number| format!("id-{number}")).filter(|id| log.store.partitions().of(id) == partition);
        let ids: Vec<String> = lives.take(3).flat_map(|id| [format!("{id}/item"), id]).collect();
        let mut last = 0;
        for (version, id) in (0..4).flat_map(|version| ids.iter().map(move |id| (version, id))) {
            let written = log.write(id, version, 1).await.expect("a write");
            let head = log.store.log().heads().await.expect("heads").into_iter().find(|(at, _)| *at == partition).expect("a head").1;
            assert_eq!(head, last + 1, "{backend:?}");
            if let Written::Placed(appended) = written {
                assert_eq!((appended.partition, appended.position, appended.version), (partition, head, version + 1), "{backend:?}");
            }
            last = head;
        }
        let read = read(&log.store, partition).await.expect("a readable log");
        assert!(read.iter().map(|event| event.position).eq(1..=last), "{backend:?}");
    }
}

#[tokio::test]
async fn promise_5_a_reader_that_fails_says_so() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        log.write("a", 0, 10).await.expect("a write");
        let partition = log.store.partitions().of("a");
        log.store.close().await;
        let page = log.store.log().feed(partition, 0, 5).await;
        assert!(matches!(page, Err(StoreError::Unreachable(_))), "{backend:?}: {page:?}");
        assert!(log.store.log().heads().await.is_err() && log.store.read_models().follow("x", partition).await.is_err(), "{backend:?}");
    }
}

#[tokio::test]
async fn promise_5_a_log_that_was_altered_is_broken_not_short() {
    let log = Log::fresh(Backend::PostgresOurs).await;
    log.write("a", 0, 10).await.expect("a write");
    let mut owner = PgConnection::connect(log.storage.url()).await.expect("the owner");
    owner.execute("ALTER TABLE events DISABLE TRIGGER ALL; DELETE FROM events WHERE position = 4").await.expect("the owner's axe");
    assert_broken_at_4(&log).await;

    let log = Log::fresh(Backend::SqliteFile).await;
    log.write("a", 0, 10).await.expect("a write");
    let mut owner = sqlx::SqliteConnection::connect(log.storage.url()).await.expect("the file");
    owner.execute("DROP TRIGGER events_are_never_deleted; DELETE FROM events WHERE position = 4").await.expect("the owner's axe");
    assert_broken_at_4(&log).await;
}

async fn assert_broken_at_4(log: &Log) {
    let partition = log.store.partitions().of("a");
    let broken = Err(StoreError::Broken { partition, expected: 4, found: 5 });
    assert_eq!(log.store.log().feed(partition, 0, 100).await, broken, "{:?}", log.backend);
    let mut turn = log.store.read_models().follow("reader", partition).await.expect("a turn").expect("nobody else");
    assert_eq!(turn.events(100).await, broken, "{:?}", log.backend);
}

#[tokio::test]
async fn promise_5_a_killed_connection_never_looks_like_the_end_of_the_log() {
    for backend in [Backend::PostgresOurs, Backend::PostgresStock] {
        let log = Log::fresh(backend).await;
        for version in (0..2_000).step_by(500) {
            log.write("a", version, 500).await.expect("a write");
        }
        let partition = log.store.partitions().of("a");
        let mut killer = PgConnection::connect(log.storage.url()).await.expect("the owner");
        let (mut seen, mut failures) = (0, 0);
        for round in 0_u32.. {
            if round % 3 == 1 {
                kill_others(&mut killer).await;
            }
            match log.store.log().feed(partition, seen, 100).await {
                Err(error) => {
                    assert!(error.is_transient() || matches!(error, StoreError::Database { .. }), "{error:?}");
                    failures += 1;
                }
                Ok(page) if page.is_empty() => break,
                Ok(page) => seen = page.last().expect("an event").position,
            }
        }
        assert_eq!(seen, 2_000, "{backend:?}: the log seemed to end early");
        assert!(failures > 0, "{backend:?}: no connection was killed while it was read");
    }
}

/// Ends every other connection to this test's own database.
pub(crate) async fn kill_others(killer: &mut PgConnection) {
    let sql =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    killer.execute(sql).await.expect("the right to end own connections");
}

#[tokio::test]
async fn the_same_select_reads_alike_on_both_engines() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        log.write("a", 0, 3).await.expect("a write");
        let sql = "SELECT sequence, aggregate_id AS name FROM events WHERE aggregate_id = $1 AND sequence > $2 ORDER BY sequence";
        let rows: Vec<Value> = log.store.read_models().select(sql, &[Arg::from("a"), Arg::from(1)]).await.expect("rows");
        assert_eq!(Value::from(rows), json!([{"sequence": 2, "name": "a"}, {"sequence": 3, "name": "a"}]), "{backend:?}");
    }
}

#[tokio::test]
async fn who_waits_is_woken_by_an_append() {
    for backend in Backend::OURS {
        let log = Log::fresh(backend).await;
        let mut bell = log.store.log().appended();
        let (_, written) = tokio::join!(bell.changed(), ens_store::raw::append(&log.store, vec![write("a", 0, 1)]));
        assert!(written.expect("a write")[0].is_ok(), "{backend:?}");
    }
}
