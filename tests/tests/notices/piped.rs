//! Bounces as a mail server pipes them into `ens bounce`: what it is told to try again, and what is kept because nobody can read it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use ens_domain::space::terms::Stage;
use ens_notices::{MessageRef, SendOutcome};
use ens_tests::cohort::MASTER_KEY;
use ens_tests::{Engine, Launch};

use super::bounces::{POSTFIX, about};
use super::letters::folder_carrier;
use super::test_service::{Always, MONDAY, TestService, at, by_both, stranger};

const TRY_AGAIN: Option<i32> = Some(75);
const TAKEN: Option<i32> = Some(0);

/// `ens bounce` with this on its standard input: its status, and what it printed.
fn bounce(store: &str, data: &Path, input: &str) -> (Option<i32>, String) {
    let launch = Launch::default().arg("bounce").env("ENS_STORE", store).env("ENS_DATA", data.display().to_string());
    let (status, said) = launch.env("ENS_MASTER_KEY", MASTER_KEY).run(input);
    (status.code(), said)
}

fn text(sample: &str, reference: MessageRef) -> String {
    String::from_utf8(about(sample, reference)).expect("text")
}

fn kept(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| std::fs::read_to_string(entry.expect("an entry").path()).expect("a message")).collect()
}

#[tokio::test]
async fn a_bounce_that_is_taken_in_ends_with_0() {
    for engine in Engine::DURABLE {
        let service = TestService::fresh(engine).await;
        let space = service.person(by_both("camille@exemple.invalid")).await;
        service.issue().await;
        service.dispatch(&service.dispatcher(Always(SendOutcome::Accepted), folder_carrier(&service))).await;
        let message = text(POSTFIX, service.last_message(space).await);
        let data = service.storage.folder().join("data");
        let (status, said) = bounce(service.storage.url(), &data, &message);
        assert_eq!(status, TAKEN, "{engine:?}: {said}");
        assert_eq!(service.stage(space).await, Stage::Created, "{engine:?}: the window is void");
        assert_eq!(bounce(service.storage.url(), &data, &message).0, TAKEN, "{engine:?}: the same again");
        assert_eq!(kept(&data.join("unread-bounces")), Vec::<String>::new());
    }
}

#[tokio::test]
async fn what_may_pass_is_given_back_to_the_mail_server() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let folder = service.storage.folder();
    let message = text(POSTFIX, stranger(ens_domain::ids::SpaceId::at(at(MONDAY), [5; 10])));
    let down = bounce("postgres://ens@127.0.0.1:1/ens", &folder.join("data"), &message);
    assert_eq!(down.0, TRY_AGAIN, "no database: {}", down.1);
    let missing = bounce("sqlite:mistyped/ens.db", &folder.join("data"), &message);
    assert_eq!(missing.0, TRY_AGAIN, "no store: {}", missing.1);
    let broken = folder.join("broken.db");
    std::fs::write(&broken, "this is no database").expect("a file");
    let foreign = bounce(&format!("sqlite:{}", broken.display()), &folder.join("data"), &message);
    assert_eq!(foreign.0, TRY_AGAIN, "a broken store: {}", foreign.1);
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_and_counted() {
    let service = TestService::fresh(Engine::SqliteFile).await;
    let data = service.storage.folder().join("data");
    let unread = data.join("unread-bounces");
    let forged = text(POSTFIX, stranger(ens_domain::ids::SpaceId::at(at(MONDAY), [5; 10])));
    let vacation = "Subject: I am away\r\n\r\nuntil Monday\r\n";
    for message in ["", vacation, forged.as_str(), forged.as_str()] {
        let (status, said) = bounce(service.storage.url(), &data, message);
        assert_eq!(status, TAKEN, "{said}");
        assert!(said.contains("kept as"), "{said}");
    }
    let mut found = kept(&unread);
    found.sort_unstable();
    let mut given = vec![String::new(), vacation.to_owned(), forged.clone(), forged];
    given.sort_unstable();
    assert_eq!(found, given);
    assert_eq!(std::fs::metadata(&unread).expect("the folder").permissions().mode() & 0o777, 0o700);
    let mut settings = ens_api::config::Settings::in_folder(&data);
    assert_eq!(settings.unread_bounces_folder(), unread);
    settings.mail.unread_bounces = Some(service.storage.folder().join("elsewhere"));
    assert_eq!(settings.unread_bounces_folder(), service.storage.folder().join("elsewhere"));
    assert_eq!(ens_api::unread_bounces::UnreadBounces::new(unread).count().await, 4);
}

#[tokio::test]
async fn what_cannot_be_kept_is_given_back() {
    let service = TestService::fresh(Engine::SqliteFile).await;
    let data = service.storage.folder().join("data");
    std::fs::create_dir(&data).expect("a folder");
    std::fs::write(data.join("unread-bounces"), "a file where the folder should be").expect("a file");
    let (status, said) = bounce(service.storage.url(), &data, "no bounce");
    assert_eq!(status, TRY_AGAIN, "{said}");
}

#[tokio::test]
async fn a_command_line_that_makes_no_sense_ends_with_64() {
    let (status, said) = Launch::default().arg("bounce").arg("--nonsense").run("");
    assert_eq!(status.code(), Some(64), "{said}");
    let (status, said) = Launch::default().arg("bounce").env("ENS_LISTEN", "nowhere").run("");
    assert_eq!(status.code(), TRY_AGAIN, "a setting is mended, and the bounce must still be there: {said}");
    let (status, said) = Launch::default().arg("serve").env("ENS_LISTEN", "nowhere").run("");
    assert_eq!(status.code(), Some(64), "{said}");
    assert!(Launch::default().arg("bounce").arg("--help").run("").0.success());
}
