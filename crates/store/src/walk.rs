//! Finding what is personal in a JSON value, and putting its seal in its place.

use ens_domain::ids::SpaceId;
use ens_domain::personal::{CLEAR_MARKER, SEALED_MARKER};
use serde_json::{Map, Value};

use crate::entropy::Entropy;
use crate::error::StoreError;
use crate::seal::{self, Bound, SpaceKey};

/// A JSON value of one space, on its way to be sealed.
pub(crate) struct Sealing {
    pub(crate) space: SpaceId,
    pub(crate) renews: Renews,
    pub(crate) value: Value,
}

/// Whether a value comes with the renewal of a destroyed space, and so may have a new key made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Renews {
    Yes,
    No,
}

impl Renews {
    /// What an event of this type does.
    pub(crate) fn with(event_type: &str) -> Self {
        if event_type == "SpaceRenewed" { Self::Yes } else { Self::No }
    }
}

/// Whether a JSON text may hold something unsealed: the same test as the `CHECK` on `events`.
pub(crate) fn may_be_clear(text: &str) -> bool {
    text.contains("\"$clear\"")
}

/// Whether a JSON value holds something unsealed.
pub(crate) fn is_clear(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.contains_key(CLEAR_MARKER) || fields.values().any(is_clear),
        Value::Array(items) => items.iter().any(is_clear),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Replaces every unsealed value by its seal.
pub(crate) fn seal_all(key: &SpaceKey, space: SpaceId, value: &mut Value, entropy: &Entropy) -> Result<(), StoreError> {
    match value {
        Value::Object(fields) if fields.contains_key(CLEAR_MARKER) => seal_one(key, space, fields, entropy),
        Value::Object(fields) => fields.values_mut().try_for_each(|field| seal_all(key, space, field, entropy)),
        Value::Array(items) => items.iter_mut().try_for_each(|item| seal_all(key, space, item, entropy)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn seal_one(key: &SpaceKey, space: SpaceId, fields: &mut Map<String, Value>, entropy: &Entropy) -> Result<(), StoreError> {
    let clear = fields.remove(CLEAR_MARKER).unwrap_or_default();
    let Some(Value::String(kind)) = fields.get("kind") else {
        return Err(StoreError::Unstorable("an unsealed value that does not say its kind"));
    };
    let text = seal::seal(key, Bound { space, kind }, clear.to_string().as_bytes(), entropy)?;
    fields.insert(SEALED_MARKER.to_owned(), Value::String(text));
    Ok(())
}
