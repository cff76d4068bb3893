//! Single commands in a closed loop: each caller leads one space after the other through its life, ours and the peer's.
//!
//! Four commands a life, one event each: create, issue the code of the notice, note its receipt, open. Ours seals what is personal, takes
//! positions and remembers an idempotency key for every command; the peer writes events of the same length and one view.

use std::sync::Arc;

use async_trait::async_trait;
use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore};
use ens_store::Store;

use crate::bench::{Bench, Ground, open};
use crate::contest::{Contender, Contest};
use crate::failure::Failure;
use crate::gauges::Gauges;
use crate::lives::{Cast, Life, Step};
use crate::measure::{Caller, Sample, Time, closed_loop};
use crate::peers::plain::{Contents, Framework, PlainCaller, PlainSpace};
use crate::peers::{postgres, sqlite};
use crate::ready_made::Template;
use crate::report::{Bound, Row};

/// Callers at which the bars are set.
pub(crate) const CALLERS: [usize; 3] = [1, 32, 256];
const EMBEDDED_CALLERS: [usize; 2] = [1, 32];

/// A second pool for the peer, larger than its default; the better one counts.
const MORE_CONNECTIONS: u32 = 34;

/// On PostgreSQL, beside cqrs-es and postgres-es.
pub(crate) async fn on_postgres(bench: &Bench, usual: &[usize]) -> Result<Vec<Row>, Failure> {
    let ground = Ground::fresh(bench, "commands").await?;
    let theirs = ground.for_peer("commands_peer").await?;
    let contents = lengths(&ground.store).await?;
    let peers =
        [postgres::Peer::open(&theirs, postgres::DEFAULT_CONNECTIONS).await?, postgres::Peer::open(&theirs, MORE_CONNECTIONS).await?];
    let mut rows = Vec::new();
    for callers in bench.callers(usual) {
        let turn = Turn { callers, time: bench.time(), gauges: ground.gauges.clone() };
        let mut ours =
            Ours { name: "ens on PostgreSQL".to_owned(), store: ground.store.clone(), cast: Arc::new(Cast::new()?), turn: turn.clone() };
        let [mut usual, mut larger] =
            [(&peers[0], postgres::DEFAULT_CONNECTIONS), (&peers[1], MORE_CONNECTIONS)].map(|(peer, connections)| Plain {
                name: format!("cqrs-es with postgres-es, {connections} connections"),
                framework: Arc::clone(&peer.framework),
                contents: contents.clone(),
                turn: turn.clone(),
            });
        let mut contenders: Vec<&mut dyn Contender> = vec![&mut ours, &mut usual];
        // More connections than callers are no help.
        if callers > 10 {
            contenders.push(&mut larger);
        }
        let contest = Contest::held(&format!("commands, {callers} callers"), bench.how.rounds, &mut contenders).await?;
        rows.push(judged(Row::of("commands", "single commands, durable on both sides", contest).at(callers)));
        peers.iter().try_for_each(postgres::Peer::check)?;
    }
    for peer in &peers {
        peer.pool().close().await;
    }
    ground.clear(&[theirs]).await?;
    Ok(rows)
}

/// Embedded, beside sqlite-es.
pub(crate) async fn on_sqlite(bench: &Bench) -> Result<Vec<Row>, Failure> {
    let folder = tempfile::tempdir()?;
    let [own, theirs] = ["ens.db", "peer.db"].map(|name| folder.path().join(name));
    let store = open(&format!("sqlite:{}", own.display())).await?;
    let contents = lengths(&store).await?;
    let peer = sqlite::Peer::create(&theirs).await?;
    let gauges = |file: &std::path::Path| {
        let beside = |ending: &str| std::path::PathBuf::from(format!("{}{ending}", file.display()));
        Gauges::of_files(["", "-wal", "-keys", "-keys-wal"].map(beside).to_vec())
    };
    let mut rows = Vec::new();
    for callers in bench.callers(&EMBEDDED_CALLERS) {
        let turn = |gauges| Turn { callers, time: bench.time(), gauges };
        let cast = Arc::new(Cast::new()?);
        let mut ours = Ours { name: "ens on SQLite".to_owned(), store: store.clone(), cast, turn: turn(gauges(&own)) };
        let name = "cqrs-es with sqlite-es, synchronous = FULL".to_owned();
        let mut plain = Plain { name, framework: Arc::clone(&peer.framework), contents: contents.clone(), turn: turn(gauges(&theirs)) };
        let contest =
            Contest::held(&format!("embedded commands, {callers} callers"), bench.how.rounds, &mut [&mut ours, &mut plain]).await?;
        let what = format!("single commands, embedded; the peer dropped {} updates of its view so far", peer.lost());
        let row = Row::of("commands_sqlite", what, contest).at(callers);
        rows.push(match callers {
            1 => row.ratio_at_least(3.0),
            32 => row.ratio_at_least(10.0),
            _ => row,
        });
    }
    store.close().await;
    Ok(rows)
}

