//! Sweeps over what is due, by several workers: a dry run equals the real run, and no work is done twice or left behind by a dead worker.

use ens_domain::space::{AdmissionEvent, OpeningEvent};
use std::collections::BTreeMap;
use std::time::Duration as Time;

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use ens_api::app::App;
use ens_api::background::SweepCounts;
use ens_api::background::deadlines::settle_due;
use ens_api::background::openings::open_due;
use ens_domain::calendar::paris;
use ens_domain::code::ProvisionalCode;
use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::organism::Department;
use ens_domain::party::Party;
use ens_domain::space::commands::{
    MendTechnicalBlock, Open, RecordDeath, RecordEmailFailed, RecordEmailSent, RecordLetterDelivered, RecordLetterPosted,
    ReportTechnicalBlock, SendNotice, Suspend,
};
use ens_domain::space::terms::{Channel, NotificationFailure, Stage, SuspensionGround};
use ens_domain::space::{Admission, SpaceEvent};
use ens_projections::deadlines::deadlines_due;
use ens_projections::openings_due::openings_by_department;
use ens_projections::{Followers, rebuild};
use ens_store::{Partition, Store};
use ens_tests::cohort::{MASTER_KEY, open_store};
use ens_tests::{Engine, Launch, eventually};
use serde_json::Value;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

use super::background::oppose;
use super::test_service::{TestService, admission, by_email, by_post};

/// How many spaces open, by department.
type Count = BTreeMap<String, u64>;

/// The persons of one campaign, informed around `day`.
struct Fates<'a> {
    service: &'a TestService,
    told_at: DateTime<Utc>,
    next: u32,
}

impl Fates<'_> {
    /// A person who was informed by this channel at `told_at`; a letter was posted that day.
    async fn told(&mut self, channel: Channel, department: &str) -> (SpaceId, MessageId) {
        let service = self.service;
        service.app.clock.jump_to(self.told_at);
        self.next += 1;
        let contacts = match channel {
            Channel::Email => by_email(&format!("personne-{}@exemple.invalid", self.next)),
            Channel::Post => by_post(),
        };
        let department = Department::parse(department).expect("a department");
        let space = service.admit(Admission { department, ..admission("Camille", "1979-03-14", contacts) }).await;
        let (at, message): (_, MessageId) = (self.told_at, service.app.new_id().expect("an id"));
        let code = ProvisionalCode::generate(service.app.store.entropy().bytes().expect("randomness"));
        let digest = code.digest(service.app.store.code_key(), space);
        service.say(space, SendNotice { at, message, digest }).await.expect("a notice");
        match channel {
            Channel::Email => service.say(space, RecordEmailSent { at, message }).await,
            Channel::Post => service.say(space, RecordLetterPosted { at, message, posted_on: paris::day_of(at) }).await,
        }
        .expect("a receipt");
        (space, message)
    }

    /// Two persons for every way in which a window can end.
    async fn all(&mut self) {
        for department in ["31", "80"] {
            for _ in 0..3 {
                self.told(Channel::Email, department).await;
                self.told(Channel::Post, department).await;
            }
            let at = self.told_at + Duration::days(2);
            let (opposed, _) = self.told(Channel::Email, department).await;
            oppose(self.service, opposed).await;
            let (blocked, _) = self.told(Channel::Email, department).await;
            self.say(blocked, ReportTechnicalBlock { at }).await;
            let (mended, _) = self.told(Channel::Post, department).await;
            self.say(mended, ReportTechnicalBlock { at }).await;
            self.say(mended, MendTechnicalBlock { at }).await;
            let (void, message) = self.told(Channel::Email, department).await;
            self.say(void, RecordEmailFailed { at, message, failure: NotificationFailure::Bounced }).await;
            let (early, message) = self.told(Channel::Post, department).await;
            self.say(early, RecordLetterDelivered { at, message, delivered_on: paris::day_of(at) }).await;
            let (late, message) = self.told(Channel::Post, department).await;
            let at = self.told_at + Duration::days(40);
            self.say(late, RecordLetterDelivered { at, message, delivered_on: paris::day_of(at) }).await;
            let (dead, _) = self.told(Channel::Email, department).await;
            self.say(dead, RecordDeath { at, by: Party::Cnam, died_on: paris::day_of(self.told_at) }).await;
        }
    }

    async fn say(&self, space: SpaceId, command: impl Into<ens_domain::space::SpaceCommand>) {
        assert!(!self.service.say(space, command).await.expect("a fate").is_quiet());
    }
}

