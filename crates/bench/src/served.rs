//! A server under load: routes that this process serves, loaded by a process of its own, so that its processor time is told apart.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use async_trait::async_trait;
use axum::Router;
use axum::serve::ListenerExt;
use chrono::{TimeDelta, Utc};
use ens_api::app::App;
use ens_api::config::{Settings, development_token_key};
use ens_api::http::gate::{Actor, Claims, Keys, mint};
use ens_api::http::router;
use ens_store::{Clock, Store};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::net::TcpListener;
use tokio::process::{ChildStdout, Command};
use tokio::task::JoinSet;

use crate::contest::Contender;
use crate::failure::Failure;
use crate::gauges::{Gauges, Spent};
use crate::load::Loaded;
use crate::measure::Sample;
use crate::processor;

/// The service's own routes over a store, and a token of somebody, with which all requests come as from a gateway.
pub(crate) fn service(store: &Store, actor: &Actor, folder: &Path) -> Result<(Router, String), Failure> {
    let settings = Settings::in_folder(folder);
    let key = development_token_key(&settings).map_err(Failure::because)?;
    let keys = Keys::none(&settings.tokens.issuer, &settings.tokens.audience).with_development(&key);
    let token = mint(&key, &settings.tokens, Claims::of("bench", actor), Utc::now(), TimeDelta::hours(12)).map_err(Failure::because)?;
    let app = App::new(store.clone(), Clock::machine(), settings);
    Ok((router(app, keys, None), token))
}

/// Serves routes on a free port, as the service does.
pub(crate) async fn serve(serving: &mut JoinSet<()>, routes: Router) -> Result<SocketAddr, Failure> {
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

/// What a load sends.
#[derive(Debug, Clone)]
pub(crate) enum Sends {
    /// Questions, each when the last one was answered.
    Questions,
    /// Documents of so many bytes, each when the last one was answered.
    Deposits(u32),
    /// The same, so many a second whatever the answers take.
    DepositsAtRate(u32, f64),
}

impl Sends {
    /// As the command line of the load says it.
    fn arguments(&self) -> Vec<String> {
        match self {
            Self::Questions => Vec::new(),
            Self::Deposits(size) => vec!["--deposit".to_owned(), size.to_string()],
            Self::DepositsAtRate(size, rate) => ["--deposit", &size.to_string(), "--rate", &rate.to_string()].map(str::to_owned).into(),
        }
    }
}

/// A server under load.
pub(crate) struct Served {
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
    /// A file with a path a line.
    pub(crate) paths: PathBuf,
    pub(crate) sends: Sends,
    pub(crate) connections: usize,
    pub(crate) seconds: f64,
    pub(crate) gauges: Gauges,
}

impl Served {
    /// Loads it once; what that took, and how many requests were answered, those of the warm-up included.
    pub(crate) async fn load(&self) -> Result<(Sample, u64), Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["load", &self.address.to_string(), "--connections", &self.connections.to_string()])
            .args(["--seconds", &self.seconds.to_string()])
            .args(self.sends.arguments())
            .arg("--paths")
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
        let Loaded { ops, seconds, p50_us, p99_us, answered } = loaded;
        let spent = Spent { client_us: helper_us, server_us: Some(served_us), bytes: None, ..spent };
        Ok((Sample { ops, seconds, p50_us, p99_us, spent }, answered))
    }
}

#[async_trait]
impl Contender for Served {
    fn name(&self) -> String {
        self.name.clone()
    }

    async fn run(&mut self, _: u32) -> Result<Sample, Failure> {
        Ok(self.load().await?.0)
    }
}

async fn line(said: &mut Lines<BufReader<ChildStdout>>) -> Result<String, Failure> {
    said.next_line().await?.ok_or_else(|| Failure::because("the load ended early; what it said stands above"))
}
