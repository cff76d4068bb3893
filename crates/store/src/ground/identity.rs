//! The identity of a store: its name, and what tells its master key from any other.

use uuid::Uuid;

/// What names a store, and tells its master key from any other. It leads to no key: whoever guesses a weak master key could as well try
/// each guess on a wrapped key, and since the store's name is part of it, guesses for one store say nothing of another.
pub(crate) struct StoreIdentity {
    pub(crate) store: Uuid,
    pub(crate) master_check: Vec<u8>,
}
