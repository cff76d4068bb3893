//! The service for one test, on a loopback port: a simulated clock, tokens for any role, and persons at any point of their life.

use chrono::{DateTime, Duration, Utc};
use ens_api::app::App;
use ens_api::config::{Settings, TokenKey, access_matrix, development_token_key};
use ens_api::http;
use ens_api::http::ROUTES;
use ens_api::http::gate::{Actor, Claims, Keys, Route, mint};
use ens_domain::access::{AccessMode, Profession, Professional};
use ens_domain::calendar::paris;
use ens_domain::code::ProvisionalCode;
use ens_domain::ids::{CaregiverId, MessageId, ServiceId, SpaceId};
use ens_domain::organism::{AgentId, InsurerCode};
use ens_domain::rpps::Rpps;
use ens_domain::space::SpaceCommand;
use ens_domain::space::commands::{Open, RecordEmailSent, SendNotice};
use ens_projections::Followers;
use ens_store::{Clock, CommandEnvelope, ContentPlace, MasterKey, Store, StoreOptions};
use ens_tests::cohort::person_line;
use ens_tests::{Engine, TestStorage, eventually, http_client};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// A professional in the tests.
pub(crate) const RPPS: &str = "10100000008";

/// One service.
pub(crate) struct Api {
    pub(crate) app: App,
    url: String,
    client: Client,
    key: TokenKey,
    _running: JoinSet<()>,
    storage: TestStorage,
}

impl Api {
    /// A fresh one on SQLite in memory, on a Monday morning.
    pub(crate) async fn start() -> Self {
        Self::on(Engine::SqliteMemory, |_| {}).await
    }

    /// A fresh one on this engine, with other settings.
    pub(crate) async fn on(engine: Engine, change: impl FnOnce(&mut Settings)) -> Self {
        let storage = TestStorage::fresh(engine).await;
        let mut settings = Settings::in_folder(storage.folder());
        settings.limits.requests_burst = 100_000;
        // Production has no development key: the test brings its own.
        let key = development_token_key(&settings).expect("a key");
        change(&mut settings);
        let keys = Keys::none(&settings.tokens.issuer, &settings.tokens.audience).with_development(&key);
        let options = StoreOptions::new(MasterKey::from_bytes([7; 32]))
            .with_contents(ContentPlace::Folder(storage.folder().join("contents")))
            .with_waiting(settings.limits.commands_waiting);
        let store = Store::open(storage.url(), options).await.expect("a store");
        let followers = Followers::new(store.clone());
        let monday = paris::start_of("2026-03-02".parse().expect("a day")) + Duration::hours(10);
        let matrix = access_matrix(&settings.access, paris::day_of(monday)).expect("a matrix");
        let app = App::new(store, Clock::simulated(monday), settings).deciding_by(matrix);
        let routes = http::router(app.clone(), keys, Some(followers.clone()));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let mut running = JoinSet::new();
        running.spawn(async move { http::serve(listener, routes, std::future::pending()).await.expect("a server") });
        running.spawn(async move { followers.run(std::future::pending()).await });
        Self { app, url, client: http_client(), key, _running: running, storage }
    }

