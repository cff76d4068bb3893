//! Reading rows by key: every way to read gives the same row, also after a lost connection or a cancelled caller.

use std::task::Poll;

use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::ids::SpaceId;
use ens_domain::space::terms::Stage;
use ens_store::{Arg, Partition, Store, Table};
use serde::{Deserialize, Serialize};
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use uuid::Uuid;

use crate::backends::{Backend, Log, options};
use crate::kill_others;

/// One column of each type that a read model has, and the same without a value.
const KINDS: Table = Table::new(
    "kinds",
    &["partition", "space"],
    &[
        "partition",
        "space",
        "wide",
        "whole",
        "small",
        "day",
        "at",
        "stage",
        "other",
        "no_number",
        "no_text",
        "no_day",
        "no_instant",
        "no_id",
    ],
);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Kinds {
    partition: Partition,
    space: SpaceId,
    wide: u64,
    whole: i64,
    small: u8,
    day: NaiveDate,
    at: DateTime<Utc>,
    stage: Stage,
    other: Option<Uuid>,
    no_number: Option<u8>,
    no_text: Option<Stage>,
    no_day: Option<NaiveDate>,
    no_instant: Option<DateTime<Utc>>,
    no_id: Option<Uuid>,
}

const LEGS: [Backend; 2] = [Backend::SqliteFile, Backend::PostgresOurs];

/// A space with its row.
async fn with_kinds(backend: Backend) -> (Log, SpaceId) {
    let log = Log::fresh(backend).await;
    let space = SpaceId::from(Uuid::from_u128(7));
    let types =
        if backend == Backend::PostgresOurs { ["smallint", "uuid", "date", "timestamptz"] } else { ["INTEGER", "TEXT", "TEXT", "TEXT"] };
    let [small, id, day, instant] = types;
    let sql = format!(
        "CREATE TABLE kinds (partition {small}, space {id}, wide bigint, whole integer, small {small}, day {day}, at {instant}, stage text, \
         other {id}, no_number {small}, no_text text, no_day {day}, no_instant {instant}, no_id {id}, PRIMARY KEY (partition, space)); \
         INSERT INTO kinds VALUES ({}, '{space}', 9007199254740993, -5, 200, '0987-02-28', '2026-11-24T16:34:27.000123Z', 'notified', \
         '{space}', NULL, NULL, NULL, NULL, NULL)",
        log.store.partition_of(space),
    );
    match backend {
        Backend::SqliteMemory | Backend::PostgresStock => panic!("no second connection here"),
        Backend::SqliteFile => SqliteConnection::connect(log.storage.url()).await.expect("the file").execute(sql.as_str()).await.map(drop),
        Backend::PostgresOurs => PgConnection::connect(log.storage.url()).await.expect("the owner").execute(sql.as_str()).await.map(drop),
    }
    .expect("a table");
    (log, space)
}

async fn kinds(store: &Store, space: SpaceId) -> Option<Kinds> {
    store.read_models().row_of(&KINDS, space).await.expect("a read")
}

#[tokio::test]
async fn a_row_of_columns_reads_as_the_same_row_in_json() {
    for backend in LEGS {
        let (log, space) = with_kinds(backend).await;
        let json: Vec<Kinds> =
            log.store.read_models().select("SELECT * FROM kinds WHERE space = $1", &[Arg::Uuid(space.uuid())]).await.expect("rows");
        let row = kinds(&log.store, space).await.expect("a row");
        assert_eq!((&row.day.to_string(), row.at.timestamp_subsec_micros()), (&"0987-02-28".to_owned(), 123), "{backend:?}");
        assert_eq!([row], json.as_slice(), "{backend:?}");
        assert_eq!(kinds(&log.store, SpaceId::from(Uuid::from_u128(8))).await, None, "{backend:?}");
    }
}

#[tokio::test]
async fn a_row_reads_the_same_where_it_cannot_be_pipelined() {
    let (log, space) = with_kinds(Backend::PostgresOurs).await;
    let mark = if log.storage.url().contains('?') { '&' } else { '?' };
    // An option that one driver ignores, and the other does not know.
    let pooled = Store::open(&format!("{}{mark}unknown=1", log.storage.url()), options()).await.expect("a store");
    assert_eq!(kinds(&pooled, space).await, kinds(&log.store, space).await);
}

#[tokio::test]
async fn a_connection_that_the_server_ended_is_opened_anew() {
    let (log, space) = with_kinds(Backend::PostgresOurs).await;
    let mut killer = PgConnection::connect(log.storage.url()).await.expect("the owner");
    for _ in 0..3 {
        assert!(kinds(&log.store, space).await.is_some());
        kill_others(&mut killer).await;
        assert!(kinds(&log.store, space).await.is_some());
    }
}

#[tokio::test]
async fn a_table_made_anew_with_other_types_is_read_again() {
    let (log, space) = with_kinds(Backend::PostgresOurs).await;
    assert!(kinds(&log.store, space).await.is_some());
    let mut owner = PgConnection::connect(log.storage.url()).await.expect("the owner");
    owner.execute("ALTER TABLE kinds ALTER COLUMN small TYPE bigint").await.expect("another type");
    assert!(kinds(&log.store, space).await.is_some());
}

#[tokio::test]
async fn whoever_gives_up_a_read_leaves_the_others_their_answers() {
    for backend in LEGS {
        let (log, space) = with_kinds(backend).await;
        let mut first = Box::pin(kinds(&log.store, space));
        let mut second = Box::pin(kinds(&log.store, space));
        drop(futures::poll!(&mut first));
        let polled = futures::poll!(&mut second);
        drop(first);
        // A quick database may have answered already.
        let answer = if let Poll::Ready(answer) = polled { answer } else { second.await };
        assert!(answer.is_some(), "{backend:?}");
    }
}
