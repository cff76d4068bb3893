//! No reader skips an event: readers keep their last position while writers are slow, killed or rolled back.
//!
//! The harness is tested first: on a scratch table whose position is an identity column, a writer that takes its position early and commits
//! late is skipped for ever, and the harness must see that. On our log the same steps, and harder ones, must skip nothing.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use ens_store::{Partition, Store};
use ens_tests::{eventually, times};
use futures::future::join_all;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, Executor, PgConnection, PgPool, SqliteConnection};

use crate::backends::{Backend, Log, Lost, Written, serialized, service_pool};
use crate::kill_others;

/// A version that no aggregate here ever reaches: writing on top of it asks which version there is.
const FAR: u64 = 1_000_000;

/// Something that is read by position, and whose positions can all be listed afterwards.
#[async_trait]
trait Watched: Send + Sync {
    /// The next positions after `after`, in order; none at the end; `None` where it could not be read.
    async fn page(&self, after: i64) -> Option<Vec<i64>>;
    /// Every position that there is.
    async fn all(&self) -> Vec<i64>;
}

/// A reader that remembers the last position it saw, and asks for what comes after.
struct Reader<'a> {
    log: &'a dyn Watched,
    last: i64,
    seen: BTreeSet<i64>,
    repeated: usize,
}

impl<'a> Reader<'a> {
    fn of(log: &'a dyn Watched) -> Self {
        Self { log, last: 0, seen: BTreeSet::new(), repeated: 0 }
    }

    /// Reads to what is the end now; where the log cannot be read, asks again from the same position.
    async fn read_on(&mut self) {
        loop {
            let Some(page) = self.log.page(self.last).await else { continue };
            if page.is_empty() {
                return;
            }
            for position in page {
                self.repeated += usize::from(!self.seen.insert(position));
                self.last = position;
            }
        }
    }

    async fn read_until(mut self, stop: &AtomicBool) -> Self {
        while !stop.load(Ordering::SeqCst) {
            self.read_on().await;
            tokio::task::yield_now().await;
        }
        self.read_on().await;
        self
    }

    async fn skipped(&self) -> Vec<i64> {
        self.log.all().await.into_iter().filter(|position| !self.seen.contains(position)).collect()
    }
}

struct Naive(PgPool);

#[async_trait]
impl Watched for Naive {
    async fn page(&self, after: i64) -> Option<Vec<i64>> {
        let sql = "SELECT position FROM naive WHERE position > $1 ORDER BY position LIMIT 10";
        Some(sqlx::query_scalar(sql).bind(after).fetch_all(&self.0).await.expect("the table"))
    }

    async fn all(&self) -> Vec<i64> {
        sqlx::query_scalar("SELECT position FROM naive ORDER BY position").fetch_all(&self.0).await.expect("the table")
    }
}

struct Ours(Store, Partition);

#[async_trait]
impl Watched for Ours {
    async fn page(&self, after: i64) -> Option<Vec<i64>> {
        let page = self.0.log().feed(self.1, u64::try_from(after).unwrap(), 10).await.ok()?;
        Some(page.iter().map(|event| i64::try_from(event.position).unwrap()).collect())
    }

    async fn all(&self) -> Vec<i64> {
        let heads = loop {
            if let Ok(heads) = self.0.log().heads().await {
                break heads;
            }
        };
        let head = heads.into_iter().find(|(partition, _)| *partition == self.1).expect("a head").1;
        (1..=i64::try_from(head).unwrap()).collect()
    }
}

#[tokio::test]
async fn promise_3_the_skip_test_catches_a_naive_position() {
    let log = Log::fresh(Backend::PostgresOurs).await;
    let pool = PgPoolOptions::new().max_connections(4).connect(log.storage.url()).await.expect("a pool");
    pool.execute("CREATE TABLE naive (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)").await.expect("a table");
    let naive = Naive(pool.clone());
    let mut reader = Reader::of(&naive);
    for _ in 0..5 {
        let mut slow = pool.begin().await.expect("a transaction");
        slow.execute("INSERT INTO naive DEFAULT VALUES").await.expect("a position taken");
        pool.execute("INSERT INTO naive DEFAULT VALUES").await.expect("the next one, committed first");
        reader.read_on().await;
        slow.commit().await.expect("the late commit");
        reader.read_on().await;
    }
    assert_eq!(reader.skipped().await, [1, 3, 5, 7, 9], "the harness sees no skip where there are five");
}

