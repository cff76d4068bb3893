//! What every part of the service shares: the store, today's policy, the clock, the settings.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ens_domain::calendar::{Horizon, paris};
use ens_domain::ids::{GrantId, MessageId, RepresentationId, SpaceId};
use ens_domain::policy::Policy;
use ens_store::{Store, StoreError};

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
    /// The service over a store, with the default policy.
    pub fn new(store: Store, clock: Clock, settings: Settings) -> Self {
        Self { store, policy: Arc::new(Policy::default()), clock, settings: Arc::new(settings) }
    }

    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The days that anybody may name to this service today; what a field may hold can be less.
    pub fn horizon(&self) -> Horizon {
        Horizon::of_any_day(paris::day_of(self.now()), &self.policy)
    }

    /// The days on which something may have happened to a person until today.
    pub fn past(&self) -> Horizon {
        Horizon::past(paris::day_of(self.now()), &self.policy)
    }

    /// A new time-ordered id, such as `app.new_id::<MessageId>()?`, from the clock and the store's entropy.
    ///
    /// # Errors
    /// The machine gives no randomness.
    pub fn new_id<Id: TimeOrdered>(&self) -> Result<Id, StoreError> {
        Ok(Id::at(self.now(), self.store.entropy().bytes()?))
    }
}

/// An id that is made of an instant and of randomness.
pub trait TimeOrdered: Sized {
    /// The id for this instant.
    fn at(at: DateTime<Utc>, randomness: [u8; 10]) -> Self;
}

impl TimeOrdered for SpaceId {
    fn at(at: DateTime<Utc>, randomness: [u8; 10]) -> Self {
        Self::at(at, randomness)
    }
}

impl TimeOrdered for MessageId {
    fn at(at: DateTime<Utc>, randomness: [u8; 10]) -> Self {
        Self::at(at, randomness)
    }
}

impl TimeOrdered for GrantId {
    fn at(at: DateTime<Utc>, randomness: [u8; 10]) -> Self {
        Self::at(at, randomness)
    }
}

impl TimeOrdered for RepresentationId {
    fn at(at: DateTime<Utc>, randomness: [u8; 10]) -> Self {
        Self::at(at, randomness)
    }
}
