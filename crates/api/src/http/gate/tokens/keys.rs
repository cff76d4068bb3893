//! `Keys` are the public keys that an operator gives as files (PEM, JSON Web Key Set), with the issuer and the audience of their tokens.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::config::{TokenKey, TokenSettings};

use super::key_set::KeySet;

/// Public keys in files, with the issuer and the audience that a token under them must name.
#[derive(Clone)]
pub struct Keys {
    pub(super) set: KeySet,
    pub(super) issuer: String,
    pub(super) audience: String,
}

/// Keys that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A file cannot be read.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not a public key that we check with.
    #[error("{origin}: expected a public key in PEM: Ed25519, P-256 or RSA")]
    NotAKey {
        /// Where it came from.
        origin: String,
    },
    /// Not a key set, or a key in it that we do not check with.
    #[error("{origin}: expected a JSON Web Key Set of public keys for signatures: Ed25519, P-256, or RSA of 2048 bits or more")]
    NotAKeySet {
        /// Where it came from.
        origin: String,
    },
}

impl Keys {
    /// The keys that an operator configured; empty until one is added.
    ///
    /// # Errors
    /// [`KeysError`] names the file to mend.
    pub fn from_settings(settings: &TokenSettings) -> Result<Self, KeysError> {
        let mut keys = Self::none(&settings.issuer, &settings.audience);
        for path in &settings.keys {
            keys.add_pem(&path.display().to_string(), &read(path)?)?;
        }
        if let Some(path) = &settings.jwks {
            keys.add_key_set(&path.display().to_string(), &read(path)?)?;
        }
        Ok(keys)
    }

    /// No key: every token is refused until one is added.
    pub fn none(issuer: &str, audience: &str) -> Self {
        Self { set: KeySet::default(), issuer: issuer.to_owned(), audience: audience.to_owned() }
    }

    /// Whether there is no key.
    pub const fn is_empty(&self) -> bool {
        self.set.len() == 0
    }

    /// Adds the development key.
    #[must_use]
    pub fn with_development(mut self, key: &TokenKey) -> Self {
        self.set.extend(KeySet::of_ed25519(key.public_bytes()));
        self
    }

    /// Adds a public key in PEM.
    ///
    /// # Errors
    /// [`KeysError::NotAKey`] for anything but an Ed25519, P-256 or RSA public key.
    pub fn add_pem(&mut self, origin: &str, pem: &[u8]) -> Result<(), KeysError> {
        self.set.extend(KeySet::of_pem(pem).ok_or_else(|| KeysError::NotAKey { origin: origin.to_owned() })?);
        Ok(())
    }

    /// Adds every key of a set.
    ///
    /// # Errors
    /// [`KeysError::NotAKeySet`] where one of them is not for checking signatures, or not of a kind that is used here.
    pub fn add_key_set(&mut self, origin: &str, json: &[u8]) -> Result<(), KeysError> {
        let refused = || KeysError::NotAKeySet { origin: origin.to_owned() };
        let set = serde_json::from_slice(json).map_err(|_| refused())?;
        self.set.extend(KeySet::of_json_without_others(&set).ok_or_else(refused)?);
        Ok(())
    }
}

fn read(path: &Path) -> Result<Vec<u8>, KeysError> {
    std::fs::read(path).map_err(|source| KeysError::File { path: path.to_owned(), source })
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Keys").field("keys", &self.set.len()).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
