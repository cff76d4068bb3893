//! The cost of an event on a log ten times as large: processor time and write-ahead log of an append just after a checkpoint, and the sizes.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use ens_store::Store;
use futures::stream::{self, StreamExt, TryStreamExt};
use sqlx::{Connection, PgConnection};

use crate::bench::{Bench, Ground};
use crate::cli::{GrowthArgs, RequestKeys};
use crate::contest::{Contender, Contest, Side};
use crate::failure::Failure;
use crate::lives::{Cast, Life, Step};
use crate::measure::{Sample, once};
use crate::number::as_float;
use crate::ready_made::Template;
use crate::report::{Bound, Row};

/// Lives led together.
const BATCH: u64 = 1_000;
/// Batches under way at once while a log is filled.
const AT_ONCE: usize = 3;
/// A round appends this share of the smaller log.
const SHARE: u64 = 20;

/// On PostgreSQL.
pub(crate) async fn run(bench: &Bench, args: GrowthArgs) -> Result<Vec<Row>, Failure> {
    let small = filled(bench, "growth_small", args.events, args.keys).await?;
    let large = filled(bench, "growth_large", args.events * args.times, args.keys).await?;
    let lives = (args.events / SHARE / 4).max(1);
    let mut rows = Vec::new();
    for path in [Path::Commands(args.keys), Path::ReadyMade] {
        let mut ten = Appending {
            ground: &large,
            holds: args.events * args.times,
            path,
            lives,
            template: Template::lived(&large.store, Step::Open).await?,
        };
        let mut one =
            Appending { ground: &small, holds: args.events, path, lives, template: Template::lived(&small.store, Step::Open).await? };
        let contest = Contest::held(&format!("growth, {}", path.name()), bench.how.rounds, &mut [&mut ten, &mut one]).await?;
        rows.push(judged(path, contest)?);
    }
    if let Some(row) = rows.first_mut() {
        row.sizes = sizes(&large).await?;
    }
    small.clear(&[]).await?;
    large.clear(&[]).await?;
    Ok(rows)
}

fn judged(path: Path, contest: Contest) -> Result<Row, Failure> {
    let one = contest.best_peer().cloned().ok_or_else(|| Failure::because("the smaller log is missing"))?;
    let times = |value: &dyn Fn(&Side) -> f64| value(&contest.ours) / value(&one).max(f64::MIN_POSITIVE);
    let (processor, bytes) = (times(&|side| side.cpu_us_op), times(&|side| side.bytes_op.unwrap_or_default()));
    let written = contest.ours.bytes_op.unwrap_or(f64::MAX);
    let row = Row::of("growth", format!("{}, each round just after a checkpoint", path.name()), contest);
    Ok(row
        .bar("processor time an event, in times of the smaller log", processor, Bound::AtMost(1.2))
        .bar("write-ahead log an event, in times of the smaller log", bytes, Bound::AtMost(1.2))
        .bar("bytes of write-ahead log an event", written, Bound::AtMost(1_000.0)))
}

/// By which door events come.
#[derive(Debug, Clone, Copy)]
enum Path {
    /// Decided, sealed, with keys: the write path of the service.
    Commands(RequestKeys),
    /// Ready-made: the log alone.
    ReadyMade,
}

impl Path {
    const fn name(self) -> &'static str {
        match self {
            Self::Commands(RequestKeys::TimeOrdered) => "commands in batches, with keys",
            Self::Commands(RequestKeys::Random) => "commands in batches, with random keys",
            Self::ReadyMade => "ready-made events: the log alone",
        }
    }
}

/// A log of so many events, all of them made by commands, so that the keys' tables are as large as they would be.
async fn filled<'a>(bench: &'a Bench, what: &str, events: u64, keys: RequestKeys) -> Result<Ground<'a>, Failure> {
    let ground = Ground::fresh(bench, what).await?;
    eprintln!("growth: making a log of {events} events");
    let cast = Arc::new(Cast::new()?.with_keys(keys));
    let lives = events / 4;
    let batches = (0..lives.div_ceil(BATCH)).map(|batch| lead(&ground.store, &cast, BATCH.min(lives - batch * BATCH)));
    stream::iter(batches).buffer_unordered(AT_ONCE).try_for_each(async |_| Ok(())).await?;
    ground.settle().await?;
    Ok(ground)
}

/// Leads so many new spaces through their lives, step by step; how many events that made.
async fn lead(store: &Store, cast: &Cast, lives: u64) -> Result<u64, Failure> {
    let lives = (0..lives).map(|_| Life::new(store)).collect::<Result<Vec<_>, _>>()?;
    let mut events = 0;
    for step in Step::ALL {
        let envelopes = lives.iter().map(|life| cast.envelope(store, *life, step)).collect::<Result<Vec<_>, _>>()?;
        for answer in store.commands().execute_all(envelopes, &cast.policy).await {
            events += u64::try_from(answer?.events.len()).unwrap_or_default();
        }
    }
    Ok(events)
}

/// One of the two logs.
struct Appending<'a> {
    ground: &'a Ground<'a>,
    /// Events at first.
    holds: u64,
    path: Path,
    lives: u64,
    template: Template,
}

#[async_trait]
impl Contender for Appending<'_> {
    fn name(&self) -> String {
        format!("ens on {} events", self.holds)
    }

    async fn run(&mut self, _: u32) -> Result<Sample, Failure> {
        self.ground.checkpoint().await?;
        let store = &self.ground.store;
        match self.path {
            Path::ReadyMade => {
                let events = self.lives * self.template.len();
                once(&self.ground.gauges, async { self.template.fill(store, self.lives).await.map(|()| events) }).await
            }
            Path::Commands(keys) => {
                let cast = Cast::new()?.with_keys(keys);
                let work = async {
                    let mut events = 0;
                    for first in (0..self.lives).step_by(usize::try_from(BATCH).unwrap_or(1)) {
                        events += lead(store, &cast, BATCH.min(self.lives - first)).await?;
                    }
                    Ok(events)
                };
                once(&self.ground.gauges, work).await
            }
        }
    }
}

/// Bytes of every table and index for each event of the log.
async fn sizes(ground: &Ground<'_>) -> Result<BTreeMap<String, f64>, Failure> {
    let mut connection = PgConnection::connect(&ground.url).await?;
    let found: Vec<(String, f64)> = sqlx::query_as(
        "SELECT coalesce(pg_partition_root(c.oid), c.oid)::regclass::text || CASE c.relkind WHEN 'i' THEN ' (index)' ELSE ' (heap)' END, \
         sum(CASE c.relkind WHEN 'i' THEN pg_relation_size(c.oid) ELSE pg_table_size(c.oid) END)::float8 \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'i') AND n.nspname IN ('public', 'keys') GROUP BY 1",
    )
    .fetch_all(&mut connection)
    .await?;
    connection.close().await?;
    let events: u64 = ground.store.log().heads().await?.iter().map(|(_, position)| position).sum();
    let each = found.into_iter().map(|(relation, bytes)| (relation, bytes / as_float(events).max(1.0)));
    Ok(each.filter(|(_, bytes)| *bytes >= 1.0).collect())
}
