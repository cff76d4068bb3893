//! A service that accepts the tokens of one issuer, in this process, and what it answers to a token.

use std::net::IpAddr;
use std::path::PathBuf;

use chrono::Utc;
use ens_api::app::App;
use ens_api::config::{Settings, read_issuers};
use ens_api::http;
use ens_api::http::gate::{Issuers, Keys, TokenRefused};
use ens_store::{Clock, MasterKey, Store, StoreOptions};
use ens_tests::{Engine, TestStorage, http_client};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::issuer::Issuer;

/// A service. Its probe is a route for auditors: whom it does not refuse with 401 it knows.
pub(crate) struct Guarded {
    url: String,
    client: Client,
    _running: JoinSet<()>,
    _storage: TestStorage,
}

/// What it answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The last part of the problem's type.
    pub(crate) problem: String,
    pub(crate) detail: String,
}

impl Answer {
    /// The bearer is known, and is an auditor.
    pub(crate) fn is_let_in(&self) -> bool {
        self.status == 200
    }

    /// The bearer is known, and is not an auditor.
    pub(crate) fn is_known(&self) -> bool {
        (self.status, self.problem.as_str()) == (403, "forbidden")
    }

    /// The token is refused for this reason.
    pub(crate) fn is_refused(&self, why: TokenRefused) -> bool {
        (self.status, self.problem.as_str(), self.detail.as_str()) == (401, "unauthenticated", &format!("the token is refused: {why}"))
    }

    /// Nobody can tell whether the token is valid.
    pub(crate) fn is_unavailable(&self) -> bool {
        (self.status, self.problem.as_str()) == (503, "issuer-unavailable")
    }
}

impl Guarded {
    /// One that accepts what the issuer's settings say, with these members of them replaced.
    pub(crate) async fn start(issuer: &Issuer, change: Value) -> Self {
        Self::with(issuer, change, |_| {}).await
    }

    /// The same, with other settings of the service.
    pub(crate) async fn with(issuer: &Issuer, change: Value, configure: impl FnOnce(&mut Settings)) -> Self {
        let storage = TestStorage::fresh(Engine::SqliteMemory).await;
        let mut settings = Settings::in_folder(storage.folder());
        configure(&mut settings);
        let configured = read_issuers(&file(&storage, issuer, change)).expect("issuers");
        let issuers = Issuers::new(Keys::none("ens", "ens"), &configured).expect("issuers");
        let store = Store::open(storage.url(), StoreOptions::new(MasterKey::from_bytes([7; 32]))).await.expect("a store");
        let routes = http::router(App::new(store, Clock::simulated(Utc::now()), settings), issuers, None);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let mut running = JoinSet::new();
        running.spawn(async move { http::serve(listener, routes, std::future::pending()).await.expect("a server") });
        Self { url, client: http_client(), _running: running, _storage: storage }
    }

    /// What the probe answers to a token.
    pub(crate) async fn ask(&self, token: &str) -> Answer {
        answer(self.probe(token)).await
    }

    /// The probe, not sent yet.
    pub(crate) fn probe(&self, token: &str) -> RequestBuilder {
        self.client.get(format!("{}/v1/partitions", self.url)).bearer_auth(token)
    }

    /// A client at another address of this machine.
    pub(crate) fn client_at(address: [u8; 4]) -> Client {
        Client::builder().local_address(IpAddr::from(address)).build().expect("a client")
    }

    /// The address of a path.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

/// What is answered to a request.
pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let body: Value = response.json().await.expect("JSON");
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    Answer { status, problem: text("type").rsplit(':').next().unwrap_or_default().to_owned(), detail: text("detail") }
}

/// The file of issuers, with the file of the client's secret beside it.
pub(crate) fn file(storage: &TestStorage, issuer: &Issuer, change: Value) -> PathBuf {
    let mut settings = json!({
        "issuer": issuer.url(),
        "audiences": ["ens"],
        "authorised_parties": ["dpi"],
        "roles": { "auditor": { "acr": ["eidas2", "eidas3"] }, "cnam": {}, "holder": {}, "professional": {} },
    });
    let (Value::Object(members), Value::Object(change)) = (&mut settings, change) else { panic!("two objects") };
    members.extend(change);
    std::fs::write(storage.folder().join("client-secret"), "s3cret/é\n").expect("a secret");
    let file = storage.folder().join("issuers.json");
    std::fs::write(&file, json!({ "issuers": [settings] }).to_string()).expect("a file");
    file
}
