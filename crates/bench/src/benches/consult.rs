//! A document that a doctor reads over HTTP, its trace committed before the answer leaves, beside a handler that does so in one transaction.
//!
//! Each request reads another document in another space. Every answer is 200, and afterwards the log holds a trace for each: else there is
//! no number.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use ens_api::http::gate::Actor;
use ens_domain::ids::{ItemId, SpaceId};
use ens_projections::Followers;
use ens_store::Store;
use sqlx::PgPool;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::bench::{Bench, Ground};
use crate::cli::ConsultArgs;
use crate::contest::{Contender, Contest};
use crate::failure::Failure;
use crate::gauges::Gauges;
use crate::measure::Sample;
use crate::peers::{bare, consult, postgres};
use crate::records::{doctor, shared};
use crate::report::Row;
use crate::served::{Sends, Served, serve, service};

/// Connections of the load.
const CALLERS: [usize; 1] = [32];
/// The pools of the peer: its default, and one for each connection of the load; the better one counts.
const POOLS: [u32; 2] = [postgres::DEFAULT_CONNECTIONS, 34];

/// On PostgreSQL.
pub(crate) async fn run(bench: &Bench, args: ConsultArgs) -> Result<Vec<Row>, Failure> {
    let folder = tempfile::tempdir()?;
    let ground = Ground::with_contents(bench, "consult", &folder.path().join("contents")).await?;
    let theirs = ground.for_peer("consult_peer").await?;
    eprintln!("consult: leading {} spaces to a document each", args.spaces);
    let documents = shared(&ground.store, args.spaces).await?;
    Followers::new(ground.store.clone()).catch_up().await?;
    ground.settle().await?;
    let load = Load { folder, documents, seconds: bench.time().counting.as_secs_f64(), gauges: ground.gauges.clone() };
    let mut serving = JoinSet::new();
    let ours = Ours::serve(&mut serving, &ground, &load).await?;
    let peers = Peers::serve(&mut serving, &theirs, &load).await?;
    let mut rows = Vec::new();
    for connections in bench.callers(&CALLERS) {
        for asked in [Asked::Card, Asked::Content] {
            let paths = load.paths(asked).await?;
            let mut ours = ours.contender(&load, &paths, connections);
            let mut peers = peers.contenders(&load, &paths, connections);
            let mut contenders: Vec<&mut dyn Contender> = vec![&mut ours];
            contenders.extend(peers.iter_mut().map(|peer| peer as &mut dyn Contender));
            let what = format!("consult, {}, {connections} connections", asked.what());
            let contest = Contest::held(&what, bench.how.rounds, &mut contenders).await?;
            rows.push(Row::of("consult", asked.what(), contest).at(connections).ratio_at_least(3.0));
        }
    }
    drop(serving);
    ground.clear(&[theirs]).await?;
    Ok(rows)
}

/// What the doctor asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// What is said of a document, with its versions.
    Card,
    /// The bytes of a document.
    Content,
}

impl Asked {
    const fn what(self) -> &'static str {
        match self {
            Self::Card => "a document with its versions",
            Self::Content => "the content of a document",
        }
    }

    /// What its path ends with.
    const fn end(self) -> &'static str {
        match self {
            Self::Card => "",
            Self::Content => "/content",
        }
    }
}

/// What the loads of both sides have in common.
struct Load {
    folder: TempDir,
    documents: Vec<(SpaceId, ItemId)>,
    seconds: f64,
    gauges: Gauges,
}

impl Load {
    /// The file of the paths that are asked for.
    async fn paths(&self, asked: Asked) -> Result<PathBuf, Failure> {
        let file = self.folder.path().join("paths");
        let paths = self.documents.iter().map(|(space, document)| format!("/v1/spaces/{space}/documents/{document}{}\n", asked.end()));
        tokio::fs::write(&file, paths.collect::<String>()).await?;
        Ok(file)
    }

