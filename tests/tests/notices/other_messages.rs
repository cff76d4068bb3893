//! Messages other than the notice: a new code, a technical block, a suspension; and the commands that send them.

use chrono::Duration;
use ens_domain::code::ProvisionalCode;
use ens_domain::party::Party;
use ens_domain::space::commands::{Activate, MendTechnicalBlock};
use ens_domain::space::terms::{Stage, SuspensionGround};
use ens_notices::{SendOutcome, envelopes};
use ens_tests::Engine;

use super::email::with_server;
use super::letters::{folder_carrier, letters_dropped};
use super::test_service::{Always, TestService, by_both, by_email, code_in, day};

#[tokio::test]
async fn two_commands_never_share_a_message_or_a_code() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let space = service.person(by_email("camille@exemple.invalid")).await;
    let state = service.space(space).await;
    let envelope = || envelopes::reissue(&service.app, &state, Party::Holder).expect("an envelope").messages.pop().expect("a draft");
    let (one, other) = (envelope(), envelope());
    assert_ne!(one.message, other.message);
    assert_ne!(one.content, other.content);
}

#[tokio::test]
async fn a_reissued_code_reaches_the_person_and_works() {
    let (service, server, dispatcher) = with_server(Engine::SqliteMemory).await;
    let space = service.with_dispatched_notice(by_email("camille@exemple.invalid"), &dispatcher).await;
    service.later(Duration::days(10));
    let envelope = envelopes::reissue(&service.app, &service.space(space).await, Party::Holder).expect("an envelope");
    service.app.store.commands().execute(envelope, &service.app.policy).await.expect("a new code");
    assert_eq!(service.dispatch(&dispatcher).await.accepted, 1);
    assert_eq!((service.last_day(space).await, service.story(space).await.pop()), (day("2026-04-13"), Some("CodeReceived")));
    let [first, second] = server.taken().try_into().ok().expect("two messages");
    assert!(second.text().replace('\u{a0}', " ").contains("Vous pouvez vous opposer jusqu’au lundi 13 avril 2026 inclus."));
    let digest =
        |text: &str| ProvisionalCode::parse(&code_in(text).expect("a code")).expect("a code").digest(service.app.store.code_key(), space);
    let with = |code| Activate { at: service.app.now(), by: Party::Holder, code };
    assert!(service.say(space, with(digest(&first.text()))).await.expect("an attempt").refusal().is_some());
    assert!(service.say(space, with(digest(&second.text()))).await.expect("an activation").refusal().is_none());
    assert_eq!(service.stage(space).await, Stage::Active);
}

#[tokio::test]
async fn a_technical_block_is_told_without_delay_by_post_where_the_e_mail_fails() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let space = service
        .with_dispatched_notice(
            by_both("camille@exemple.invalid"),
            &service.dispatcher(Always(SendOutcome::Accepted), folder_carrier(&service)),
        )
        .await;
    let envelope = envelopes::technical_block(&service.app, &service.space(space).await).expect("an envelope");
    service.app.store.commands().execute(envelope, &service.app.policy).await.expect("a block");
    let refusing = service.dispatcher(Always(SendOutcome::Refused { code: "5.2.1".to_owned() }), folder_carrier(&service));
    let done = service.dispatcher(Always(SendOutcome::Accepted), folder_carrier(&service));
    assert_eq!(service.dispatch(&refusing).await.rerouted, 1);
    service.dispatch(&done).await;
    assert_eq!((letters_dropped(&service).len(), service.stage(space).await), (1, Stage::Blocked));
}

#[tokio::test]
async fn news_that_is_no_longer_true_is_not_sent() {
    let (service, server, dispatcher) = with_server(Engine::SqliteMemory).await;
    let space = service.with_dispatched_notice(by_email("camille@exemple.invalid"), &dispatcher).await;
    let envelope = envelopes::technical_block(&service.app, &service.space(space).await).expect("an envelope");
    service.app.store.commands().execute(envelope, &service.app.policy).await.expect("a block");
    service.say(space, MendTechnicalBlock { at: service.app.now() }).await.expect("mended");
    assert_eq!((service.dispatch(&dispatcher).await.unwanted, server.taken().len()), (1, 1));
}

#[tokio::test]
async fn a_suspension_is_told_with_its_last_day() {
    let (service, server, dispatcher) = with_server(Engine::SqliteMemory).await;
    let space = service.with_dispatched_notice(by_email("camille@exemple.invalid"), &dispatcher).await;
    service.now_is("2026-04-14 09:00");
    service.say(space, ens_domain::space::commands::Open { at: service.app.now() }).await.expect("an opening");
    let envelope = envelopes::suspension(&service.app, &service.space(space).await, SuspensionGround::Malfunction).expect("an envelope");
    service.app.store.commands().execute(envelope, &service.app.policy).await.expect("a suspension");
    assert_eq!(service.dispatch(&dispatcher).await.accepted, 1);
    let [_, told] = server.taken().try_into().ok().expect("two messages");
    assert!(told.text().contains("jusqu’au mardi 26 mai 2026 inclus"), "{}", told.text());
    assert_eq!((service.stage(space).await, service.outbox().await), (Stage::Suspended, (0, 0)));
}