/// The bars of each number of callers.
fn judged(row: Row) -> Row {
    let (callers, peer) = (row.callers, row.peer.clone());
    match (callers, peer) {
        (Some(1), _) => row.ratio_at_least(2.0),
        (Some(32), Some(peer)) => {
            let share = row.ours.p99_us.unwrap_or(f64::MAX) / peer.p99_us.unwrap_or(f64::MIN_POSITIVE);
            row.ratio_at_least(6.0).bar("p99, as a share of the peer's", share, Bound::AtMost(0.25))
        }
        (Some(256), Some(peer)) => {
            let share = row.ours.cpu_us_op / peer.cpu_us_op.max(f64::MIN_POSITIVE);
            row.ratio_at_least(12.0).bar("processor time a command, as a share of the peer's", share, Bound::AtMost(0.1))
        }
        (Some(_) | None, _) => row,
    }
}

/// Texts for the peer, so that its events are as long as ours are in this store.
pub(crate) async fn lengths(store: &Store) -> Result<Contents, Failure> {
    let life = Template::lived(store, Step::Open).await?;
    let mut lengths = [0; 4];
    lengths.iter_mut().zip(life.events()).for_each(|(length, event)| *length = event.payload.len());
    Contents::as_long_as(lengths)
}

/// How many call, for how long, and what is read meanwhile.
#[derive(Clone)]
struct Turn {
    callers: usize,
    time: Time,
    gauges: Gauges,
}

struct Ours {
    name: String,
    store: Store,
    cast: Arc<Cast>,
    turn: Turn,
}

#[async_trait]
impl Contender for Ours {
    fn name(&self) -> String {
        self.name.clone()
    }

    async fn run(&mut self, _: u32) -> Result<Sample, Failure> {
        let callers = (0..self.turn.callers).map(|_| LifeCaller::new(self.store.clone(), Arc::clone(&self.cast)));
        closed_loop(&self.turn.gauges, self.turn.time, callers.collect::<Result<Vec<_>, _>>()?).await
    }
}

/// Somebody who leads one space of ours after the other through its life.
pub(crate) struct LifeCaller {
    store: Store,
    cast: Arc<Cast>,
    life: Life,
    steps: std::array::IntoIter<Step, 4>,
}

impl LifeCaller {
    /// With a first space of their own.
    pub(crate) fn new(store: Store, cast: Arc<Cast>) -> Result<Self, Failure> {
        let life = Life::new(&store)?;
        Ok(Self { store, cast, life, steps: Step::ALL.into_iter() })
    }
}

impl Caller for LifeCaller {
    async fn call(&mut self) -> Result<u64, Failure> {
        let step = match self.steps.next() {
            Some(step) => step,
            None => {
                self.life = Life::new(&self.store)?;
                self.steps = Step::ALL.into_iter();
                self.steps.next().unwrap_or(Step::Create)
            }
        };
        let envelope = self.cast.envelope(&self.store, self.life, step)?;
        self.store.commands().execute(envelope, &self.cast.policy).await?;
        Ok(1)
    }
}

struct Plain<R: PersistedEventRepository> {
    name: String,
    framework: Framework<PersistedEventStore<R, PlainSpace>>,
    contents: Contents,
    turn: Turn,
}

#[async_trait]
impl<R: PersistedEventRepository + 'static> Contender for Plain<R> {
    fn name(&self) -> String {
        self.name.clone()
    }

    async fn run(&mut self, _: u32) -> Result<Sample, Failure> {
        let callers = (0..self.turn.callers).map(|_| PlainCaller::new(Arc::clone(&self.framework), self.contents.clone()));
        closed_loop(&self.turn.gauges, self.turn.time, callers.collect()).await
    }
}
