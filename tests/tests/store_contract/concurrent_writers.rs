//! Sixty-four writers at once, in two stores, while heads are locked, transactions rolled back and connections killed.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::policy::Policy;
use ens_domain::stream::StreamId;
use ens_store::{CommandEnvelope, Partition, Store};
use ens_tests::{eventually, times};
use futures::future::join_all;
use sqlx::{Connection, Executor, PgConnection};
use tokio::time::interval;

use crate::backends::{Backend, Log, options};
use crate::kill_others;
use crate::measures::record;
use crate::persons::{create, life_until_open, live, monday};

const WRITERS: usize = 64;
/// Orders that a bulk writer executes at once.
const TOGETHER: usize = 50;
/// A reader polls at most once in this time: sixteen that poll without a pause take both processors from the writers.
const BEAT: Duration = Duration::from_millis(10);

/// The space of that number; `persons` has too few of them.
pub(crate) fn space(number: u64) -> SpaceId {
    let mut randomness = [0; 10];
    randomness[..8].copy_from_slice(&number.to_be_bytes());
    SpaceId::at(monday(), randomness)
}

/// Spaces that are open before the writers begin, for the measures.
const OPEN: u64 = 48;

/// The spaces of [`OPEN`]: their numbers are never reached by the writers.
fn open_spaces() -> impl Iterator<Item = SpaceId> {
    (0..OPEN).map(|number| space(u64::MAX - number))
}

/// What the writers share.
struct ConcurrentWriters<'a> {
    stores: [&'a Store; 2],
    numbers: AtomicU64,
    acknowledged: AtomicU64,
    wanted: u64,
}

impl ConcurrentWriters<'_> {
    /// Writes until enough was acknowledged: one at a time, or many together.
    async fn write(&self, writer: usize) {
        let store = self.stores[writer % 2];
        let together = if writer % 4 < 2 { 1 } else { TOGETHER };
        while self.acknowledged.load(Ordering::SeqCst) < self.wanted {
            let first = self.numbers.fetch_add(u64::try_from(together).unwrap(), Ordering::SeqCst);
            let envelopes: Vec<CommandEnvelope> = (first..).take(together).map(command).collect();
            let answers = match <[CommandEnvelope; 1]>::try_from(envelopes) {
                Ok([envelope]) => vec![store.commands().execute(envelope, &Policy::default()).await],
                Err(envelopes) => store.commands().execute_all(envelopes, &Policy::default()).await,
            };
            let written = answers.iter().filter(|answer| answer.is_ok()).count();
            self.acknowledged.fetch_add(u64::try_from(written).unwrap(), Ordering::SeqCst);
        }
    }
}

/// The command of that number, which begins a stream of its own: every third one records a measure, the others create a space.
fn command(number: u64) -> CommandEnvelope {
    if number.is_multiple_of(3) {
        let measure = StreamId::of_item(space(u64::MAX - number / 3 % OPEN), ItemId::from(space(number).uuid()));
        record(measure)
    } else {
        create(space(number))
    }
}

/// Reads a partition on from a position, until the writers stop and nothing is left; every page must join the one before.
async fn follow(store: &Store, (partition, after): (Partition, u64), stop: &AtomicBool) -> u64 {
    let (mut last, mut streams) = (after, HashSet::new());
    let mut beat = interval(BEAT);
    loop {
        beat.tick().await;
        let stopped = stop.load(Ordering::SeqCst);
        // After a killed connection the same position is read again. A hole would fail each time, so the test would not end.
        let Ok(page) = store.log().feed(partition, last, 500).await else { continue };
        if page.is_empty() && stopped {
            return last;
        }
        for event in page {
            assert_eq!(event.position, last + 1, "partition {partition}");
            assert!(streams.insert(event.aggregate_id), "a first event came twice");
            last = event.position;
        }
    }
}

/// Disturbances: heads locked for a while, positions taken and given back, connections killed.
async fn disturb(url: &str, stop: &AtomicBool) {
    // Every one or five seconds: after each kill the stores reconnect, which alone would take an hour of a long run.
    let rounds_a_kill = u32::try_from(times(40, 200)).expect("a count");
    let mut other = PgConnection::connect(url).await.expect("a connection");
    for round in 0_u32.. {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        let held = round % 16;
        let stall = format!(
            "BEGIN; UPDATE log_heads SET position = position + 7 WHERE partition = {held}; SELECT pg_sleep(0.0{}); ROLLBACK",
            round % 5
        );
        other.execute(stall.as_str()).await.expect("a stall that is undone");
        if round % rounds_a_kill == rounds_a_kill - 1 {
            kill_others(&mut other).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn promise_3_sixty_four_writers_among_stalls_and_killed_connections_leave_the_log_dense() {
    let log = Log::fresh(Backend::PostgresOurs).await;
    let other = Store::open(log.storage.url(), options()).await.expect("a second store");
    let wanted = u64::try_from(times(5_000, 1_000_000)).unwrap();
    live(&log.store, open_spaces().flat_map(life_until_open).collect()).await;
    let before = log.store.log().heads().await.expect("heads");
    let writers = ConcurrentWriters { stores: [&log.store, &other], numbers: AtomicU64::new(0), acknowledged: AtomicU64::new(0), wanted };
    let stop = AtomicBool::new(false);
    let writing = async {
        join_all((0..WRITERS).map(|writer| writers.write(writer))).await;
        stop.store(true, Ordering::SeqCst);
    };
    let readers = join_all(before.iter().map(|from| follow(&other, *from, &stop)));
    let ((), seen, ()) = tokio::join!(writing, readers, disturb(log.storage.url(), &stop));
    // The pool may still hold connections that were killed.
    let heads = eventually("the heads", async || log.store.log().heads().await.ok()).await;
    let heads: Vec<u64> = heads.into_iter().map(|(_, head)| head).collect();
    assert_eq!(seen, heads, "readers saw every position up to the heads");
    let written = seen.into_iter().sum::<u64>() - before.into_iter().map(|(_, head)| head).sum::<u64>();
    let acknowledged = writers.acknowledged.load(Ordering::SeqCst);
    assert!(written >= acknowledged && acknowledged >= wanted, "{acknowledged} acknowledged, {written} there");
}
