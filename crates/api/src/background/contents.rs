//! The daily sweep of contents: files that no event names, or that events gave up, are removed, one partition after the other.
//!
//! partition leased --> head read --> `contents` reflects it --> files listed, page by page, each page asked for --> lease released
//! - two processes sweep without harm
//! - a read model that is behind removes nothing
//! - a partition is swept once a day whoever does it
//!
//! Why no content is lost whose deposit is under way: a file goes only when it is a day old, and a deposit takes an hour at most (`http/sections`
//! refuses it afterwards). So whatever names an old file was recorded long before the head was read, and rows that reflect this head know it.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use ens_domain::calendar::paris;
use ens_domain::ids::ContentId;
use ens_projections::contents::{Contents, fates_of};
use ens_projections::{Projection, Waited, wait_for_position};
use ens_store::{ContentFate, Lease, Partition, StoreError, SweepOrder, SweepTask, Swept};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// The name of the leases.
const TASK: &str = "contents";
/// How long a partition is left to a process that says nothing more: a page of files takes a small part of it.
const LEASE: Duration = Duration::from_secs(30);
/// How long the read model may stand still before a partition is left alone.
const STANDSTILL: Duration = Duration::from_secs(3);
/// When a day of sweeping begins: openings have the first hours of the night.
const BEGINS: TimeDelta = TimeDelta::hours(3);

/// Why a partition was not swept to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SweepError {
    /// The store or the place of contents has trouble, or the clock cannot be trusted.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The read model does not reflect what was recorded before the sweep. Where it has stopped, `/readyz` says why.
    #[error("the read model contents is behind in partition {0}: nothing is removed there")]
    Behind(Partition),
    /// Another process has the lease now.
    #[error("another process sweeps partition {0} now")]
    Elsewhere(Partition),
    /// The process is to stop.
    #[error("asked to stop")]
    Stopped,
}

/// What became of a round.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SweepRound {
    /// What was found and removed.
    pub swept: Swept,
    /// Partitions that another process is sweeping.
    pub elsewhere: Vec<Partition>,
}

/// Sweeps these partitions now, whether they were swept today or not, but where another process is at it.
///
/// # Errors
/// [`SweepError`], the first; the other partitions are done.
pub async fn sweep_contents(app: &App, partitions: impl IntoIterator<Item = Partition>, task: SweepTask) -> Result<SweepRound, SweepError> {
    Round { app, task, due: Due::Anyway, stop: CancellationToken::new() }.through(partitions).await
}

/// Sweeps what nobody has swept today, as the service does it by itself; ended before its end where `stop` asks for it.
///
/// # Errors
/// [`SweepError`], the first; the other partitions are done.
pub async fn sweep_daily(app: &App, stop: CancellationToken) -> Result<SweepRound, SweepError> {
    Round { app, task: SweepTask::Remove, due: Due::Daily, stop }.through(app.store.partitions().each()).await
}

/// The day of sweeping to which an instant belongs, as a number that grows by one a day.
pub(super) fn day_of(now: DateTime<Utc>) -> u64 {
    // No day before our era is ever swept.
    u64::try_from(paris::day_of(now - BEGINS).num_days_from_ce()).unwrap_or_default()
}

/// Which partitions are due.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Due {
    /// Those that were not swept today.
    Daily,
    /// All.
    Anyway,
}

struct Round<'a> {
    app: &'a App,
    task: SweepTask,
    due: Due,
    stop: CancellationToken,
}

impl Round<'_> {
    async fn through(&self, partitions: impl IntoIterator<Item = Partition>) -> Result<SweepRound, SweepError> {
        self.app.trust_clock().await?;
        let (mut round, mut broken) = (SweepRound::default(), None);
        for partition in partitions {
            match self.partition(partition).await {
                Ok(swept) => round.swept = round.swept.and(swept),
                Err(SweepError::Elsewhere(partition)) => round.elsewhere.push(partition),
                Err(SweepError::Stopped) => break,
                Err(error) => broken = broken.or(Some(error)),
            }
        }
        if self.task == SweepTask::Remove {
            measure(&round.swept);
        }
        broken.map_or(Ok(round), Err)
    }

    async fn partition(&self, partition: Partition) -> Result<Swept, SweepError> {
        let lease = self.app.store.commands().lease(TASK, partition, LEASE).await?.ok_or(SweepError::Elsewhere(partition))?;
        let lease = Mutex::new(lease);
        let swept = self.under(&lease, partition).await;
        if let Err(error) = lease.into_inner().release().await {
            tracing::debug!(task = TASK, %error, "a lease was not given back; it ends by itself");
        }
        swept
    }

    async fn under(&self, lease: &Mutex<Lease>, partition: Partition) -> Result<Swept, SweepError> {
        let now = self.app.now();
        let today = day_of(now);
        if self.due == Due::Daily && lease.lock().await.position() >= today {
            return Ok(Swept::default());
        }
        let reflects = self.reflected(lease, partition).await?;
        let order = SweepOrder { partition, now, task: self.task };
        let fates = |contents: Vec<ContentId>| async move {
            self.go_on(lease, partition).await?;
            self.fates(partition, reflects, &contents).await
        };
        let swept = self.app.store.contents().sweep(order, fates).await?;
        if self.task == SweepTask::Remove {
            lease.lock().await.keep(today).await?;
        }
        Ok(swept)
    }

    /// Waits until the rows reflect the head as it is now, as long as they come nearer; answers that head.
    async fn reflected(&self, lease: &Mutex<Lease>, partition: Partition) -> Result<u64, SweepError> {
        let heads: HashMap<Partition, u64> = self.app.store.log().heads().await?.into_iter().collect();
        let head = heads.get(&partition).copied().unwrap_or_default();
        let mut last = None;
        loop {
            match wait_for_position(&self.app.store, Contents::NAME, partition, head, STANDSTILL).await? {
                Waited::Reflected => return Ok(head),
                Waited::Behind(checkpoint) if last != Some(checkpoint) => last = Some(checkpoint),
                Waited::Behind(_) => return Err(SweepError::Behind(partition)),
            }
            self.go_on(lease, partition).await?;
        }
    }

    /// What events say of contents, by rows that reflect this position still.
    async fn fates(
        &self,
        partition: Partition,
        reflects: u64,
        contents: &[ContentId],
    ) -> Result<HashMap<ContentId, ContentFate>, SweepError> {
        let found = fates_of(&self.app.store, partition, contents).await?;
        if found.reflects < reflects { Err(SweepError::Behind(partition)) } else { Ok(found.fates) }
    }

    /// Keeps the lease, unless the process is to stop or somebody else has it.
    async fn go_on(&self, lease: &Mutex<Lease>, partition: Partition) -> Result<(), SweepError> {
        if self.stop.is_cancelled() {
            return Err(SweepError::Stopped);
        }
        if lease.lock().await.keep(0).await? { Ok(()) } else { Err(SweepError::Elsewhere(partition)) }
    }
}

fn measure(swept: &Swept) {
    metrics::counter!("ens_contents_swept_total", "kind" => "content").increment(swept.removed);
    metrics::counter!("ens_contents_swept_total", "kind" => "unfinished").increment(swept.abandoned);
    metrics::counter!("ens_contents_swept_bytes_total").increment(swept.removed_bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_sweeping_begins_at_three_in_the_morning_in_paris() {
        let at = |text: &str| day_of(text.parse().unwrap());
        assert_eq!(at("2026-01-12T01:59:00Z") + 1, at("2026-01-12T02:00:00Z"));
        assert_eq!(at("2026-01-12T02:00:00Z"), at("2026-01-13T01:59:00Z"));
    }
}
