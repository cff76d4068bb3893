//! Following the log: rows and checkpoint are written together, by one follower at a time, and a rebuilt table replaces the old one.

use ens_store::{Arg, Leaf, Partition, Purpose, Rows, Store, StoreError, Table, TableRebuild};
use ens_tests::{Engine, TestStorage, eventually};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

use crate::backends::{Backend, Log, options, write};

const SCORES: Table = Table::new("scores", &["partition", "id"], &["partition", "id", "day", "points", "note"]);

/// A log of 30 events, and a read model that no migration knows.
async fn with_scores(backend: Backend) -> (Log, Partition) {
    let log = Log::fresh(backend).await;
    let (id, day) = if backend == Backend::PostgresOurs { ("uuid", "date") } else { ("TEXT", "TEXT") };
    let leaves: String = (0..16).map(|n| format!("; CREATE TABLE scores_{n:02} PARTITION OF scores FOR VALUES IN ({n})")).collect();
    let (by, leaves) = if backend == Backend::PostgresOurs { ("PARTITION BY LIST (partition)", leaves) } else { ("", String::new()) };
    let table = format!(
        "CREATE TABLE scores (partition integer NOT NULL, id {id} NOT NULL, day {day}, points bigint NOT NULL, note text, \
         PRIMARY KEY (partition, id)) {by}; CREATE INDEX scores_by_points ON scores (points, day) WHERE points > 0{leaves}"
    );
    owner(&log, &table).await;
    // Each row has the position of its event.
    let partition = Partition::new(0);
    let life = (0..).map(|number| format!("a{number}")).find(|id| log.store.partitions().of(id) == partition).expect("one of many");
    ens_store::raw::append(&log.store, vec![write(&life, 0, 30)]).await.expect("an append")[0].expect("thirty events");
    (log, partition)
}

async fn owner(log: &Log, sql: &str) {
    match log.backend {
        Backend::SqliteMemory | Backend::PostgresStock => panic!("no second connection here"),
        Backend::SqliteFile => SqliteConnection::connect(log.storage.url()).await.expect("the file").execute(sql).await.map(drop),
        Backend::PostgresOurs => PgConnection::connect(log.storage.url()).await.expect("the owner").execute(sql).await.map(drop),
    }
    .expect("the owner's statement");
}

const LEGS: [Backend; 2] = [Backend::SqliteFile, Backend::PostgresOurs];
const ID: [&str; 3] =
    ["0198a5d0-0000-7000-8000-000000000001", "0198a5d0-0000-7000-8000-000000000002", "0198a5d0-0000-7000-8000-000000000003"];

fn score(id: usize, points: i64) -> Value {
    json!({ "partition": 0, "id": ID[id], "day": "2026-02-28", "points": points, "note": null })
}

async fn scores(store: &Store) -> Vec<(String, i64)> {
    let rows: Vec<Value> = store.read_models().select("SELECT id, day, points, note FROM scores ORDER BY id", &[]).await.expect("rows");
    rows.into_iter()
        .map(|row| {
            assert_eq!((&row["day"], &row["note"]), (&json!("2026-02-28"), &Value::Null));
            (row["id"].as_str().expect("an id").to_owned(), row["points"].as_i64().expect("a number"))
        })
        .collect()
}

fn expected(scores: &[(usize, i64)]) -> Vec<(String, i64)> {
    scores.iter().map(|(id, points)| (ID[*id].to_owned(), *points)).collect()
}

