//! The demonstration: every person ends in one state, with the same counts for the same seed on every engine, and no command is refused.

use std::collections::BTreeMap;

use ens_api::config::Settings;
use ens_api::demo::{DemoError, Plan, Progress, Staged, rehearse};
use ens_projections::{compare, read_models};
use ens_store::Store;
use ens_tests::{Engine, TestStorage};

fn plan(persons: u64, seed: u64) -> Plan {
    Plan { persons, seed, from: "2025-09-01".parse().unwrap() }
}

async fn staged(storage: &TestStorage, plan: Plan) -> (Store, Staged) {
    let mut settings = Settings::in_folder(storage.folder());
    settings.store.url = Some(storage.url().parse().unwrap());
    rehearse(&settings, storage.folder(), plan, Progress::hidden()).await.unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn the_same_seed_gives_the_same_counts_on_every_engine() {
    let mut counts: Vec<(BTreeMap<String, u64>, u64)> = Vec::new();
    for engine in [Engine::SqliteFile, Engine::Postgres] {
        let storage = TestStorage::fresh(engine).await;
        let (store, Staged { report, .. }) = staged(&storage, plan(400, 7)).await;
        assert!(report.adds_up(), "{report:?}");
        counts.push((report.by_state, report.events));
        store.close().await;
    }
    assert_eq!(counts.first(), counts.last());
}

#[tokio::test]
async fn a_cohort_meets_every_fate_and_its_read_models_equal_a_rebuild() {
    let storage = TestStorage::fresh(Engine::SqliteFile).await;
    let (store, Staged { report, .. }) = staged(&storage, plan(1_500, 3)).await;
    for state in ["open", "active", "opposed", "ended"] {
        assert!(report.by_state.contains_key(state), "{state} is missing: {report:?}");
    }
    assert!(!report.by_state.contains_key("created"), "somebody waits for a notice: {report:?}");
    assert!(!report.by_state.contains_key("notified"), "somebody waits for the opening: {report:?}");
    for read_model in read_models() {
        let differences = compare(&store, read_model.name()).await.unwrap();
        assert!(differences.is_empty(), "{}: {differences:?}", read_model.name());
    }
    assert_eq!(store.outbox_depth().await.unwrap().iter().map(|depth| depth.waiting + depth.handed_over).sum::<u64>(), 0);
}

#[tokio::test]
async fn another_seed_gives_other_lives() {
    let (one, other) = (TestStorage::fresh(Engine::SqliteMemory).await, TestStorage::fresh(Engine::SqliteMemory).await);
    let (_, first) = staged(&one, plan(300, 1)).await;
    let (_, second) = staged(&other, plan(300, 2)).await;
    assert_ne!(
        std::fs::read_to_string(one.folder().join("persons.ndjson")).unwrap(),
        std::fs::read_to_string(other.folder().join("persons.ndjson")).unwrap()
    );
    assert_ne!((first.report.by_state, first.report.events), (second.report.by_state, second.report.events));
}

#[tokio::test]
async fn a_demonstration_writes_over_nobody() {
    let storage = TestStorage::fresh(Engine::SqliteFile).await;
    let (store, _) = staged(&storage, plan(20, 1)).await;
    store.close().await;
    let mut settings = Settings::in_folder(storage.folder());
    settings.store.url = Some(storage.url().parse().unwrap());
    let refused = rehearse(&settings, storage.folder(), plan(20, 1), Progress::hidden()).await;
    assert!(matches!(refused, Err(DemoError::NotEmpty(_))));
}
