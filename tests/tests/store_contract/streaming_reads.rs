//! Reading a partition as one stream: the same events as page by page, in constant memory, and an error is never taken for the end.

use std::thread;

use ens_store::{EventRow, Partition, Span, StoreError};
use ens_tests::{Engine, TestStorage};
use sqlx::{Connection, Executor, PgConnection};

use crate::backends::{Backend, Log, options};

async fn seen(log: &Log, span: Span) -> Result<Vec<(u64, String)>, StoreError> {
    let mut seen = Vec::new();
    let take = |row: EventRow<'_>| {
        seen.push((row.position, row.payload.to_owned()));
        Ok::<(), StoreError>(())
    };
    let last = log.store.log().read(span, take).await?;
    assert_eq!(last, seen.last().map_or(span.after.min(last), |(position, _)| *position));
    Ok(seen)
}

#[tokio::test]
async fn a_partition_read_in_one_go_is_the_one_read_page_by_page() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        for (id, version) in [("a", 0), ("a", 1), ("a/item", 0), ("a", 2), ("a/item", 1), ("a/other", 0), ("a", 3)] {
            log.write(id, version, 1).await.expect("a write");
        }
        let partition = log.store.partitions().of("a");
        let pages = log.store.log().feed(partition, 0, 100).await.expect("a page");
        let pages: Vec<(u64, String)> = pages.into_iter().map(|event| (event.position, event.payload)).collect();
        assert_eq!(seen(&log, Span::all_of(partition)).await.expect("a reading"), pages, "{backend:?}");
        let middle = Span { partition, after: 2, to: Some(5) };
        assert_eq!(seen(&log, middle).await.expect("a reading"), pages[2..5], "{backend:?}");
        for nothing in
            [Span { partition, after: 7, to: None }, Span { partition, after: 5, to: Some(5) }, Span { partition, after: 100, to: None }]
        {
            let read = log.store.log().read(nothing, |_: EventRow<'_>| Err(StoreError::Malformed("there is nothing to take"))).await;
            assert_eq!(read, Ok(nothing.after), "{backend:?}");
        }
    }
}

#[tokio::test]
async fn who_takes_the_events_ends_the_reading_by_an_error() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        log.write("a", 0, 5).await.expect("a write");
        let span = Span::all_of(log.store.partitions().of("a"));
        let mut taken = 0;
        let enough = |_: EventRow<'_>| {
            taken += 1;
            if taken == 3 { Err(StoreError::Malformed("enough")) } else { Ok(()) }
        };
        assert_eq!(log.store.log().read(span, enough).await, Err(StoreError::Malformed("enough")), "{backend:?}");
        assert_eq!(taken, 3, "{backend:?}");
        assert_eq!(seen(&log, span).await.expect("the connection is whole").len(), 5, "{backend:?}");
    }
}

#[tokio::test]
async fn a_log_that_ends_before_its_head_is_an_error() {
    let log = Log::fresh(Backend::PostgresOurs).await;
    log.write("a", 0, 5).await.expect("a write");
    let partition = log.store.partitions().of("a");
    for (position, expected, found) in [(5, 5, 5), (3, 3, 4)] {
        let mut owner = PgConnection::connect(log.storage.url()).await.expect("the owner");
        let cut =
            format!("SET session_replication_role = replica; DELETE FROM events WHERE partition = {partition} AND position = {position}");
        owner.execute(cut.as_str()).await.expect("a cut");
        assert_eq!(seen(&log, Span::all_of(partition)).await, Err(StoreError::Broken { partition, expected, found }));
    }
}

#[tokio::test]
async fn promise_5_a_connection_lost_in_the_middle_of_a_reading_is_an_error() {
    const EVENTS: u64 = 25_000;
    let storage = TestStorage::fresh(Engine::Postgres).await;
    let store = ens_store::Store::open(storage.url(), options()).await.expect("a store");
    let mut owner = PgConnection::connect(storage.url()).await.expect("the owner");
    // More than the sockets hold between server and reader.
    let many = format!(
        "INSERT INTO events SELECT 'a', 'a', n, 'E', '1.0', to_json(repeat('x', 500)), '{{}}', 3, n FROM generate_series(1, {EVENTS}) n; \
         UPDATE log_heads SET position = {EVENTS} WHERE partition = 3"
    );
    owner.execute(many.as_str()).await.expect("many events");
    let url = storage.url().to_owned();
    let mut taken = 0;
    let read = store
        .log()
        .read(Span::all_of(Partition::new(3)), |_| {
            taken += 1;
            if taken == 10 {
                kill_readers(url.clone());
            }
            Ok::<(), StoreError>(())
        })
        .await;
    assert!(matches!(read, Err(StoreError::Unreachable(_))), "{read:?}");
    assert!(taken < EVENTS, "the connection was lost before the end");
}

/// Ends the connections of the store, and waits until they are gone.
fn kill_readers(url: String) {
    let kill =
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'ens' AND datname = current_database()";
    let killed = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async { PgConnection::connect(&url).await.expect("a hand").execute(kill).await.expect("a kill") });
    });
    killed.join().expect("a kill");
}