#[tokio::test]
async fn rows_and_checkpoint_stand_together() {
    for backend in LEGS {
        let (log, partition) = with_scores(backend).await;
        let mut turn = log.store.read_models().follow("scores", partition).await.expect("a turn").expect("nobody else");
        assert_eq!((turn.checkpoint(), turn.events(20).await.expect("events").len()), (0, 20), "{backend:?}");
        turn.put(&SCORES, &[score(0, 1), score(1, 2), score(0, 3)]).await.expect("rows");
        turn.remove(&SCORES, &[score(1, 0)]).await.expect("a removal");
        turn.put(&SCORES, &[] as &[Value]).await.expect("nothing");
        turn.commit(20).await.expect("a commit");
        assert_eq!(scores(&log.store).await, expected(&[(0, 3)]), "{backend:?}");
        assert_eq!(log.store.read_models().checkpoints("scores").await, Ok(vec![(partition, 20)]), "{backend:?}");

        let mut undone = log.store.read_models().follow("scores", partition).await.expect("a turn").expect("nobody else");
        let events = undone.events(20).await.expect("events");
        assert!(events.iter().map(|event| event.position).eq(21..=30), "{backend:?}");
        undone.put(&SCORES, &[score(2, 9)]).await.expect("rows");
        drop(undone);
        assert_eq!(scores(&log.store).await, expected(&[(0, 3)]), "{backend:?}: a dropped turn left something");

        let mut next =
            eventually("the turn is given back", async || log.store.read_models().follow("scores", partition).await.expect("a turn")).await;
        let rows: Vec<Value> = next.rows(&SCORES, &[score(0, 0), score(1, 0)]).await.expect("rows");
        assert_eq!(rows, [score(0, 3)], "{backend:?}");
        next.put(&SCORES, &[score(0, 4), score(2, 5)]).await.expect("rows");
        next.commit(30).await.expect("a commit");
        assert_eq!(scores(&log.store).await, expected(&[(0, 4), (2, 5)]), "{backend:?}");
        let by_id: Vec<Value> = log
            .store
            .read_models()
            .select(
                "SELECT points FROM scores WHERE id = $1 AND day = $2 AND partition = $3",
                &[
                    Arg::from(ID[2].parse::<uuid::Uuid>().unwrap()),
                    Arg::from(chrono::NaiveDate::from_ymd_opt(2026, 2, 28).unwrap()),
                    Arg::from(0),
                ],
            )
            .await
            .expect("a row");
        assert_eq!(by_id, [json!({ "points": 5 })], "{backend:?}");
    }
}

#[tokio::test]
async fn one_follower_at_a_time() {
    for backend in LEGS {
        let (log, partition) = with_scores(backend).await;
        let other = Store::open(log.storage.url(), options()).await.expect("another process");
        let mut first = log.store.read_models().follow("scores", partition).await.expect("a turn").expect("nobody else");
        assert!(log.store.read_models().follow("scores", partition).await.expect("an answer").is_none(), "{backend:?}");
        first.put(&SCORES, &[score(0, 1)]).await.expect("rows");
        match other.read_models().follow("scores", partition).await.expect("an answer") {
            None => assert_eq!(backend, Backend::PostgresOurs, "the row's lock is seen by every process"),
            Some(mut second) => {
                // SQLite holds no lock for a turn: the second commit fails, with its rows.
                second.put(&SCORES, &[score(0, 100)]).await.expect("rows");
                second.commit(10).await.expect("the faster one");
                assert_eq!(first.commit(10).await, Err(StoreError::Overtaken), "{backend:?}");
                assert_eq!(scores(&log.store).await, expected(&[(0, 100)]), "{backend:?}");
                continue;
            }
        }
        first.commit(10).await.expect("a commit");
        assert_eq!(scores(&log.store).await, expected(&[(0, 1)]), "{backend:?}");
    }
}

#[tokio::test]
async fn a_rebuilt_table_takes_the_place_of_the_old_one_with_its_checkpoints() {
    for backend in LEGS {
        let (log, partition) = with_scores(backend).await;
        put(&log, partition, 1).await;
        // Twice, because the second rebuild finds the names that the first one left.
        for points in [2, 3] {
            let table_rebuild =
                log.store.read_models().table_rebuild(&SCORES, Purpose::Replace).await.expect("a rebuild").expect("nobody else");
            assert!(
                log.store.read_models().table_rebuild(&SCORES, Purpose::Replace).await.expect("an answer").is_none(),
                "{backend:?}: one at a time"
            );
            fill(&table_rebuild, partition, points).await;
            assert_eq!(scores(&log.store).await, expected(&[(0, points - 1)]), "{backend:?}: the old one serves until the swap");
            let swap = table_rebuild.hold_live().await.expect("held");
            assert!(swap.positions().contains(&(partition, 30)), "{backend:?}");
            swap.put_in_place().await.expect("a swap");
            assert_eq!(scores(&log.store).await, expected(&[(0, points)]), "{backend:?}");
            assert!(log.store.read_models().checkpoints("scores").await.expect("checkpoints").contains(&(partition, 30)), "{backend:?}");
            assert_eq!(log.store.read_models().checkpoints(&table_rebuild.fresh().name).await, Ok(Vec::new()), "{backend:?}");
            // Keys and indexes exist on the new table: the follower's upsert works.
            put(&log, partition, points).await;
        }
    }
}

