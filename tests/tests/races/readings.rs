//! A grant is revoked, a doctor blocked, a document hidden, while the doctor reads and lists on two processes: each answer is what the log says.

use std::collections::BTreeMap;

use chrono::{Duration, TimeDelta, Utc};
use ens_api::config::{Settings, TokenKey, development_token_key};
use ens_api::http::gate::{Actor, Claims, mint};
use ens_domain::access::{AccessMode, Profession, Professional};
use ens_domain::calendar::paris;
use ens_domain::ids::SpaceId;
use ens_domain::rpps::Rpps;
use ens_tests::cohort::{MASTER_KEY, notified_on, open, open_store};
use ens_tests::{Engine, Launch, Service, TestStorage, http_client, times};
use tokio::task::JoinSet;

use super::replayed::{Order, Trace, replayed};
use super::session::{Asked, Session, Site, Taken, Tokens, Told};

/// Sessions that run at the same time, each in a space of its own.
const AT_ONCE: usize = 16;
/// Rounds of one session: more would make a life that no real space has.
const ROUNDS: usize = 50;

#[tokio::test]
async fn whoever_is_refused_at_a_position_reads_nothing_after_it_on_two_processes() {
    let storage = TestStorage::fresh(Engine::Postgres).await;
    let services = [serve(&storage).start().await, serve(&storage).arg("--only").arg("api").start().await];
    let told = race(&storage, &services, times(160, 10_000)).await;
    assert_agrees(&storage, told).await;
}

#[tokio::test]
async fn whoever_is_refused_at_a_position_reads_nothing_after_it_on_sqlite() {
    let storage = TestStorage::fresh(Engine::SqliteFile).await;
    let services = [serve(&storage).start().await];
    let told = race(&storage, &services, times(64, 2_000)).await;
    assert_agrees(&storage, told).await;
}

fn serve(storage: &TestStorage) -> Launch {
    let data = storage.folder().join("data").display().to_string();
    Launch::serve(storage.url()).env("ENS_DATA", data).env("ENS_MASTER_KEY", MASTER_KEY).env("ENS_LOG", "warn")
}

/// Runs so many rounds, and collects what the doctor was told in each space.
async fn race(storage: &TestStorage, services: &[Service], rounds: usize) -> BTreeMap<SpaceId, Vec<Told>> {
    let sessions = AT_ONCE.max(rounds.div_ceil(ROUNDS));
    let minter = Minter::of(storage);
    // A subject a round: who is refused the same twice within a minute leaves one trace, and each answer is to have its own here.
    let doctors = (0..ROUNDS).map(|round| minter.token(&format!("doctor-{round}"), &doctor(1))).collect();
    let tokens = Tokens { doctors, author: minter.token("author", &doctor(2)) };
    let site = Site::new(http_client(), services.iter().map(Service::url).collect(), tokens);
    let mut spaces = opened(storage, sessions).await.into_iter().enumerate();
    let (mut running, mut told) = (JoinSet::new(), BTreeMap::new());
    loop {
        for (number, space) in spaces.by_ref().take(AT_ONCE - running.len()) {
            let session = Session::new(site.clone(), space, minter.token("holder", &Actor::Holder { space }), number);
            running.spawn(async move { (space, session.run(rounds.div_ceil(sessions)).await) });
        }
        let Some(ended) = running.join_next().await else { return told };
        told.extend([ended.expect("a session that ends")]);
    }
}

/// Makes the tokens that both processes accept.
struct Minter {
    settings: Settings,
    key: TokenKey,
}

impl Minter {
    fn of(storage: &TestStorage) -> Self {
        let settings = Settings::in_folder(&storage.folder().join("data"));
        Self { key: development_token_key(&settings).expect("the key of both processes"), settings }
    }

    fn token(&self, subject: &str, actor: &Actor) -> String {
        let claims = Claims::of(subject, actor);
        mint(&self.key, &self.settings.tokens, claims, Utc::now(), TimeDelta::hours(12)).expect("a token")
    }
}

/// The doctor who races is number 1; number 2 wrote the documents.
pub(crate) fn doctor(number: u32) -> Actor {
    let rpps = Rpps::from_first10(&format!("81{number:08}")).expect("a number");
    Actor::Professional(Professional { rpps, profession: Profession::Doctor, structure: None, mode: AccessMode::Ordinary })
}

async fn opened(storage: &TestStorage, spaces: usize) -> Vec<SpaceId> {
    let store = open_store(storage.url()).await;
    let long_ago = paris::day_of(Utc::now() - Duration::days(44));
    let spaces = notified_on(&store, u32::try_from(spaces).expect("a count"), long_ago).await;
    open(&store, spaces.iter().copied(), Utc::now()).await;
    store.close().await;
    spaces
}

/// How often each was met: what was taken away, and whether a reading came before it.
#[derive(Default, Debug)]
struct Met {
    orders: BTreeMap<(Taken, Order), usize>,
    read: usize,
    refused: usize,
}

impl Met {
    /// Answers and traces of one kind came in the same order: one round has one of each.
    fn compare(&mut self, told: &[Told], traces: &[Trace], asked: Asked) {
        let of_kind = told.iter().filter(|told| told.asked == asked);
        for (told, trace) in of_kind.zip(traces.iter().filter(|trace| trace.asked == asked)) {
            trace.assert_permits(told);
            *self.orders.entry((told.taken, trace.order)).or_default() += 1;
            *(if told.refused.is_some() { &mut self.refused } else { &mut self.read }) += 1;
        }
    }
}

/// What was told in each space is what its log makes of it, and in each kind of race both orders were met.
async fn assert_agrees(storage: &TestStorage, mut told: BTreeMap<SpaceId, Vec<Told>>) {
    let store = open_store(storage.url()).await;
    let mut met = Met::default();
    for (space, replayed) in replayed(&store).await {
        let told = told.remove(&space).expect("a session in each space");
        assert_eq!(replayed.traces.len(), told.len(), "{space}: as many traces as answers");
        Asked::ALL.into_iter().for_each(|asked| met.compare(&told, &replayed.traces, asked));
    }
    assert!(told.is_empty(), "{} spaces are not in the log", told.len());
    println!("{met:?}");
    let all = Taken::ALL.into_iter().flat_map(|taken| [Order::Before, Order::After].map(|order| (taken, order)));
    let unmet: Vec<_> = all.filter(|one| !met.orders.contains_key(one)).collect();
    assert!(unmet.is_empty(), "nobody raced: {unmet:?} was not met; {met:?}");
    store.close().await;
}