    /// A request without a token.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Ask {
        let method: Method = method.parse().expect("a method");
        Ask(self.client.request(method, format!("{}{path}", self.url)))
    }

    /// A request of somebody.
    pub(crate) fn by(&self, actor: &Actor, method: &str, path: &str) -> Ask {
        self.ask(method, path).header("authorization", &format!("Bearer {}", self.token(actor)))
    }

    /// What somebody reads at a path, asked again until the read model reflects what was written before.
    pub(crate) async fn read_until(&self, actor: &Actor, path: &str, reflected: impl Fn(&Answer) -> bool) -> Answer {
        eventually("the read model is up to date", async || {
            let answer = self.by(actor, "GET", path).send().await;
            let behind = answer.problem() == "read-model-behind";
            assert!(behind || answer.status == 200, "{path}: {} {}", answer.status, answer.text);
            (!behind && reflected(&answer)).then_some(answer)
        })
        .await
    }

    /// A request of CNAM.
    pub(crate) fn cnam(&self, method: &str, path: &str) -> Ask {
        self.by(&Actor::Cnam, method, path)
    }

    /// A token for somebody.
    pub(crate) fn token(&self, actor: &Actor) -> String {
        let subject = if let Actor::Professional(professional) = actor { professional.rpps.to_string() } else { "somebody".to_owned() };
        let claims = Claims::of(&subject, actor);
        mint(&self.key, &self.app.settings.tokens, claims, Utc::now(), Duration::hours(1)).expect("a token")
    }

    /// Creates the space of the `number`th person.
    pub(crate) async fn create(&self, number: u32) -> SpaceId {
        self.admit(&person_line(number)).await
    }

    async fn admit(&self, person: &Value) -> SpaceId {
        let answer = self.cnam("POST", "/v1/spaces").json(person).send().await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.body["space"].as_str().expect("an id").parse().expect("an id")
    }

    /// Creates a space and lets its notice, with a code, be received by e-mail now.
    pub(crate) async fn notified(&self, number: u32) -> Person {
        let space = self.create(number).await;
        self.notify(space, number).await
    }

    /// The same of a person of whom the file says this.
    pub(crate) async fn notified_as(&self, line: &Value, number: u32) -> Person {
        let space = self.admit(line).await;
        self.notify(space, number).await
    }

    /// The same for a child, whose representative is told.
    pub(crate) async fn notified_child(&self, number: u32) -> Person {
        let mut child = person_line(number);
        child["born_on"] = json!("2015-03-29");
        child["representative"] =
            json!({ "birth_name": "ESSAI", "first_names": ["Dominique"], "sex": "male", "born_on": "1984-01-02", "birthplace": "44109" });
        let space = self.admit(&child).await;
        self.notify(space, number).await
    }

    async fn notify(&self, space: SpaceId, number: u32) -> Person {
        let code = ProvisionalCode::generate(self.app.store.entropy().bytes().expect("randomness"));
        let message: MessageId = self.app.new_id().expect("an id");
        let at = self.app.now();
        self.say(space, SendNotice { at, message, digest: code.digest(self.app.store.code_key(), space) }).await;
        self.say(space, RecordEmailSent { at, message }).await;
        let ins = person_line(number)["ins"]["matricule"].as_str().expect("an INS").to_owned();
        Person { space, code: code.display(), ins }
    }

    /// Creates a space and lets it be opened by CNAM.
    pub(crate) async fn opened(&self, number: u32) -> Person {
        let person = self.notified(number).await;
        self.later(Duration::days(44));
        self.say(person.space, Open { at: self.app.now() }).await;
        person
    }

    /// Executes a command directly on the store.
    pub(crate) async fn say(&self, space: SpaceId, command: impl Into<SpaceCommand>) {
        self.app.store.commands().execute(CommandEnvelope::new(space, command), &self.app.policy).await.expect("an outcome");
    }

    /// Lets time pass.
    pub(crate) fn later(&self, by: Duration) {
        self.app.clock.jump_to(self.app.now() + by);
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// The folders in which contents lie.
    fn folders(&self) -> Vec<std::path::PathBuf> {
        let below =
            |folder: std::path::PathBuf| std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path());
        below(self.storage.folder().join("contents")).flat_map(below).collect()
    }

    /// How many folders are there for contents: 256 a partition, from the first content that is begun in it.
    pub(crate) fn content_folders(&self) -> usize {
        self.folders().len()
    }

    /// How many contents there are.
    pub(crate) fn content_files(&self) -> usize {
        self.folders().into_iter().map(|folder| std::fs::read_dir(folder).expect("a folder").count()).sum()
    }

    /// How many events the log holds.
    pub(crate) async fn events(&self) -> u64 {
        self.app.store.log().heads().await.expect("the heads").iter().map(|(_, position)| position).sum()
    }

    /// Where the store is.
    pub(crate) fn store_url(&self) -> &str {
        self.storage.url()
    }

    /// Now, on the service's clock.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.app.now()
    }
}

/// A person with a space and a code.
pub(crate) struct Person {
    pub(crate) space: SpaceId,
    pub(crate) code: String,
    pub(crate) ins: String,
}

impl Person {
    /// The person themselves.
    pub(crate) fn holder(&self) -> Actor {
        Actor::Holder { space: self.space }
    }

    /// A path below the space.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/v1/spaces/{}{rest}", self.space)
    }

    /// What proves who the person is.
    pub(crate) fn proof(&self) -> Value {
        json!({ "ins": self.ins, "code": self.code })
    }
}

