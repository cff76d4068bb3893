//! Rebuilds in progress: killed and resumed, run beside readers and followers, refused to a second process, undone.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use ens_domain::space::terms::Stage;
use ens_projections::space_status::space_status;
use ens_projections::{
    FoldProgress, FollowOptions, Followers, RebuildError, compare, drop_previous, read_models, rebuild, rebuild_watched, roll_back,
};
use ens_store::{NewEvent, Store, Write};
use ens_tests::cohort::{MASTER_KEY, MeasureFate, measure, notified_on, open, open_store};
use ens_tests::{Engine, Launch, TestStorage, eventually, times};
use futures::future::pending;
use serde_json::Value;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::lives::{Kind, PopulatedStore, day, start};

async fn count(store: &Store, table: &str) -> u64 {
    let counted: Vec<Value> = store.read_models().select(&format!("SELECT count(*) AS rows FROM {table}"), &[]).await.expect("a count");
    counted[0]["rows"].as_u64().expect("a number")
}

fn launch(storage: &TestStorage) -> Launch {
    Launch::default()
        .env("ENS_STORE", storage.url())
        .env("ENS_DATA", storage.folder().display().to_string())
        .env("ENS_MASTER_KEY", MASTER_KEY)
        .env("ENS_LOG", "warn")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_is_killed_goes_on_where_it_was() {
    for engine in Engine::DURABLE {
        let (storage, store) = opened(engine).await;
        let spaces = u32::try_from(times(4_000, 60_000)).expect("a number");
        notified_on(&store, spaces, day(3, 2)).await;
        killed_and_resumed(&storage, &store, ("history", u64::from(spaces) * 3)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_of_two_kinds_of_stream_that_is_killed_goes_on_where_it_was() {
    for engine in Engine::DURABLE {
        let (storage, store) = opened(engine).await;
        let number = u32::try_from(times(3_000, 40_000)).expect("a number");
        let spaces = notified_on(&store, number, day(3, 2)).await;
        open(&store, spaces.iter().copied(), start() + TimeDelta::days(60)).await;
        for (day, fate) in [(61, MeasureFate::Kept), (62, MeasureFate::Removed), (63, MeasureFate::Kept)] {
            measure(&store, spaces.iter().copied(), start() + TimeDelta::days(day), fate).await;
        }
        killed_and_resumed(&storage, &store, ("measures", u64::from(number) * 8)).await;
        assert_eq!(count(&store, "measures").await, u64::from(number) * 2, "{engine:?}");
    }
}

async fn opened(engine: Engine) -> (TestStorage, Store) {
    let storage = TestStorage::fresh(engine).await;
    let store = open_store(storage.url()).await;
    (storage, store)
}

/// Kills rebuilds of this read model, which read so many events, and lets the last one end.
async fn killed_and_resumed(storage: &TestStorage, store: &Store, (name, events): (&str, u64)) {
    Followers::new(store.clone()).catch_up().await.expect("level");
    let mut cut = 0;
    for _ in 0..times(2, 10) {
        let before = folded(store).await;
        let mut rebuilding = launch(storage).arg("rebuild").arg(name).spawn();
        eventually("the rebuild has made some progress", async || {
            let now = folded(store).await;
            // It ended between two looks.
            (now.values().sum::<u64>() > before.values().sum::<u64>() || now.is_empty() && !before.is_empty()).then_some(())
        })
        .await;
        rebuilding.kill();
        cut += usize::from(count(store, "rebuild_progress").await > 0);
        let after = folded(store).await;
        assert!(before.iter().all(|(partition, events)| after.get(partition).is_none_or(|now| now >= events)), "it began again");
    }
    assert!(cut > 0, "{name}: nothing was cut");
    let (ended, said) = launch(storage).arg("rebuild").arg(name).run("");
    assert!(ended.success(), "{said}");
    assert!(said.contains(&format!("{name}: rebuilt from {events} events")), "{said}");
    assert_eq!(count(store, "rebuild_progress").await, 0);
    assert_eq!(compare(store, name).await, Ok(Vec::new()));
}

/// How many events an unfinished rebuild has folded, by partition.
async fn folded(store: &Store) -> BTreeMap<u64, u64> {
    let rows: Vec<Value> = store.read_models().select("SELECT partition, facts FROM rebuild_progress", &[]).await.expect("progress");
    rows.iter().map(|row| (row["partition"].as_u64().expect("a number"), row["facts"].as_u64().expect("a number"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_and_followers_never_see_a_table_that_is_missing_or_empty() {
    for engine in Engine::DURABLE {
        let mut populated = PopulatedStore::lived(engine, 3).await;
        let options = FollowOptions { poll: Duration::from_millis(10), ..FollowOptions::default() };
        let followers = Followers::with_options(populated.store.clone(), options);
        followers.catch_up().await.expect("level");
        let (over, reads) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let mut at_work = JoinSet::new();
        let following = followers.clone();
        let followed = tokio::spawn(async move { following.run(pending()).await });
        for reader in 0..3 {
            // The connections of another process: they have plans of their own and do not learn of the rebuild.
            let store = open_store(populated.storage.url()).await;
            let (over, reads, spaces) = (over.clone(), reads.clone(), populated.spaces.clone());
            at_work.spawn(async move {
                let mut turns = spaces.iter().cycle().skip(reader * 7);
                while let (false, Some((kind, space))) = (over.load(Ordering::Relaxed), turns.next()) {
                    let row = space_status(&store, *space).await.expect("a read never fails").expect("a row is never missing");
                    assert!(*kind != Kind::Opposed || row.stage == Stage::Opposed, "a row is never half folded");
                    assert!(count(&store, "campaign_progress").await >= 30, "a table is never partial");
                    reads.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for _ in 0..times(4, 40) {
            populated.live(1).await;
            for name in ["space_status", "campaign_progress"] {
                rebuild(&populated.store, name).await.expect("a rebuild");
            }
            assert_eq!(followers.health().faults, [], "{engine:?}");
        }
        let read = reads.load(Ordering::Relaxed);
        eventually("a read after the last swap", async || (reads.load(Ordering::Relaxed) > read).then_some(())).await;
        over.store(true, Ordering::Relaxed);
        at_work.join_all().await;
        eventually("level again", async || followers.lag().await.expect("a lag").iter().all(|lag| lag.behind == 0).then_some(())).await;
        followed.abort();
        for read_model in read_models() {
            assert_eq!(compare(&populated.store, read_model.name()).await, Ok(Vec::new()), "{engine:?} {}", read_model.name());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_version_before_comes_back_at_once_and_is_brought_level() {
    for engine in Engine::ALL {
        let mut populated = PopulatedStore::lived(engine, 1).await;
        let followers = Followers::new(populated.store.clone());
        followers.catch_up().await.expect("level");
        let name = "campaign_progress";
        assert_eq!(roll_back(&populated.store, name).await, Err(RebuildError::NothingKept(name)), "{engine:?}");
        rebuild(&populated.store, name).await.expect("a rebuild");
        let kept = populated.events().await;
        populated.live(1).await;
        followers.catch_up().await.expect("level");
        assert_eq!(count(&populated.store, name).await, 20);
        assert_eq!(roll_back(&populated.store, name).await, Ok(populated.events().await - kept), "{engine:?}: it is told how old it is");
        assert_eq!(count(&populated.store, name).await, 10, "{engine:?}");
        followers.catch_up().await.expect("level");
        assert_eq!(compare(&populated.store, name).await, Ok(Vec::new()), "{engine:?}");
        roll_back(&populated.store, name).await.expect("and forward again");
        drop_previous(&populated.store, name).await.expect("dropped");
        assert_eq!(roll_back(&populated.store, name).await, Err(RebuildError::NothingKept(name)), "{engine:?}");
        rebuild(&populated.store, name).await.expect("a rebuild after it all");
        assert_eq!(compare(&populated.store, name).await, Ok(Vec::new()), "{engine:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_rebuilds_of_one_read_model_the_second_is_refused() {
    for engine in Engine::DURABLE {
        let populated = PopulatedStore::lived(engine, 2).await;
        let other = open_store(populated.storage.url()).await;
        let table_rebuild = populated
            .store
            .read_models()
            .table_rebuild(&table_of("history"), ens_store::Purpose::Replace)
            .await
            .expect("a rebuild")
            .expect("nobody else");
        for store in [&populated.store, &other] {
            assert_eq!(rebuild(store, "history").await, Err(RebuildError::UnderWay("history")), "{engine:?}");
            assert_eq!(roll_back(store, "history").await, Err(RebuildError::UnderWay("history")), "{engine:?}");
        }
        rebuild(&other, "deadlines").await.expect("another one's rebuild is nobody's business");
        drop(table_rebuild);
        rebuild(&other, "history").await.expect("a rebuild once the first is gone");
    }
}

fn table_of(name: &str) -> ens_store::Table {
    ens_projections::read_model(name).expect("a read model").table()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_folded_stops_a_rebuild_with_its_place_and_the_live_rows_stay() {
    for engine in Engine::ALL {
        let populated = PopulatedStore::lived(engine, 1).await;
        Followers::new(populated.store.clone()).catch_up().await.expect("level");
        let rows = count(&populated.store, "history").await;
        let unknown = NewEvent {
            event_type: "SpaceTeleported".to_owned(),
            event_version: "1.0".to_owned(),
            payload: "{\"SpaceTeleported\":{}}".to_owned(),
            metadata: "{}".to_owned(),
        };
        let (aggregate_type, aggregate_id) = ("health_space".to_owned(), Uuid::from_u128(7).to_string());
        let write = Write { aggregate_type, aggregate_id, expected_version: 0, events: vec![unknown] };
        let appended = ens_store::raw::append(&populated.store, vec![write]).await.expect("an append").remove(0).expect("no conflict");
        let progress = FoldProgress::default();
        let Err(RebuildError::Stopped(fault)) = rebuild_watched(&populated.store, "history", &progress).await else {
            panic!("{engine:?}: it was folded")
        };
        assert_eq!((fault.partition, fault.position), (appended.partition, appended.position), "{engine:?}");
        assert!(progress.folded() < progress.total(), "{engine:?}");
        assert_eq!(count(&populated.store, "history").await, rows, "{engine:?}");
        assert_eq!(count(&populated.store, "rebuild_progress").await, 0, "{engine:?}: nothing is left of it");
    }
}
