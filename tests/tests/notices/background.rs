//! The background tasks: notices are issued, spaces opened on their day, deadlines kept, and every task can be stopped.

use chrono::NaiveDate;
use ens_api::background::SweepCounts;
use ens_api::background::deadlines::settle_due;
use ens_api::background::openings::{open_due, overdue};
use ens_api::background::{self, Workers};
use ens_domain::access::{Grantee, Purpose, Scope};
use ens_domain::calendar::paris;
use ens_domain::ids::{GrantId, SpaceId};
use ens_domain::organism::AgentId;
use ens_domain::party::Party;
use ens_domain::rpps::Rpps;
use ens_domain::space::Proof;
use ens_domain::space::commands::{GrantAccess, Open, Oppose, Suspend};
use ens_domain::space::terms::{OppositionChannel, Stage, SuspensionGround};
use ens_notices::SendOutcome;
use ens_notices::letters::StatusFolder;
use ens_notices::prior_notices::{Issued, issue_due};
use ens_projections::Followers;
use ens_tests::{Engine, eventually};
use tokio_util::sync::CancellationToken;

use super::letters::folder_carrier;
use super::test_service::{Always, TestService, admission, by_email};

/// So many persons, informed on Monday: their window ends on 13 April.
async fn told(service: &TestService, persons: usize) -> Vec<SpaceId> {
    let mut spaces = Vec::new();
    for number in 0..persons {
        spaces.push(service.person(by_email(&format!("personne-{number}@exemple.invalid"))).await);
    }
    service.issue().await;
    service.dispatch(&service.dispatcher(Always(SendOutcome::Accepted), folder_carrier(service))).await;
    spaces
}

fn today(service: &TestService) -> NaiveDate {
    paris::day_of(service.app.now())
}

pub(crate) async fn oppose(service: &TestService, space: SpaceId) {
    let by = Party::Support { agent: AgentId::parse("guichet-12").expect("an agent") };
    let opposition = Oppose { at: service.app.now(), by, via: OppositionChannel::Desk, proof: Proof::IdentityProved };
    service.say(space, opposition).await.expect("an opposition");
}

#[tokio::test]
async fn a_space_whose_notice_is_already_on_its_way_gets_no_second_one_whoever_else_is_issuing() {
    let service = TestService::fresh(Engine::Postgres).await;
    let space = service.person(by_email("camille@exemple.invalid")).await;
    service.catch_up().await;
    let (one, other) = tokio::join!(issue_due(&service.app, 10), issue_due(&service.app, 10));
    assert_eq!(one.expect("issued").issued + other.expect("issued").issued, 1);
    assert_eq!(issue_due(&service.app, 10).await.expect("a round"), Issued { issued: 0, quiet: 1, refused: 0 });
    assert_eq!(service.story(space).await, ["SpaceCreated", "CodeIssued"]);
    assert_eq!(service.outbox().await, (1, 0));
}

#[tokio::test]
async fn a_space_that_cannot_be_told_holds_up_no_other() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let nobody = service.person(ens_domain::space::Contacts::default()).await;
    let opposed = service.person(by_email("opposee@exemple.invalid")).await;
    let told = service.person(by_email("camille@exemple.invalid")).await;
    service.catch_up().await;
    oppose(&service, opposed).await;
    assert_eq!(issue_due(&service.app, 10).await.expect("a round").issued, 1);
    assert_eq!((service.stage(nobody).await, service.story(told).await.len()), (Stage::Unreachable, 2));
}

#[tokio::test]
async fn nothing_opens_before_the_first_instant_of_the_day_after_the_window() {
    for engine in [Engine::SqliteMemory, Engine::Postgres] {
        let service = TestService::fresh(engine).await;
        let spaces = told(&service, 3).await;
        service.catch_up().await;
        service.now_is("2026-04-13 23:59");
        assert_eq!(open_due(&service.app, today(&service)).await.expect("a round"), SweepCounts::default());
        assert_eq!(overdue(&service.app).await.expect("a count"), 0);
        service.now_is("2026-04-14 00:00");
        assert_eq!(overdue(&service.app).await.expect("a count"), 3);
        assert_eq!(open_due(&service.app, today(&service)).await.expect("a round").done, 3, "{engine:?}");
        assert_eq!(service.stage(spaces[0]).await, Stage::Open);
    }
}

#[tokio::test]
async fn an_opposition_that_was_recorded_first_refuses_its_own_opening_and_no_other() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let spaces = told(&service, 3).await;
    service.now_is("2026-04-14 00:00");
    service.catch_up().await;
    // After the read models were updated, so the list of the day still contains it.
    oppose(&service, spaces[1]).await;
    assert_eq!(
        open_due(&service.app, today(&service)).await.expect("a round"),
        SweepCounts { done: 2, refused: 1, ..SweepCounts::default() }
    );
    assert_eq!(service.stage(spaces[1]).await, Stage::Opposed);
}

#[tokio::test]
async fn one_bad_space_never_blocks_its_batch() {
    let service = TestService::fresh(Engine::SqliteFile).await;
    let spaces = told(&service, 3).await;
    service.now_is("2026-04-14 00:00");
    service.catch_up().await;
    // A row of the day's list whose space the log does not know, as a damaged read model would hold.
    let file = service.storage.url().trim_start_matches("sqlite:").to_owned();
    let mut connection = sqlx::SqlitePool::connect(&file).await.expect("the file").acquire().await.expect("a connection");
    let stray = SpaceId::at(service.app.now(), [8; 10]).to_string();
    let copied = "INSERT INTO openings_due (partition, space, department, stage, last_day) SELECT partition, ?, department, stage, last_day FROM openings_due LIMIT 1";
    sqlx::query(copied).bind(stray).execute(&mut *connection).await.expect("a stray row");
    assert_eq!(
        open_due(&service.app, today(&service)).await.expect("a round"),
        SweepCounts { done: 3, refused: 1, ..SweepCounts::default() }
    );
    assert_eq!(service.stage(spaces[2]).await, Stage::Open);
}

