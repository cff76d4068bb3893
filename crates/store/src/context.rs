//! What every command is given besides its content: the store, today's policy, the clock, and fresh ids.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ens_domain::ids::{GrantId, MessageId, RepresentationId, SpaceId};
use ens_domain::policy::Policy;

use crate::clock::Clock;
use crate::error::StoreError;
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
