//! The seal: AES-256-GCM under a space's own key, bound to the space and to the field's kind, with a key commitment.
//!
//! text = `v1.` generation `.` base64url( nonce 12 | commitment 32 | ciphertext and tag )
//! - a seal opens under its own space kind and key
//! - a seal opens nowhere else
//! - an altered seal does not open

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ens_domain::ids::SpaceId;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Prk, Salt};
use serde::de::DeserializeOwned;

use super::master::expand;
use crate::ground::{Entropy, OpenError, StoreError};

/// The bytes of a nonce.
pub(crate) const NONCE: usize = 12;
const COMMITMENT: usize = 32;

/// What a seal is bound to: it opens for this space and this kind of field only.
#[derive(Clone, Copy)]
pub(crate) struct Bound<'a> {
    pub(crate) space: SpaceId,
    pub(crate) kind: &'a str,
}

impl Bound<'_> {
    fn associated_data(self) -> Vec<u8> {
        [b"ens/seal/v1\0".as_slice(), self.space.uuid().as_bytes(), self.kind.as_bytes()].concat()
    }
}

/// One generation of a space's key, ready for use.
pub(crate) struct SpaceKey {
    generation: u32,
    cipher: LessSafeKey,
    commitment: [u8; COMMITMENT],
    root: Prk,
}

impl SpaceKey {
    /// The key that these secret bytes stand for.
    pub(crate) fn new(generation: u32, secret: &[u8]) -> Result<Self, StoreError> {
        let root = Salt::new(HKDF_SHA256, b"ens/space-key/v1").extract(secret);
        // GCM alone lets one ciphertext open under two keys; a digest of the key inside the seal does not.
        Ok(Self { generation, cipher: cipher(&expand(&root, b"seal")?)?, commitment: expand(&root, b"commitment")?, root })
    }

    /// Which of the keys that the space had it is.
    pub(crate) const fn generation(&self) -> u32 {
        self.generation
    }

    /// One key for one purpose, derived from this one.
    pub(crate) fn derive(&self, purpose: &[u8]) -> Result<[u8; 32], StoreError> {
        expand(&self.root, purpose)
    }
}

/// Seals `value` under a nonce that was drawn for it alone.
pub(crate) fn seal(key: &SpaceKey, bound: Bound<'_>, value: &[u8], nonce: [u8; NONCE]) -> Result<String, StoreError> {
    let mut sealed = value.to_vec();
    key.cipher
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound.associated_data()), &mut sealed)
        .map_err(|_| StoreError::Unstorable("a value too long to be sealed"))?;
    let body = URL_SAFE_NO_PAD.encode([nonce.as_slice(), &key.commitment, &sealed].concat());
    Ok(format!("v1.{}.{body}", key.generation))
}

/// The generation of the key that a seal was made under.
pub(crate) fn generation(text: &str) -> Option<u32> {
    let (generation, _) = text.strip_prefix("v1.")?.split_once('.')?;
    // What is no number is no seal of ours.
    generation.parse().ok()
}

/// Opens a seal.
pub(crate) fn open<T: DeserializeOwned>(key: &SpaceKey, bound: Bound<'_>, text: &str) -> Result<T, OpenError> {
    let body = text.rsplit('.').next().unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| OpenError::Foreign)?;
    let (nonce, rest) = bytes.split_first_chunk::<NONCE>().ok_or(OpenError::Foreign)?;
    let (commitment, sealed) = rest.split_first_chunk::<COMMITMENT>().ok_or(OpenError::Foreign)?;
    if generation(text) != Some(key.generation) || *commitment != key.commitment {
        return Err(OpenError::Foreign);
    }
    let mut sealed = sealed.to_vec();
    let value = key
        .cipher
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound.associated_data()), &mut sealed)
        .map_err(|_| OpenError::Foreign)?;
    serde_json::from_slice(value).map_err(|_| OpenError::Foreign)
}

