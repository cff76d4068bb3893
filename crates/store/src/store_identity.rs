//! The check of the master key at the opening of a store: under another key no person would be found again, and each would get a second space.
//!
//! no identity, no keys --> written      no identity, keys --a key unwraps--> written      identity --> compared
//! - a store opens with its own master key only
//! - of two that open a fresh store at once, one writes the identity and both are compared with it

use uuid::Uuid;

use crate::engine::Engine;
use crate::ground::{OpenError, StoreError, StoreIdentity};
use crate::sealing::check_unwraps;
use crate::sealing::master::DerivedKeys;

/// Compares the master key with the identity of the store, which is written if this is the first opening.
///
/// # Errors
/// [`OpenError::WrongMaster`] for another master key than the store's; nothing is written then.
pub(crate) async fn check(engine: &dyn Engine, keys: &DerivedKeys) -> Result<(), StoreError> {
    let identity = match engine.identity().await? {
        Some(identity) => identity,
        None => write_first(engine, keys).await?,
    };
    if keys.made(&identity) { Ok(()) } else { Err(OpenError::WrongMaster.into()) }
}

/// Writes the identity, unless the store holds a key that another master key wrapped; answers the one that is there then.
async fn write_first(engine: &dyn Engine, keys: &DerivedKeys) -> Result<StoreIdentity, StoreError> {
    if let Some(key) = engine.any_key().await? {
        check_unwraps(keys, &key)?;
    }
    engine.keep_identity(&keys.identity(Uuid::now_v7())).await
}
