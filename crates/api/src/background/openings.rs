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
use ens_store::{Order, Partition, Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::app::App;

use super::sweep::{Due, Sweep, Tally};

/// Spaces opened together.
const SET: u32 = 1_000;

/// What a day's openings came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Opened {
    /// Spaces opened now.
    pub opened: u64,
    /// Spaces that were open already: the read model was behind.
    pub quiet: u64,
    /// Spaces that a rule kept closed, such as an opposition recorded a moment ago.
    pub refused: u64,
    /// Spaces that the store could not open; they stay due.
    pub failed: u64,
    /// Partitions that another process is opening.
    pub elsewhere: u64,
}

/// Opens what falls due on this day and what was missed before, but where another process is at it.
///
/// # Errors
/// The list of what is due could not be read, or a partition not be claimed; the other partitions are done.
pub async fn open_due(app: &App, on: NaiveDate) -> Result<Opened, StoreError> {
    open_until(app, on, CancellationToken::new()).await
}

/// The same, ended before its end where `stop` asks for it.
pub(super) async fn open_until(app: &App, on: NaiveDate, stop: CancellationToken) -> Result<Opened, StoreError> {
    let swept = Sweep { app: app.clone(), on, stop }.run::<Openings>().await?;
    let Tally { done: opened, quiet, refused, failed, elsewhere } = swept;
    let done = Opened { opened, quiet, refused, failed, elsewhere };
    measure(&done);
    Ok(done)
}

/// The spaces that fall due.
struct Openings;

impl Due for Openings {
    const TASK: &'static str = "openings";
    const READ_MODEL: &'static str = OpeningsDue::NAME;
    type Row = OpeningDue;

    async fn set(store: &Store, partition: Partition, on: NaiveDate, after: Option<&OpeningDue>) -> Result<Vec<OpeningDue>, StoreError> {
        openings_due(store, partition, on, after, SET).await
    }

    fn order(row: &OpeningDue, at: DateTime<Utc>) -> Option<Order> {
        Some(Order::new(row.space, Open { at }))
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

fn measure(done: &Opened) {
    let outcomes = [("opened", done.opened), ("quiet", done.quiet), ("refused", done.refused), ("failed", done.failed)];
    for (outcome, spaces) in outcomes.into_iter().filter(|(_, spaces)| *spaces > 0) {
        metrics::counter!("ens_openings_total", "outcome" => outcome).increment(spaces);
    }
}
