//! Batches of creations with everything on, beside a bare `UNNEST` insert of the same rows into the table of postgres-es, and beside COPY.

use std::sync::Arc;

use async_trait::async_trait;
use ens_store::Store;
use sqlx::PgPool;

use super::mixed::draft;
use crate::bench::{Bench, Ground};
use crate::cli::AppendArgs;
use crate::contest::{Contender, Contest};
use crate::failure::Failure;
use crate::gauges::Gauges;
use crate::lives::{Cast, Life, Step};
use crate::measure::{Caller, Sample, Time, closed_loop};
use crate::peers::bare::{self, BareRow, Insert};
use crate::ready_made::Template;
use crate::report::Row;

/// Batches under way at once.
const CALLERS: [usize; 2] = [1, 4];

/// What goes with each creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Load {
    /// Sealing, a key of its own, position, idempotency key.
    Imported,
    /// The same, and a message sealed into the outbox.
    Everything,
}

/// On PostgreSQL.
pub(crate) async fn run(bench: &Bench, args: AppendArgs) -> Result<Vec<Row>, Failure> {
    let ground = Ground::fresh(bench, "append").await?;
    let theirs = ground.for_peer("append_bare").await?;
    let pool = bare::pool(&theirs, 8).await?;
    bare::make_table(&pool).await?;
    let sample = Template::lived(&ground.store, Step::Create).await?;
    let sample = sample.events().first().map(BareRow::like).ok_or_else(|| Failure::because("a creation without an event"))?;
    let mut rows = Vec::new();
    for (callers, load) in bench.callers(&CALLERS).into_iter().flat_map(|callers| [(callers, Load::Everything), (callers, Load::Imported)])
    {
        let turn = Turn { callers, batch: args.batch, time: bench.time(), gauges: ground.gauges.clone() };
        let mut ours = Ours { store: ground.store.clone(), cast: Arc::new(Cast::new()?), load, turn: turn.clone() };
        let [mut unnest, mut copy] =
            [Insert::Unnest, Insert::Copy].map(|insert| Bare { pool: pool.clone(), insert, sample: sample.clone(), turn: turn.clone() });
        let contest =
            Contest::held(&format!("append, {callers} callers, {load:?}"), bench.how.rounds, &mut [&mut ours, &mut unnest, &mut copy])
                .await?;
        rows.push(row(contest, load).at(callers).in_batches_of(args.batch).ratio_at_least(0.6));
    }
    pool.close().await;
    ground.clear(&[theirs]).await?;
    Ok(rows)
}

/// COPY is a further limit, not what the bar is set against.
fn row(mut contest: Contest, load: Load) -> Row {
    let limits = contest.peers.split_off(1);
    let what = match load {
        Load::Everything => "creations with positions, sealing, keys and a message in the outbox each",
        Load::Imported => "creations as an import makes them: no message",
    };
    let mut row = Row::of("append", what, contest);
    row.others = limits;
    row
}

#[derive(Clone)]
struct Turn {
    callers: usize,
    batch: usize,
    time: Time,
    gauges: Gauges,
}

struct Ours {
    store: Store,
    cast: Arc<Cast>,
    load: Load,
    turn: Turn,
}

#[async_trait]
impl Contender for Ours {
    fn name(&self) -> String {
        "ens, execute_all".to_owned()
    }

    async fn run(&mut self, _: u32) -> Result<Sample, Failure> {
        let caller = |_| BatchCaller { store: self.store.clone(), cast: Arc::clone(&self.cast), load: self.load, batch: self.turn.batch };
        closed_loop(&self.turn.gauges, self.turn.time, (0..self.turn.callers).map(caller).collect()).await
    }
}

/// Somebody who creates spaces, many together.
struct BatchCaller {
    store: Store,
    cast: Arc<Cast>,
    load: Load,
    batch: usize,
}

impl Caller for BatchCaller {
    async fn call(&mut self) -> Result<u64, Failure> {
        let mut envelopes = Vec::with_capacity(self.batch);
        for _ in 0..self.batch {
            let life = Life::new(&self.store)?;
            let envelope = self.cast.envelope(&self.store, life, Step::Create)?;
            envelopes.push(if self.load == Load::Everything { envelope.sending(draft(&self.store, life.message)?) } else { envelope });
        }
        let mut events = 0;
        for answer in self.store.commands().execute_all(envelopes, &self.cast.policy).await {
            events += u64::try_from(answer?.events.len()).unwrap_or_default();
        }
        Ok(events)
    }
}

struct Bare {
    pool: PgPool,
    insert: Insert,
    sample: BareRow,
    turn: Turn,
}

#[async_trait]
impl Contender for Bare {
    fn name(&self) -> String {
        match self.insert {
            Insert::Unnest => "a bare INSERT ... SELECT UNNEST",
            Insert::Copy => "a bare COPY",
        }
        .to_owned()
    }

    async fn run(&mut self, _: u32) -> Result<Sample, Failure> {
        let caller = |_| BareCaller { pool: self.pool.clone(), insert: self.insert, sample: self.sample.clone(), batch: self.turn.batch };
        closed_loop(&self.turn.gauges, self.turn.time, (0..self.turn.callers).map(caller).collect()).await
    }
}

struct BareCaller {
    pool: PgPool,
    insert: Insert,
    sample: BareRow,
    batch: usize,
}

impl Caller for BareCaller {
    async fn call(&mut self) -> Result<u64, Failure> {
        let rows: Vec<BareRow> = (0..self.batch).map(|_| self.sample.under_new_id()).collect();
        self.insert.rows(&self.pool, &rows).await
    }
}
