//! The places of caregivers: who helps others helps five persons at most, although no two of their spaces need stand in one partition.
//!
//! free --taken before the event--> taken --the delegation is over, and a place is wanted | given back | space destroyed--> free
//! - a caregiver helps five persons at most whoever names them at once
//! - a place is taken once for a caregiver and a space
//! - a place is freed where the log says that the delegation is over
//! - a place whose event is still to come is not freed
//! - a destroyed space frees its places
//!
//! A place is a row with a number from 1 to 5; two rows of one number, or of one space, cannot stand for a caregiver. So the table is the
//! lock, and five is the most that it can hold. A caregiver is a keyed digest in it, which leads to nobody without the key.

use chrono::{DateTime, TimeDelta, Utc};
use ens_domain::calendar::paris;
use ens_domain::ids::{CaregiverId, SpaceId};
use ens_domain::space::{DelegationState, HealthSpace};
use ring::hmac;

use crate::engine::Engine;
use crate::ground::{CaregiverDigest, CaregiverPlace, PLACES, StoreError};
use crate::store::Store;

/// After this long no request still writes the event that it took a place for: a request is given up much earlier.
const LONGEST_REQUEST: TimeDelta = TimeDelta::hours(1);
/// How often a place is tried for that others take first.
const TRIES: u32 = 64;

/// What came of asking for a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceTaken {
    /// The caregiver has a place for this space now.
    New,
    /// They had it before.
    Already,
    /// They help as many persons as they may.
    Full,
}

/// The places of one caregiver.
pub struct CaregiverPlaces<'a> {
    store: &'a Store,
    caregiver: CaregiverId,
}

impl<'a> CaregiverPlaces<'a> {
    /// How many persons a caregiver may help at a time.
    pub const AT_MOST: u8 = PLACES;

    /// Those of this caregiver.
    pub const fn of(store: &'a Store, caregiver: CaregiverId) -> Self {
        Self { store, caregiver }
    }

    /// Takes a place for a space, before the event that needs it, which carries the same instant. Where all are taken, those are freed whose
    /// delegation is over.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Overloaded`] where others were always first.
    pub async fn take(&self, space: SpaceId, at: DateTime<Utc>) -> Result<PlaceTaken, StoreError> {
        let (digest, taken_at) = (self.digest(), at.timestamp_millis());
        for _ in 0..TRIES {
            let held = self.engine().caregiver_places(&digest).await?;
            if held.iter().any(|place| place.space == space) {
                if self.engine().renew_place(&digest, space, taken_at).await? {
                    return Ok(PlaceTaken::Already);
                }
                continue;
            }
            let free = (1..=PLACES).find(|number| held.iter().all(|place| place.number != *number));
            match free {
                Some(number) => {
                    if self.engine().insert_place(&digest, &CaregiverPlace { number, space, taken_at }).await? {
                        return Ok(PlaceTaken::New);
                    }
                }
                None => {
                    if self.free_those_over(&held, at).await? == 0 {
                        return Ok(PlaceTaken::Full);
                    }
                }
            }
        }
        Err(StoreError::Overloaded)
    }

    /// Gives a place back that was taken at this instant for an event that does not come.
    ///
    /// # Errors
    /// The database's.
    pub async fn give_back(&self, space: SpaceId, taken_at: DateTime<Utc>) -> Result<(), StoreError> {
        let taken_at = taken_at.timestamp_millis();
        let held = self.engine().caregiver_places(&self.digest()).await?;
        let Some(place) = held.into_iter().find(|place| place.space == space && place.taken_at == taken_at) else { return Ok(()) };
        self.engine().free_place(&self.digest(), &place).await.map(drop)
    }

    /// Frees the place of a space whose delegation was ended.
    ///
    /// # Errors
    /// The database's.
    pub async fn free_if_over(&self, space: SpaceId, at: DateTime<Utc>) -> Result<(), StoreError> {
        let mut held = self.engine().caregiver_places(&self.digest()).await?;
        held.retain(|place| place.space == space);
        self.free_those_over(&held, at).await.map(drop)
    }

    /// Looks at these spaces at the head of their log, and says how many places are free then that were taken before.
    async fn free_those_over(&self, held: &[CaregiverPlace], at: DateTime<Utc>) -> Result<usize, StoreError> {
        let spaces: Vec<SpaceId> = held.iter().map(|place| place.space).collect();
        let lives = self.store.log().states(&spaces).await?;
        let mut freed = 0;
        for (place, life) in held.iter().zip(lives) {
            let life = life.map(|loaded| loaded.space).unwrap_or_default();
            if self.is_over(place, &life, at) && self.engine().free_place(&self.digest(), place).await? {
                freed += 1;
            }
        }
        Ok(freed)
    }

    /// Whether the delegation that the place was taken for is over: it was named then or later, and is no more. A place that was taken since
    /// may wait for its event, and is kept for as long as a request can take.
    fn is_over(&self, place: &CaregiverPlace, life: &HealthSpace, at: DateTime<Utc>) -> bool {
        let given_up = at.timestamp_millis().saturating_sub(place.taken_at) > LONGEST_REQUEST.num_milliseconds();
        match life.delegation_state(self.caregiver, paris::day_of(at)) {
            DelegationState::Standing => false,
            DelegationState::Unknown => given_up,
            DelegationState::Lapsed { named_at } => given_up || place.taken_at <= named_at.timestamp_millis(),
            DelegationState::Ended { ended_at } => given_up || place.taken_at < ended_at.timestamp_millis(),
        }
    }

    fn digest(&self) -> CaregiverDigest {
        let mut digest = [0; 32];
        digest.copy_from_slice(hmac::sign(&self.store.shared().keys().caregiver, self.caregiver.uuid().as_bytes()).as_ref());
        digest
    }

    fn engine(&self) -> &dyn Engine {
        self.store.shared().engine()
    }
}
