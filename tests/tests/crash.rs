//! `ens serve` is killed under load many times: no acknowledged event is lost, no notice is lost, read models equal a rebuild.

use ens_domain::space::{AdmissionEvent, CodeEvent, NoticeEvent, OppositionEvent};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::space::SpaceEvent;
use ens_domain::space::terms::CodePurpose;
use ens_projections::{Followers, compare, read_models};
use ens_store::Store;
use ens_tests::cohort::{MASTER_KEY, lives, open_store, person_line};
use ens_tests::{Engine, Launch, Service, TestStorage, eventually, http_client, times};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_service_is_killed_on_postgres() {
    crashes(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_service_is_killed_on_sqlite() {
    crashes(Engine::SqliteFile).await;
}

/// Callers that ask at the same time.
const CALLERS: usize = 6;

async fn crashes(engine: Engine) {
    let storage = TestStorage::fresh(engine).await;
    let caller = Caller::of(&storage);
    let mut acknowledged = Acknowledged::default();
    for round in 0..times(3, 50) {
        let mut service = launch(&storage).start().await;
        let answers_before_the_kill = 5 + round * 11 % 60;
        let (load, mut answers) = put_under_load(&caller, &service);
        for _ in 0..answers_before_the_kill {
            acknowledged.take(answers.recv().await.expect("the service answers under load"));
        }
        service.kill();
        // Answers sent before the kill count, whether they were read or not.
        while let Some(answer) = answers.recv().await {
            acknowledged.take(answer);
        }
        load.join_all().await;
    }
    assert_repeats_answer_the_same(&storage, &caller, &acknowledged).await;
    let store = open_store(storage.url()).await;
    assert_recorded(&store, &acknowledged).await;
    assert_no_notice_vanished(&store).await;
    assert_rebuilt_equals_live(&store).await;
    store.close().await;
}

fn launch(storage: &TestStorage) -> Launch {
    // Messages that a killed service had claimed are sent by the next one soon after.
    environment(Launch::serve(storage.url()), storage).env("ENS_CLAIM_SECONDS", "2")
}

fn environment(launch: Launch, storage: &TestStorage) -> Launch {
    launch.env("ENS_STORE", storage.url()).env("ENS_DATA", storage.folder().display().to_string()).env("ENS_MASTER_KEY", MASTER_KEY)
}

/// What the service acknowledged.
enum Answer {
    Created { person: u32, space: SpaceId },
    Opposed { space: SpaceId },
}

#[derive(Default)]
struct Acknowledged {
    created: BTreeMap<u32, SpaceId>,
    opposed: BTreeSet<SpaceId>,
}

impl Acknowledged {
    fn take(&mut self, answer: Answer) {
        match answer {
            Answer::Created { person, space } => assert_eq!(self.created.insert(person, space), None, "person {person} was created twice"),
            Answer::Opposed { space } => assert!(self.opposed.insert(space)),
        }
    }
}

/// The clients: CNAM creates one space after the other, an agent records the opposition of every second person.
#[derive(Clone)]
struct Caller {
    client: Client,
    cnam: String,
    support: String,
    next: Arc<AtomicU32>,
}

impl Caller {
    fn of(storage: &TestStorage) -> Self {
        let token = |arguments: &[&str]| {
            let launch = arguments.iter().fold(Launch::default().arg("token"), |launch, argument| launch.arg(*argument));
            let (ended, printed) = environment(launch.env("ENS_LOG", "off"), storage).run("");
            assert!(ended.success(), "{printed}");
            printed.trim().to_owned()
        };
        let (cnam, support) = (token(&["--role", "cnam"]), token(&["--role", "support", "--agent", "guichet-1"]));
        Self { client: http_client(), cnam, support, next: Arc::new(AtomicU32::new(1)) }
    }

    /// Sends requests until the service no longer answers.
    async fn ask_on(self, url: String, answers: mpsc::UnboundedSender<Answer>) {
        loop {
            let person = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(space) = self.create(&url, person).await else { return };
            // The receiver outlives every caller.
            answers.send(Answer::Created { person, space }).expect("a receiver");
            if person.is_multiple_of(2) {
                let Some(()) = self.oppose(&url, person, space).await else { return };
                answers.send(Answer::Opposed { space }).expect("a receiver");
            }
        }
    }

    async fn create(&self, url: &str, person: u32) -> Option<SpaceId> {
        let request = self.client.post(format!("{url}/v1/spaces")).bearer_auth(&self.cnam);
        let (status, body) = answered(request.header("Idempotency-Key", format!("create-{person}")).json(&person_line(person))).await?;
        assert!(status.is_success(), "{status}: {body}");
        Some(body["space"].as_str().and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("no space in {body}")))
    }

    async fn oppose(&self, url: &str, person: u32, space: SpaceId) -> Option<()> {
        let request = self.client.post(format!("{url}/v1/spaces/{space}/opposition")).bearer_auth(&self.support).header("If-Match", "*");
        let (status, body) =
            answered(request.header("Idempotency-Key", format!("oppose-{person}")).json(&json!({ "via": "desk" }))).await?;
        assert!(status.is_success(), "{status}: {body}");
        Some(())
    }
}

/// The whole answer, or nothing where the connection broke before its end.
async fn answered(request: reqwest::RequestBuilder) -> Option<(StatusCode, Value)> {
    let answer = request.send().await.ok()?;
    let status = answer.status();
    Some((status, answer.json().await.ok()?))
}

fn put_under_load(caller: &Caller, service: &Service) -> (JoinSet<()>, mpsc::UnboundedReceiver<Answer>) {
    let (sender, answers) = mpsc::unbounded_channel();
    let load = (0..CALLERS).map(|_| caller.clone().ask_on(service.url(), sender.clone())).collect();
    (load, answers)
}

/// Repeats every creation with its idempotency key, acknowledged or not: each person has one space, the same as before.
async fn assert_repeats_answer_the_same(storage: &TestStorage, caller: &Caller, acknowledged: &Acknowledged) {
    let mut service = launch(storage).start().await;
    let mut spaces = BTreeSet::new();
    let asked = caller.next.load(Ordering::Relaxed);
    for person in 1..asked {
        let space = caller.create(&service.url(), person).await.expect("a service that nobody kills");
        assert!(acknowledged.created.get(&person).is_none_or(|before| *before == space), "person {person} has another space now");
        assert!(spaces.insert(space), "two persons in one space");
    }
    let store = open_store(storage.url()).await;
    eventually("every person is told", async || lives(&store).await.values().all(|life| told_or_opposed(life)).then_some(())).await;
    store.close().await;
    assert!(service.stop().await.success(), "{}", service.log());
}

async fn assert_recorded(store: &Store, acknowledged: &Acknowledged) {
    let lives = lives(store).await;
    for space in acknowledged.created.values() {
        let life = lives.get(space).unwrap_or_else(|| panic!("{space} was acknowledged and is lost"));
        assert_eq!(life.iter().filter(|event| matches!(event, SpaceEvent::Admission(AdmissionEvent::SpaceCreated { .. }))).count(), 1);
    }
    for space in &acknowledged.opposed {
        assert!(is_opposed(&lives[space]), "the opposition of {space} is lost");
    }
}

/// Every notice that was ordered has left, or was no longer wanted.
async fn assert_no_notice_vanished(store: &Store) {
    let mut notices = 0;
    for (space, life) in lives(store).await {
        let left: BTreeSet<MessageId> = life.iter().filter_map(message_that_left).collect();
        let opposed = is_opposed(&life);
        for event in &life {
            if let SpaceEvent::Code(CodeEvent::CodeIssued { message, purpose: CodePurpose::Notice, .. }) = event {
                notices += 1;
                assert!(left.contains(message) || opposed, "the notice {message} of {space} vanished");
            }
        }
    }
    assert!(notices > 0, "no notice was ordered");
}

fn told_or_opposed(life: &[SpaceEvent]) -> bool {
    is_opposed(life) || life.iter().any(|event| message_that_left(event).is_some())
}

fn is_opposed(life: &[SpaceEvent]) -> bool {
    life.iter().any(|event| matches!(event, SpaceEvent::Opposition(OppositionEvent::Opposed { .. })))
}

fn message_that_left(event: &SpaceEvent) -> Option<MessageId> {
    if let SpaceEvent::Notice(NoticeEvent::NotifiedByEmail { message, .. }) | SpaceEvent::Code(CodeEvent::CodeReceived { message, .. }) =
        event
    {
        Some(*message)
    } else {
        None
    }
}

async fn assert_rebuilt_equals_live(store: &Store) {
    Followers::new(store.clone()).catch_up().await.expect("read models catch up");
    for read_model in read_models() {
        let differences = compare(store, read_model.name()).await.expect("a comparison");
        assert!(differences.is_empty(), "{}: {differences:?}", read_model.name());
    }
}
