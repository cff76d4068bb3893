//! Letters: handed to a carrier once, and followed through the statuses that the carrier reports.

use std::path::{Path, PathBuf};

use chrono::Duration;
use ens_domain::address::PostalAddress;
use ens_domain::space::terms::Stage;
use ens_notices::letters::{BadStatus, StatusField, StatusFolder, StatusReport, import_statuses};
use ens_notices::{DirectoryCarrier, Dispatcher, HandedOver, OutgoingLetter, PostalCarrier, SendOutcome};
use ens_tests::Engine;
use serde_json::Value;

use super::test_service::{Always, TestService, by_both, by_post, code_in, day, stranger};

/// The service's carrier.
pub(crate) fn folder_carrier(service: &TestService) -> DirectoryCarrier {
    DirectoryCarrier::new(service.app.settings.letters_folder())
}

/// The references of the letters that the carrier can fetch.
pub(crate) fn letters_dropped(service: &TestService) -> Vec<String> {
    pages(&service.app.settings.letters_folder()).iter().map(|page| stem(page)).collect()
}

fn stem(page: &Path) -> String {
    page.file_stem().expect("a name").to_string_lossy().into_owned()
}

fn pages(root: &Path) -> Vec<PathBuf> {
    let Ok(batches) = std::fs::read_dir(root.join("outgoing")) else { return Vec::new() };
    let files = batches.flat_map(|batch| std::fs::read_dir(batch.expect("a batch").path()).expect("a batch"));
    let mut pages: Vec<PathBuf> =
        files.map(|file| file.expect("a file").path()).filter(|file| file.extension().is_some_and(|e| e == "html")).collect();
    pages.sort();
    pages
}

fn post_only(service: &TestService) -> Dispatcher {
    service.dispatcher(Always(SendOutcome::Refused { code: "5.1.1".to_owned() }), folder_carrier(service))
}

async fn import(service: &TestService, lines: &str) -> (StatusReport, Vec<BadStatus>) {
    let mut bad = Vec::new();
    let report = import_statuses(&service.app, lines.as_bytes(), |line| bad.push(line)).await.expect("an import");
    (report, bad)
}

#[tokio::test]
async fn a_letter_is_dropped_whole_with_its_manifest() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let space = service.person(by_post()).await;
    service.issue().await;
    assert_eq!(service.dispatch(&post_only(&service)).await.letters, 1);
    let [page] = pages(&service.app.settings.letters_folder()).try_into().expect("one letter");
    let text = std::fs::read_to_string(&page).expect("a letter");
    assert!(code_in(&text).is_some() && text.contains("CAMILLE MARTINEAU\n12 RUE DES LILAS\n31000 TOULOUSE"));
    let manifest = std::fs::read_to_string(page.with_file_name("manifest.ndjson")).expect("a manifest");
    let entry: Value = serde_json::from_str(manifest.trim()).expect("one line");
    assert_eq!(entry["reference"], service.last_message(space).await.to_string());
    assert_eq!(entry["file"], page.file_name().expect("a name").to_string_lossy().as_ref());
    let block: Vec<&str> = entry["address"].as_array().expect("lines").iter().map(|line| line.as_str().expect("a line")).collect();
    assert!(PostalAddress::parse(&block).is_ok());
}

#[tokio::test]
async fn a_repeated_hand_over_of_the_same_message_never_makes_a_second_letter() {
    let folder = tempfile::tempdir().expect("a folder");
    let carrier = DirectoryCarrier::new(folder.path().to_owned());
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let letter = |number: u8| {
        let space = ens_domain::ids::SpaceId::at(service.app.now(), [number; 10]);
        OutgoingLetter { reference: stranger(space), address: Vec::new(), page: "<p>Bonjour</p>".to_owned(), written_on: day("2026-03-02") }
    };
    assert_eq!(carrier.hand_over(&[letter(1), letter(2)]).await.expect("taken"), HandedOver { taken: 2, repeated: 0 });
    assert_eq!(carrier.hand_over(&[letter(2), letter(3)]).await.expect("taken"), HandedOver { taken: 1, repeated: 1 });
    assert_eq!(pages(folder.path()).len(), 3);
    std::fs::remove_dir_all(folder.path().join("outgoing")).expect("the carrier fetches all");
    assert_eq!(carrier.hand_over(&[letter(1), letter(2), letter(3)]).await.expect("taken"), HandedOver { taken: 0, repeated: 3 });
    assert_eq!(pages(folder.path()).len(), 0);
}

#[tokio::test]
async fn a_batch_that_was_complete_when_its_writer_died_is_published_once_one_without_its_manifest_is_begun_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let carrier = DirectoryCarrier::new(folder.path().to_owned());
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let reference = stranger(ens_domain::ids::SpaceId::at(service.app.now(), [1; 10]));
    let letter = OutgoingLetter { reference, address: Vec::new(), page: "<p>Bonjour</p>".to_owned(), written_on: day("2026-03-02") };
    carrier.hand_over(std::slice::from_ref(&letter)).await.expect("taken");
    // The state after a crash before the last rename: the batch is complete, but neither marked nor published.
    let batch = std::fs::read_dir(folder.path().join("outgoing")).expect("batches").next().expect("one").expect("a batch").path();
    std::fs::rename(&batch, folder.path().join(".preparing").join(batch.file_name().expect("a name"))).expect("moved back");
    std::fs::remove_dir_all(folder.path().join(".handed")).expect("marks");
    // And a batch that was broken off while it was written.
    std::fs::create_dir(folder.path().join(".preparing/half")).expect("a folder");
    std::fs::write(folder.path().join(".preparing/half/letter.html"), "<p>Bon").expect("half a letter");
    assert_eq!(carrier.hand_over(&[letter]).await.expect("taken"), HandedOver { taken: 0, repeated: 1 });
    assert_eq!(pages(folder.path()).iter().map(|page| stem(page)).collect::<Vec<_>>(), [reference.to_string()]);
    assert!(!folder.path().join(".preparing/half").exists());
}

