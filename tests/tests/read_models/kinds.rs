//! Several kinds of stream in one log: a kind that nobody knows, a kind that only one read model reads, two kinds that one read model folds.

use chrono::TimeDelta;
use ens_audit::{Row, Verifier};
use ens_domain::event::StreamKind;
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::stream::StreamId;
use ens_projections::measures::measures;
use ens_projections::{FaultKind, FollowOptions, Followers, NotCaughtUp, PassedOver, RebuildError, compare, read_models, rebuild};
use ens_store::{EventRow, NewEvent, Partition, Span, Store, StoreError, Write};
use ens_tests::Engine;
use ens_tests::cohort::{MeasureFate, measure};
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use uuid::Uuid;

use super::lives::{Kind, PopulatedStore, start};

const UNKNOWN: &str = "something_else";

/// An event of a kind that no program knows yet, of a stream of this space.
fn unknown(space: SpaceId) -> Write {
    written(UNKNOWN, StreamId::of_item(space, ItemId::from(Uuid::now_v7())), "SomethingHappened")
}

fn written(kind: &str, stream: StreamId, event_type: &str) -> Write {
    let event = NewEvent {
        event_type: event_type.to_owned(),
        event_version: "1.0".to_owned(),
        payload: format!("{{\"{event_type}\":{{}}}}"),
        metadata: "{}".to_owned(),
    };
    Write { aggregate_type: kind.to_owned(), aggregate_id: stream.to_string(), expected_version: 0, events: vec![event] }
}

async fn append(store: &Store, write: Write) -> (Partition, u64) {
    let appended = ens_store::raw::append(store, vec![write]).await.expect("an append").remove(0).expect("no other writer");
    (appended.partition, appended.position)
}

/// Writes an event of an unknown kind as a stock writer would, through the columns that it knows. SQLite has no stock writer: there the
/// statement brings partition and position.
async fn insert_as_stock(populated: &PopulatedStore, space: SpaceId) -> (Partition, u64) {
    let (url, stream) = (populated.storage.url(), format!("{space}/{}", Uuid::now_v7()));
    let values = format!("'{UNKNOWN}', '{stream}', 1, 'SomethingHappened', '1.0', '{{}}', '{{}}'");
    let columns = "aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata";
    if url.starts_with("postgres") {
        let mut connection = PgConnection::connect(url).await.expect("a connection");
        connection.execute(format!("INSERT INTO events ({columns}) VALUES ({values})").as_str()).await.expect("inserted");
    } else {
        let mut connection = SqliteConnection::connect(url).await.expect("a connection");
        let sql = format!(
            "BEGIN IMMEDIATE; UPDATE log_heads SET position = position + 1; \
             INSERT INTO events ({columns}, partition, position) SELECT {values}, partition, position FROM log_heads; COMMIT"
        );
        connection.execute(sql.as_str()).await.expect("inserted");
    }
    let partition = populated.store.partition_of(space);
    let heads = populated.store.log().heads().await.expect("heads");
    heads.into_iter().find(|(each, _)| *each == partition).expect("a head")
}

/// Reads the log as a feed page by page, as a replay in one go, and as who verifies it: all three give every event.
async fn assert_read_to_the_heads(store: &Store) {
    for (partition, head) in store.log().heads().await.expect("heads") {
        let mut verifier = Verifier::new();
        let replayed = store.log().read(Span::all_of(partition), |row| {
            verifier.take(&audited(&row)).expect("a dense log");
            Ok::<(), StoreError>(())
        });
        assert_eq!(replayed.await, Ok(head));
        assert_eq!(verifier.head().size, head);
        let mut fed = 0;
        while let Some(last) = store.log().feed(partition, fed, 50).await.expect("a page").last() {
            fed = last.position;
        }
        assert_eq!(fed, head);
    }
}

fn audited<'a>(row: &EventRow<'a>) -> Row<'a> {
    Row {
        position: row.position,
        aggregate_type: row.aggregate_type,
        aggregate_id: row.aggregate_id,
        sequence: row.sequence,
        event_type: row.event_type,
        event_version: row.event_version,
        recorded_at: row.recorded_at.timestamp_micros(),
        payload: row.payload.as_bytes(),
        metadata: row.metadata.as_bytes(),
    }
}

