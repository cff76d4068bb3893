//! The last instant that an embedded store saw, kept in a file beside it, and whether the machine's clock has jumped since.
//!
//! noted --less than a day, or as long as the machine has been running--> clock right, noted anew     otherwise --> jumped
//! - a machine that was not restarted tells how long it really was, whatever the time of the stop
//! - a clock that jumped by more than a day, forwards or backwards, is seen

use std::io;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};

/// The longest that a clock may seem to have jumped: a day, and two hours so that a command that runs once a day is not stopped by the
/// change of the clocks.
const LIMIT: TimeDelta = TimeDelta::hours(26);
/// How old a note is before it is written anew.
const NOTED_EVERY: TimeDelta = TimeDelta::seconds(30);

/// An instant by the machine's clock, and how long the machine had been running then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LastSeen {
    at: DateTime<Utc>,
    running: Option<Running>,
}

/// How long a machine has been running since it was started, sleep included: this counts on when somebody sets the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Running {
    start: String,
    seconds: i64,
}

impl Running {
    /// Of this machine, where its system tells (Linux); nothing elsewhere.
    pub(crate) fn now() -> Option<Self> {
        // A system without this file is no fault: the note says less then.
        let start = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let uptime = std::fs::read_to_string("/proc/uptime").ok()?; // As above.
        let seconds = uptime.split(['.', ' ']).next()?.parse().ok()?; // As above.
        Some(Self { start: start.trim().to_owned(), seconds })
    }
}

impl LastSeen {
    /// Now, on this machine.
    pub(crate) fn now(at: DateTime<Utc>) -> Self {
        Self { at, running: Running::now() }
    }

    /// An instant of which nothing else is known.
    pub(crate) const fn only(at: DateTime<Utc>) -> Self {
        Self { at, running: None }
    }

    /// The instant.
    pub(crate) const fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Whether the clock has jumped between this and a later look.
    pub(crate) fn jumped_until(&self, later: &Self) -> bool {
        let passed = match (&self.running, &later.running) {
            (Some(before), Some(after)) if before.start == after.start => TimeDelta::seconds(after.seconds.saturating_sub(before.seconds)),
            (Some(_) | None, Some(_) | None) => TimeDelta::zero(),
        };
        (later.at - self.at - passed).abs() > LIMIT
    }

    /// Whether it is time to note a later look in the place of this one.
    pub(crate) fn is_old_at(&self, later: &Self) -> bool {
        (later.at - self.at).abs() >= NOTED_EVERY
    }

    /// The note in a file; nothing where there is none, or none that can be read.
    pub(crate) fn read(file: &Path) -> io::Result<Option<Self>> {
        match std::fs::read_to_string(file) {
            Ok(text) => Ok(Self::parse(&text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Replaces the note in a file; whoever reads it meanwhile sees the old one or the new one.
    pub(crate) fn write(&self, file: &Path) -> io::Result<()> {
        let mut beside = file.as_os_str().to_owned();
        beside.push(format!(".{}", std::process::id()));
        std::fs::write(&beside, self.to_text())?;
        std::fs::rename(&beside, file)
    }

    fn to_text(&self) -> String {
        let at = self.at.to_rfc3339();
        match &self.running {
            Some(running) => format!("{at} {} {}\n", running.start, running.seconds),
            None => format!("{at}\n"),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        // A note that cannot be read is none.
        let at = words.next()?.parse().ok()?;
        let running = words.next().zip(words.next().and_then(|seconds| seconds.parse().ok())); // As above.
        Some(Self { at, running: running.map(|(start, seconds)| Running { start: start.to_owned(), seconds }) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn look(start: &str, running: i64, clock: i64) -> LastSeen {
        let at = DateTime::from_timestamp(1_772_442_000 + clock, 0).unwrap();
        LastSeen { at, running: Some(Running { start: start.to_owned(), seconds: running }) }
    }

    #[test]
    fn a_machine_that_was_not_restarted_tells_how_long_it_really_was_whatever_the_time_of_the_stop() {
        let before = look("a", 100, 0);
        assert!(!before.jumped_until(&look("a", 100 + 21 * DAY, 21 * DAY)), "three weeks off");
        assert!(before.jumped_until(&look("a", 160, 43 * DAY)), "43 days in a minute");
        assert!(before.jumped_until(&look("a", 160, -2 * DAY)), "backwards");
    }

    #[test]
    fn a_clock_that_jumped_by_more_than_a_day_forwards_or_backwards_is_seen() {
        let before = look("a", 100, 0);
        assert!(!before.jumped_until(&look("b", 5, DAY)), "a night off");
        for days in [43, 2, -2, -43] {
            assert!(before.jumped_until(&look("b", 5, days * DAY)), "{days} days");
            assert!(before.jumped_until(&LastSeen::only(look("b", 5, days * DAY).at())), "{days} days");
        }
    }

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let folder = std::env::temp_dir().join(format!("ens-last-seen-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("ens.db-clock");
        assert_eq!(LastSeen::read(&file).unwrap(), None);
        for note in [look("a", 100, 7), LastSeen::only(look("a", 0, 9).at())] {
            note.write(&file).unwrap();
            assert_eq!(LastSeen::read(&file).unwrap(), Some(note));
        }
        std::fs::write(&file, "not a note").unwrap();
        assert_eq!(LastSeen::read(&file).unwrap(), None);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
