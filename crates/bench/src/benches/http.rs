//! The status of a space over HTTP: our router and a real token, beside a bare axum handler with the same SELECT, both in this process.
//!
//! The load comes from a process of its own, so that its processor time is told apart. The bare handler needs no token and asks the
//! database in the better of two ways: a pool of sqlx that does not ping, or a few connections of tokio-postgres that are pipelined.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;

use async_trait::async_trait;
use axum::Router;
use axum::serve::ListenerExt;
use chrono::{TimeDelta, Utc};
use ens_api::app::App;
use ens_api::config::{Settings, development_token_key};
use ens_api::http::gate::{Actor, Claims, Keys, mint};
use ens_api::http::router;
use ens_projections::rebuild;
use ens_store::Clock;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::net::TcpListener;
use tokio::process::{ChildStdout, Command};
use tokio::task::JoinSet;

use crate::bench::{Bench, Ground};
use crate::cli::HttpArgs;
use crate::contest::{Contender, Contest};
use crate::failure::Failure;
use crate::gauges::{Gauges, Spent};
use crate::lives::Step;
use crate::load::Loaded;
use crate::measure::Sample;
use crate::peers::http;
use crate::processor;
use crate::ready_made::Template;
use crate::report::Row;

/// Connections of the load.
const CALLERS: [usize; 2] = [32, 128];
/// Paths that the load walks through.
const PATHS: u32 = 20_000;

/// On PostgreSQL.
pub(crate) async fn run(bench: &Bench, args: HttpArgs) -> Result<Vec<Row>, Failure> {
    let folder = tempfile::tempdir()?;
    let ground = Ground::fresh(bench, "http").await?;
    Template::lived(&ground.store, Step::Received).await?.fill(&ground.store, args.spaces.saturating_sub(1)).await?;
    rebuild(&ground.store, "space_status").await?;
    ground.settle().await?;
    let paths = folder.path().join("paths");
    tokio::fs::write(&paths, some_paths(&ground).await?).await?;
    let mut serving = JoinSet::new();
    let (routes, token) = ours(&ground, folder.path().to_owned())?;
    let partitions = ground.store.partitions();
    let bare = [http::over_sqlx(&ground.url, partitions).await?, http::over_tokio_postgres(&ground.url, partitions).await?];
    let own = serve(&mut serving, routes).await?;
    let [pool, pipelined] = bare;
    let (pool, pipelined) = (serve(&mut serving, pool).await?, serve(&mut serving, pipelined).await?);
    let mut rows = Vec::new();
    for connections in bench.callers(&CALLERS) {
        let side = |name: &str, address, token: &str| Served {
            name: name.to_owned(),
            address,
            token: token.to_owned(),
            paths: paths.clone(),
            connections,
            seconds: bench.how.seconds,
            gauges: ground.gauges.clone(),
        };
        let mut ours = side("ens, GET /v1/spaces/ID", own, &token);
        let mut first = side("a bare axum handler over a sqlx pool without ping", pool, "");
        let mut second = side("a bare axum handler over pipelined tokio-postgres", pipelined, "");
        let contest =
            Contest::held(&format!("http, {connections} connections"), bench.how.rounds, &mut [&mut ours, &mut first, &mut second]).await?;
        rows.push(Row::of("http", "the status of a space", contest).at(connections).ratio_at_least(0.8));
    }
    drop(serving);
    ground.clear(&[]).await?;
    Ok(rows)
}

async fn some_paths(ground: &Ground<'_>) -> Result<String, Failure> {
    let mut paths = Vec::new();
    for partition in ground.store.partitions().each() {
        let page = ground.store.log().feed(partition, 0, PATHS).await?;
        paths.extend(page.iter().filter(|event| event.sequence == 1).map(|event| format!("/v1/spaces/{}\n", event.aggregate_id)));
    }
    Ok(paths.concat())
}

/// The service's own routes, and a token of CNAM.
fn ours(ground: &Ground<'_>, folder: PathBuf) -> Result<(Router, String), Failure> {
    let settings = Settings::in_folder(&folder);
    let key = development_token_key(&settings).map_err(Failure::because)?;
    let keys = Keys::none(&settings.tokens.issuer, &settings.tokens.audience).with_development(&key);
    let token =
        mint(&key, &settings.tokens, Claims::of("bench", &Actor::Cnam), Utc::now(), TimeDelta::hours(12)).map_err(Failure::because)?;
    let app = App::new(ground.store.clone(), Clock::machine(), settings);
    Ok((router(app, keys, None), token))
}

/// Serves routes on a free port, as the service does.
async fn serve(serving: &mut JoinSet<()>, routes: Router) -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            eprintln!("ens-bench: answers may wait for more: {error}");
        }
    });
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    serving.spawn(async move {
        if let Err(error) = axum::serve(listener, service).await {
            eprintln!("ens-bench: a server of the bench ended: {error}");
        }
    });
    Ok(address)
}

/// A server under load.
struct Served {
    name: String,
    address: SocketAddr,
    token: String,
    paths: PathBuf,
    connections: usize,
    seconds: f64,
    gauges: Gauges,
}

#[async_trait]
impl Contender for Served {
    fn name(&self) -> String {
        self.name.clone()
    }

    async fn run(&mut self, _: u32) -> Result<Sample, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["load", &self.address.to_string(), "--connections", &self.connections.to_string()])
            .args(["--seconds", &self.seconds.to_string(), "--paths"])
            .arg(&self.paths)
            .env("ENS_BENCH_TOKEN", &self.token)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let id = child.id().ok_or_else(|| Failure::because("the load ended before it began"))?;
        let output = child.stdout.take().ok_or_else(|| Failure::because("the load says nothing"))?;
        let mut said = BufReader::new(output).lines();
        line(&mut said).await?;
        let (before, helper_before) = (self.gauges.read().await?, processor::of_process(id));
        let loaded: Loaded = serde_json::from_str(&line(&mut said).await?)?;
        let (after, helper_after) = (self.gauges.read().await?, processor::of_process(id));
        // It waits for the end of its input, so that its processor time could be read.
        drop(child.stdin.take());
        child.wait().await?;
        let helper_us = helper_after.saturating_sub(helper_before).as_secs_f64() * 1e6;
        let spent = before.until(&after).without(helper_us);
        let served_us = spent.processor_us();
        let Loaded { ops, seconds, p50_us, p99_us } = loaded;
        Ok(Sample { ops, seconds, p50_us, p99_us, spent: Spent { client_us: helper_us, server_us: Some(served_us), bytes: None, ..spent } })
    }
}

async fn line(said: &mut Lines<BufReader<ChildStdout>>) -> Result<String, Failure> {
    said.next_line().await?.ok_or_else(|| Failure::because("the load ended early; what it said stands above"))
}
