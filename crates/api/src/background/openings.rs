//! The daily openings: every space whose window is over, oldest window first, set by set, partition by partition.
//!
//! - an opposition that was recorded first refuses its own opening and no other
//! - one bad space never blocks its batch
//! - the same day twice opens nothing twice

use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::calendar::paris;
use ens_domain::space::commands::Open;
use ens_projections::Projection;
use ens_projections::backlog::openings_backlog;
use ens_projections::openings_due::{OpeningDue, OpeningsDue, openings_due};
use ens_store::{CommandEnvelope, Partition, Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::app::App;

use super::sweep::{Due, Sweep, SweepCounts};

/// Spaces opened together.
const SET: u32 = 1_000;

/// Opens what falls due on this day and what was missed before, but where another process is at it.
///
/// # Errors
/// The list of what is due could not be read, or a partition not be claimed; the other partitions are done.
pub async fn open_due(app: &App, on: NaiveDate) -> Result<SweepCounts, StoreError> {
    open_until(app, on, CancellationToken::new()).await
}

/// The same, ended before its end where `stop` asks for it.
pub(super) async fn open_until(app: &App, on: NaiveDate, stop: CancellationToken) -> Result<SweepCounts, StoreError> {
    let counts = Sweep { app: app.clone(), on, stop }.run::<DueOpenings>().await?;
    measure(&counts);
    Ok(counts)
}

/// The spaces that fall due.
struct DueOpenings;

impl Due for DueOpenings {
    const TASK: &'static str = "openings";
    const READ_MODEL: &'static str = OpeningsDue::NAME;
    type Row = OpeningDue;

    async fn set(store: &Store, partition: Partition, on: NaiveDate, after: Option<&OpeningDue>) -> Result<Vec<OpeningDue>, StoreError> {
        openings_due(store, partition, on, after, SET).await
    }

    fn envelope(row: &OpeningDue, at: DateTime<Utc>) -> Option<CommandEnvelope> {
        Some(CommandEnvelope::new(row.space, Open { at }))
    }
}

/// Spaces that should be open by now and are not, as the read models see it.
///
/// # Errors
/// The list could not be read.
pub async fn overdue(app: &App) -> Result<u64, StoreError> {
    let today = paris::day_of(app.now());
    Ok(openings_backlog(&app.store, today).await?.count)
}

fn measure(counts: &SweepCounts) {
    let outcomes = [("opened", counts.done), ("quiet", counts.quiet), ("refused", counts.refused), ("failed", counts.failed)];
    for (outcome, spaces) in outcomes.into_iter().filter(|(_, spaces)| *spaces > 0) {
        metrics::counter!("ens_openings_total", "outcome" => outcome).increment(spaces);
    }
}
