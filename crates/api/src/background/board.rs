//! Where every background task says how its last piece of work went, for the service's health.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::Serialize;

/// How one task fares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct TaskStatus {
    /// When a piece of work last went well.
    pub well_at: Option<DateTime<Utc>>,
    /// Pieces that have failed since.
    pub failures: u32,
}

/// The status of every task, shared by its clones.
#[derive(Debug, Clone, Default)]
pub struct Board(Arc<Mutex<BTreeMap<&'static str, TaskStatus>>>);

impl Board {
    /// Every task that has reported, by its name.
    pub fn statuses(&self) -> BTreeMap<&'static str, TaskStatus> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn went_well(&self, task: &'static str, at: DateTime<Utc>) {
        self.set(task, |status| *status = TaskStatus { well_at: Some(at), failures: 0 });
    }

    pub(super) fn failed(&self, task: &'static str) {
        metrics::counter!("ens_task_failures_total", "task" => task).increment(1);
        self.set(task, |status| status.failures = status.failures.saturating_add(1));
    }

    fn set(&self, task: &'static str, change: impl FnOnce(&mut TaskStatus)) {
        // A status is one word: whoever panicked beside it left it whole.
        change(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(task).or_default());
    }
}
