//! What every part of the service shares: the store, today's policy, the clock, the settings.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ens_domain::policy::Policy;
use ens_store::Store;

use crate::clock::Clock;
use crate::config::Settings;

/// The service's shared parts; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The one door to the log, the read models and the keys.
    pub store: Store,
    /// The numbers that decide today.
    pub policy: Arc<Policy>,
    /// The clock of every decision.
    pub clock: Clock,
    /// What the operator configured.
    pub settings: Arc<Settings>,
}

impl App {
    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}
