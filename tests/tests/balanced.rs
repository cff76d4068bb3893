//! Two processes behind a load balancer: a client that sends the positions it has seen reads its own writes and never an older state.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{Duration, TimeDelta, Utc};
use ens_api::config::{Settings, development_token_key};
use ens_api::http::gate::{Actor, Claims, mint};
use ens_domain::calendar::paris;
use ens_domain::ids::SpaceId;
use ens_projections::Followers;
use ens_tests::cohort::{MASTER_KEY, notified_on, open_store};
use ens_tests::{Engine, Launch, Service, TestStorage, http_client, times};
use reqwest::{Client, Method, Response};
use tokio::task::JoinSet;

/// Spaces shared by the sessions that run at the same time.
const SHARED: usize = 48;
/// Sessions that share the same spaces. The next ones use others: no real space gets ten thousand events within seconds.
const SHARING: usize = 2_500;
/// Sessions that run at the same time.
const AT_ONCE: usize = 16;
/// Requests of a session.
const STEPS: usize = 6;

/// What every session needs.
#[derive(Clone)]
struct Site {
    client: Client,
    urls: Vec<String>,
    token: String,
    /// Each space with its partition.
    spaces: Vec<(SpaceId, u16)>,
}

/// A client that goes from page to page and remembers the positions that it has seen.
struct Session {
    site: Site,
    dice: u64,
    /// The first of the spaces that it uses.
    first: usize,
    /// The highest position seen, by partition.
    seen: HashMap<u16, u64>,
    /// The highest version seen, by space.
    versions: HashMap<SpaceId, u64>,
}

impl Session {
    fn new(site: Site, number: usize) -> Self {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").subsec_nanos();
        let dice = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ u64::from(started);
        Self { site, dice, first: number / SHARING * SHARED, seen: HashMap::new(), versions: HashMap::new() }
    }

    fn roll(&mut self, sides: usize) -> usize {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        usize::try_from(self.dice % sides as u64).expect("small")
    }

    async fn run(mut self) {
        for _ in 0..STEPS {
            let die = self.first + self.roll(SHARED);
            let (space, partition) = self.site.spaces[die];
            match self.roll(3) {
                0 => self.write(space, Method::POST).await,
                1 => self.write(space, Method::DELETE).await,
                _ => {}
            }
            self.read(space, partition).await;
        }
    }

    async fn write(&mut self, space: SpaceId, method: Method) {
        let request = self.ask(method, &format!("/v1/spaces/{space}/technical-block")).header("if-match", "*");
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
        self.note(space, &answer);
    }

    async fn read(&mut self, space: SpaceId, partition: u16) {
        let wanted = self.seen.get(&partition).copied();
        let mut request = self.ask(Method::GET, &format!("/v1/spaces/{space}")).header("prefer", "wait=20");
        if let Some(wanted) = wanted {
            request = request.header("ens-position", format!("{partition}:{wanted}"));
        }
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200);
        let (of, reached) = position(&answer);
        assert!(of == partition && reached >= wanted.unwrap_or_default(), "read {of}:{reached} after {partition}:{wanted:?}");
        let (version, known) = (version(&answer), self.versions.get(&space).copied().unwrap_or_default());
        assert!(version >= known, "{space}: read version {version} after {known}");
        self.note(space, &answer);
    }

    fn ask(&mut self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let anywhere = self.roll(self.site.urls.len());
        self.site.client.request(method, format!("{}{path}", self.site.urls[anywhere])).bearer_auth(&self.site.token)
    }

    fn note(&mut self, space: SpaceId, answer: &Response) {
        let ((partition, reached), version) = (position(answer), version(answer));
        let seen = self.seen.entry(partition).or_default();
        *seen = reached.max(*seen);
        let known = self.versions.entry(space).or_default();
        *known = version.max(*known);
    }
}

fn launch(storage: &TestStorage) -> Launch {
    let data = storage.folder().join("data").display().to_string();
    Launch::serve(storage.url()).env("ENS_DATA", data).env("ENS_MASTER_KEY", MASTER_KEY)
}

/// A service with its workers, and one with the API only, on one store.
async fn two_processes(storage: &TestStorage) -> [Service; 2] {
    let quiet = || launch(storage).env("ENS_LOG", "warn");
    [quiet().start().await, quiet().arg("--only").arg("api").start().await]
}