/// The openings that the log holds, by department.
async fn opened(store: &Store) -> Count {
    let mut count = Count::new();
    for events in ens_tests::cohort::lives(store).await.into_values() {
        if let Some(SpaceEvent::Admission(AdmissionEvent::SpaceCreated { admission, .. })) = events.first()
            && events.iter().any(|event| matches!(event, SpaceEvent::Opening(OpeningEvent::OpenedByCnam { .. })))
        {
            *count.entry(admission.department.to_string()).or_default() += 1;
        }
    }
    count
}

fn sum(before: &Count, more: &Count) -> Count {
    let mut sum = before.clone();
    more.iter().for_each(|(department, spaces)| *sum.entry(department.clone()).or_default() += spaces);
    sum
}

#[tokio::test]
async fn a_dry_run_equals_what_then_happens() {
    for engine in Engine::DURABLE {
        let service = TestService::fresh(engine).await;
        let today = paris::day_of(Utc::now());
        // E-mails of that day fall due three days ago, letters a few days later, and some not before a month.
        let told_at = paris::start_of(today - Days::new(46)) + Duration::hours(10);
        Fates { service: &service, told_at, next: 0 }.all().await;
        let mut before = Count::new();
        for (on, some) in [(today - Days::new(3), true), (today - Days::new(1), false), (today, false)] {
            let foretold = dry_run(&service, on);
            assert_eq!(some, before.is_empty() && !foretold.is_empty(), "{engine:?} {on}: {foretold:?}");
            let (status, said) = ens(&service, &["open", "--on", &on.to_string(), "--json"]);
            assert!(status, "{said}");
            let after = opened(&service.app.store).await;
            assert_eq!(after, sum(&before, &foretold), "{engine:?} {on}: as it was foretold");
            assert!(said.contains(&format!("\"opened\":{}", foretold.values().sum::<u64>())), "{said}");
            before = after;
        }
        // The same for a day to come, once it has come.
        let on = today + Days::new(60);
        let foretold = dry_run(&service, on);
        service.app.clock.jump_to(paris::start_of(on));
        service.catch_up().await;
        let counted = openings_by_department(&service.app.store, on).await.expect("a count");
        let counted: Count = counted.into_iter().map(|each| (each.department.to_string(), each.spaces)).collect();
        assert_eq!(counted, foretold, "{engine:?}");
        let done = open_due(&service.app, on).await.expect("a round");
        assert_eq!((done.done, done.refused), (foretold.values().sum(), 0), "{engine:?}");
        assert_eq!(opened(&service.app.store).await, sum(&before, &foretold), "{engine:?}");
        // Three by e-mail and four by post, one of them late, and the mended one.
        assert_eq!(opened(&service.app.store).await.into_values().collect::<Vec<u64>>(), [9, 9], "{engine:?}");
    }
}

fn dry_run(service: &TestService, on: NaiveDate) -> Count {
    let (status, said) = ens(service, &["open", "--dry-run", "--on", &on.to_string(), "--json"]);
    assert!(status, "{said}");
    let line = said.lines().find(|line| line.starts_with('{')).unwrap_or_else(|| panic!("no count in {said}"));
    let told: Value = serde_json::from_str(line).expect("JSON");
    let departments = told["departments"].as_array().expect("departments").iter();
    let count: Count = departments
        .map(|each| (each["department"].as_str().expect("a department").to_owned(), each["spaces"].as_u64().expect("a count")))
        .collect();
    assert_eq!(told["total"].as_u64(), Some(count.values().sum()));
    count
}

/// Runs the real program on the store of a service.
fn ens(service: &TestService, arguments: &[&str]) -> (bool, String) {
    let data = service.storage.folder().join("data").display().to_string();
    let launch = arguments.iter().fold(Launch::default(), |launch, argument| launch.arg(*argument));
    let (status, said) = launch.env("ENS_STORE", service.storage.url()).env("ENS_DATA", data).env("ENS_MASTER_KEY", MASTER_KEY).run("");
    (status.success(), said)
}

/// A campaign of `persons` whose window is over, on a store whose read models are followed.
async fn due_today(service: &TestService, persons: usize) -> DateTime<Utc> {
    let told_at = service.app.now();
    let mut fates = Fates { service, told_at, next: 0 };
    for _ in 0..persons {
        fates.told(Channel::Email, "31").await;
    }
    service.app.clock.jump_to(told_at + Duration::days(44));
    service.catch_up().await;
    service.app.now()
}

