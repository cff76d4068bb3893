//! The demonstration: every person ends in one state, some of the opened are cared for, and the lines that it prints to try work.

use std::collections::{BTreeMap, HashSet};
use std::process::Command;

use bytes::Bytes;
use ens_api::commands::Failure;
use ens_api::commands::demo::run_simulation;
use ens_api::config::Settings;
use ens_api::import::Person;
use ens_demo::{CareCounts, DemoError, Plan, Progress, Simulated, Tour, write_persons};
use ens_domain::access::{Announcement, Visibility};
use ens_domain::ins::InsAuthority;
use ens_domain::party::Party;
use ens_domain::sections::medical_record::MediaType;
use ens_projections::accesses::{AccessFilter, AccessOutcome, AccessRow, Accesses, accesses};
use ens_projections::documents::{DocumentRow, Documents, documents};
use ens_projections::{Projection, compare, read_models};
use ens_store::{ContentRef, Store};
use ens_tests::{Engine, Launch, TestStorage, eventually};
use futures::TryStreamExt;

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
    let mut counts: Vec<(BTreeMap<String, u64>, CareCounts, u64)> = Vec::new();
    for engine in [Engine::SqliteFile, Engine::Postgres] {
        let storage = TestStorage::fresh(engine).await;
        let (store, Simulated { report, .. }) = simulated(&storage, plan(400, 7)).await;
        assert!(report.adds_up(), "{report:?}");
        counts.push((report.by_state, report.care, report.events));
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

/// Every row of a read model.
async fn rows<P: Projection>(store: &Store) -> Vec<P::Row> {
    let sql = format!("SELECT {} FROM {}", P::COLUMNS.join(", "), P::NAME);
    store.read_models().select(&sql, &[]).await.unwrap()
}

async fn bytes_of(store: &Store, row: &DocumentRow) -> Vec<u8> {
    let content = ContentRef { id: row.content.id, size: u64::from(row.content.size.bytes()) };
    let pieces: Vec<Bytes> = store.contents().read(row.space, &content, ..).await.unwrap().try_collect().await.unwrap();
    pieces.concat()
}

#[tokio::test]
async fn what_is_counted_of_care_is_in_the_read_models() {
    let storage = TestStorage::fresh(Engine::SqliteFile).await;
    let (store, Simulated { report, .. }) = simulated(&storage, plan(1_500, 3)).await;
    let care = report.care;
    assert_eq!(care.attending_doctors, 45, "three in a hundred persons are cared for");
    assert!(care.authorisations > 45 && care.blocks > 0 && care.emergencies > 0, "{care:?}");
    let mut by_type: BTreeMap<String, u64> = BTreeMap::new();
    for row in rows::<Documents>(&store).await {
        *by_type.entry(row.media_type().as_str().to_owned()).or_default() += 1;
    }
    assert_eq!(by_type.keys().collect::<Vec<_>>(), ["application/pdf", "image/jpeg", "text/plain"]);
    assert_eq!(care.documents, by_type);
    let traces = rows::<Accesses>(&store).await;
    let count = |which: &dyn Fn(&AccessRow) -> bool| traces.iter().filter(|row| which(row)).count() as u64;
    assert_eq!(care.readings_allowed, count(&|row| row.outcome == AccessOutcome::Made));
    assert_eq!(care.readings_refused, count(&|row| row.outcome == AccessOutcome::Refused));
    assert_eq!(care.readings_refused, count(&|row| row.because == "professional_blocked"), "nobody else is refused");
    assert_eq!(care.emergencies, count(&|row| matches!(row.because.as_str(), "break_glass" | "dispatch_centre")));
}

#[tokio::test]
async fn every_document_is_stored_and_is_what_its_type_says() {
    for engine in [Engine::SqliteFile, Engine::Postgres] {
        let storage = TestStorage::fresh(engine).await;
        let (store, _) = simulated(&storage, plan(300, 5)).await;
        let mut seen = HashSet::new();
        for row in rows::<Documents>(&store).await {
            let bytes = bytes_of(&store, &row).await;
            let found = infer::get(&bytes).map(|kind| kind.mime_type());
            match row.media_type() {
                MediaType::Text => assert!(found.is_none() && std::str::from_utf8(&bytes).is_ok_and(|text| text.contains("démonstration"))),
                binary @ (MediaType::Pdf | MediaType::Rtf | MediaType::Jpeg | MediaType::Tiff | MediaType::Png) => {
                    assert_eq!(found, Some(binary.as_str()));
                }
            }
            seen.insert(row.media_type());
        }
        assert_eq!(seen, HashSet::from([MediaType::Pdf, MediaType::Text, MediaType::Jpeg]), "{engine:?}");
        store.close().await;
    }
}

#[tokio::test]
async fn one_space_has_the_whole_course_of_care_however_few_persons_there_are() {
    let storage = TestStorage::fresh(Engine::SqliteFile).await;
    let (store, Simulated { report, tour }) = simulated(&storage, plan(10, 1)).await;
    let Tour { space, by, attending_doctor, specialist, blocked, emergency_doctor } = tour.unwrap();
    assert_eq!((by, report.care.attending_doctors), (Party::Holder, 1));
    let papers = documents(&store, space, None, 100).await.unwrap();
    let among = |which: &dyn Fn(&DocumentRow) -> bool| papers.iter().filter(|row| which(row)).count();
    assert_eq!(papers.len(), 7);
    assert_eq!(among(&|row| row.visibility == Visibility::Hidden), 1);
    assert_eq!(among(&|row| row.announcement == Announcement::Awaited), 1);
    assert_eq!(among(&|row| row.versions == 2), 1);
    assert_eq!(among(&|row| row.read_at.is_some()), 1);
    let traces = accesses(&store, space, &AccessFilter::default(), None, 100).await.unwrap();
    let because = |reader: &str| traces.iter().find(|row| row.reader == reader).map(|row| row.because.as_str());
    let expected = [(attending_doctor, "attending_doctor"), (specialist, "grant_to_professional"), (emergency_doctor, "break_glass")];
    for (rpps, ground) in expected {
        assert_eq!(because(rpps.as_str()), Some(ground));
    }
    assert_eq!(because(blocked.as_str()), Some("professional_blocked"));
    let grounds: HashSet<&str> = traces.iter().map(|row| row.because.as_str()).collect();
    assert!(grounds.is_superset(&HashSet::from(["own_space", "care_team_consent", "dispatch_centre"])), "{grounds:?}");
    assert!(traces.iter().all(|row| row.reason.is_some() == (row.because == "break_glass")));
}

/// What a demonstration prints to try, run line by line in one shell; what each line printed.
fn tried(printed: &str) -> Vec<(String, String)> {
    const NEXT: &str = "--- next ---";
    let lines: Vec<&str> =
        printed.split("In another terminal").nth(1).unwrap().lines().filter_map(|line| line.strip_prefix("  ")).collect();
    let script: String = lines.iter().map(|line| format!("{line}\necho '{NEXT}'\n")).collect();
    let ran = Command::new("sh").args(["-c", &format!("exec 2>&1\n{script}")]).output().expect("a shell");
    let outputs = String::from_utf8(ran.stdout).unwrap();
    lines.iter().map(|line| (*line).to_owned()).zip(outputs.split(NEXT).map(str::to_owned)).collect()
}

#[tokio::test]
async fn the_lines_that_a_demonstration_prints_to_try_do_what_they_say() {
    let storage = TestStorage::fresh(Engine::SqliteFile).await;
    let data = storage.folder().join("data").display().to_string();
    let demo = Launch::default().arg("demo").arg("--persons").arg("40").env("ENS_DATA", data).start().await;
    eventually("the lines are printed", async || demo.log().contains("/docs/").then_some(())).await;
    let tried = tried(&demo.log());
    let (exports, requests): (Vec<_>, Vec<_>) = tried.iter().partition(|(line, _)| line.starts_with("export ") && !line.contains("curl"));
    assert_eq!(exports.len(), 8);
    for (line, printed) in exports {
        assert_eq!(printed.trim(), "", "{line}");
    }
    let expected = [
        "3422",
        "\"department\"",
        "\"opened_on\":\"20",
        "médecin traitant",
        "DocumentDeposited",
        "Compte rendu de contrôle",
        "Tension : 12/8. Contrôle dans trois mois.",
        "\"reason\":\"professional_blocked\"",
        "Compte rendu de contrôle",
    ];
    assert_eq!(requests.len(), expected.len() + 1, "{requests:#?}");
    for ((line, printed), word) in requests.iter().zip(expected) {
        assert!(printed.contains(word), "{word} is missing\n{line}\n{printed}");
    }
    let seen: Vec<&str> = requests.last().unwrap().1.trim().lines().collect();
    let told =
        ["(bris de glace)", "a été bloqué par le titulaire", "Vous avez autorisé ce professionnel", "Vous avez autorisé ce professionnel"];
    assert_eq!(seen.len(), told.len(), "{seen:?}");
    for (line, words) in seen.iter().zip(told) {
        assert!(line.contains(words), "{words} is missing: {line}");
    }
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
