//! What falls due by itself after the opening: suspensions over, destructions, comings of age, ends of grants.
//!
//! - a deadline that its space refuses holds up no other
//! - the same day twice settles nothing twice

use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::space::SpaceCommand;
use ens_domain::space::commands::{CloseSuspended, ComeOfAge, Destroy, ExpireAccess};
use ens_projections::Projection;
use ens_projections::deadlines::{Deadline, DeadlineKind, Deadlines, deadlines_due};
use ens_store::{CommandEnvelope, Partition, Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::app::App;

use super::sweep::{Due, Sweep, SweepCounts};

/// Deadlines settled together.
const SET: u32 = 1_000;

/// Settles what falls due on this day and what was missed before, but where another process is at it.
///
/// # Errors
/// The list of what is due could not be read, or a partition not be claimed; the other partitions are done.
pub async fn settle_due(app: &App, on: NaiveDate) -> Result<SweepCounts, StoreError> {
    settle_until(app, on, CancellationToken::new()).await
}

/// The same, ended before its end where `stop` asks for it.
pub(super) async fn settle_until(app: &App, on: NaiveDate, stop: CancellationToken) -> Result<SweepCounts, StoreError> {
    Sweep { app: app.clone(), on, stop }.run::<DueDeadlines>().await
}

/// Deadlines that fall due.
struct DueDeadlines;

impl Due for DueDeadlines {
    const TASK: &'static str = "deadlines";
    const READ_MODEL: &'static str = Deadlines::NAME;
    type Row = Deadline;

    async fn set(store: &Store, partition: Partition, on: NaiveDate, after: Option<&Deadline>) -> Result<Vec<Deadline>, StoreError> {
        deadlines_due(store, partition, on, after, SET).await
    }

    fn envelope(row: &Deadline, at: DateTime<Utc>) -> Option<CommandEnvelope> {
        Some(CommandEnvelope::new(row.space, command(row, at)?))
    }
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
