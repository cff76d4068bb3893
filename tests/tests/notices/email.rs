//! E-mail through a real SMTP server that accepts, refuses, defers or hangs up, depending on the recipient's address.

use chrono::Duration;
use ens_api::config::Settings;
use ens_domain::party::Party;
use ens_domain::space::Proof;
use ens_domain::space::commands::Oppose;
use ens_domain::space::terms::{Channel, OppositionChannel, Stage};
use ens_notices::{Dispatched, Dispatcher, SendOutcome, SmtpTls, SmtpTransport};
use ens_tests::{Engine, TestStorage};

use super::letters::folder_carrier;
use super::smtp_server::SmtpServer;
use super::test_service::{Always, TestService, by_both, by_email, code_in, day};

/// A service whose e-mail goes to a server of its own.
pub(crate) async fn with_server(engine: Engine) -> (TestService, SmtpServer, Dispatcher) {
    let server = SmtpServer::start();
    let storage = TestStorage::fresh(engine).await;
    let mut settings = Settings::in_folder(storage.folder());
    settings.mail = server.settings(settings.mail);
    let service = TestService::with_settings(storage, settings).await;
    let dispatcher = through(&service);
    (service, server, dispatcher)
}

/// A dispatcher through the server that the service's settings name.
pub(crate) fn through(service: &TestService) -> Dispatcher {
    service.dispatcher(SmtpTransport::new(&service.app.settings.mail).expect("a transport"), folder_carrier(service))
}

#[tokio::test]
async fn an_accepted_notice_starts_the_window_on_the_day_of_its_sending() {
    for engine in [Engine::SqliteMemory, Engine::Postgres] {
        let (service, server, dispatcher) = with_server(engine).await;
        let space = service.person(by_email("camille@exemple.invalid")).await;
        assert_eq!(service.issue().await, 1);
        let done = service.dispatch(&dispatcher).await;
        assert_eq!(done, Dispatched { claimed: 1, accepted: 1, ..Dispatched::default() }, "{engine:?}");
        assert_eq!(service.stage(space).await, Stage::Notified);
        assert_eq!(service.last_day(space).await, day("2026-04-13"));
        assert_eq!((server.taken().len(), service.outbox().await), (1, (0, 0)));
        assert_eq!(service.dispatch(&dispatcher).await.claimed, 0);
    }
}

#[tokio::test]
async fn every_sending_of_one_message_has_the_same_reference_and_the_same_code() {
    let (service, server, dispatcher) = with_server(Engine::SqliteMemory).await;
    let space = service.person(by_email("mute@exemple.invalid")).await;
    service.issue().await;
    for _ in 0..2 {
        assert_eq!(service.dispatch(&dispatcher).await.deferred, 1);
        service.later(Duration::hours(5));
    }
    let [first, second] = server.taken().try_into().ok().expect("two sendings");
    let reference = service.last_message(space).await;
    assert_eq!(first.header("Message-ID"), format!("<{reference}@ens.invalid>"));
    assert_eq!(first.header("Message-ID"), second.header("Message-ID"));
    assert!(code_in(&first.text()).is_some());
    assert_eq!(code_in(&first.text()), code_in(&second.text()));
}

#[tokio::test]
async fn the_message_id_and_the_return_path_are_made_of_the_reference_alone() {
    let (service, server, dispatcher) = with_server(Engine::SqliteMemory).await;
    let space = service.with_dispatched_notice(by_email("camille@exemple.invalid"), &dispatcher).await;
    let [taken] = server.taken().try_into().ok().expect("one message");
    let reference = service.last_message(space).await;
    assert_eq!(taken.from(), format!("retours+{reference}@ens.invalid"));
    assert_eq!(taken.header("Message-ID"), format!("<{reference}@ens.invalid>"));
    assert_eq!(taken.header("Auto-Submitted"), "auto-generated");
    assert_eq!(taken.header("Content-Language"), "fr");
}