    fn on(&self, server: &Server, paths: &Path, connections: usize) -> Served {
        Served {
            name: server.name.clone(),
            address: server.address,
            token: server.token.clone(),
            paths: paths.to_owned(),
            sends: Sends::Questions,
            connections,
            seconds: self.seconds,
            gauges: self.gauges.clone(),
        }
    }
}

/// A server that is asked.
struct Server {
    name: String,
    address: SocketAddr,
    token: String,
}

/// The service.
struct Ours {
    server: Server,
    store: Store,
    log: PgPool,
}

impl Ours {
    async fn serve(serving: &mut JoinSet<()>, ground: &Ground<'_>, load: &Load) -> Result<Self, Failure> {
        let (routes, token) = service(&ground.store, &Actor::Professional(doctor()?), load.folder.path())?;
        let server = Server { name: "ens".to_owned(), address: serve(serving, routes).await?, token };
        Ok(Self { server, store: ground.store.clone(), log: bare::pool(&ground.url, 1).await? })
    }

    fn contender(&self, load: &Load, paths: &Path, connections: usize) -> Reading {
        let traces = Traces { pool: self.log.clone(), count: TRACES };
        Reading { served: load.on(&self.server, paths, connections), traces, followed: Some(self.store.clone()) }
    }
}

/// The traces in our log.
const TRACES: &str = "SELECT count(*) FROM events WHERE aggregate_type = 'consultation' AND event_type = 'AccessMade'";

/// The peer, over each of its pools.
struct Peers(Vec<(Server, PgPool)>);

impl Peers {
    async fn serve(serving: &mut JoinSet<()>, url: &str, load: &Load) -> Result<Self, Failure> {
        let reader = doctor()?.rpps;
        let mut peers = Vec::new();
        for connections in POOLS {
            let pool = bare::pool(url, connections).await?;
            if peers.is_empty() {
                consult::fill(&pool, &reader, &load.documents).await?;
            }
            let address = serve(serving, consult::routes(pool.clone(), &reader)).await?;
            let name = format!("an axum handler with a transaction of sqlx, {connections} connections");
            peers.push((Server { name, address, token: String::new() }, pool));
        }
        Ok(Self(peers))
    }

    fn contenders(&self, load: &Load, paths: &Path, connections: usize) -> Vec<Reading> {
        let reading = |(server, pool): &(Server, PgPool)| {
            let traces = Traces { pool: pool.clone(), count: consult::TRACES };
            Reading { served: load.on(server, paths, connections), traces, followed: None }
        };
        self.0.iter().map(reading).collect()
    }
}

/// Where traces are counted, and how.
struct Traces {
    pool: PgPool,
    count: &'static str,
}

impl Traces {
    async fn count(&self) -> Result<u64, Failure> {
        let count: i64 = sqlx::query_scalar(self.count).fetch_one(&self.pool).await?;
        Ok(u64::try_from(count).unwrap_or_default())
    }
}

/// A server that is asked, and where it leaves its traces.
struct Reading {
    served: Served,
    traces: Traces,
    /// The store whose read models are kept up to date meanwhile, as the service does.
    followed: Option<Store>,
}

#[async_trait]
impl Contender for Reading {
    fn name(&self) -> String {
        self.served.name.clone()
    }

    async fn run(&mut self, _: u32) -> Result<Sample, Failure> {
        let before = self.traces.count().await?;
        let mut following = JoinSet::new();
        let followers = self.followed.clone().map(Followers::new);
        if let Some(followers) = followers.clone() {
            following.spawn(async move { followers.run(std::future::pending()).await });
        }
        let (sample, answered) = self.served.load().await?;
        // What is left to follow is not to disturb the next turn.
        if let Some(followers) = followers {
            followers.catch_up().await?;
        }
        let traces = self.traces.count().await?.saturating_sub(before);
        if traces != answered {
            return Err(Failure::because(format!("{}: {answered} answers left {traces} traces", self.served.name)));
        }
        Ok(sample)
    }
}
