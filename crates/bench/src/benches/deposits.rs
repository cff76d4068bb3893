//! Documents that professionals deposit over HTTP: at a constant rate, and as fast as they can, beside a bare write, fsync and insert.
//!
//! Ours pays for HTTP, the form, the seal and the gate, and keeps its read models up to date; the bare depositor pays for none of that.
//! Afterwards the log holds a deposit for each answer and the folder a file: else there is no number.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use ens_api::http::gate::Actor;
use ens_domain::ids::SpaceId;
use ens_projections::Followers;
use ens_store::Store;
use sqlx::PgPool;
use tokio::task::JoinSet;

use crate::bench::{Bench, Ground};
use crate::cli::DepositsArgs;
use crate::contest::{Contender, Contest};
use crate::failure::Failure;
use crate::gauges::Gauges;
use crate::measure::{Offered, Sample, Time, closed_loop, constant_rate};
use crate::memory::{Readings, growth_since, watched};
use crate::peers::bare;
use crate::peers::deposits::BareDepositor;
use crate::records::{doctor, opened};
use crate::report::{Bound, Row};
use crate::served::{Sends, Served, serve, service};

/// Callers who deposit as fast as they can.
const CALLERS: [usize; 1] = [32];
/// Callers at a constant rate: more than are ever at work.
const AT_RATE: usize = 64;
/// Seconds at a constant rate.
const SECONDS: f64 = 60.0;
/// Memory is compared with what it was after this share of the time: 10 s of 60.
const SETTLED: f64 = 6.0;
/// Memory is read so often in that time.
const READINGS: f64 = 60.0;
/// Connections of the bare depositors.
const CONNECTIONS: u32 = 34;

/// On PostgreSQL and a folder.
pub(crate) async fn run(bench: &Bench, args: DepositsArgs) -> Result<Vec<Row>, Failure> {
    let folder = tempfile::tempdir()?;
    let contents = folder.path().join("contents");
    let ground = Ground::with_contents(bench, "deposits", &contents).await?;
    let theirs = ground.for_peer("deposits_bare").await?;
    eprintln!("deposits: leading {} spaces to their opening", args.spaces);
    let spaces = opened(&ground.store, args.spaces).await?;
    Followers::new(ground.store.clone()).catch_up().await?;
    ground.settle().await?;
    let paths = written_paths(folder.path(), &spaces).await?;
    let mut serving = JoinSet::new();
    let (routes, token) = service(&ground.store, &Actor::Professional(doctor()?), folder.path())?;
    let service = Service {
        address: serve(&mut serving, routes).await?,
        token,
        paths,
        contents,
        store: ground.store.clone(),
        log: bare::pool(&ground.url, 1).await?,
        gauges: ground.gauges.clone(),
    };
    let size = usize::try_from(args.size).unwrap_or_default();
    let bare = BareDepositor::prepared(bare::pool(&theirs, CONNECTIONS).await?, &folder.path().join("bare"), size).await?;
    let mut rows = vec![at_rate(bench, &args, &service, &bare).await?];
    for callers in bench.callers(&CALLERS) {
        rows.push(as_fast_as_can_be(bench, args.size, (&service, &bare), callers).await?);
    }
    drop(serving);
    ground.clear(&[theirs]).await?;
    Ok(rows)
}

async fn written_paths(folder: &Path, spaces: &[SpaceId]) -> Result<PathBuf, Failure> {
    let file = folder.join("paths");
    let paths = spaces.iter().map(|space| format!("/v1/spaces/{space}/documents\n"));
    tokio::fs::write(&file, paths.collect::<String>()).await?;
    Ok(file)
}

/// One round: it lasts long enough to be read by itself.
async fn at_rate(bench: &Bench, args: &DepositsArgs, service: &Service, bare: &BareDepositor) -> Result<Row, Failure> {
    let (time, rate) = (Time::counting(bench.seconds(SECONDS)), args.rate);
    let mut ours = Ours::new(service, Sends::DepositsAtRate(args.size, rate), AT_RATE, time);
    let mut theirs = Bare { depositor: bare.clone(), pace: Pace::Constant(rate), callers: AT_RATE, time, gauges: service.gauges.clone() };
    let contest = Contest::held(&format!("deposits, {rate} a second"), 1, &mut [&mut ours, &mut theirs]).await?;
    let p99 = contest.ours.p99_us.unwrap_or(f64::MAX) / 1_000.0;
    let early = time.counting.div_f64(SETTLED);
    let growth = growth_since(early, &ours.memory).ok_or_else(|| Failure::because("the memory was not read for long enough"))?;
    let row = Row::of("deposits", format!("{} B each, {rate} offered a second", args.size), contest)
        .bar("p99, in milliseconds", p99, Bound::AtMost(250.0))
        .bar("memory at the end, in times of that after a sixth", growth, Bound::AtMost(1.1));
    Ok(Row { memory: ours.memory, ..row })
}

