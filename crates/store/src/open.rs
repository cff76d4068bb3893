//! Opening seals at the edge, for an answer that was authorised.

use std::collections::HashMap;

use ens_domain::ids::SpaceId;
use ens_domain::personal::{Personal, PersonalData};
use serde::de::DeserializeOwned;

use crate::error::StoreError;
use crate::keys::KeyState;
use crate::seal;
use crate::store::Store;
use crate::walk::{Renews, Sealing};

/// Why a seal stays closed. Says which kind, never what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The space was destroyed, and its key with it: nobody can read this any more.
    #[error("destroyed: the key of this space no longer exists")]
    Destroyed,
    /// No key was ever made for this space, or not of this generation.
    #[error("no key is known for this space")]
    NoKey,
    /// The value was never sealed; what comes from the store always is.
    #[error("not sealed")]
    NotSealed,
    /// The seal was altered, belongs to another space or another field, or was made under another key.
    #[error("this seal does not belong here")]
    Foreign,
    /// The master key is not the one that the store was made with.
    #[error("the master key is not the one that this store was made with: open it with that one")]
    WrongMaster,
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
        match self.keys.get(&(space, generation)) {
            Some(KeyState::Held(key)) => seal::open(key, seal::Bound { space, kind }, text),
            Some(KeyState::Destroyed { .. }) => Err(OpenError::Destroyed),
            None => Err(OpenError::NoKey),
        }
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "KeyRing({} keys)", self.keys.len())
    }
}

impl Store {
    /// Opens one sealed value of a space. For many, fetch a [`KeyRing`].
    ///
    /// # Errors
    /// [`StoreError::Open`] with the reason, or the database's.
    pub async fn open_personal<T: PersonalData>(&self, space: SpaceId, personal: &Personal<T>) -> Result<T, StoreError> {
        let ring = self.key_ring(&[space]).await?;
        Ok(ring.open(space, personal)?)
    }

    /// The keys of these spaces, in one query.
    ///
    /// # Errors
    /// [`OpenError::WrongMaster`] where a key was wrapped under another master key, or the database's.
    pub async fn key_ring(&self, spaces: &[SpaceId]) -> Result<KeyRing, StoreError> {
        self.fetch_keys(spaces).await.map(KeyRing::new)
    }

    /// Seals one value under the space's key, which is made if it has none.
    ///
    /// # Errors
    /// [`OpenError::Destroyed`] for a destroyed space, or the database's.
    pub async fn seal<T: PersonalData>(&self, space: SpaceId, value: T) -> Result<Personal<T>, StoreError> {
        let text = serde_json::to_string(&Personal::new(value)).map_err(|_| StoreError::Unstorable("a value that is not JSON"))?;
        let mut texts = [Sealing { space, renews: Renews::No, text }];
        self.seal_texts(&mut texts).await?;
        let [sealed] = texts;
        serde_json::from_str(&sealed.text).map_err(|_| StoreError::Unstorable("a value that does not read back"))
    }
}
