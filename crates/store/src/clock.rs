//! The clock that commands are dated by: the machine's, or a simulated one that stands still until it is moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

/// What time it is, for every decision of this process.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    Machine,
    Simulated(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub const fn machine() -> Self {
        Self(Source::Machine)
    }

    /// A clock that stands still until it is moved; its clones move with it.
    pub fn simulated(start: DateTime<Utc>) -> Self {
        Self(Source::Simulated(Arc::new(AtomicI64::new(start.timestamp_millis()))))
    }

    /// The present instant, to the millisecond.
    pub fn now(&self) -> DateTime<Utc> {
        let millis = match &self.0 {
            Source::Machine => Utc::now().timestamp_millis(),
            Source::Simulated(millis) => millis.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_millis(millis).unwrap_or_default()
    }

    /// Moves a simulated clock; the machine's is left alone.
    pub fn jump_to(&self, at: DateTime<Utc>) {
        match &self.0 {
            Source::Machine => {}
            Source::Simulated(millis) => millis.store(at.timestamp_millis(), Ordering::SeqCst),
        }
    }
}
