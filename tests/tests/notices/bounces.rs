//! Bounces as real mail servers write them: failed, delayed, of another sender, forged; and the effect of each.

use ens_domain::ids::SpaceId;
use ens_domain::space::terms::{Channel, Stage};
use ens_notices::bounce::{Action, Report, record};
use ens_notices::{BounceError, Bounced, MessageRef, SendOutcome, Unreadable};
use ens_tests::Engine;

use super::letters::folder_carrier;
use super::test_service::{Always, TestService, by_both, by_email, stranger};

pub(crate) const POSTFIX: &str = include_str!("../../data/bounces/postfix.eml");
const EXIM: &str = include_str!("../../data/bounces/exim.eml");
const EXCHANGE: &str = include_str!("../../data/bounces/exchange.eml");
const DELAYED: &str = include_str!("../../data/bounces/delayed.eml");
const RELAYED: &str = include_str!("../../data/bounces/relayed.eml");
const VACATION: &str = include_str!("../../data/bounces/vacation.eml");

pub(crate) fn about(sample: &str, reference: MessageRef) -> Vec<u8> {
    sample.replace("REFERENCE", &reference.to_string()).replace('\n', "\r\n").into_bytes()
}

/// A person whose notice was accepted.
async fn notified(service: &TestService, contacts: ens_domain::space::Contacts) -> SpaceId {
    let space = service.with_dispatched_notice(contacts, &service.dispatcher(Always(SendOutcome::Accepted), folder_carrier(service))).await;
    assert_eq!(service.stage(space).await, Stage::Notified);
    space
}

#[tokio::test]
async fn every_server_s_bounce_voids_the_window_and_a_letter_follows() {
    for sample in [POSTFIX, EXIM, EXCHANGE] {
        let service = TestService::fresh(Engine::SqliteMemory).await;
        let space = notified(&service, by_both("camille@exemple.invalid")).await;
        service.now_is("2026-03-04 11:00");
        let bounce = about(sample, service.last_message(space).await);
        let Bounced::Recorded(outcome) = record(&service.app, &service.app.settings.mail, &bounce).await.expect("a bounce") else {
            panic!("nothing failed")
        };
        assert!(!outcome.is_quiet());
        assert_eq!((service.stage(space).await, service.space(space).await.notice_due()), (Stage::Created, Some(Channel::Post)));
    }
}

#[tokio::test]
async fn the_same_bounce_twice_changes_nothing() {
    let service = TestService::fresh(Engine::Postgres).await;
    let space = notified(&service, by_email("camille@exemple.invalid")).await;
    let bounce = about(POSTFIX, service.last_message(space).await);
    record(&service.app, &service.app.settings.mail, &bounce).await.expect("a bounce");
    let story = service.story(space).await;
    let Bounced::Recorded(outcome) = record(&service.app, &service.app.settings.mail, &bounce).await.expect("a bounce") else {
        panic!("nothing failed")
    };
    assert!(outcome.is_quiet());
    assert_eq!((service.story(space).await, service.stage(space).await), (story, Stage::Unreachable));
}

#[tokio::test]
async fn a_delay_is_not_a_failure() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let space = notified(&service, by_both("camille@exemple.invalid")).await;
    for sample in [DELAYED, RELAYED] {
        let told = record(&service.app, &service.app.settings.mail, &about(sample, service.last_message(space).await)).await;
        assert!(matches!(told, Ok(Bounced::NothingFailed)), "{told:?}");
    }
    assert_eq!(service.stage(space).await, Stage::Notified);
}

#[tokio::test]
async fn a_bounce_that_comes_before_the_sending_was_noted_ends_the_message() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let space = service.person(by_both("camille@exemple.invalid")).await;
    service.issue().await;
    record(&service.app, &service.app.settings.mail, &about(POSTFIX, service.last_message(space).await)).await.expect("a bounce");
    assert_eq!((service.space(space).await.notice_due(), service.outbox().await), (Some(Channel::Post), (0, 0)));
}

#[tokio::test]
async fn only_a_reference_of_ours_is_believed_and_all_references_in_one_bounce_agree() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let space = notified(&service, by_both("camille@exemple.invalid")).await;
    let reference = service.last_message(space).await;
    let foreign = String::from_utf8(about(POSTFIX, reference))
        .expect("text")
        .replace("ens.invalid", "ailleurs.invalid")
        .replace("X-Postfix-Queue-ID", "Original-Envelope-Id: 4711\r\nX-Postfix-Queue-ID");
    assert!(matches!(
        record(&service.app, &service.app.settings.mail, foreign.as_bytes()).await,
        Err(BounceError::Unreadable(Unreadable::NoReference))
    ));
    let other = stranger(space);
    let mixed = String::from_utf8(about(POSTFIX, reference)).expect("text").replacen(&reference.to_string(), &other.to_string(), 1);
    assert!(matches!(
        record(&service.app, &service.app.settings.mail, mixed.as_bytes()).await,
        Err(BounceError::Unreadable(Unreadable::SeveralReferences))
    ));
    let forged = about(POSTFIX, stranger(SpaceId::at(service.app.now(), [5; 10])));
    assert!(matches!(
        record(&service.app, &service.app.settings.mail, &forged).await,
        Err(BounceError::Unreadable(Unreadable::UnknownReference))
    ));
    assert_eq!(service.stage(space).await, Stage::Notified);
}

#[tokio::test]
async fn what_is_no_delivery_status_is_told_so() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let space = notified(&service, by_both("camille@exemple.invalid")).await;
    let reference = service.last_message(space).await;
    assert!(matches!(
        record(&service.app, &service.app.settings.mail, &about(VACATION, reference)).await,
        Err(BounceError::Unreadable(Unreadable::NotAReport))
    ));
    assert!(matches!(
        record(&service.app, &service.app.settings.mail, b"").await,
        Err(BounceError::Unreadable(Unreadable::NotAMessage | Unreadable::NotAReport))
    ));
    let silent = String::from_utf8(about(POSTFIX, reference)).expect("text").replace("Action: failed", "X-Action: failed");
    assert!(matches!(
        record(&service.app, &service.app.settings.mail, silent.as_bytes()).await,
        Err(BounceError::Unreadable(Unreadable::NoAction))
    ));
    let odd = String::from_utf8(about(POSTFIX, reference)).expect("text").replace("Status: 5.1.1", "Status: 2.0.0");
    assert!(matches!(
        record(&service.app, &service.app.settings.mail, odd.as_bytes()).await,
        Err(BounceError::Unreadable(Unreadable::Contradiction))
    ));
}

#[tokio::test]
async fn the_worst_of_several_recipients_counts() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let reference = stranger(SpaceId::at(service.app.now(), [5; 10]));
    let mail = &service.app.settings.mail;
    let action = |sample: &str| Report::read(&about(sample, reference), mail).expect("a report").action;
    assert_eq!((action(POSTFIX), action(DELAYED), action(RELAYED)), (Action::Failed, Action::Delayed, Action::Relayed));
    let both = DELAYED.replace(
        "Will-Retry-Until",
        "\nFinal-Recipient: rfc822; autre@exemple.invalid\nAction: failed (gave up)\nStatus: 5.4.7\nWill-Retry-Until",
    );
    assert_eq!(action(&both), Action::Failed);
}