#[tokio::test]
async fn the_same_day_twice_opens_nothing_twice() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    told(&service, 2).await;
    service.now_is("2026-04-14 00:00");
    service.catch_up().await;
    assert_eq!(open_due(&service.app, today(&service)).await.expect("a round").done, 2);
    assert_eq!(open_due(&service.app, today(&service)).await.expect("a round"), SweepCounts { quiet: 2, ..SweepCounts::default() });
    service.catch_up().await;
    assert_eq!(open_due(&service.app, today(&service)).await.expect("a round"), SweepCounts::default());
}

#[tokio::test]
async fn the_same_day_twice_settles_nothing_twice() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let grown = service.admit(admission("Léo", "2008-05-20", by_email("leo@exemple.invalid"))).await;
    let spaces = told(&service, 2).await;
    service.now_is("2026-04-14 00:00");
    let at = service.app.now();
    for space in &spaces {
        service.say(*space, Open { at }).await.expect("an opening");
    }
    service.say(spaces[0], Suspend { at, ground: SuspensionGround::Fraud }).await.expect("a suspension");
    let to = Grantee::Professional { rpps: Rpps::from_first10("8100000001").expect("a professional") };
    let grant = GrantAccess {
        at,
        by: Party::Holder,
        grant: GrantId::at(at, [4; 10]),
        to,
        scope: Scope::All,
        purpose: Purpose::Care,
        from: None,
        until: Some(today(&service)),
    };
    service.say(spaces[1], grant).await.expect("a grant");
    service.catch_up().await;
    assert_eq!(settle_due(&service.app, today(&service)).await.expect("a round"), SweepCounts::default());
    service.now_is("2026-05-27 00:00");
    assert_eq!(settle_due(&service.app, today(&service)).await.expect("a round").done, 3);
    assert_eq!(service.stage(spaces[0]).await, Stage::Closed);
    assert_eq!((service.story(spaces[1]).await.pop(), service.story(grown).await.pop()), (Some("AccessExpired"), Some("CameOfAge")));
    assert_eq!(settle_due(&service.app, today(&service)).await.expect("a round").done, 0);
    service.catch_up().await;
    assert_eq!(settle_due(&service.app, today(&service)).await.expect("a round"), SweepCounts::default());
}

#[tokio::test]
async fn a_deadline_that_its_space_refuses_holds_up_no_other() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let spaces = told(&service, 2).await;
    service.now_is("2026-04-14 00:00");
    let at = service.app.now();
    for space in &spaces {
        service.say(*space, Open { at }).await.expect("an opening");
        service.say(*space, Suspend { at, ground: SuspensionGround::Fraud }).await.expect("a suspension");
    }
    service.catch_up().await;
    // After the read models were updated, so the list still contains it.
    service.now_is("2026-04-15 00:00");
    service.say(spaces[0], ens_domain::space::commands::LiftSuspension { at: service.app.now() }).await.expect("lifted");
    service.now_is("2026-05-27 00:00");
    let done = settle_due(&service.app, today(&service)).await.expect("a round");
    assert_eq!((done.done, done.quiet + done.refused), (1, 1));
    assert_eq!((service.stage(spaces[0]).await, service.stage(spaces[1]).await), (Stage::Open, Stage::Closed));
}

fn workers(service: &TestService) -> Workers {
    Workers {
        followers: Followers::new(service.app.store.clone()),
        dispatcher: service.dispatcher(Always(SendOutcome::Accepted), folder_carrier(service)),
        statuses: StatusFolder::new(service.storage.folder().join("statuses")),
    }
}

#[tokio::test]
async fn what_was_missed_is_opened_at_start() {
    let service = TestService::fresh(Engine::SqliteFile).await;
    let spaces = told(&service, 2).await;
    service.catch_up().await;
    service.now_is("2026-04-20 12:00");
    let stop = CancellationToken::new();
    let running = tokio::spawn(background::run(service.app.clone(), workers(&service), stop.clone()));
    eventually("both are open", async || (service.stage(spaces[1]).await == Stage::Open).then_some(())).await;
    stop.cancel();
    running.await.expect("no panic").expect("an orderly end");
}

#[tokio::test]
async fn a_person_is_told_with_no_other_hand_than_the_background_s() {
    let service = TestService::fresh(Engine::Postgres).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(background::run(service.app.clone(), workers(&service), stop.clone()));
    let space = service.person(by_email("camille@exemple.invalid")).await;
    eventually("the notice is sent", async || (service.stage(space).await == Stage::Notified).then_some(())).await;
    stop.cancel();
    running.await.expect("no panic").expect("an orderly end");
}

#[tokio::test]
async fn asked_to_stop_every_task_stops() {
    let service = TestService::fresh(Engine::SqliteMemory).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(background::run(service.app.clone(), workers(&service), stop.clone()));
    stop.cancel();
    eventually("the tasks stop", async || running.is_finished().then_some(())).await;
    running.await.expect("no panic").expect("an orderly end");
}