/// A second process on the same store.
async fn another(service: &TestService) -> App {
    let mut app = service.app.clone();
    app.context.store = open_store(service.storage.url()).await;
    app
}

#[tokio::test]
async fn two_processes_share_what_falls_due() {
    const PERSONS: usize = 64;
    let service = TestService::fresh(Engine::Postgres).await;
    let today = paris::day_of(due_today(&service, PERSONS).await);
    let (one, two) = (service.app.clone(), another(&service).await);
    let followers = Followers::new(service.app.store.clone());
    let following = tokio::spawn(async move { followers.run(std::future::pending()).await });
    let mut all = SweepCounts::default();
    let mut rounds = 0;
    while all.done < PERSONS as u64 || rounds < 2 {
        let (first, second) = tokio::join!(open_due(&one, today), open_due(&two, today));
        for done in [first.expect("a round"), second.expect("a round")] {
            all = SweepCounts { done: all.done + done.done, quiet: all.quiet + done.quiet, ..all };
        }
        rounds += 1;
    }
    following.abort();
    assert_eq!(all, SweepCounts { done: PERSONS as u64, ..SweepCounts::default() }, "each space is asked once, by one of the two");
}

#[tokio::test]
async fn what_a_dead_process_had_claimed_is_free_again_once_its_lease_is_over() {
    for engine in [Engine::SqliteMemory, Engine::Postgres] {
        let service = TestService::fresh(engine).await;
        let today = paris::day_of(due_today(&service, 8).await);
        for partition in service.app.store.partitions().each() {
            let claimed = service.app.store.commands().lease("openings", partition, Time::from_millis(1_500)).await.expect("an answer");
            drop(claimed.expect("a free partition"));
        }
        let meanwhile = open_due(&service.app, today).await.expect("a round");
        assert!(meanwhile.done == 0 && meanwhile.elsewhere > 0, "{engine:?}: {meanwhile:?}");
        let mut opened = 0;
        eventually("all are open", async || {
            opened += open_due(&service.app, today).await.expect("a round").done;
            (opened == 8).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn deadlines_that_were_dropped_are_rebuilt_and_kept() {
    for engine in Engine::DURABLE {
        let service = TestService::fresh(engine).await;
        let at = due_today(&service, 5).await;
        let spaces: Vec<SpaceId> = ens_tests::cohort::lives(&service.app.store).await.into_keys().collect();
        for space in &spaces {
            service.say(*space, Open { at }).await.expect("an opening");
            service.say(*space, Suspend { at, ground: SuspensionGround::Fraud }).await.expect("a suspension");
        }
        service.catch_up().await;
        let later = paris::day_of(at) + Days::new(100);
        let before = all_deadlines(&service.app.store, later).await;
        assert_eq!(before.len(), 5, "{engine:?}");
        forget_deadlines(engine, service.storage.url()).await;
        assert_eq!(all_deadlines(&service.app.store, later).await, [], "{engine:?}");
        rebuild(&service.app.store, "deadlines").await.expect("a rebuild");
        assert_eq!(all_deadlines(&service.app.store, later).await, before, "{engine:?}");
        service.app.clock.jump_to(paris::start_of(later));
        assert_eq!(settle_due(&service.app, later).await.expect("a round").done, 5, "{engine:?}");
        assert_eq!(service.stage(spaces[0]).await, Stage::Closed, "{engine:?}");
    }
}

async fn all_deadlines(store: &Store, on: NaiveDate) -> Vec<ens_projections::deadlines::Deadline> {
    let mut all = Vec::new();
    for partition in store.partitions().each().collect::<Vec<Partition>>() {
        all.extend(deadlines_due(store, partition, on, None, 100).await.expect("the list"));
    }
    all
}

/// Deletes rows and checkpoints, as after a loss of the table.
async fn forget_deadlines(engine: Engine, url: &str) {
    let sql = "DELETE FROM deadlines; DELETE FROM checkpoints WHERE name = 'deadlines'";
    match engine {
        Engine::Postgres => PgConnection::connect(url).await.expect("the owner").execute(sql).await.map(drop),
        Engine::SqliteFile | Engine::SqliteMemory => SqliteConnection::connect(url).await.expect("the file").execute(sql).await.map(drop),
    }
    .expect("a loss");
}