#[tokio::test]
async fn an_unfinished_rebuild_is_gone_on_with_and_the_table_that_it_replaces_is_kept() {
    for backend in LEGS {
        let (log, partition) = with_scores(backend).await;
        put(&log, partition, 1).await;
        let table_rebuild =
            log.store.read_models().table_rebuild(&SCORES, Purpose::Replace).await.expect("a rebuild").expect("nobody else");
        let begun = table_rebuild.begin().await.expect("a beginning");
        assert_eq!(begun.iter().map(|leaf| leaf.bound).sum::<u64>(), 30, "{backend:?}");
        drop(table_rebuild);
        let table_rebuild =
            log.store.read_models().table_rebuild(&SCORES, Purpose::Replace).await.expect("a rebuild").expect("it was let go");
        assert_eq!(table_rebuild.begin().await, Ok(begun), "{backend:?}");
        fill(&table_rebuild, partition, 2).await;
        assert!(table_rebuild.begin().await.expect("progress").iter().all(|leaf| leaf.leaf == Leaf::Settled), "{backend:?}");
        table_rebuild.hold_live().await.expect("held").put_in_place().await.expect("a swap");
        for points in [1, 2, 1] {
            assert_eq!(table_rebuild.roll_back().await, Ok(true), "{backend:?}");
            assert_eq!(scores(&log.store).await, expected(&[(0, points)]), "{backend:?}");
            put(&log, partition, points).await;
        }
        table_rebuild.drop_previous().await.expect("dropped");
        assert_eq!(table_rebuild.roll_back().await, Ok(false), "{backend:?}");
        assert!(log.store.read_models().select::<Value>("SELECT * FROM scores_previous", &[]).await.is_err(), "{backend:?}");
    }
}

/// A follower's turn that leaves one row.
async fn put(log: &Log, partition: Partition, points: i64) {
    let mut turn = log.store.read_models().follow("scores", partition).await.expect("a turn").expect("nobody else");
    turn.put(&SCORES, &[score(0, points)]).await.expect("rows");
    turn.commit(30).await.expect("a commit");
}

/// Fills a fresh table as a rebuild does, with one row.
async fn fill(table_rebuild: &TableRebuild, partition: Partition, points: i64) {
    for mut leaf in table_rebuild.begin().await.expect("a beginning") {
        if leaf.partition == partition {
            let mut rows = Rows::of(&SCORES);
            rows.push(&score(0, points)).expect("a flat row");
            leaf.events = 30;
            table_rebuild.fill(&rows, &leaf).await.expect("rows");
        }
        table_rebuild.settle(&leaf).await.expect("settled");
    }
}

#[tokio::test]
async fn no_index_of_a_read_model_begins_with_the_partition_that_its_leaf_is_all_about() {
    // A table that was never analysed seems to hold few rows of any partition: a turn's keys would each be sought in all of them.
    let log = Log::fresh(Backend::PostgresOurs).await;
    let first: Vec<Value> = log
        .store
        .read_models()
        .select(
            "SELECT c.relname AS index, a.attname AS first FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
             JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attnum = 1 JOIN pg_partitioned_table p ON p.partrelid = i.indrelid \
             WHERE i.indrelid::regclass::text = ANY(string_to_array($1, ' ')) ORDER BY 1",
            &[Arg::from("space_status openings_due notices_due campaign_progress history grants deadlines measures")],
        )
        .await
        .expect("the indexes");
    assert!(first.len() >= 8 && first.iter().all(|index| index["first"] != "partition"), "{first:?}");
}

#[tokio::test]
async fn a_store_in_memory_follows_like_any_other() {
    let storage = TestStorage::fresh(Engine::SqliteMemory).await;
    let store = Store::open(storage.url(), options()).await.expect("a store");
    ens_store::raw::append(&store, vec![write("a", 0, 3)]).await.expect("an append")[0].expect("three events");
    let partition = store.partitions().of("a");
    let mut turn = store.read_models().follow("x", partition).await.expect("a turn").expect("nobody else");
    // The one connection serves the turn and the commands beside it.
    ens_store::raw::append(&store, vec![write("a", 3, 1)]).await.expect("an append")[0].expect("one more");
    assert_eq!(turn.events(10).await.expect("events").len(), 4);
    turn.commit(4).await.expect("a commit");
    assert_eq!(store.read_models().checkpoints("x").await, Ok(vec![(partition, 4)]));
}
