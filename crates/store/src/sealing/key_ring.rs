//! The key ring: keys of some spaces, to open seals at the edge for an answer that was authorised.

use std::collections::HashMap;
use std::sync::Arc;

use ens_domain::guarded::Guarded;
use ens_domain::ids::SpaceId;
use ens_domain::personal::{Personal, PersonalData};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::seal::{self, SpaceKey};
use super::seal_json;
use crate::ground::{OpenError, StoreError};

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

    /// The same; nothing where the space was destroyed, whose rows are about to go.
    ///
    /// # Errors
    /// [`StoreError::Open`] for every other reason.
    pub fn open_unless_destroyed<T: PersonalData>(&self, space: SpaceId, personal: &Personal<T>) -> Result<Option<T>, StoreError> {
        match self.open(space, personal) {
            Ok(value) => Ok(Some(value)),
            Err(OpenError::Destroyed) => Ok(None),
            Err(error) => Err(StoreError::Open(error)),
        }
    }

    /// Opens one guarded value of a space, or answers it as it is where it was opened already.
    ///
    /// # Errors
    /// [`OpenError`]: destroyed, foreign, or of a space whose keys were not fetched.
    pub fn open_guarded<T: PersonalData>(&self, space: SpaceId, guarded: &Guarded<T>) -> Result<T, OpenError> {
        match (guarded.get(), guarded.seal()) {
            (Some(value), _) => Ok(value.clone()),
            (None, Some(seal)) => self.open_text(space, T::KIND, seal),
            (None, None) => Err(OpenError::NotSealed),
        }
    }

    /// The text of an event with its guarded values opened; they stay sealed where the space was destroyed.
    pub(crate) fn with_guarded_open(&self, space: SpaceId, text: &str) -> Result<String, StoreError> {
        seal_json::open_guarded(text, |kind, seal| match self.open_text::<Value>(space, kind, seal) {
            Ok(value) => Ok(Some(value)),
            Err(OpenError::Destroyed) => Ok(None),
            Err(error @ (OpenError::NotSealed | OpenError::Foreign | OpenError::NoKey | OpenError::WrongMaster)) => {
                Err(StoreError::Open(error))
            }
        })
    }

    /// The same for a row of a read model: what cannot be opened stays sealed, and its row says less. Nothing in the log stops a read model.
    pub(crate) fn with_guarded_shown(&self, space: SpaceId, text: &str) -> Result<String, StoreError> {
        let shown = seal_json::open_guarded(text, |kind, seal| match self.open_text::<Value>(space, kind, seal) {
            Ok(value) => Ok(Some(value)),
            // Decisions refuse to go on where a value of theirs does not open.
            Err(_) => Ok(None),
        });
        // A text that is none of ours is left as it is: who decodes the event says what is wrong with it.
        shown.or_else(|_| Ok(text.to_owned()))
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
