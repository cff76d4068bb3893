//! What is tried on SQLite alone: a full disk, and the index that finds a stream.

use super::connections::Sqlite;
use super::{append, log};
use crate::engine::contract::Log;
use crate::engine::text;
use crate::ground::{NewEvent, NewRow, Partition, StoreError};

/// An event too large for the room that is left in a page.
fn large(position: u64) -> NewRow {
    let event = NewEvent {
        event_type: "MeasureTaken".to_owned(),
        event_version: "1.0".to_owned(),
        payload: format!("\"{}\"", "x".repeat(100_000)),
        metadata: "{}".to_owned(),
    };
    NewRow { aggregate_type: "measures".to_owned(), aggregate_id: "a/b".to_owned(), sequence: position, position, event }
}

async fn write(engine: &Sqlite, position: u64) -> Result<(), StoreError> {
    let mut appending = engine.begin(Partition::new(0)).await?;
    appending.insert_events(&[large(position)]).await?;
    appending.commit().await
}

/// A table that has no index for what is asked would be read whole by each command.
#[tokio::test]
async fn streams_are_found_by_the_key_of_the_log() {
    let engine = Sqlite::open(":memory:", 2).await.unwrap();
    let lives = text::lives("+partition = 0 AND +position <= $3");
    for sql in [log::histories(Partition::new(0)), append::VERSIONS.to_owned(), lives] {
        let steps: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(&format!("EXPLAIN QUERY PLAN {sql}")).fetch_all(engine.writer()).await.unwrap();
        let read: Vec<&String> = steps.iter().map(|(.., step)| step).filter(|step| step.contains(" events ")).collect();
        // The first index is that of the primary key.
        let by_key = |step: &&String| step.starts_with("SEARCH") && step.contains("INDEX sqlite_autoindex_events_1 (");
        assert!(read.len() == 1 && read.iter().all(by_key), "{sql}: {steps:?}");
    }
}

async fn pragma(engine: &Sqlite, text: &str) -> i64 {
    sqlx::query_scalar(&format!("PRAGMA {text}")).fetch_one(engine.writer()).await.unwrap()
}

#[tokio::test]
async fn a_full_disk_stops_the_commands_of_that_time_and_no_later_one() {
    let folder = tempfile::tempdir().unwrap();
    for place in [folder.path().join("ens.db").to_str().unwrap(), ":memory:"] {
        let engine = Sqlite::open(place, 2).await.unwrap();
        write(&engine, 1).await.unwrap();
        for round in 0..3 {
            let pages = pragma(&engine, "page_count").await;
            pragma(&engine, &format!("max_page_count = {pages}")).await;
            let full = write(&engine, round + 2).await;
            assert!(matches!(&full, Err(StoreError::Database { code, .. }) if code == "13"), "{place}: {full:?}");
            // There is room again.
            pragma(&engine, "max_page_count = 1000000").await;
            write(&engine, round + 2).await.unwrap_or_else(|error| panic!("{place}: {error}"));
        }
        assert_eq!(engine.feed(Partition::new(0), 0, 10).await.unwrap().len(), 4, "{place}");
    }
}
