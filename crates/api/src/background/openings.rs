//! The daily openings: every space whose window is over, oldest window first, in batches, partition by partition.
//!
//! - an opposition that was recorded first refuses its own opening and no other
//! - one bad space never blocks its batch
//! - the same day twice opens nothing twice

use chrono::NaiveDate;
use ens_domain::calendar::paris;
use ens_domain::space::commands::Open;
use ens_projections::openings_due::{openings_by_department, openings_due};
use ens_store::{Order, Rejection, StoreError};

use crate::app::App;

/// Spaces opened together.
const BATCH: u32 = 1_000;

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
}

/// Opens what falls due on this day and what was missed before.
///
/// # Errors
/// The list of what is due could not be read.
pub async fn open_due(app: &App, on: NaiveDate) -> Result<Opened, StoreError> {
    let mut done = Opened::default();
    for partition in app.store.partitions().each() {
        let mut after = None;
        loop {
            let page = openings_due(&app.store, partition, on, after.as_ref(), BATCH).await?;
            if page.is_empty() {
                break;
            }
            let orders = page.iter().map(|due| Order::new(due.space, Open { at: app.now() })).collect();
            for answer in app.store.execute_all(orders, &app.policy).await {
                match answer {
                    Ok(outcome) if outcome.is_quiet() => done.quiet += 1,
                    Ok(_) => done.opened += 1,
                    Err(Rejection::Store(error)) => {
                        tracing::warn!(%error, "a space could not be opened; it stays due");
                        done.failed += 1;
                    }
                    Err(Rejection::Refused(_) | Rejection::NoSuchSpace | Rejection::Stale { .. } | Rejection::KeyReused) => {
                        done.refused += 1
                    }
                }
            }
            after = page.into_iter().next_back();
        }
    }
    measure(&done);
    Ok(done)
}

/// Spaces that should be open by now and are not, as the read models see it.
///
/// # Errors
/// The list could not be read.
pub async fn overdue(app: &App) -> Result<u64, StoreError> {
    let today = paris::day_of(app.now());
    Ok(openings_by_department(&app.store, today).await?.iter().map(|count| count.spaces).sum())
}

fn measure(done: &Opened) {
    let outcomes = [("opened", done.opened), ("quiet", done.quiet), ("refused", done.refused), ("failed", done.failed)];
    for (outcome, spaces) in outcomes.into_iter().filter(|(_, spaces)| *spaces > 0) {
        metrics::counter!("ens_openings_total", "outcome" => outcome).increment(spaces);
    }
}