#[tokio::test]
async fn an_unknown_kind_is_passed_over_and_said_in_the_health() {
    for engine in Engine::ALL {
        let mut populated = PopulatedStore::lived(engine, 1).await;
        let space = populated.one(Kind::Shared);
        let mut last = append(&populated.store, unknown(space)).await;
        if engine != Engine::SqliteMemory {
            last = insert_as_stock(&populated, space).await;
        }
        populated.live(1).await;
        assert_read_to_the_heads(&populated.store).await;
        // It is no stream of the space for the queue either: its commands are decided beside it.
        let late = start() + TimeDelta::days(90);
        measure(&populated.store, [space], late, MeasureFate::Removed).await;
        let followers = Followers::with_options(populated.store.clone(), FollowOptions { batch: 7, ..FollowOptions::default() });
        followers.catch_up().await.unwrap_or_else(|error| panic!("{engine:?}: an unknown kind stops nothing: {error}"));
        let events = if engine == Engine::SqliteMemory { 1 } else { 2 };
        let expected = PassedOver { kind: UNKNOWN.to_owned(), partition: last.0, events, last_position: last.1 };
        let health = followers.health();
        assert_eq!((health.passed_over.as_slice(), health.is_well()), ([expected].as_slice(), true), "{engine:?}");
        for read_model in read_models() {
            assert_eq!(compare(&populated.store, read_model.name()).await, Ok(Vec::new()), "{engine:?} {}", read_model.name());
            let rebuilt = rebuild(&populated.store, read_model.name()).await.expect("a rebuild");
            assert_eq!(rebuilt.events, populated.events().await, "{engine:?}: what is passed over is counted");
        }
    }
}

#[tokio::test]
async fn an_event_of_an_item_that_cannot_be_read_stops_only_the_read_models_that_read_its_kind() {
    for engine in Engine::ALL {
        let mut populated = PopulatedStore::lived(engine, 1).await;
        let space = populated.one(Kind::Shared);
        let stream = StreamId::of_item(space, ItemId::from(Uuid::now_v7()));
        let (partition, position) = append(&populated.store, written(StreamKind::Measure.name(), stream, "MeasureTeleported")).await;
        populated.live(1).await;
        let followers = Followers::new(populated.store.clone());
        let Err(NotCaughtUp::Stopped(faults)) = followers.catch_up().await else { panic!("{engine:?}: it was folded") };
        let said: Vec<_> = faults.iter().map(|fault| (fault.projection, fault.partition, fault.position, fault.kind)).collect();
        assert_eq!(said, [("measures", partition, position, FaultKind::UnknownEvent)], "{engine:?}");
        for lag in followers.lag().await.expect("a lag") {
            assert_eq!(lag.behind > 0, (lag.projection, lag.partition) == ("measures", partition), "{engine:?} {lag:?}");
        }
        assert_eq!(compare(&populated.store, "history").await, Ok(Vec::new()), "{engine:?}");
        let Err(RebuildError::Stopped(fault)) = rebuild(&populated.store, "measures").await else { panic!("{engine:?}: it was folded") };
        assert_eq!((fault.partition, fault.position), (partition, position), "{engine:?}");
    }
}

#[tokio::test]
async fn a_projection_that_reads_two_kinds_of_stream_gives_the_same_rows_in_a_rebuild_as_live() {
    for engine in Engine::ALL {
        let mut populated = PopulatedStore::lived(engine, 2).await;
        let (destroyed, crowded) = (populated.one(Kind::Destroyed), populated.one(Kind::Shared));
        // More events than a rebuild reads at once, in one space, with the ids of unknown kinds beside and between its streams.
        for hour in 0..11 {
            let many = std::iter::repeat_n(crowded, 500);
            measure(&populated.store, many, start() + TimeDelta::days(62) + TimeDelta::hours(hour), MeasureFate::Kept).await;
        }
        for id in [format!("{crowded}-extra"), format!("{crowded}!"), "a".to_owned()] {
            let write = Write { aggregate_id: id, ..unknown(crowded) };
            append(&populated.store, write).await;
        }
        populated.live(1).await;
        Followers::new(populated.store.clone()).catch_up().await.expect("level");
        let before = measures(&populated.store, crowded, None, 10_000).await.expect("rows");
        assert!(before.len() > 5_500, "{engine:?}: {}", before.len());
        for read_model in read_models() {
            assert_eq!(compare(&populated.store, read_model.name()).await, Ok(Vec::new()), "{engine:?} {}", read_model.name());
        }
        rebuild(&populated.store, "measures").await.expect("a rebuild");
        assert_eq!(measures(&populated.store, crowded, None, 10_000).await, Ok(before), "{engine:?}");
        assert_eq!(measures(&populated.store, destroyed, None, 10).await, Ok(Vec::new()), "{engine:?}: wiped after its items were put");
    }
}
