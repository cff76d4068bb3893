//! `Sweep` executes the commands that are due by a day, for openings and deadlines alike: it leases each partition and reads it set by set.
//!
//! partition leased --> its rows reflect the work of earlier leases --> a set executed while the next one is read --> … --> lease released
//! - two processes share what falls due
//! - what a dead process had claimed is free again once its lease is over
//!
//! What fails or is refused stays due for the next sweep; this sweep goes on with the rows after it.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use ens_projections::{Waited, wait_for_position};
use ens_store::{CommandEnvelope, Lease, Outcome, Partition, Rejection, Store, StoreError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// Partitions at work at once in one process.
const AT_ONCE: usize = 4;
/// How long a partition is left to a process that says nothing more: a set takes a small part of it.
const LEASE: Duration = Duration::from_secs(30);
/// How long a follower may stand still before the sweep no longer waits for it.
const STANDSTILL: Duration = Duration::from_secs(3);

/// Something that falls due, row by row.
pub(super) trait Due: Send + Sync + 'static {
    /// The name of its leases.
    const TASK: &'static str;
    /// The read model that lists it.
    const READ_MODEL: &'static str;
    /// One row of it.
    type Row: Send + Sync;

    /// What is due in a partition after this row, at most a set of it; nothing once all of it was seen.
    fn set(
        store: &Store,
        partition: Partition,
        on: NaiveDate,
        after: Option<&Self::Row>,
    ) -> impl Future<Output = Result<Vec<Self::Row>, StoreError>> + Send;

    /// What a row asks of its space.
    fn envelope(row: &Self::Row, at: DateTime<Utc>) -> Option<CommandEnvelope>;
}

/// What became of what was due: openings, or deadlines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SweepCounts {
    /// Spaces opened, or deadlines settled.
    pub done: u64,
    /// Done before: the read model was behind.
    pub quiet: u64,
    /// Refused by a rule, such as an opening whose opposition was recorded a moment ago.
    pub refused: u64,
    /// Failed in the store; they stay due.
    pub failed: u64,
    /// Partitions that another process is working on.
    pub elsewhere: u64,
}

impl SweepCounts {
    fn and(self, other: Self) -> Self {
        Self {
            done: self.done + other.done,
            quiet: self.quiet + other.quiet,
            refused: self.refused + other.refused,
            failed: self.failed + other.failed,
            elsewhere: self.elsewhere + other.elsewhere,
        }
    }

    /// Counts the answers of a set, and says how far they reach in the log.
    fn count(&mut self, task: &'static str, answers: Vec<Result<Outcome, Rejection>>) -> u64 {
        let (mut reaches, failed) = (0, self.failed);
        let mut trouble = None;
        for answer in answers {
            match answer {
                Ok(outcome) => {
                    reaches = reaches.max(outcome.position);
                    *(if outcome.is_quiet() { &mut self.quiet } else { &mut self.done }) += 1;
                }
                Err(Rejection::Store(error)) => {
                    self.failed += 1;
                    trouble = Some(error);
                }
                Err(Rejection::Refused(_) | Rejection::NoSuchSpace | Rejection::Stale { .. } | Rejection::KeyReused) => self.refused += 1,
            }
        }
        if let Some(error) = trouble {
            tracing::warn!(task, spaces = self.failed - failed, %error, "some spaces could not be settled; what is due of them stays due");
        }
        reaches
    }
}

/// A round through what is due on a day and was missed before.
#[derive(Clone)]
pub(super) struct Sweep {
    pub(super) app: App,
    pub(super) on: NaiveDate,
    /// Ends the round after the sets that are under way.
    pub(super) stop: CancellationToken,
}

impl Sweep {
    /// Goes through every partition that nobody else is at; where one cannot be read, the others are done all the same.
    pub(super) async fn run<D: Due>(&self) -> Result<SweepCounts, StoreError> {
        self.app.trust_clock().await?;
        let mut waiting = self.app.store.partitions().each();
        let mut at_work = JoinSet::new();
        let mut counts = SweepCounts::default();
        let mut broken = None;
        loop {
            while at_work.len() < AT_ONCE
                && let Some(partition) = waiting.next()
            {
                let sweep = self.clone();
                at_work.spawn(async move { sweep.partition::<D>(partition).await });
            }
            match at_work.join_next().await {
                None => return broken.map_or(Ok(counts), Err),
                Some(Ok(Ok(done))) => counts = counts.and(done),
                Some(Ok(Err(error))) => broken = broken.or(Some(error)),
                Some(Err(cut)) if cut.is_panic() => std::panic::resume_unwind(cut.into_panic()),
                Some(Err(_)) => {} // The runtime is going down.
            }
        }
    }

    async fn partition<D: Due>(&self, partition: Partition) -> Result<SweepCounts, StoreError> {
        let nothing = SweepCounts::default();
        // Most of the day nothing is due: looking costs less than a lease.
        if self.stop.is_cancelled() || D::set(&self.app.store, partition, self.on, None).await?.is_empty() {
            return Ok(nothing);
        }
        let Some(mut lease) = self.app.store.commands().lease(D::TASK, partition, LEASE).await? else {
            return Ok(SweepCounts { elsewhere: 1, ..nothing });
        };
        let swept = self.sets::<D>(partition, &mut lease).await;
        if let Err(error) = lease.release().await {
            tracing::debug!(task = D::TASK, %error, "a lease was not given back; it ends by itself");
        }
        swept
    }

    async fn sets<D: Due>(&self, partition: Partition, lease: &mut Lease) -> Result<SweepCounts, StoreError> {
        let (store, mut counts) = (&self.app.store, SweepCounts::default());
        let mut held = self.wait_for_rows::<D>(partition, lease).await?;
        let mut set = if held { D::set(store, partition, self.on, None).await? } else { Vec::new() };
        while held && !set.is_empty() && !self.stop.is_cancelled() {
            let envelopes = set.iter().filter_map(|row| D::envelope(row, self.app.now())).collect();
            let (answers, next) =
                tokio::join!(store.commands().execute_all(envelopes, &self.app.policy), D::set(store, partition, self.on, set.last()));
            let reaches = counts.count(D::TASK, answers);
            held = lease.keep(reaches).await?;
            set = next?;
        }
        if !held {
            counts.elsewhere += 1;
        }
        Ok(counts)
    }

    /// Waits until the rows reflect what the last one to hold the lease has done, so that nothing of it is asked again; as long as they
    /// come nearer. Says whether the lease is still held.
    async fn wait_for_rows<D: Due>(&self, partition: Partition, lease: &mut Lease) -> Result<bool, StoreError> {
        let mut last = None;
        loop {
            match wait_for_position(&self.app.store, D::READ_MODEL, partition, lease.position(), STANDSTILL).await? {
                Waited::Behind(checkpoint) if last != Some(checkpoint) && !self.stop.is_cancelled() => last = Some(checkpoint),
                // A read model that stands still must not keep what else is due from being done.
                Waited::Reflected | Waited::Behind(_) => return Ok(true),
            }
            if !lease.keep(0).await? {
                return Ok(false);
            }
        }
    }
}