#[tokio::test]
async fn no_subject_and_no_link_carries_a_code() {
    let (service, server, dispatcher) = with_server(Engine::SqliteMemory).await;
    service.person(by_email("camille@exemple.invalid")).await;
    service.issue().await;
    service.dispatch(&dispatcher).await;
    let [taken] = server.taken().try_into().ok().expect("one message");
    let code = code_in(&taken.text()).expect("a code");
    assert_eq!(code_in(&taken.html()).as_deref(), Some(code.as_str()));
    let headers = taken.data().split("\n\n").next().expect("headers").split("\r\n\r\n").next().expect("headers");
    assert!(!headers.contains(&code) && !headers.contains("MARTINEAU"));
    assert!(!taken.html().contains("href") && !taken.html().contains("src=") && !taken.html().contains("<img"));
    assert!(taken.data().is_ascii());
}

#[tokio::test]
async fn a_refused_notice_goes_by_post() {
    let (service, server, dispatcher) = with_server(Engine::SqliteMemory).await;
    let space = service.person(by_both("refuse@exemple.invalid")).await;
    service.issue().await;
    let done = service.dispatch(&dispatcher).await;
    assert_eq!((done.refused, server.attempts()), (1, vec!["refused".to_owned()]));
    assert_eq!(service.stage(space).await, Stage::Created);
    assert_eq!(service.space(space).await.notice_due(), Some(Channel::Post));
    assert_eq!(service.issue().await, 1);
    assert_eq!(service.dispatch(&dispatcher).await.letters, 1);
}

#[tokio::test]
async fn a_refused_notice_without_a_postal_address_leaves_the_person_unreachable() {
    let (service, _server, dispatcher) = with_server(Engine::SqliteMemory).await;
    let space = service.with_dispatched_notice(by_email("refuse@exemple.invalid"), &dispatcher).await;
    assert_eq!((service.stage(space).await, service.outbox().await), (Stage::Unreachable, (0, 0)));
}

#[tokio::test]
async fn a_deferred_notice_is_tried_again_later() {
    let (service, server, dispatcher) = with_server(Engine::SqliteMemory).await;
    let space = service.person(by_email("defer-once@exemple.invalid")).await;
    service.issue().await;
    assert_eq!(service.dispatch(&dispatcher).await.deferred, 1);
    assert_eq!((service.dispatch(&dispatcher).await.claimed, service.stage(space).await), (0, Stage::Created));
    service.later(Duration::minutes(2));
    assert_eq!(service.dispatch(&dispatcher).await.accepted, 1);
    assert_eq!((service.stage(space).await, server.attempts()), (Stage::Notified, vec!["deferred".to_owned(), "accepted".to_owned()]));
}

#[tokio::test]
async fn a_notice_deferred_to_its_deadline_goes_by_post() {
    let (service, server, dispatcher) = with_server(Engine::SqliteMemory).await;
    let space = service.person(by_both("defer@exemple.invalid")).await;
    service.issue().await;
    let mut rounds = 0;
    while service.space(space).await.notice_due().is_none() {
        service.dispatch(&dispatcher).await;
        service.later(Duration::hours(4));
        rounds += 1;
        assert!(rounds < 20, "it is still tried after {rounds} rounds");
    }
    assert!(server.attempts().len() > 5 && server.taken().is_empty());
    assert_eq!(service.story(space).await.last(), Some(&"NotificationFailed"));
}

#[tokio::test]
async fn a_connection_that_breaks_leaves_the_message_deferred() {
    let (service, server, dispatcher) = with_server(Engine::SqliteMemory).await;
    let space = service.person(by_email("cut@exemple.invalid")).await;
    service.person(by_email("camille@exemple.invalid")).await;
    service.issue().await;
    let done = service.dispatch(&dispatcher).await;
    assert_eq!((done.deferred, done.accepted), (1, 1));
    assert_eq!((service.stage(space).await, server.taken().len(), service.outbox().await), (Stage::Created, 1, (1, 0)));
}

