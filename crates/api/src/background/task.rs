//! The loops around the pieces of work: when each is due, and what happens when it fails.

use std::fmt::Display;
use std::time::Duration;

use chrono::{DateTime, Utc};
use ens_domain::calendar::paris;
use ens_notices::letters::StatusFolder;
use ens_notices::{Dispatcher, Information, prior_notices};
use ens_store::StoreError;
use tokio_util::sync::CancellationToken;

use super::{backlog, deadlines, openings};
use crate::app::App;

/// Notices issued before the others get their turn.
const NOTICES: u32 = 5_000;
/// How often owed notices are looked for.
const NOTICES_EVERY: Duration = Duration::from_secs(1);
/// Persons told after the fact before the others get their turn.
const INFORMATION: u32 = 1_000;
/// How often is looked for persons who are to be told after the fact.
const INFORMATION_EVERY: Duration = Duration::from_secs(5);
/// How often the carrier's reports are looked for.
const STATUSES_EVERY: Duration = Duration::from_secs(10);
/// How often what fell due is looked for between two midnights: a letter reported late may be due at once.
const CALENDAR_EVERY: Duration = Duration::from_secs(60);
/// How soon a process looks again where another one was at a part of it: should that one have died, its part is free when its lease ends.
const SHARED_EVERY: Duration = Duration::from_secs(5);
/// How often the backlog is counted.
const GAUGES_EVERY: Duration = Duration::from_secs(15);
/// How often the clock is compared while messages are sent.
const CLOCK_EVERY: Duration = Duration::from_secs(30);
/// The wait after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Whether a piece of work left more of the same to do.
enum Left {
    More,
    Nothing,
}

pub(super) async fn issue_notices(app: App, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        let issued = prior_notices::issue_due(&app, NOTICES).await;
        let left = issued.map(|done| if done.issued > 0 { Left::More } else { Left::Nothing });
        rest("notices", report("notices", left), NOTICES_EVERY, &shutdown).await;
    }
}

pub(super) async fn send_information(app: App, dispatcher: Dispatcher, shutdown: CancellationToken) {
    let information = Information { context: &app, mailboxes: dispatcher.mailboxes() };
    while !shutdown.is_cancelled() {
        let sent = information.send_due(INFORMATION).await;
        let left = sent.map(|done| if done.settled > 0 { Left::More } else { Left::Nothing });
        rest("information", report("information", left), INFORMATION_EVERY, &shutdown).await;
    }
}

pub(super) async fn import_statuses(app: App, folder: StatusFolder, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        let went = import_statuses_once(&app, &folder).await;
        rest("letter_statuses", went, STATUSES_EVERY, &shutdown).await;
    }
}

/// Takes in what the carrier reports, unless the clock cannot be trusted: that is told, and the reports wait.
async fn import_statuses_once(app: &App, folder: &StatusFolder) -> Went {
    if let Err(error) = app.trust_clock().await {
        return report("letter_statuses", Err(error));
    }
    report("letter_statuses", folder.import_new(app).await.map(|_| Left::Nothing))
}

/// Sends what waits, as long as the clock can be trusted: what is sent is recorded with its day.
pub(super) async fn dispatch(app: App, dispatcher: Dispatcher, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        let turn = shutdown.child_token();
        let trusted = report("dispatch", app.trust_clock().await.map(|()| Left::Nothing));
        if matches!(trusted, Went::Badly) {
            rest("dispatch", trusted, AFTER_FAILURE, &shutdown).await;
            continue;
        }
        let sending = async {
            dispatcher.run(turn.clone()).await;
            let early = !turn.is_cancelled();
            turn.cancel();
            early
        };
        let (early, ()) = tokio::join!(sending, watch_clock(&app, &turn));
        if early {
            return;
        }
    }
}

/// Ends the turn as soon as the clock is found to be wrong. What else fails is the dispatcher's own to tell.
async fn watch_clock(app: &App, turn: &CancellationToken) {
    while turn.run_until_cancelled(tokio::time::sleep(CLOCK_EVERY)).await.is_some() {
        if let Err(StoreError::Clock(fault)) = app.trust_clock().await {
            tracing::error!(%fault, "nothing is sent until the clock is right");
            turn.cancel();
        }
    }
}

/// At start for what was missed, at the first instant of each day in Paris, and now and then between.
pub(super) async fn keep_the_calendar(app: App, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        let kept = keep_once(&app, &shutdown).await;
        let again = kept.as_ref().map_or(CALENDAR_EVERY, CalendarRound::again);
        let went = report("calendar", kept.map(|_| Left::Nothing));
        rest("calendar", went, until_next_day(app.now()).min(again), &shutdown).await;
    }
}

/// How a round of the calendar left the work.
enum CalendarRound {
    /// All that was due was tried.
    Complete,
    /// Another process is at a part of it.
    Shared,
}

impl CalendarRound {
    const fn again(&self) -> Duration {
        match self {
            Self::Complete => CALENDAR_EVERY,
            Self::Shared => SHARED_EVERY,
        }
    }
}

async fn keep_once(app: &App, shutdown: &CancellationToken) -> Result<CalendarRound, StoreError> {
    let today = paris::day_of(app.now());
    let opened = openings::open_until(app, today, shutdown.clone()).await?;
    let settled = deadlines::settle_until(app, today, shutdown.clone()).await?;
    if opened.done + settled.done > 0 {
        tracing::info!(%today, opened = opened.done, refused = opened.refused, settled = settled.done, "what fell due is done");
    }
    Ok(if opened.elsewhere + settled.elsewhere == 0 { CalendarRound::Complete } else { CalendarRound::Shared })
}

pub(super) async fn measure(app: App, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        let measured = measure_once(&app).await.map(|()| Left::Nothing);
        rest("gauges", report("gauges", measured), GAUGES_EVERY, &shutdown).await;
    }
}

async fn measure_once(app: &App) -> Result<(), StoreError> {
    backlog::count(app).await.map(|backlog| backlog.show())
}

/// How long until the first instant of the next day in Paris.
fn until_next_day(now: DateTime<Utc>) -> Duration {
    let tomorrow = paris::day_of(now).succ_opt().map(paris::start_of);
    // A negative duration would mean that the next day has begun already.
    tomorrow.and_then(|start| (start - now).to_std().ok()).unwrap_or(CALENDAR_EVERY)
}

/// What the loop does next.
enum Went {
    OnAtOnce,
    Well,
    Badly,
}

fn report<E: Display>(task: &'static str, done: Result<Left, E>) -> Went {
    match done {
        Ok(Left::More) => Went::OnAtOnce,
        Ok(Left::Nothing) => Went::Well,
        Err(error) => {
            tracing::warn!(task, %error, "a background task failed and will try again");
            metrics::counter!("ens_task_failures_total", "task" => task).increment(1);
            Went::Badly
        }
    }
}

async fn rest(task: &'static str, went: Went, usual: Duration, shutdown: &CancellationToken) {
    let wait = match went {
        Went::OnAtOnce => return tokio::task::yield_now().await,
        Went::Well => usual,
        Went::Badly => AFTER_FAILURE,
    };
    if shutdown.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
        tracing::debug!(task, "a background task stops");
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn the_next_day_begins_at_midnight_in_paris() {
        let winter = Utc.with_ymd_and_hms(2026, 1, 12, 22, 59, 0).unwrap();
        assert_eq!(until_next_day(winter), Duration::from_secs(60));
        let summer = Utc.with_ymd_and_hms(2026, 7, 12, 22, 0, 0).unwrap();
        assert_eq!(until_next_day(summer), Duration::from_secs(24 * 60 * 60));
    }
}
