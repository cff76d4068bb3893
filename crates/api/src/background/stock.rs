//! What should have been done by now and is not: how much, and for how long. Asked by probes and metrics, and by whoever keeps the calendar.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use ens_domain::calendar::paris;
use ens_projections::backlog::{Backlog, deadlines_backlog, openings_backlog};
use ens_store::StoreError;
use tokio::sync::Mutex;

use crate::app::App;

/// From this age on what is overdue is no matter of a queue that is being worked off: somebody must look.
const TOO_LATE: TimeDelta = TimeDelta::hours(2);

/// What is overdue at an instant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stock {
    at: DateTime<Utc>,
    openings: Backlog,
    deadlines: Backlog,
}

/// One part of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Late {
    /// How many spaces or deadlines.
    pub(crate) count: u64,
    /// Seconds since the first instant of the day on which the oldest was due; 0 where nothing is overdue.
    pub(crate) age_seconds: u64,
}

/// How long a count is good enough for probes: just after midnight there is much to count, and a probe must answer at once.
const GOOD_FOR: Duration = Duration::from_secs(2);

/// The last count, for whoever asks again a moment later.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastStock(Arc<Mutex<Option<(Instant, Stock)>>>);

impl LastStock {
    /// What is overdue, or was a moment ago; who asks meanwhile waits for the same count.
    pub(crate) async fn recent(&self, app: &App) -> Result<Stock, StoreError> {
        let mut last = self.0.lock().await;
        let recent = last.filter(|(counted, _)| counted.elapsed() < GOOD_FOR);
        if let Some((_, stock)) = recent {
            return Ok(stock);
        }
        let stock = take(app).await?;
        *last = Some((Instant::now(), stock));
        Ok(stock)
    }
}

/// Counts what is overdue now.
pub(crate) async fn take(app: &App) -> Result<Stock, StoreError> {
    let at = app.now();
    let today = paris::day_of(at);
    let (openings, deadlines) = tokio::try_join!(openings_backlog(&app.store, today), deadlines_backlog(&app.store, today))?;
    Ok(Stock { at, openings, deadlines })
}

impl Stock {
    /// Spaces that should be open.
    pub(crate) fn openings(&self) -> Late {
        self.late(self.openings)
    }

    /// Deadlines that should be settled.
    pub(crate) fn deadlines(&self) -> Late {
        self.late(self.deadlines)
    }

    /// Whether something is overdue for so long that nobody can be at it.
    pub(crate) fn is_too_late(&self) -> bool {
        let limit = TOO_LATE.num_seconds().unsigned_abs();
        [self.openings(), self.deadlines()].iter().any(|late| late.age_seconds > limit)
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

    fn late(&self, overdue: Backlog) -> Late {
        let age = overdue.since.map(|day| self.at - paris::start_of(day)).unwrap_or_default();
        Late { count: overdue.count, age_seconds: u64::try_from(age.num_seconds()).unwrap_or_default() }
    }
}
