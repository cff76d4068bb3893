//! Measuring: operations that callers repeat for a while, or work that is done once, with the processor time and the bytes that it took.
//!
//! warming up --time--> counting --time--> over        an operation counts if it ends while counting
//!
//! A closed loop: each caller asks for the next operation when it has the answer to the last one. A constant rate: operations begin when they
//! are due, whatever the answers take.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::failure::Failure;
use crate::gauges::{Gauges, Spent};
use crate::number::as_float;

/// What one run showed.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    /// Operations that ended.
    pub(crate) ops: u64,
    /// In this time.
    pub(crate) seconds: f64,
    /// Half of the operations took no longer, in microseconds.
    pub(crate) p50_us: Option<f64>,
    /// Of a hundred, one took longer.
    pub(crate) p99_us: Option<f64>,
    /// What it took besides time.
    pub(crate) spent: Spent,
}

impl Sample {
    /// Operations a second.
    pub(crate) fn rate(&self) -> f64 {
        as_float(self.ops) / self.seconds.max(f64::EPSILON)
    }

    /// A share of something for each operation.
    pub(crate) fn each(&self, total: f64) -> f64 {
        total / as_float(self.ops).max(1.0)
    }
}

/// How long a run warms up, and how long it counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time {
    pub(crate) warm_up: Duration,
    pub(crate) counting: Duration,
}

impl Time {
    /// Counts this long, after a fifth of it.
    pub(crate) fn counting(seconds: f64) -> Self {
        let counting = Duration::from_secs_f64(seconds.clamp(0.01, 3_600.0));
        Self { warm_up: counting / 5, counting }
    }
}

/// Somebody who asks for one operation after the other.
pub(crate) trait Caller: Send + 'static {
    /// Has the next operation done; how many it counts for.
    fn call(&mut self) -> impl Future<Output = Result<u64, Failure>> + Send;
}

/// Lets callers repeat their operation, each at its own pace.
pub(crate) async fn closed_loop<C: Caller>(gauges: &Gauges, time: Time, callers: Vec<C>) -> Result<Sample, Failure> {
    let phase = Arc::new(Phase::default());
    let mut at_work = JoinSet::new();
    for caller in callers {
        at_work.spawn(keep_calling(caller, Arc::clone(&phase)));
    }
    tokio::time::sleep(time.warm_up).await;
    let before = gauges.read().await?;
    phase.enter(COUNTING);
    tokio::time::sleep(time.counting).await;
    phase.enter(OVER);
    let after = gauges.read().await?;
    let mut all = Tally::default();
    while let Some(done) = at_work.join_next().await {
        all.add(done??);
    }
    Ok(all.sample(before.until(&after)))
}

/// Operations that are due at a constant rate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offered {
    /// So many a second.
    pub(crate) rate: f64,
    /// For so long.
    pub(crate) during: Duration,
}

/// Lets operations begin when they are due. Each takes as long as from then to its answer: where every caller is at work, the next ones
/// begin late, and that counts.
pub(crate) async fn constant_rate<C: Caller>(gauges: &Gauges, offered: Offered, callers: Vec<C>) -> Result<Sample, Failure> {
    let before = gauges.read().await?;
    let schedule = Arc::new(Schedule { start: Instant::now(), offered, begun: AtomicU64::new(0) });
    let mut at_work = JoinSet::new();
    for caller in callers {
        at_work.spawn(call_when_due(caller, Arc::clone(&schedule)));
    }
    let mut all = Tally::default();
    while let Some(done) = at_work.join_next().await {
        all.add(done??);
    }
    let after = gauges.read().await?;
    Ok(all.sample(before.until(&after)))
}

/// When the operations of a constant rate are due.
struct Schedule {
    start: Instant,
    offered: Offered,
    begun: AtomicU64,
}

impl Schedule {
    /// When the next one is due; nothing once all have begun.
    fn next(&self) -> Option<Instant> {
        let number = self.begun.fetch_add(1, Ordering::Relaxed);
        let after = Duration::from_secs_f64(as_float(number) / self.offered.rate);
        (after < self.offered.during).then(|| self.start + after)
    }
}

async fn call_when_due<C: Caller>(mut caller: C, schedule: Arc<Schedule>) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    while let Some(due) = schedule.next() {
        tokio::time::sleep_until(due.into()).await;
        let count = caller.call().await?;
        tally.note(due.elapsed(), count);
    }
    Ok(tally)
}

