//! Whether the clock of this process can be trusted: asked before anything is done because its day has come.
//!
//! PostgreSQL: the process's clock and the server's may be two minutes apart. SQLite, whose clock is the machine's own: the clock may not have
//! jumped by more than a day since the store last saw it, unless the operator says that it is right. A store in memory ends with its process,
//! and compares nothing.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};

use crate::engine::ClockReference;
use crate::ground::{ClockFault, StoreError};
use crate::last_seen::LastSeen;
use crate::shared::Shared;

/// How far the clocks of two machines may be apart.
const APART: TimeDelta = TimeDelta::minutes(2);

/// Compares this process's clock, and notes the instant where it is right.
///
/// # Errors
/// [`StoreError::Clock`] where it cannot be trusted, or the database's.
pub(crate) async fn compare(shared: &Shared, clock: impl Fn() -> DateTime<Utc> + Send + Sync) -> Result<(), StoreError> {
    let (reference, found) = looked_up(shared, &clock).await?;
    match (found, reference) {
        (Some(wrong), _) => return Err(StoreError::Clock(wrong)),
        (None, ClockReference::Note(file)) => note(&file, clock()),
        (None, ClockReference::Server(_) | ClockReference::Nothing) => {}
    }
    Ok(())
}

/// What is wrong with this process's clock, if anything is; notes nothing.
///
/// # Errors
/// The database's.
pub(crate) async fn fault(shared: &Shared, clock: impl Fn() -> DateTime<Utc> + Send + Sync) -> Result<Option<ClockFault>, StoreError> {
    looked_up(shared, &clock).await.map(|(_, found)| found)
}

/// What the clock was compared with, asked for once, and what is wrong with it.
async fn looked_up(
    shared: &Shared,
    clock: &(impl Fn() -> DateTime<Utc> + Send + Sync),
) -> Result<(ClockReference, Option<ClockFault>), StoreError> {
    let before = clock();
    let reference = shared.engine().clock_reference().await?;
    let found = match &reference {
        ClockReference::Server(at) => apart(before, *at, clock()),
        ClockReference::Nothing => None,
        ClockReference::Note(file) => {
            let seen = match LastSeen::read(file).map_err(unreadable)? {
                Some(seen) => Some(seen),
                None => last_recorded(shared).await?.map(LastSeen::only),
            };
            let now = LastSeen::now(clock());
            seen.filter(|seen| seen.jumped_until(&now)).map(|seen| ClockFault::Jumped { last_seen: seen.at() })
        }
    };
    Ok((reference, found))
}

/// Takes the operator's word that the clock is right now, whatever it seems. On PostgreSQL the server's clock is asked all the same.
///
/// # Errors
/// The note cannot be written, or the database's.
pub(crate) async fn accept(shared: &Shared, now: DateTime<Utc>) -> Result<(), StoreError> {
    match shared.engine().clock_reference().await? {
        ClockReference::Note(file) => LastSeen::now(now).write(&file).map_err(unreadable),
        ClockReference::Server(_) | ClockReference::Nothing => Ok(()),
    }
}

/// When the youngest event was recorded, by the clock of the database.
async fn last_recorded(shared: &Shared) -> Result<Option<DateTime<Utc>>, StoreError> {
    let mut last = None;
    for (partition, head) in shared.engine().heads().await? {
        let events = if head == 0 { Vec::new() } else { shared.engine().feed(partition, head - 1, 1).await? };
        last = last.max(events.first().map(|event| event.recorded_at));
    }
    Ok(last)
}

/// The server's clock is right if it shows an instant between the question and the answer, give or take.
fn apart(before: DateTime<Utc>, server: DateTime<Utc>, after: DateTime<Utc>) -> Option<ClockFault> {
    let ahead = if server < before - APART {
        before - server
    } else if server > after + APART {
        after - server
    } else {
        return None;
    };
    Some(ClockFault::ApartFromDatabase { seconds: ahead.num_seconds() })
}

/// A note that cannot be written is tried again with the next look; only a day without any stops what acts by date.
fn note(file: &Path, at: DateTime<Utc>) {
    let now = LastSeen::now(at);
    let due = LastSeen::read(file).map(|seen| seen.is_none_or(|seen| seen.is_old_at(&now)));
    if let Err(error) = due.and_then(|due| if due { now.write(file) } else { Ok(()) }) {
        tracing::warn!(file = %file.display(), %error, "the last instant that this store saw cannot be noted");
    }
}

fn unreadable(error: std::io::Error) -> StoreError {
    StoreError::Unreachable(format!("the note of the last instant beside the store: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_are_more_than_two_minutes_apart_are_told_by_how_much() {
        let at = |seconds: i64| DateTime::from_timestamp(1_772_442_000 + seconds, 0).unwrap();
        assert_eq!(apart(at(0), at(0), at(0)), None);
        assert_eq!(apart(at(0), at(120), at(0)), None);
        assert_eq!(apart(at(0), at(200), at(300)), None, "a slow answer is no fault");
        assert_eq!(apart(at(0), at(-121), at(0)), Some(ClockFault::ApartFromDatabase { seconds: 121 }));
        assert_eq!(apart(at(0), at(121), at(0)), Some(ClockFault::ApartFromDatabase { seconds: -121 }));
    }
}