#[tokio::test]
async fn promise_3_a_late_commit_is_not_skipped() {
    let log = Log::fresh(Backend::PostgresStock).await;
    let partition = log.store.partitions().of("slow");
    let same = (0..).map(|number| format!("fast-{number}")).find(|id| log.store.partitions().of(id) == partition).expect("a neighbour");
    let ours = Ours(log.store.clone(), partition);
    let mut reader = Reader::of(&ours);
    let pool = service_pool(log.storage.url()).await;
    // By turns, another life and an item of the slow one's space.
    let fast_ones = [same.as_str(), "slow/item"];
    for round in 0..6 {
        let mut slow = pool.begin().await.expect("a transaction");
        insert_as_stock(&mut slow, "slow", round + 1).await.expect("a position taken");
        // The fast writer cannot overtake: it waits for the commit of the slow one and gets a later position.
        let fast = log.write(fast_ones[usize::try_from(round % 2).unwrap()], round / 2, 1);
        let late = async {
            reader.read_on().await;
            slow.commit().await.expect("the late commit");
        };
        let (fast, ()) = tokio::join!(fast, late);
        assert_eq!(fast, Ok(Written::Somewhere));
        reader.read_on().await;
    }
    assert_eq!((reader.skipped().await, reader.repeated, reader.seen.len()), (Vec::new(), 0, 12));
}

async fn insert_as_stock(connection: &mut PgConnection, aggregate: &str, sequence: u64) -> Result<(), sqlx::Error> {
    let event = serialized(aggregate, sequence);
    sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&event.aggregate_type)
    .bind(&event.aggregate_id)
    .bind(i32::try_from(event.sequence).unwrap())
    .bind(&event.event_type)
    .bind(&event.event_version)
    .bind(&event.payload)
    .bind(&event.metadata)
    .execute(connection)
    .await
    .map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn promise_3_no_reader_skips_or_repeats_whatever_happens_to_writers() {
    for backend in Backend::ALL {
        let log = Log::fresh(backend).await;
        let partition = log.store.partitions().of("w-0");
        let lives = (0..).map(|number| format!("w-{number}")).filter(|id| log.store.partitions().of(id) == partition);
        // Every third writer writes to an item, in the space of the writer before it.
        let lives: Vec<String> = lives.take(4).collect();
        let ids = lives.chunks(2).flat_map(|two| [two[0].clone(), two[1].clone(), format!("{}/item", two[1])]).collect::<Vec<_>>();
        let ours = Ours(log.store.clone(), partition);
        let stop = AtomicBool::new(false);
        let rounds = times(40, 1_000);
        let writers = async {
            let writers = join_all(ids.iter().enumerate().map(|(number, id)| write_through(&log, id, number % 2, rounds)));
            let (acknowledged, ()) = tokio::join!(writers, disturb(&log, rounds / 4));
            stop.store(true, Ordering::SeqCst);
            acknowledged.into_iter().sum::<u64>()
        };
        let (acknowledged, first, second) = tokio::join!(writers, Reader::of(&ours).read_until(&stop), Reader::of(&ours).read_until(&stop));
        for reader in [&first, &second] {
            assert_eq!((reader.skipped().await, reader.repeated), (Vec::new(), 0), "{backend:?}");
        }
        let written = u64::try_from(first.seen.len()).unwrap();
        assert!(written >= acknowledged, "{backend:?}: {acknowledged} were acknowledged, {written} are there");
        if backend != Backend::SqliteMemory {
            assert!(acknowledged > 0, "{backend:?}: nobody wrote");
        }
    }
}

/// Writes one event after the other despite all errors, and counts the acknowledged ones. A lost answer is looked up.
async fn write_through(log: &Log, aggregate: &str, with_ours: usize, rounds: usize) -> u64 {
    let (mut version, mut acknowledged) = (0, 0);
    for _ in 0..rounds {
        let answer = if with_ours == 1 { log.write_ours(aggregate, version, 1).await } else { log.write(aggregate, version, 1).await };
        match answer {
            Ok(_) => {
                version += 1;
                acknowledged += 1;
            }
            Err(Lost::To(Some(conflict))) => version = conflict.winner,
            // The connection was killed, or the stock writer lost and does not know to whom: the log has the outcome.
            Err(Lost::To(None) | Lost::Failed(_)) => {
                if let Err(Lost::To(Some(conflict))) = log.write_ours(aggregate, FAR, 1).await {
                    version = conflict.winner;
                }
            }
        }
        tokio::task::yield_now().await;
    }
    acknowledged
}

/// Disturbances: transactions that take a position and roll back, and connections that are killed while they work.
async fn disturb(log: &Log, rounds: usize) {
    match log.backend {
        Backend::SqliteMemory => {}
        Backend::SqliteFile => {
            for _ in 0..rounds {
                let mut other = SqliteConnection::connect(log.storage.url()).await.expect("the file");
                let sql = "BEGIN IMMEDIATE; UPDATE log_heads SET position = position + 1; ROLLBACK";
                eventually("the write lock", async || other.execute(sql).await.ok()).await;
                let abandoned = log.write_ours("abandoned", FAR, 1);
                assert!(abandoned.await.is_err(), "a conflict is rolled back");
            }
        }
        Backend::PostgresOurs | Backend::PostgresStock => {
            for round in 0..rounds {
                let mut other = PgConnection::connect(log.storage.url()).await.expect("a connection");
                let mut rolled_back = other.begin().await.expect("a transaction");
                insert_as_stock(&mut rolled_back, "w-0", FAR).await.expect_err("a hole is refused");
                rolled_back.rollback().await.expect("undone");
                if round % 3 == 0 {
                    kill_others(&mut other).await;
                }
            }
        }
    }
}
