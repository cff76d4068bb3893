//! What the service does by itself: read models followed, notices issued and sent, spaces opened, deadlines kept.
//!
//! Every task does a bounded piece of work at a time, may be repeated without harm, and may run in two processes at once. A task that
//! fails says so, waits, and tries again; the others go on.
//! - what was missed is opened at start
//! - asked to stop, every task stops
//!
//! What acts by date waits while the clock of this process cannot be trusted.

use ens_notices::Dispatcher;
use ens_notices::letters::StatusFolder;
use ens_projections::Followers;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::App;

pub use sweep::SweepCounts;

pub(crate) mod backlog;
pub mod deadlines;
pub mod openings;
mod sweep;
mod task;

/// What `run` keeps going, besides the sweeps.
#[derive(Clone)]
pub struct Workers {
    /// Keep the read models up to date.
    pub followers: Followers,
    /// Sends what is in the outbox.
    pub dispatcher: Dispatcher,
    /// Imports what the carrier reports on letters.
    pub statuses: StatusFolder,
}

/// A task that ended although nobody asked it to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a background task ended before it was asked to")]
pub struct EndedEarly;

/// Runs every task until `shutdown`, then waits for what each has begun.
///
/// # Errors
/// [`EndedEarly`] where a task broke; the others were stopped then.
pub async fn run(app: App, workers: Workers, shutdown: CancellationToken) -> Result<(), EndedEarly> {
    let mut tasks = JoinSet::new();
    let Workers { followers, dispatcher, statuses } = workers;
    let stop = shutdown.clone();
    tasks.spawn(async move { followers.run(stop.cancelled_owned()).await });
    tasks.spawn(task::send_information(app.clone(), dispatcher.clone(), shutdown.clone()));
    tasks.spawn(task::dispatch(app.clone(), dispatcher, shutdown.clone()));
    tasks.spawn(task::issue_notices(app.clone(), shutdown.clone()));
    tasks.spawn(task::import_statuses(app.clone(), statuses, shutdown.clone()));
    tasks.spawn(task::keep_the_calendar(app.clone(), shutdown.clone()));
    tasks.spawn(task::measure(app, shutdown.clone()));
    let mut early = None;
    while let Some(ended) = tasks.join_next().await {
        if ended.is_err() || !shutdown.is_cancelled() {
            tracing::error!(panicked = ended.is_err(), "a background task ended before it was asked to");
            early = Some(EndedEarly);
            shutdown.cancel();
        }
    }
    early.map_or(Ok(()), Err)
}
