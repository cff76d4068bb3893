//! The master key: one secret outside the database, from which every other key of the store is derived or wrapped.
//!
//! master --HKDF--> wrap key (wraps each space's key) · index key (INS digests) · code key (provisional codes) · request key (idempotency) · caregiver key (places)
//!            · item key (ids of items that a partner names) · check key (tells whether this is the master key of a store)

use std::fmt;

use ens_domain::code::CodeKey;
use ens_domain::event::StreamKind;
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::ins::IndexKey;
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use ring::hmac;
use uuid::{Builder, Uuid};

use crate::ground::{Entropy, StoreError, StoreIdentity};

/// A text that is not a master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a master key: expected 64 hexadecimal digits")]
pub struct NotAMasterKey;

/// 256 bits on which everything personal depends: whoever loses it loses every space's content.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// A key given as bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A key read from a file or a variable: 64 hexadecimal digits, blanks around them ignored.
    ///
    /// # Errors
    /// [`NotAMasterKey`] for anything else; the text is not repeated.
    pub fn from_hex(text: &str) -> Result<Self, NotAMasterKey> {
        let digits = text.trim();
        // Digits only: the parser of numbers would take a sign too.
        if digits.len() != 64 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotAMasterKey);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| NotAMasterKey)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| NotAMasterKey)?;
        }
        Ok(Self(bytes))
    }

    /// A new key.
    ///
    /// # Errors
    /// [`StoreError::NoRandomness`] where the operating system gives none.
    pub fn generate(entropy: &Entropy) -> Result<Self, StoreError> {
        entropy.bytes().map(Self)
    }

    /// The form that [`MasterKey::from_hex`] reads, to be written to a key file and nowhere else.
    pub fn to_hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(crate) fn derive(&self) -> Result<DerivedKeys, StoreError> {
        let root = Salt::new(HKDF_SHA256, b"ens/master/v1").extract(&self.0);
        Ok(DerivedKeys {
            wrap: expand(&root, b"wrap")?,
            index: IndexKey::new(expand(&root, b"index")?),
            code: CodeKey::new(expand(&root, b"code")?),
            request: hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, b"request")?),
            caregiver: hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, b"caregiver")?),
            item: hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, b"item")?),
            check: hmac::Key::new(hmac::HMAC_SHA256, &expand(&root, b"check")?),
        })
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MasterKey(…)")
    }
}

/// The keys that the master key stands for.
pub(crate) struct DerivedKeys {
    pub(crate) wrap: [u8; 32],
    pub(crate) index: IndexKey,
    pub(crate) code: CodeKey,
    pub(crate) request: hmac::Key,
    /// For the digests of caregivers, whose places are counted over all spaces.
    pub(crate) caregiver: hmac::Key,
    item: hmac::Key,
    check: hmac::Key,
}

impl DerivedKeys {
    /// The identity of a store of this name under this master key.
    pub(crate) fn identity(&self, store: Uuid) -> StoreIdentity {
        StoreIdentity { store, master_check: hmac::sign(&self.check, store.as_bytes()).as_ref().to_vec() }
    }

    /// The id of an item that a partner names: a UUID of version 8, so that nobody takes it for one that was made a moment ago.
    pub(crate) fn item(&self, space: SpaceId, kind: StreamKind, name: &str) -> ItemId {
        let mut digest = hmac::Context::with_key(&self.item);
        // The parts before the name have a fixed length or an end of their own.
        for part in [b"ens/item/v1\0".as_slice(), space.uuid().as_bytes(), kind.name().as_bytes(), b"\0", name.as_bytes()] {
            digest.update(part);
        }
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(digest.sign().as_ref()).for_each(|(byte, digested)| *byte = *digested);
        ItemId::from(Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// Whether the identity was made under this master key.
    pub(crate) fn made(&self, identity: &StoreIdentity) -> bool {
        hmac::verify(&self.check, identity.store.as_bytes(), &identity.master_check).is_ok()
    }
}

struct Length32;

impl KeyType for Length32 {
    fn len(&self) -> usize {
        32
    }
}

/// One 256-bit key for one purpose.
pub(crate) fn expand(root: &Prk, purpose: &[u8]) -> Result<[u8; 32], StoreError> {
    let mut key = [0; 32];
    root.expand(&[purpose], Length32).and_then(|okm| okm.fill(&mut key)).map_err(|_| StoreError::Malformed("a key has another length"))?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use ens_domain::event::StreamKind;
    use ens_domain::ids::SpaceId;
    use uuid::Uuid;

    use super::{MasterKey, NotAMasterKey};
    use crate::ground::StoreIdentity;

    #[test]
    fn a_key_reads_back_from_its_own_text() {
        let key = MasterKey::from_bytes([0xA7; 32]);
        assert_eq!(MasterKey::from_hex(&format!("{}\n", key.to_hex())), Ok(key));
    }

    #[test]
    fn what_is_not_64_hexadecimal_digits_is_no_key() {
        for text in ["", "a7", &"g".repeat(64), &"+1".repeat(32), &"é".repeat(32)] {
            assert_eq!(MasterKey::from_hex(text), Err(NotAMasterKey), "{text}");
        }
    }

    #[test]
    fn an_identity_belongs_to_one_master_key_and_one_store() {
        let (keys, others) = (MasterKey::from_bytes([1; 32]).derive().unwrap(), MasterKey::from_bytes([2; 32]).derive().unwrap());
        let identity = keys.identity(Uuid::from_u128(1));
        assert!(keys.made(&identity) && !others.made(&identity));
        assert!(!keys.made(&StoreIdentity { store: Uuid::from_u128(2), ..identity }));
    }

    #[test]
    fn the_id_of_a_named_item_depends_on_space_kind_name_and_master_key() {
        let (keys, others) = (MasterKey::from_bytes([1; 32]).derive().unwrap(), MasterKey::from_bytes([2; 32]).derive().unwrap());
        let [one, two] = [1, 2].map(|number| SpaceId::from(Uuid::from_u128(number)));
        let id = keys.item(one, StreamKind::Document, "A-1");
        assert_eq!(id, keys.item(one, StreamKind::Document, "A-1"));
        assert_eq!((id.uuid().get_version_num(), id.uuid().get_timestamp()), (8, None));
        let different = [
            keys.item(two, StreamKind::Document, "A-1"),
            keys.item(one, StreamKind::Measure, "A-1"),
            keys.item(one, StreamKind::Document, "A-2"),
            others.item(one, StreamKind::Document, "A-1"),
        ];
        assert!(!different.contains(&id), "{different:?}");
    }

    #[test]
    fn debug_output_never_shows_the_key() {
        assert_eq!(format!("{:?}", MasterKey::from_bytes([7; 32])), "MasterKey(…)");
    }
}