/// A request that is being written.
pub(crate) struct Ask(RequestBuilder);

impl Ask {
    /// With this header.
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    /// With this body.
    pub(crate) fn json(self, body: &Value) -> Self {
        Self(self.0.json(body))
    }

    /// With this body as it is.
    pub(crate) fn text(self, kind: &str, body: impl Into<String>) -> Self {
        Self(self.0.header("content-type", kind).body(body.into()))
    }

    /// For any version of the space: `If-Match: *`.
    pub(crate) fn anyhow(self) -> Self {
        self.header("if-match", "*")
    }

    /// To be answered once the read models reflect this answer.
    pub(crate) fn after(self, written: &Answer) -> Self {
        let position = written.header("ens-position").to_owned();
        self.header("ens-position", &position).header("prefer", "wait=20")
    }

    /// Sends it.
    pub(crate) async fn send(self) -> Answer {
        let response = self.0.send().await.expect("an answer");
        let path = response.url().path().to_owned();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        let answer = Answer { status, headers, body, text };
        answer.is_in_the_form_of(&path);
        answer
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Answer {
    /// Every answer is checked against what the route of its path declares.
    fn is_in_the_form_of(&self, path: &str) {
        let Some(route) = route_of(path) else { return };
        let kind = self.header("content-type");
        if kind == route.form.refusal_content_type() || self.text.is_empty() {
            return;
        }
        assert!(route.form.content_type().is_none_or(|declared| kind == declared), "{path} answers {kind}");
    }

    /// A header, or an empty text.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// The last part of a problem's type, or an empty text.
    pub(crate) fn problem(&self) -> &str {
        self.body["type"].as_str().and_then(|kind| kind.strip_prefix("urn:ens:problem:")).unwrap_or_default()
    }

    /// What was done.
    pub(crate) fn done(&self) -> Vec<&str> {
        assert!(self.status < 300, "{} {}", self.status, self.text);
        self.body["done"].as_array().expect("what was done").iter().filter_map(Value::as_str).collect()
    }

    /// Status and problem.
    pub(crate) fn refused(&self) -> (u16, &str) {
        (self.status, self.problem())
    }

    /// The body but for the request id, which differs.
    pub(crate) fn told(&self) -> Value {
        let mut body = self.body.clone();
        body.as_object_mut().map(|fields| fields.remove("instance"));
        body
    }
}

/// A route of this path; of two that fit, the one that names it word by word.
fn route_of(path: &str) -> Option<&'static Route> {
    let exact = ROUTES.iter().find(|route| route.path == path);
    exact.or_else(|| {
        ROUTES.iter().find(|route| {
            let (declared, sent) = (route.path.split('/'), path.split('/'));
            route.path.split('/').count() == path.split('/').count()
                && declared.zip(sent).all(|(declared, sent)| declared.starts_with('{') || declared == sent)
        })
    })
}

/// One of each role that names no space.
pub(crate) fn support() -> Actor {
    Actor::Support { agent: AgentId::parse("agent-7").expect("an agent") }
}

/// The insurer of everybody in the tests.
pub(crate) fn insurer() -> Actor {
    Actor::Insurer { insurer: InsurerCode::parse("CPAM-31").expect("an insurer") }
}

/// An insurer of nobody in the tests.
pub(crate) fn other_insurer() -> Actor {
    Actor::Insurer { insurer: InsurerCode::parse("CPAM-80").expect("an insurer") }
}

/// A caregiver whom nobody named yet.
pub(crate) fn caregiver() -> Actor {
    Actor::Caregiver { caregiver: CaregiverId::from(uuid::Uuid::from_u128(0x0189_a1b2_0000_7000_8000_0000_0000_0501)) }
}

/// A service of the catalogue to which nobody consented yet.
pub(crate) fn service() -> Actor {
    Actor::Service { service: ServiceId::from(uuid::Uuid::from_u128(0x0189_a1b2_0000_7000_8000_0000_0000_0601)) }
}

/// A professional.
pub(crate) fn professional() -> Actor {
    let (rpps, profession) = (Rpps::parse(RPPS).expect("a number"), Profession::Doctor);
    Actor::Professional(Professional { rpps, profession, structure: None, mode: AccessMode::Ordinary })
}
