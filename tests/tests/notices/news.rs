//! The messages besides the notice: a new code, a technical block, a suspension; and the orders that send them.

use chrono::Duration;
use ens_api::notify::{SendOutcome, orders};
use ens_domain::code::ProvisionalCode;
use ens_domain::party::Party;
use ens_domain::space::commands::{Activate, MendTechnicalBlock};
use ens_domain::space::terms::{Stage, SuspensionGround};
use ens_tests::Engine;

use super::letters::{folder_carrier, letters_dropped};
use super::mails::with_server;
use super::world::{Always, World, by_both, by_email, code_in, day};

#[tokio::test]
async fn two_orders_never_share_a_message_or_a_code() {
    let world = World::fresh(Engine::SqliteMemory).await;
    let space = world.person(by_email("camille@exemple.invalid")).await;
    let state = world.space(space).await;
    let order = || orders::reissue(&world.app, &state, Party::Holder).expect("an order").messages.pop().expect("a draft");
    let (one, other) = (order(), order());
    assert_ne!(one.message, other.message);
    assert_ne!(one.content, other.content);
}

#[tokio::test]
async fn a_reissued_code_reaches_the_person_and_works() {
    let (world, server, dispatcher) = with_server(Engine::SqliteMemory).await;
    let space = world.person(by_email("camille@exemple.invalid")).await;
    world.issue().await;
    world.dispatch(&dispatcher).await;
    world.later(Duration::days(10));
    let order = orders::reissue(&world.app, &world.space(space).await, Party::Holder).expect("an order");
    world.app.store.execute(order, &world.app.policy).await.expect("a new code");
    assert_eq!(world.dispatch(&dispatcher).await.accepted, 1);
    assert_eq!((world.last_day(space).await, world.story(space).await.pop()), (day("2026-04-13"), Some("CodeReceived")));
    let [first, second] = server.taken().try_into().ok().expect("two messages");
    assert!(second.text().replace('\u{a0}', " ").contains("Vous pouvez vous opposer jusqu’au lundi 13 avril 2026 inclus."));
    let digest =
        |text: &str| ProvisionalCode::parse(&code_in(text).expect("a code")).expect("a code").digest(world.app.store.code_key(), space);
    let with = |code| Activate { at: world.app.now(), by: Party::Holder, code };
    assert!(world.say(space, with(digest(&first.text()))).await.expect("an attempt").refusal().is_some());
    assert!(world.say(space, with(digest(&second.text()))).await.expect("an activation").refusal().is_none());
    assert_eq!(world.stage(space).await, Stage::Active);
}

#[tokio::test]
async fn a_technical_block_is_told_without_delay_by_post_where_the_e_mail_fails() {
    let world = World::fresh(Engine::SqliteMemory).await;
    let space = world.person(by_both("camille@exemple.invalid")).await;
    world.issue().await;
    world.dispatch(&world.dispatcher(Always(SendOutcome::Accepted), folder_carrier(&world))).await;
    let order = orders::technical_block(&world.app, &world.space(space).await).expect("an order");
    world.app.store.execute(order, &world.app.policy).await.expect("a block");
    let refusing = world.dispatcher(Always(SendOutcome::Refused { code: "5.2.1".to_owned() }), folder_carrier(&world));
    let done = world.dispatcher(Always(SendOutcome::Accepted), folder_carrier(&world));
    assert_eq!(world.dispatch(&refusing).await.rerouted, 1);
    world.dispatch(&done).await;
    assert_eq!((letters_dropped(&world).len(), world.stage(space).await), (1, Stage::Blocked));
}

#[tokio::test]
async fn news_that_is_no_longer_true_is_not_sent() {
    let (world, server, dispatcher) = with_server(Engine::SqliteMemory).await;
    let space = world.person(by_email("camille@exemple.invalid")).await;
    world.issue().await;
    world.dispatch(&dispatcher).await;
    let order = orders::technical_block(&world.app, &world.space(space).await).expect("an order");
    world.app.store.execute(order, &world.app.policy).await.expect("a block");
    world.say(space, MendTechnicalBlock { at: world.app.now() }).await.expect("mended");
    assert_eq!((world.dispatch(&dispatcher).await.unwanted, server.taken().len()), (1, 1));
}

#[tokio::test]
async fn a_suspension_is_told_with_its_last_day() {
    let (world, server, dispatcher) = with_server(Engine::SqliteMemory).await;
    let space = world.person(by_email("camille@exemple.invalid")).await;
    world.issue().await;
    world.dispatch(&dispatcher).await;
    world.now_is("2026-04-14 09:00");
    world.say(space, ens_domain::space::commands::Open { at: world.app.now() }).await.expect("an opening");
    let order = orders::suspension(&world.app, &world.space(space).await, SuspensionGround::Malfunction).expect("an order");
    world.app.store.execute(order, &world.app.policy).await.expect("a suspension");
    assert_eq!(world.dispatch(&dispatcher).await.accepted, 1);
    let [_, told] = server.taken().try_into().ok().expect("two messages");
    assert!(told.text().contains("jusqu’au mardi 26 mai 2026 inclus"), "{}", told.text());
    assert_eq!((world.stage(space).await, world.outbox().await), (Stage::Suspended, (0, 0)));
}
