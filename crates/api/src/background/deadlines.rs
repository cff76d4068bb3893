//! What falls due by itself after the opening: suspensions over, destructions, comings of age, ends of authorisations.
//!
//! - a deadline that its space refuses holds up no other
//! - the same day twice settles nothing twice

use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::space::SpaceCommand;
use ens_domain::space::commands::{CloseSuspended, ComeOfAge, Destroy, ExpireAccess};
use ens_projections::deadlines::{Deadline, DeadlineKind, deadlines_due};
use ens_store::{Order, Rejection, StoreError};

use crate::app::App;

/// Deadlines settled together.
const BATCH: u32 = 500;

/// What a day's deadlines came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Deadlines that changed their space.
    pub settled: u64,
    /// Deadlines that were settled already: the read model was behind.
    pub quiet: u64,
    /// Deadlines that no longer applied.
    pub refused: u64,
    /// Deadlines that the store could not settle; they stay due.
    pub failed: u64,
}

/// Settles what falls due on this day and what was missed before.
///
/// # Errors
/// The list of what is due could not be read.
pub async fn settle_due(app: &App, on: NaiveDate) -> Result<Settled, StoreError> {
    let mut done = Settled::default();
    for partition in app.store.partitions().each() {
        let mut after = None;
        loop {
            let page = deadlines_due(&app.store, partition, on, after.as_ref(), BATCH).await?;
            if page.is_empty() {
                break;
            }
            let orders = page.iter().filter_map(|due| Some(Order::new(due.space, command(due, app.now())?))).collect();
            for answer in app.store.execute_all(orders, &app.policy).await {
                match answer {
                    Ok(outcome) if outcome.is_quiet() => done.quiet += 1,
                    Ok(_) => done.settled += 1,
                    Err(Rejection::Store(error)) => {
                        tracing::warn!(%error, "a deadline could not be settled; it stays due");
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
    Ok(done)
}

/// What a deadline asks of its space; nothing for a grant's end that names no grant.
fn command(due: &Deadline, at: DateTime<Utc>) -> Option<SpaceCommand> {
    Some(match due.kind {
        DeadlineKind::SuspensionOver => CloseSuspended { at }.into(),
        DeadlineKind::DestructionDue | DeadlineKind::ArchiveOver => Destroy { at }.into(),
        DeadlineKind::ComingOfAge => ComeOfAge { at }.into(),
        DeadlineKind::GrantEnd => ExpireAccess { at, grant: due.grant()? }.into(),
    })
}
