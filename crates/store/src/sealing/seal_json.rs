//! Replaces the unsealed values of a JSON text by their seals, and the seals of guarded values by what they hold.
//!
//! A text is what serde_json writes: no space between its parts, and a quote inside a string behind a backslash. So the opening of an
//! unsealed value stands nowhere but where one begins.
//! - only what is unsealed is replaced
//! - only what is guarded is opened again

use ens_domain::ids::SpaceId;
use ens_domain::stream::KeyEffect;
use serde_json::{Deserializer, Value};

use super::seal::{self, Bound, SpaceKey};
use crate::ground::{Entropy, StoreError};

/// How an unsealed value begins; it goes on with the value, its kind and the end of the object.
const OPENING: &str = r#"{"$clear":"#;
/// How the seal of a guarded value begins.
const GUARDED_OPENING: &str = r#"{"$guarded":""#;
const SEALED_OPENING: &str = r#"{"$sealed":""#;
/// What stands between the value and its kind where it is guarded.
const GUARDED: &str = r#","guarded":true"#;
const KIND: &str = r#","kind":""#;
const END: &str = r#""}"#;

/// A JSON text of one space, on its way to be sealed.
pub(crate) struct UnsealedText {
    pub(crate) space: SpaceId,
    /// What the event does to the key, if it is one.
    pub(crate) key_effect: KeyEffect,
    pub(crate) text: String,
}

/// Whether a JSON text holds something unsealed.
pub(crate) fn is_clear(text: &str) -> bool {
    text.contains(OPENING)
}

/// Whether a JSON text holds the seal of a guarded value.
pub(crate) fn is_guarded(text: &str) -> bool {
    text.contains(GUARDED_OPENING)
}

/// An unsealed value, and the text before it.
struct Piece<'a> {
    before: &'a str,
    /// How its seal begins.
    opening: &'static str,
    clear: String,
    kind: &'a str,
    seal: String,
}

