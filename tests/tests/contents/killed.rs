//! `ens serve` is killed while documents are deposited: every event names a content that is read, and what no event names is swept.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::Duration;
use ens_domain::ids::SpaceId;
use ens_projections::Followers;
use ens_store::{Store, SweepTask, Swept};
use ens_tests::cohort::MASTER_KEY;
use ens_tests::deposits::{named, read};
use ens_tests::{Engine, Launch, TestStorage, http_client, times};
use reqwest::Client;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::world::{World, contents_of, files_under, open_store, opened, process};

/// Clients at the same time.
const CALLERS: usize = 8;
const BOUNDARY: &str = "between-the-parts";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_leaves_no_event_without_content_on_postgres() {
    kills(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_leaves_no_event_without_content_on_sqlite() {
    kills(Engine::SqliteFile).await;
}

async fn kills(engine: Engine) {
    let storage = TestStorage::fresh(engine).await;
    let store = open_store(&storage).await;
    let spaces = opened(&store, 4).await;
    store.close().await;
    let callers = Callers::of(&storage, &spaces);
    let (mut answered, mut round) = (0, 0);
    while callers.next.load(Ordering::SeqCst) < times(200, 2_000) {
        let mut service = serve(&storage).start().await;
        let (load, mut answers) = callers.put_under_load(&service.url());
        for _ in 0..15 + round * 7 % 40 {
            answers.recv().await.expect("the service answers under load");
            answered += 1;
        }
        service.kill();
        while answers.recv().await.is_some() {
            answered += 1;
        }
        load.join_all().await;
        round += 1;
    }
    let mut service = serve(&storage).start().await;
    assert!(service.stop().await.success(), "{}", service.log());
    let store = open_store(&storage).await;
    let recorded = assert_every_event_has_its_content(&store).await;
    assert!(recorded >= answered && answered > 0, "{recorded} documents are in the log, {answered} were acknowledged");
    assert_orphans_are_young_and_swept(World { app: process(store, &storage), spaces, storage }, recorded).await;
}

/// How many there are.
async fn assert_every_event_has_its_content(store: &Store) -> usize {
    let all = named(store).await;
    for (space, content) in &all {
        let bytes = read(store, *space, content).await.unwrap_or_else(|error| panic!("an event names {}: {error}", content.id));
        assert!(bytes.starts_with(b"document "), "another content");
    }
    all.len()
}

async fn assert_orphans_are_young_and_swept(world: World, recorded: usize) {
    Followers::new(world.store().clone()).catch_up().await.expect("level");
    let orphans = u64::try_from(world.files() - recorded).expect("no file is missing");
    let kept = u64::try_from(recorded).expect("a count");
    let swept = world.sweep(SweepTask::Remove).await.expect("a sweep");
    assert_eq!((swept.kept, swept.removed, swept.abandoned), (kept, 0, 0), "no orphan is a day old");
    assert!(swept.waiting <= orphans, "{swept:?}");
    world.later(Duration::hours(25));
    let swept = world.sweep(SweepTask::Remove).await.expect("a sweep");
    assert_eq!((swept.kept, swept.removed + swept.abandoned, swept.waiting), (kept, orphans, 0), "{swept:?}");
    assert_eq!(files_under(&contents_of(&world.storage)).len(), recorded, "an orphan is left");
    assert_eq!(assert_every_event_has_its_content(world.store()).await, recorded);
    assert_eq!(world.sweep(SweepTask::Remove).await, Ok(Swept { kept, ..Swept::default() }));
}

fn serve(storage: &TestStorage) -> Launch {
    environment(Launch::serve(storage.url()), storage)
}

fn environment(launch: Launch, storage: &TestStorage) -> Launch {
    let (data, contents) = (storage.folder().display().to_string(), contents_of(storage).display().to_string());
    launch.env("ENS_STORE", storage.url()).env("ENS_DATA", data).env("ENS_CONTENTS", contents).env("ENS_MASTER_KEY", MASTER_KEY)
}

/// The holders of some spaces, who bring documents.
struct Callers {
    client: Client,
    tokens: BTreeMap<SpaceId, String>,
    next: Arc<AtomicUsize>,
}

impl Callers {
    fn of(storage: &TestStorage, spaces: &[SpaceId]) -> Self {
        let token = |space: &SpaceId| {
            let launch = Launch::default().arg("token").arg("--role").arg("holder").arg("--space").arg(space.to_string());
            let (ended, printed) = environment(launch.env("ENS_LOG", "off"), storage).run("");
            assert!(ended.success(), "{printed}");
            (*space, printed.trim().to_owned())
        };
        Self { client: http_client(), tokens: spaces.iter().map(token).collect(), next: Arc::default() }
    }

    /// Deposits until the service no longer answers; each answer is told.
    fn put_under_load(&self, url: &str) -> (JoinSet<()>, mpsc::UnboundedReceiver<()>) {
        let (sender, answers) = mpsc::unbounded_channel();
        let mut load = JoinSet::new();
        for (space, token) in self.tokens.iter().cycle().take(CALLERS) {
            let (client, next, sender) = (self.client.clone(), Arc::clone(&self.next), sender.clone());
            let (path, token) = (format!("{url}/v1/spaces/{space}/documents"), token.clone());
            load.spawn(async move {
                loop {
                    let request = client.post(&path).bearer_auth(&token).header("Idempotency-Key", uuid::Uuid::now_v7().to_string());
                    let form = form(next.fetch_add(1, Ordering::SeqCst));
                    let sent = request.header("Content-Type", format!("multipart/form-data; boundary={BOUNDARY}")).body(form).send().await;
                    let Ok(answer) = sent else { return };
                    assert_eq!(answer.status(), 201);
                    // The receiver outlives every caller.
                    sender.send(()).expect("a receiver");
                }
            });
        }
        (load, answers)
    }
}

/// A document of a few pages, so that a kill meets some of them half written.
fn form(number: usize) -> String {
    let metadata = r#"{"title":"Mes antécédents","type":"DOCPAT01"}"#;
    let content = format!("document {number}\n").repeat(20_000);
    format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"document\"\r\ncontent-type: application/json\r\n\r\n{metadata}\r\n\
         --{BOUNDARY}\r\ncontent-disposition: form-data; name=\"content\"; filename=\"a.txt\"\r\ncontent-type: text/plain\r\n\r\n\
         {content}\r\n--{BOUNDARY}--\r\n"
    )
}