/// Does work of known size once.
pub(crate) async fn once(gauges: &Gauges, work: impl Future<Output = Result<u64, Failure>>) -> Result<Sample, Failure> {
    let before = gauges.read().await?;
    let ops = work.await?;
    let after = gauges.read().await?;
    let spent = before.until(&after);
    Ok(Sample { ops, seconds: spent.seconds, p50_us: None, p99_us: None, spent })
}

const COUNTING: u8 = 1;
const OVER: u8 = 2;

/// Which part of a run it is.
#[derive(Default)]
struct Phase(AtomicU8);

impl Phase {
    fn enter(&self, phase: u8) {
        self.0.store(phase, Ordering::SeqCst);
    }

    fn is(&self, phase: u8) -> bool {
        self.0.load(Ordering::SeqCst) == phase
    }
}

async fn keep_calling<C: Caller>(mut caller: C, phase: Arc<Phase>) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    while !phase.is(OVER) {
        let start = Instant::now();
        let count = caller.call().await?;
        if phase.is(COUNTING) {
            tally.note(start.elapsed(), count);
        }
    }
    Ok(tally)
}

/// Operations, and how long each call took, in microseconds: all of them, for a run has few enough to be exact.
#[derive(Default)]
struct Tally {
    ops: u64,
    latencies: Vec<u32>,
}

impl Tally {
    /// One call that counted for so many operations.
    fn note(&mut self, took: Duration, count: u64) {
        self.ops += count;
        self.latencies.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    }

    /// Those of another too.
    fn add(&mut self, other: Self) {
        self.ops += other.ops;
        self.latencies.extend(other.latencies);
    }

    fn sample(mut self, spent: Spent) -> Sample {
        self.latencies.sort_unstable();
        let (p50_us, p99_us) = (self.percentile(50), self.percentile(99));
        Sample { ops: self.ops, seconds: spent.seconds, p50_us, p99_us, spent }
    }

    /// The latency that so many of a hundred calls did not exceed; the latencies are in order.
    fn percentile(&self, share: usize) -> Option<f64> {
        let place = (self.latencies.len() * share).div_ceil(100).saturating_sub(1);
        self.latencies.get(place).copied().map(f64::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Idle;

    impl Caller for Idle {
        async fn call(&mut self) -> Result<u64, Failure> {
            tokio::task::yield_now().await;
            Ok(2)
        }
    }

    struct Broken;

    impl Caller for Broken {
        async fn call(&mut self) -> Result<u64, Failure> {
            Err(Failure::because("broken"))
        }
    }

    #[tokio::test]
    async fn what_ends_while_counting_is_counted() {
        let sample = closed_loop(&Gauges::of_this_process(), Time::counting(0.05), vec![Idle, Idle]).await.unwrap();
        assert!(sample.ops > 0 && sample.ops % 2 == 0 && sample.seconds >= 0.05 && sample.p99_us >= sample.p50_us);
    }

    #[tokio::test]
    async fn a_caller_that_breaks_breaks_the_run() {
        assert!(closed_loop(&Gauges::of_this_process(), Time::counting(0.01), vec![Broken]).await.is_err());
    }

    #[tokio::test]
    async fn a_constant_rate_offers_what_is_due_and_no_more() {
        let offered = Offered { rate: 1_000.0, during: Duration::from_millis(20) };
        let sample = constant_rate(&Gauges::of_this_process(), offered, vec![Idle, Idle]).await.unwrap();
        assert_eq!(sample.ops, 2 * 20);
        assert!(constant_rate(&Gauges::of_this_process(), offered, vec![Broken]).await.is_err());
    }

    #[test]
    fn an_operation_is_due_when_the_rate_says_whatever_was_answered() {
        let start = Instant::now();
        let schedule = Schedule { start, offered: Offered { rate: 4.0, during: Duration::from_millis(500) }, begun: AtomicU64::new(0) };
        let due: Vec<Option<Instant>> = (0..3).map(|_| schedule.next()).collect();
        assert_eq!(due, [Some(start), Some(start + Duration::from_millis(250)), None]);
    }

    #[test]
    fn percentiles_are_those_of_the_calls() {
        let mut tally = Tally::default();
        (1..=100).rev().for_each(|micros| tally.note(Duration::from_micros(micros), 2));
        let sample = tally.sample(Spent::default());
        assert_eq!((sample.p50_us, sample.p99_us, sample.ops), (Some(50.0), Some(99.0), 200));
        assert_eq!(Tally::default().sample(Spent::default()).p99_us, None);
    }
}
