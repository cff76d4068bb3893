//! The backlog: openings and deadlines that are overdue, how many and since when. Probes and metrics show it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use ens_domain::calendar::paris;
use ens_projections::backlog::{Backlog, deadlines_backlog, openings_backlog};
use ens_store::StoreError;
use tokio::sync::Mutex;

use crate::app::App;

/// A backlog of this age does not shrink by itself any more: an operator must look.
const TOO_LATE: TimeDelta = TimeDelta::hours(2);

/// What is overdue at an instant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BacklogCount {
    at: DateTime<Utc>,
    openings: Backlog,
    deadlines: Backlog,
}

/// The overdue openings, or the overdue deadlines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BacklogPart {
    /// How many spaces or deadlines.
    pub(crate) count: u64,
    /// Seconds since the first instant of the day on which the oldest was due; 0 where nothing is overdue.
    pub(crate) age_seconds: u64,
}

/// How long a count is good enough for probes: just after midnight there is much to count, and a probe must be answered at once.
const GOOD_FOR: Duration = Duration::from_secs(2);

/// The last count, which answers again for a moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecentBacklog(Arc<Mutex<Option<(Instant, BacklogCount)>>>);

impl RecentBacklog {
    /// What is overdue now or was a moment ago; callers that come while it is counted wait for the same count.
    pub(crate) async fn count(&self, app: &App) -> Result<BacklogCount, StoreError> {
        let mut last = self.0.lock().await;
        let recent = last.filter(|(counted, _)| counted.elapsed() < GOOD_FOR);
        if let Some((_, backlog)) = recent {
            return Ok(backlog);
        }
        let backlog = count(app).await?;
        *last = Some((Instant::now(), backlog));
        Ok(backlog)
    }
}

/// Counts what is overdue now.
pub(crate) async fn count(app: &App) -> Result<BacklogCount, StoreError> {
    let at = app.now();
    let today = paris::day_of(at);
    let (openings, deadlines) = tokio::try_join!(openings_backlog(&app.store, today), deadlines_backlog(&app.store, today))?;
    Ok(BacklogCount { at, openings, deadlines })
}

impl BacklogCount {
    /// Spaces that should be open.
    pub(crate) fn openings(&self) -> BacklogPart {
        self.part(self.openings)
    }

    /// Deadlines that should be settled.
    pub(crate) fn deadlines(&self) -> BacklogPart {
        self.part(self.deadlines)
    }

    /// Whether something has been overdue for so long that an operator must look.
    pub(crate) fn is_too_late(&self) -> bool {
        let limit = TOO_LATE.num_seconds().unsigned_abs();
        [self.openings(), self.deadlines()].iter().any(|part| part.age_seconds > limit)
    }

    /// Shows it in the metrics of this process.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; counts and ages stay far below 2^53")]
    pub(crate) fn show(&self) {
        let (openings, deadlines) = (self.openings(), self.deadlines());
        metrics::gauge!("ens_openings_overdue").set(openings.count as f64);
        metrics::gauge!("ens_openings_overdue_age_seconds").set(openings.age_seconds as f64);
        metrics::gauge!("ens_deadlines_overdue").set(deadlines.count as f64);
        metrics::gauge!("ens_deadlines_overdue_age_seconds").set(deadlines.age_seconds as f64);
    }

    fn part(&self, overdue: Backlog) -> BacklogPart {
        let age = overdue.since.map(|day| self.at - paris::start_of(day)).unwrap_or_default();
        BacklogPart { count: overdue.count, age_seconds: u64::try_from(age.num_seconds()).unwrap_or_default() }
    }
}