/// Wraps a space's secret under the master's wrap key.
pub(crate) fn wrap(master: &[u8; 32], bound: Wrapped, secret: &[u8; 32], entropy: &Entropy) -> Result<Vec<u8>, StoreError> {
    let nonce: [u8; NONCE] = entropy.bytes()?;
    let mut sealed = secret.to_vec();
    cipher(master)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound.associated_data()), &mut sealed)
        .map_err(|_| StoreError::Malformed("a key has another length"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Unwraps a space's secret and makes it ready for use.
pub(crate) fn unwrap(master: &[u8; 32], bound: Wrapped, wrapped: &[u8]) -> Result<SpaceKey, StoreError> {
    let (nonce, sealed) = wrapped.split_first_chunk::<NONCE>().ok_or(StoreError::Malformed("a wrapped key is too short"))?;
    let mut sealed = sealed.to_vec();
    let secret = cipher(master)?
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound.associated_data()), &mut sealed)
        .map_err(|_| OpenError::WrongMaster)?;
    SpaceKey::new(bound.generation, secret)
}

/// What a wrapped key is bound to: it unwraps as this generation of this space's key only.
#[derive(Clone, Copy)]
pub(crate) struct Wrapped {
    pub(crate) space: SpaceId,
    pub(crate) generation: u32,
}

impl Wrapped {
    fn associated_data(self) -> Vec<u8> {
        [b"ens/wrap/v1\0".as_slice(), self.space.uuid().as_bytes(), &self.generation.to_be_bytes()].concat()
    }
}

fn cipher(key: &[u8; 32]) -> Result<LessSafeKey, StoreError> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| StoreError::Malformed("a key has another length"))?;
    Ok(LessSafeKey::new(key))
}

#[cfg(test)]
mod tests {
    use ens_domain::ids::SpaceId;
    use uuid::Uuid;

    use super::{Bound, NONCE, SpaceKey, Wrapped, open, seal, unwrap, wrap};
    use crate::ground::{Entropy, OpenError};

    fn space(number: u128) -> SpaceId {
        SpaceId::from(Uuid::from_u128(number))
    }

    fn sealed() -> (SpaceKey, String) {
        let key = SpaceKey::new(1, &[7; 32]).unwrap();
        let text = seal(&key, Bound { space: space(1), kind: "email" }, b"\"a@example.org\"", [1; NONCE]).unwrap();
        (key, text)
    }

    #[test]
    fn a_seal_opens_under_its_own_space_kind_and_key() {
        let (key, text) = sealed();
        assert_eq!(open::<String>(&key, Bound { space: space(1), kind: "email" }, &text), Ok("a@example.org".to_owned()));
    }

    #[test]
    fn a_seal_opens_nowhere_else() {
        let (key, text) = sealed();
        let elsewhere = [Bound { space: space(2), kind: "email" }, Bound { space: space(1), kind: "phone" }];
        for bound in elsewhere {
            assert_eq!(open::<String>(&key, bound, &text), Err(OpenError::Foreign));
        }
        for other in [SpaceKey::new(1, &[8; 32]).unwrap(), SpaceKey::new(2, &[7; 32]).unwrap()] {
            assert_eq!(open::<String>(&other, Bound { space: space(1), kind: "email" }, &text), Err(OpenError::Foreign));
        }
    }

    #[test]
    fn an_altered_seal_does_not_open() {
        let (key, text) = sealed();
        for place in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).unwrap();
            assert_eq!(open::<String>(&key, Bound { space: space(1), kind: "email" }, &altered), Err(OpenError::Foreign), "{place}");
        }
    }

    #[test]
    fn a_wrapped_key_unwraps_for_its_space_and_generation_only() {
        let bound = Wrapped { space: space(1), generation: 1 };
        let wrapped = wrap(&[1; 32], bound, &[7; 32], &Entropy::seeded(1)).unwrap();
        assert!(unwrap(&[1; 32], bound, &wrapped).is_ok());
        assert!(unwrap(&[2; 32], bound, &wrapped).is_err());
        assert!(unwrap(&[1; 32], Wrapped { space: space(1), generation: 2 }, &wrapped).is_err());
        assert!(unwrap(&[1; 32], Wrapped { space: space(2), generation: 1 }, &wrapped).is_err());
    }
}
