//! What every command is given besides its content: the store, today's policy, the clock, and fresh ids.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ens_domain::calendar::{Horizon, paris};
use ens_domain::ids::{GrantId, InvitationId, ItemId, MessageId, RepresentationId, SpaceId};
use ens_domain::policy::Policy;

use crate::clock::{Clock, Compared};
use crate::ground::{ClockFault, StoreError};
use crate::store::Store;

/// The store, the policy and the clock that commands are executed with; cheap to clone.
#[derive(Clone)]
pub struct CommandContext {
    /// Where commands are executed.
    pub store: Store,
    /// The numbers that decide today.
    pub policy: Arc<Policy>,
    /// What commands are dated by.
    pub clock: Clock,
}

impl CommandContext {
    /// A store, with the default policy.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, policy: Arc::new(Policy::default()), clock }
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

    /// Goes on where the clock can be trusted; asked before anything that acts by date. A simulated clock is compared with nothing: whoever
    /// moves it by hand answers for it.
    ///
    /// # Errors
    /// [`StoreError::Clock`] where it cannot, or the store's.
    pub async fn trust_clock(&self) -> Result<(), StoreError> {
        match self.clock.compared() {
            Compared::WithTheStore => self.store.compare_clock(|| self.now()).await,
            Compared::WithNothing => Ok(()),
        }
    }

    /// What is wrong with the clock, if anything is: for probes.
    ///
    /// # Errors
    /// The store's.
    pub async fn clock_fault(&self) -> Result<Option<ClockFault>, StoreError> {
        match self.clock.compared() {
            Compared::WithTheStore => self.store.clock_fault(|| self.now()).await,
            Compared::WithNothing => Ok(None),
        }
    }

    /// A new time-ordered id, such as `context.new_id::<MessageId>()?`, from the clock and the store's entropy.
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

impl TimeOrdered for ItemId {
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

impl TimeOrdered for InvitationId {
    fn at(at: DateTime<Utc>, randomness: [u8; 10]) -> Self {
        Self::at(at, randomness)
    }
}