#[tokio::test]
async fn a_relay_that_turns_us_away_refuses_nobody() {
    let (service, server, _) = with_server(Engine::SqliteMemory).await;
    let mut mail = service.app.settings.mail.clone();
    let password = service.storage.folder().join("password");
    std::fs::write(&password, "invented").expect("a file");
    (mail.smtp_user, mail.smtp_password_file) = (Some("ens".to_owned()), Some(password));
    let without_account = service.dispatcher(SmtpTransport::new(&mail).expect("a transport"), folder_carrier(&service));
    let space = service.person(by_both("camille@exemple.invalid")).await;
    service.issue().await;
    assert_eq!(service.dispatch(&without_account).await.deferred, 1);
    assert_eq!((service.stage(space).await, server.attempts().len()), (Stage::Created, 0));

    let (mut mail, later) = (service.app.settings.mail.clone(), Duration::hours(5));
    mail.bounces = "banned@ens.invalid".to_owned();
    let banned = service.dispatcher(SmtpTransport::new(&mail).expect("a transport"), folder_carrier(&service));
    service.later(later);
    assert_eq!(service.dispatch(&banned).await.deferred, 1);
    assert_eq!((service.stage(space).await, server.attempts()), (Stage::Created, vec!["banned".to_owned()]));
}

#[tokio::test]
async fn with_tls_asked_for_nothing_goes_on_in_clear() {
    let (service, server, _) = with_server(Engine::SqliteMemory).await;
    let mut mail = service.app.settings.mail.clone();
    service.person(by_email("camille@exemple.invalid")).await;
    service.issue().await;
    for tls in [SmtpTls::Starttls, SmtpTls::Implicit] {
        mail.smtp_tls = tls;
        let protected = service.dispatcher(SmtpTransport::new(&mail).expect("a transport"), folder_carrier(&service));
        assert_eq!(service.dispatch(&protected).await.deferred, 1, "{tls:?}");
        service.later(Duration::hours(5));
    }
    assert_eq!((server.attempts().len(), server.taken().len()), (0, 0));
}

#[tokio::test]
async fn a_message_that_its_space_no_longer_expects_is_discarded_unsent() {
    let (service, server, dispatcher) = with_server(Engine::SqliteMemory).await;
    let space = service.person(by_email("camille@exemple.invalid")).await;
    service.issue().await;
    let agent = Party::Support { agent: ens_domain::organism::AgentId::parse("guichet-12").expect("an agent") };
    let opposition = Oppose { at: service.app.now(), by: agent, via: OppositionChannel::Desk, proof: Proof::IdentityProved };
    service.say(space, opposition).await.expect("an opposition");
    assert_eq!(service.dispatch(&dispatcher).await.unwanted, 1);
    assert_eq!((server.attempts().len(), service.outbox().await), (0, (0, 0)));
}

#[tokio::test]
async fn an_e_mail_whose_server_might_answer_after_midnight_in_paris_waits_for_the_new_day() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let dispatcher = service.dispatcher(Always(SendOutcome::Accepted), folder_carrier(&service));
    let space = service.person(by_email("camille@exemple.invalid")).await;
    service.issue().await;
    service.now_is("2026-03-02 23:59");
    assert_eq!(service.dispatch(&dispatcher).await.deferred, 1);
    service.now_is("2026-03-03 00:00");
    assert_eq!(service.dispatch(&dispatcher).await.accepted, 1);
    assert_eq!(service.last_day(space).await, day("2026-04-14"));
}

#[tokio::test]
async fn a_folder_takes_every_e_mail_whole() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let folder = service.app.settings.mail_folder();
    let transport = ens_notices::FolderTransport::new(folder.clone(), &service.app.settings.mail).expect("a transport");
    let dispatcher = service.dispatcher(transport, folder_carrier(&service));
    let space = service.person(by_email("camille@exemple.invalid")).await;
    service.issue().await;
    assert_eq!(service.dispatch(&dispatcher).await.accepted, 1);
    let names: Vec<_> = std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(names, [format!("{}.eml", service.last_message(space).await).as_str()]);
}
