//! The demonstration: every person ends in one state, with the same counts for the same seed on every engine, and no command is refused.

use std::collections::{BTreeMap, HashSet};

use ens_api::commands::Failure;
use ens_api::commands::demo::run_simulation;
use ens_api::config::Settings;
use ens_api::import::Person;
use ens_demo::{DemoError, Plan, Progress, Simulated, write_persons};
use ens_domain::ins::InsAuthority;
use ens_projections::{compare, read_models};
use ens_store::Store;
use ens_tests::{Engine, TestStorage};

fn plan(persons: u64, seed: u64) -> Plan {
    Plan { persons, seed, from: "2025-09-01".parse().unwrap() }
}

async fn simulated(storage: &TestStorage, plan: Plan) -> (Store, Simulated) {
    let mut settings = Settings::in_folder(storage.folder());
    settings.store.url = Some(storage.url().parse().unwrap());
    run_simulation(&settings, storage.folder(), plan, Progress::hidden()).await.unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn the_same_seed_gives_the_same_counts_on_every_engine() {
    let mut counts: Vec<(BTreeMap<String, u64>, u64)> = Vec::new();
    for engine in [Engine::SqliteFile, Engine::Postgres] {
        let storage = TestStorage::fresh(engine).await;
        let (store, Simulated { report, .. }) = simulated(&storage, plan(400, 7)).await;
        assert!(report.adds_up(), "{report:?}");
        counts.push((report.by_state, report.events));
        store.close().await;
    }
    assert_eq!(counts.first(), counts.last());
}

#[tokio::test]
async fn a_cohort_meets_every_fate_and_its_read_models_equal_a_rebuild() {
    let storage = TestStorage::fresh(Engine::SqliteFile).await;
    let (store, Simulated { report, .. }) = simulated(&storage, plan(1_500, 3)).await;
    for state in ["open", "active", "opposed", "ended"] {
        assert!(report.by_state.contains_key(state), "{state} is missing: {report:?}");
    }
    assert!(!report.by_state.contains_key("created"), "somebody waits for a notice: {report:?}");
    assert!(!report.by_state.contains_key("notified"), "somebody waits for the opening: {report:?}");
    for read_model in read_models() {
        let differences = compare(&store, read_model.name()).await.unwrap();
        assert!(differences.is_empty(), "{}: {differences:?}", read_model.name());
    }
    assert_eq!(store.outbox().depth().await.unwrap().iter().map(|depth| depth.waiting + depth.handed_over).sum::<u64>(), 0);
}

#[tokio::test]
async fn another_seed_gives_other_lives() {
    let (one, other) = (TestStorage::fresh(Engine::SqliteMemory).await, TestStorage::fresh(Engine::SqliteMemory).await);
    let (_, first) = simulated(&one, plan(300, 1)).await;
    let (_, second) = simulated(&other, plan(300, 2)).await;
    assert_ne!(
        std::fs::read_to_string(one.folder().join("persons.ndjson")).unwrap(),
        std::fs::read_to_string(other.folder().join("persons.ndjson")).unwrap()
    );
    assert_ne!((first.report.by_state, first.report.events), (second.report.by_state, second.report.events));
}

#[tokio::test]
async fn a_demonstration_writes_over_nobody() {
    let storage = TestStorage::fresh(Engine::SqliteFile).await;
    let (store, _) = simulated(&storage, plan(20, 1)).await;
    store.close().await;
    let mut settings = Settings::in_folder(storage.folder());
    settings.store.url = Some(storage.url().parse().unwrap());
    let refused = run_simulation(&settings, storage.folder(), plan(20, 1), Progress::hidden()).await;
    assert!(matches!(refused, Err(Failure::Demo(DemoError::NotEmpty(_)))));
}

/// Twenty thousand invented persons, as the import reads them.
fn cohort() -> Vec<Person> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("persons.ndjson");
    write_persons(plan(20_000, 1), &file, || ()).unwrap();
    let lines = std::fs::read_to_string(&file).unwrap();
    lines.lines().map(|line| line.parse().unwrap_or_else(|fault| panic!("{fault} in {line}"))).collect()
}

/// The age of an invented person on the first day of the campaign.
fn age(person: &Person) -> u32 {
    plan(1, 1).from.years_since(person.identity.born_on()).unwrap()
}

#[test]
fn a_cohort_is_of_every_age_and_of_the_three_departments() {
    let cohort = cohort();
    let ages: HashSet<u32> = cohort.iter().map(age).collect();
    assert!((0..=100).all(|age| ages.contains(&age)));
    let departments: HashSet<&str> = cohort.iter().map(|person| person.department.as_str()).collect();
    assert_eq!(departments, HashSet::from(["31", "44", "80"]));
    let mails = cohort.iter().filter(|person| person.email.is_some()).count();
    assert!((14_700..15_300).contains(&mails), "{mails} of 20 000 have e-mail");
}

#[test]
fn everybody_can_be_imported_and_nobody_twice() {
    let mut seen = HashSet::new();
    let cohort = cohort();
    assert_eq!(cohort.len(), 20_000);
    for person in cohort {
        assert_eq!(person.ins.authority(), InsAuthority::TestNir);
        assert!(seen.insert(person.ins.matricule().to_owned()), "twice: {}", person.ins.matricule());
        match (age(&person), person.representative.is_some()) {
            (0..18, represented) => assert!(represented, "a child without a representative: {}", person.ins.matricule()),
            (18..75, represented) => assert!(!represented, "an adult with a representative: {}", person.ins.matricule()),
            (75.., _) => {}
        }
    }
}
