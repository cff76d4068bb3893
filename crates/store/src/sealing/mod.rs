//! Sealing what is personal: the master key, each space's own key, seals, and the texts that hold them.

mod key_ring;
mod keys;
pub(crate) mod master;
mod seal;
mod seal_json;

pub use key_ring::KeyRing;
pub(crate) use key_ring::KeyState;
pub(crate) use keys::{Latest, SealingKeys, SpaceKeys, Wanted, check_unwraps};
pub use master::{MasterKey, NotAMasterKey};
pub(crate) use seal::SpaceKey;
pub(crate) use seal_json::{UnsealedText, is_clear, is_guarded};
