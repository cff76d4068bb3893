//! The clock that commands are dated by: the machine's, which is compared with the store's before anything is done by date, or a simulated one
//! that stands still until it is moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

/// What time it is, for every decision of this process.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    /// Wrong by so much; nothing but in a test of what a wrong clock does.
    Machine(TimeDelta),
    Simulated(Arc<AtomicI64>),
}

/// What a clock is compared with before anything is done by date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// With the clock of the database, or with the last instant that the store saw.
    WithTheStore,
    /// With nothing: it is moved by hand, and the store has another time.
    WithNothing,
}

impl Clock {
    /// The machine's clock.
    pub const fn machine() -> Self {
        Self(Source::Machine(TimeDelta::zero()))
    }

    /// The machine's clock as it would be if somebody had set it wrong; for tests.
    pub const fn machine_wrong_by(by: TimeDelta) -> Self {
        Self(Source::Machine(by))
    }

    /// What it is compared with before anything is done by date.
    pub const fn compared(&self) -> Compared {
        match &self.0 {
            Source::Machine(_) => Compared::WithTheStore,
            Source::Simulated(_) => Compared::WithNothing,
        }
    }

    /// A clock that stands still until it is moved; its clones move with it. It is compared with nothing.
    pub fn simulated(start: DateTime<Utc>) -> Self {
        Self(Source::Simulated(Arc::new(AtomicI64::new(start.timestamp_millis()))))
    }

    /// The present instant, to the millisecond.
    pub fn now(&self) -> DateTime<Utc> {
        let millis = match &self.0 {
            Source::Machine(wrong_by) => (Utc::now() + *wrong_by).timestamp_millis(),
            Source::Simulated(millis) => millis.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_millis(millis).unwrap_or_default()
    }

    /// Moves a simulated clock; the machine's is left alone.
    pub fn jump_to(&self, at: DateTime<Utc>) {
        match &self.0 {
            Source::Machine(_) => {}
            Source::Simulated(millis) => millis.store(at.timestamp_millis(), Ordering::SeqCst),
        }
    }
}