async fn as_fast_as_can_be(bench: &Bench, size: u32, sides: (&Service, &BareDepositor), callers: usize) -> Result<Row, Failure> {
    let ((service, bare), time) = (sides, bench.time());
    let mut ours = Ours::new(service, Sends::Deposits(size), callers, time);
    let mut theirs = Bare { depositor: bare.clone(), pace: Pace::AnswerByAnswer, callers, time, gauges: service.gauges.clone() };
    let contest = Contest::held(&format!("deposits, {callers} callers"), bench.how.rounds, &mut [&mut ours, &mut theirs]).await?;
    Ok(Row::of("deposits", format!("{size} B each, as fast as can be"), contest).at(callers).ratio_at_least(0.6))
}

/// The service that is deposited into.
struct Service {
    address: SocketAddr,
    token: String,
    paths: PathBuf,
    contents: PathBuf,
    store: Store,
    log: PgPool,
    gauges: Gauges,
}

impl Service {
    /// Deposits in the log, and files in the folder.
    async fn deposits(&self) -> Result<[u64; 2], Failure> {
        let count = "SELECT count(*) FROM events WHERE aggregate_type = 'document' AND event_type = 'DocumentDeposited'";
        let events: i64 = sqlx::query_scalar(count).fetch_one(&self.log).await?;
        Ok([u64::try_from(events).unwrap_or_default(), files_in(&self.contents)?])
    }
}

/// Files in a folder, and in the folders in it.
fn files_in(folder: &Path) -> io::Result<u64> {
    let mut files = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files += if entry.file_type()?.is_dir() { files_in(&entry.path())? } else { 1 };
    }
    Ok(files)
}

/// The service under a load of deposits.
struct Ours<'a> {
    service: &'a Service,
    served: Served,
    /// How the memory of this process, which serves, went in the last turn.
    memory: Readings,
}

impl<'a> Ours<'a> {
    fn new(service: &'a Service, sends: Sends, connections: usize, time: Time) -> Self {
        let served = Served {
            name: "ens, POST /v1/spaces/ID/documents".to_owned(),
            address: service.address,
            token: service.token.clone(),
            paths: service.paths.clone(),
            sends,
            connections,
            seconds: time.counting.as_secs_f64(),
            gauges: service.gauges.clone(),
        };
        Self { service, served, memory: Readings::new() }
    }
}

#[async_trait]
impl Contender for Ours<'_> {
    fn name(&self) -> String {
        self.served.name.clone()
    }

    async fn run(&mut self, _: u32) -> Result<Sample, Failure> {
        let before = self.service.deposits().await?;
        let followers = Followers::new(self.service.store.clone());
        let mut following = JoinSet::new();
        let at_work = followers.clone();
        following.spawn(async move { at_work.run(std::future::pending()).await });
        let every = Duration::from_secs_f64(self.served.seconds / READINGS);
        let ((sample, answered), memory) = watched(every, self.served.load()).await?;
        self.memory = memory;
        // What is left to follow is not to disturb the next turn.
        followers.catch_up().await?;
        let [events, files] = self.service.deposits().await?;
        if [events, files] != before.map(|count| count + answered) {
            return Err(Failure::because(format!("{answered} answers after {before:?} left {events} deposits and {files} files")));
        }
        Ok(sample)
    }
}

/// When the next deposit begins.
#[derive(Debug, Clone, Copy)]
enum Pace {
    /// So many a second.
    Constant(f64),
    /// Each when the last one is done.
    AnswerByAnswer,
}

/// The bare depositors, in this process.
struct Bare {
    depositor: BareDepositor,
    pace: Pace,
    callers: usize,
    time: Time,
    gauges: Gauges,
}

#[async_trait]
impl Contender for Bare {
    fn name(&self) -> String {
        "a bare write, fsync and insert, without HTTP".to_owned()
    }

    async fn run(&mut self, _: u32) -> Result<Sample, Failure> {
        let callers = || vec![self.depositor.clone(); self.callers];
        let Time { warm_up, counting } = self.time;
        match self.pace {
            Pace::AnswerByAnswer => closed_loop(&self.gauges, self.time, callers()).await,
            Pace::Constant(rate) => {
                constant_rate(&self.gauges, Offered { rate, during: warm_up }, callers()).await?;
                constant_rate(&self.gauges, Offered { rate, during: counting }, callers()).await
            }
        }
    }
}
