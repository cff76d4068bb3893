//! The stored word of one of the trade's terms, as events and rows spell it.

use serde::Serialize;
use serde_json::Value;

/// The word that this term serialises to; empty for what is not a single word, which no term is.
pub(crate) fn token(term: &impl Serialize) -> String {
    match serde_json::to_value(term) {
        Ok(Value::String(word)) => word,
        // A term without fields is always written as a word.
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) | Err(_) => String::new(),
    }
}