/// The text with every unsealed value replaced by its seal.
pub(crate) fn seal_all(key: &SpaceKey, space: SpaceId, text: &str, entropy: &Entropy) -> Result<String, StoreError> {
    let (mut pieces, rest) = take_apart(text)?;
    // Drawn for in the order of what they are, not of where they stand: stock cqrs-es sorts the fields of its JSON.
    let mut drawn: Vec<&mut Piece<'_>> = pieces.iter_mut().collect();
    drawn.sort_by(|one, other| (one.kind, &one.clear).cmp(&(other.kind, &other.clear)));
    // Together: each draw is a call of the operating system.
    let mut nonces = vec![[0; seal::NONCE]; drawn.len()];
    entropy.fill(nonces.as_flattened_mut())?;
    for (Piece { clear, kind, seal, .. }, nonce) in drawn.into_iter().zip(nonces) {
        *seal = seal::seal(key, Bound { space, kind }, clear.as_bytes(), nonce)?;
    }
    let mut sealed = String::with_capacity(text.len() * 2);
    for Piece { before, opening, kind, seal, .. } in &pieces {
        sealed.extend([*before, *opening, seal.as_str(), r#"""#, KIND, *kind, END]);
    }
    sealed.push_str(rest);
    Ok(sealed)
}

/// The unsealed values of a text, and what comes after the last one.
fn take_apart(text: &str) -> Result<(Vec<Piece<'_>>, &str), StoreError> {
    let unsealed = || StoreError::Unstorable("an unsealed value that does not say its kind");
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPENING) {
        let mut values = Deserializer::from_str(after).into_iter::<Value>();
        let clear = values.next().and_then(Result::ok).ok_or_else(unsealed)?.to_string();
        let end = after.get(values.byte_offset()..).ok_or_else(unsealed)?;
        let (opening, end) = end.strip_prefix(GUARDED).map_or((SEALED_OPENING, end), |end| (GUARDED_OPENING, end));
        let (kind, after) = end.strip_prefix(KIND).and_then(|after| after.split_once(END)).ok_or_else(unsealed)?;
        pieces.push(Piece { before, opening, clear, kind, seal: String::new() });
        rest = after;
    }
    Ok((pieces, rest))
}

/// The text with every seal of a guarded value replaced by what `open` answers for its kind and its seal; a seal stays where `open`
/// answers nothing.
pub(crate) fn open_guarded(text: &str, open: impl Fn(&str, &str) -> Result<Option<Value>, StoreError>) -> Result<String, StoreError> {
    let malformed = || StoreError::Malformed("a guarded value that does not say its kind");
    let mut opened = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(GUARDED_OPENING) {
        let (seal, end) = after.split_once('"').ok_or_else(malformed)?;
        let (kind, end) = end.strip_prefix(KIND).and_then(|after| after.split_once(END)).ok_or_else(malformed)?;
        opened.push_str(before);
        match open(kind, seal)? {
            Some(value) => opened.extend([OPENING, &value.to_string(), GUARDED, KIND, kind, END]),
            None => opened.extend([GUARDED_OPENING, seal, r#"""#, KIND, kind, END]),
        }
        rest = end;
    }
    opened.push_str(rest);
    Ok(opened)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn sealed(value: &Value) -> Result<Value, StoreError> {
        let key = SpaceKey::new(1, &[7; 32]).unwrap();
        let text = seal_all(&key, SpaceId::from(Uuid::from_u128(1)), &value.to_string(), &Entropy::seeded(1))?;
        Ok(serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn only_what_is_unsealed_is_replaced() {
        let value = json!({
            "a": [{"$clear": 17, "kind": "x"}, {"$clear": {"b": "}\"", "$clear": 1}, "kind": "y"}, null],
            "text": "{\"$clear\":1,\"kind\":\"x\"}",
            "z": {"$sealed": "v1.1.abc", "kind": "x"},
        });
        let done = sealed(&value).unwrap();
        assert!(!is_clear(&done.to_string()) && is_clear(&value.to_string()));
        assert_eq!((&done["text"], &done["z"], &done["a"][2]), (&value["text"], &value["z"], &Value::Null));
        for (place, kind) in ["x", "y"].into_iter().enumerate() {
            assert_eq!(done["a"][place]["kind"], kind);
            assert!(done["a"][place]["$sealed"].as_str().is_some_and(|seal| seal.starts_with("v1.1.")), "{done}");
        }
    }

    #[test]
    fn only_what_is_guarded_is_opened_again() {
        let value = json!({
            "a": {"$clear": {"rpps": "1\"}"}, "guarded": true, "kind": "reader"},
            "b": {"$clear": 2, "kind": "x"},
            "text": "{\"$guarded\":\"v1.1.abc\",\"kind\":\"reader\"}",
        });
        let done = sealed(&value).unwrap();
        assert!(done["a"]["$guarded"].is_string() && done["a"]["guarded"].is_null(), "{done}");
        let key = SpaceKey::new(1, &[7; 32]).unwrap();
        let open = |kind: &str, text: &str| {
            let bound = Bound { space: SpaceId::from(Uuid::from_u128(1)), kind };
            Ok(Some(seal::open::<Value>(&key, bound, text)?))
        };
        let opened: Value = serde_json::from_str(&open_guarded(&done.to_string(), open).unwrap()).unwrap();
        assert_eq!((&opened["a"], &opened["b"], &opened["text"]), (&value["a"], &done["b"], &value["text"]));
        assert_eq!(open_guarded(&done.to_string(), |_, _| Ok(None)).unwrap(), done.to_string());
    }

    #[test]
    fn an_unsealed_value_without_a_kind_is_not_stored() {
        for value in [json!({"$clear": 1}), json!({"$clear": 1, "other": 2}), json!({"$clear": 1, "kind": 2})] {
            assert!(matches!(sealed(&value), Err(StoreError::Unstorable(_))), "{value}");
        }
    }
}