async fn site(storage: &TestStorage, services: &[Service], sessions: usize) -> Site {
    let settings = Settings::in_folder(&storage.folder().join("data"));
    let key = development_token_key(&settings).expect("the key of both processes");
    let claims = Claims::of("cnam", &Actor::Cnam);
    let token = mint(&key, &settings.tokens, claims, Utc::now(), TimeDelta::hours(12)).expect("a token");
    let store = open_store(storage.url()).await;
    let yesterday = paris::day_of(Utc::now() - Duration::days(1));
    let spaces = u32::try_from(sessions.div_ceil(SHARING) * SHARED).expect("a count");
    let spaces = notified_on(&store, spaces, yesterday).await;
    let spaces = spaces.into_iter().map(|space| (space, store.partition_of(space).number())).collect();
    store.close().await;
    Site { client: http_client(), urls: services.iter().map(Service::url).collect(), token, spaces }
}

#[tokio::test]
async fn whoever_carries_a_position_reads_their_writes_and_never_backwards_behind_a_balancer() {
    let storage = TestStorage::fresh(Engine::Postgres).await;
    let services = two_processes(&storage).await;
    let sessions = times(300, 100_000);
    let site = site(&storage, &services, sessions).await;
    // The first reads wait for the read models by the position of the last write.
    wait_until_level(&site).await;
    let (mut running, mut next) = (JoinSet::new(), 0);
    while next < sessions || !running.is_empty() {
        while running.len() < AT_ONCE && next < sessions {
            running.spawn(Session::new(site.clone(), next).run());
            next += 1;
        }
        running.join_next().await.expect("a session under way").expect("no violation");
    }
}

/// Every space can be read.
async fn wait_until_level(site: &Site) {
    for (space, _) in &site.spaces {
        ens_tests::eventually("the space is reflected", async || {
            let url = format!("{}/v1/spaces/{space}", site.urls[0]);
            let answer = site.client.get(url).bearer_auth(&site.token).send().await.expect("an answer");
            (answer.status() == 200 && version(&answer) == 3).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn who_does_not_wait_is_told_to_come_again() {
    for engine in Engine::DURABLE {
        let storage = TestStorage::fresh(engine).await;
        let services = [launch(&storage).start().await];
        let site = site(&storage, &services, 1).await;
        let (space, partition) = site.spaces[0];
        let ask = site.client.get(format!("{}/v1/spaces/{space}", site.urls[0])).bearer_auth(&site.token);
        let answer = ask.header("ens-position", format!("{partition}:1000000")).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 503, "{engine:?}");
        assert!(answer.headers().contains_key("retry-after"), "{engine:?}");
        let problem: serde_json::Value = answer.json().await.expect("a problem");
        assert_eq!(problem["type"], "urn:ens:problem:read-model-behind", "{engine:?}");
        assert!(!services[0].log().contains("ERROR"), "nothing of ours went wrong:\n{}", services[0].log());
    }
}

#[tokio::test]
async fn a_dry_run_counts_all_that_the_log_holds_or_says_that_it_cannot_yet() {
    let storage = TestStorage::fresh(Engine::SqliteFile).await;
    let services = [launch(&storage).arg("--only").arg("api").start().await];
    let site = site(&storage, &services, 1).await;
    let count = async || {
        let ask = site.client.get(format!("{}/v1/openings/dry-run?on=2100-01-01", site.urls[0]));
        let answer = ask.bearer_auth(&site.token).send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json::<serde_json::Value>().await.expect("a count or a problem"))
    };
    // No follower runs here.
    let (status, behind) = count().await;
    assert_eq!((status, &behind["type"]), (503, &"urn:ens:problem:read-model-behind".into()), "{behind}");
    let store = open_store(storage.url()).await;
    Followers::new(store.clone()).catch_up().await.expect("level read models");
    store.close().await;
    let (status, level) = count().await;
    assert_eq!((status, &level["spaces"]), (200, &SHARED.into()), "{level}");
}

fn position(answer: &Response) -> (u16, u64) {
    let text = answer.headers()["ens-position"].to_str().expect("text");
    let (partition, position) = text.split_once(':').expect("partition:position");
    (partition.parse().expect("a number"), position.parse().expect("a number"))
}

fn version(answer: &Response) -> u64 {
    answer.headers()["etag"].to_str().expect("text").trim_matches('"').parse().expect("a number")
}