#[tokio::test]
async fn a_letter_posted_starts_the_window_and_a_recorded_delivery_moves_it() {
    for engine in [Engine::SqliteMemory, Engine::Postgres] {
        let service = TestService::fresh(engine).await;
        let space = service.with_dispatched_notice(by_post(), &post_only(&service)).await;
        assert_eq!((service.stage(space).await, service.outbox().await), (Stage::Created, (0, 1)));
        let reference = service.last_message(space).await;
        service.now_is("2026-03-06 09:00");
        let (report, bad) =
            import(&service, &format!("{{\"reference\":\"{reference}\",\"status\":\"posted\",\"date\":\"2026-03-03\"}}\n")).await;
        assert_eq!((report.recorded, bad.len(), service.stage(space).await), (1, 0, Stage::Notified), "{engine:?}");
        assert_eq!((service.last_day(space).await, service.outbox().await), (day("2026-04-21"), (0, 0)));
        let (report, _) = import(&service, &format!("{reference};delivered;2026-03-05")).await;
        assert_eq!((report.recorded, service.last_day(space).await), (1, day("2026-04-16")));
    }
}

#[tokio::test]
async fn a_returned_letter_leaves_the_person_unreachable() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let space = service.person(by_both("refuse@exemple.invalid")).await;
    let dispatcher = post_only(&service);
    for _ in 0..2 {
        service.issue().await;
        service.dispatch(&dispatcher).await;
    }
    let reference = service.last_message(space).await;
    service.now_is("2026-03-20 09:00");
    let (report, bad) =
        import(&service, &format!("reference,status,date\n{reference},posted,2026-03-03\n{reference},returned,2026-03-19\n")).await;
    assert_eq!((report, bad), (StatusReport { lines: 2, recorded: 2, quiet: 0, rejected: 0 }, Vec::new()));
    assert_eq!(service.stage(space).await, Stage::Unreachable);
}

#[tokio::test]
async fn a_bad_line_stops_nothing_and_is_reported_with_its_number_its_field_and_the_reason() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let space = service.with_dispatched_notice(by_post(), &post_only(&service)).await;
    let reference = service.last_message(space).await;
    let unknown = stranger(ens_domain::ids::SpaceId::at(service.app.now(), [9; 10]));
    let lines = format!(
        "{{broken\n{reference},lost,2026-03-02\n{reference},posted,2026-03-09\n{unknown},posted,2026-03-02\n{}\nabc,posted,2026-03-02\n{reference},posted,2026-03-02\n",
        "x".repeat(10_000)
    );
    let (report, mut bad) = import(&service, &lines).await;
    bad.sort_by_key(|line| line.line);
    assert_eq!((report.lines, report.recorded, report.rejected), (7, 1, 6));
    let named: Vec<(u64, StatusField)> = bad.iter().map(|line| (line.line, line.field)).collect();
    let (line, reference, status, date) = (StatusField::Line, StatusField::Reference, StatusField::Status, StatusField::Date);
    assert_eq!(named, [(1, line), (2, status), (3, date), (4, reference), (5, line), (6, reference)]);
    assert!(bad.iter().all(|line| !line.reason.is_empty()));
}

#[tokio::test]
async fn the_same_report_twice_changes_nothing() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let space = service.with_dispatched_notice(by_post(), &post_only(&service)).await;
    let posted = format!("{},posted,2026-03-02", service.last_message(space).await);
    assert_eq!(import(&service, &posted).await.0.recorded, 1);
    let story = service.story(space).await;
    assert_eq!(import(&service, &posted).await.0, StatusReport { lines: 1, recorded: 0, quiet: 1, rejected: 0 });
    assert_eq!(service.story(space).await, story);
}

#[tokio::test]
async fn a_folder_of_reports_is_imported_and_put_away() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let space = service.with_dispatched_notice(by_post(), &post_only(&service)).await;
    let folder = service.storage.folder().join("statuses");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("one.csv"), format!("{},posted,2026-03-02\nabc,posted,2026-03-02\n", service.last_message(space).await))
        .expect("a report");
    std::fs::write(folder.join("two.csv.part"), "not complete").expect("half a report");
    let watched = StatusFolder::new(folder.clone());
    let reports = watched.import_new(&service.app).await.expect("an import");
    assert_eq!(reports, [StatusReport { lines: 2, recorded: 1, quiet: 0, rejected: 1 }]);
    assert_eq!(service.stage(space).await, Stage::Notified);
    assert!(folder.join("done/one.csv").exists() && folder.join("two.csv.part").exists());
    let rejected = std::fs::read_to_string(folder.join("done/one.csv.rejected.ndjson")).expect("the bad lines");
    assert!(rejected.contains("\"line\":2") && rejected.contains("\"field\":\"reference\""));
    assert_eq!(watched.import_new(&service.app).await.expect("nothing"), []);
}

#[tokio::test]
async fn a_batch_that_the_carrier_did_not_take_is_handed_over_again() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    service.person(by_post()).await;
    service.issue().await;
    let root = service.app.settings.letters_folder();
    std::fs::write(&root, "a file where the folder should be").expect("a file");
    assert_eq!(service.dispatch(&post_only(&service)).await.deferred, 1);
    std::fs::remove_file(&root).expect("removed");
    service.later(Duration::minutes(2));
    assert_eq!((service.dispatch(&post_only(&service)).await.letters, letters_dropped(&service).len()), (1, 1));
}
