//! The key ring: keys of some spaces, to open seals at the edge for an answer that was authorised.

use std::collections::HashMap;
use std::sync::Arc;

use ens_domain::ids::SpaceId;
use ens_domain::personal::{Personal, PersonalData};
use serde::de::DeserializeOwned;

use super::seal::{self, SpaceKey};
use crate::ground::OpenError;

/// What became of one generation of a space's key.
#[derive(Clone)]
pub(crate) enum KeyState {
    Held(Arc<SpaceKey>),
    Destroyed { generation: u32 },
}

/// The keys of some spaces, fetched at once: for pages and batches. Forget it soon, for it does not learn of a destruction.
pub struct KeyRing {
    keys: HashMap<(SpaceId, u32), KeyState>,
}

impl KeyRing {
    pub(crate) fn new(keys: HashMap<(SpaceId, u32), KeyState>) -> Self {
        Self { keys }
    }

    /// Opens one sealed value of a space.
    ///
    /// # Errors
    /// [`OpenError`]: destroyed, foreign, never sealed, or of a space whose keys were not fetched.
    pub fn open<T: PersonalData>(&self, space: SpaceId, personal: &Personal<T>) -> Result<T, OpenError> {
        let text = personal.seal().ok_or(OpenError::NotSealed)?;
        self.open_text(space, T::KIND, text)
    }

    fn open_text<T: DeserializeOwned>(&self, space: SpaceId, kind: &str, text: &str) -> Result<T, OpenError> {
        let generation = seal::generation(text).ok_or(OpenError::Foreign)?;
        seal::open(self.held(space, generation)?, seal::Bound { space, kind }, text)
    }

    /// One generation of a space's key.
    pub(crate) fn held(&self, space: SpaceId, generation: u32) -> Result<&SpaceKey, OpenError> {
        match self.keys.get(&(space, generation)) {
            Some(KeyState::Held(key)) => Ok(key),
            Some(KeyState::Destroyed { .. }) => Err(OpenError::Destroyed),
            None => Err(OpenError::NoKey),
        }
    }

    /// The newest generation of a space's key.
    pub(crate) fn latest(&self, space: SpaceId) -> Result<&SpaceKey, OpenError> {
        let generations = self.keys.keys().filter(|(of, _)| *of == space).map(|(_, generation)| *generation);
        self.held(space, generations.max().ok_or(OpenError::NoKey)?)
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "KeyRing({} keys)", self.keys.len())
    }
}
