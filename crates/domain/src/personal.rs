//! What belongs to a person: carried by the domain, never looked at by it.
//!
//! clear (just built) --store seals it--> sealed (log, read models, outbox, backups) --edge opens it--> an authorised answer
//! - an unsealed value says so in its serialised form
//! - debug output never shows the value
//!
//! The log refuses what says that it is unsealed.

use std::borrow::Cow;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The key under which an unsealed value serialises; the `events` table refuses any payload that holds it.
pub const CLEAR_MARKER: &str = "$clear";
/// The key under which a sealed value serialises.
pub const SEALED_MARKER: &str = "$sealed";
/// The key under which a sealed value serialises that the store opens for decisions: see [`Guarded`](crate::guarded::Guarded).
pub const GUARDED_MARKER: &str = "$guarded";

/// A kind of personal data: its name is bound into the seal, so that one field's seal does not open in another's place.
pub trait PersonalData: Clone + PartialEq + Serialize + DeserializeOwned {
    /// The field kind, part of the seal's associated data. Stored for ever: never edit one.
    const KIND: &'static str;
}

/// A value that belongs to a person. The domain can build it and move it; only the store seals it and only the edge opens it.
#[derive(Clone, PartialEq)]
pub struct Personal<T>(Form<T>);

/// The two forms in which a value that is sealed at rest is held.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Form<T> {
    Clear(T),
    Sealed(String),
}

impl<T: PersonalData> Personal<T> {
    /// Marks a value as personal, on its way to be sealed.
    pub const fn new(value: T) -> Self {
        Self(Form::Clear(value))
    }

    /// The seal's text, or `None` while the value has not been sealed yet. The store's key ring opens it.
    pub fn seal(&self) -> Option<&str> {
        match &self.0 {
            Form::Clear(_) => None,
            Form::Sealed(seal) => Some(seal),
        }
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Personal(…)")
    }
}

/// The stored form: `{"$clear": value, "kind": "…"}` or `{"$sealed": "…", "kind": "…"}`.
#[derive(Serialize, Deserialize)]
struct Stored<'a, V> {
    #[serde(rename = "$clear", skip_serializing_if = "Option::is_none", default = "Option::default")]
    clear: Option<V>,
    #[serde(rename = "$sealed", skip_serializing_if = "Option::is_none", default)]
    sealed: Option<String>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
}

impl<T: PersonalData> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (clear, sealed) = match &self.0 {
            Form::Clear(value) => (Some(value), None),
            Form::Sealed(seal) => (None, Some(seal.clone())),
        };
        Stored { clear, sealed, kind: Cow::Borrowed(T::KIND) }.serialize(serializer)
    }
}

impl<'de, T: PersonalData> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::<'de, T>::deserialize(deserializer)?;
        match stored {
            Stored { sealed: Some(seal), clear: None, kind } if kind == T::KIND => Ok(Self(Form::Sealed(seal))),
            Stored { clear: Some(value), sealed: None, kind } if kind == T::KIND => Ok(Self(Form::Clear(value))),
            Stored { kind, .. } => Err(serde::de::Error::custom(format_args!("not personal data of kind {}: {kind}", T::KIND))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
    #[serde(transparent)]
    struct Nickname(String);

    impl PersonalData for Nickname {
        const KIND: &'static str = "nickname";
    }

    fn nickname() -> Personal<Nickname> {
        Personal::new(Nickname("Zazie".to_owned()))
    }

    fn read(json: &str) -> Result<Personal<Nickname>, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn an_unsealed_value_says_so_in_its_serialised_form() {
        let json = serde_json::to_string(&nickname()).unwrap();
        assert_eq!(json, r#"{"$clear":"Zazie","kind":"nickname"}"#);
        assert!(json.contains(CLEAR_MARKER));
        assert!(read(&json).unwrap() == nickname());
        assert_eq!(nickname().seal(), None);
    }

    #[test]
    fn a_sealed_value_comes_back_sealed() {
        let json = r#"{"$sealed":"v1.abc","kind":"nickname"}"#;
        let sealed = read(json).unwrap();
        assert_eq!(sealed.seal(), Some("v1.abc"));
        assert_eq!(serde_json::to_string(&sealed).unwrap(), json);
        assert!(json.contains(SEALED_MARKER) && !json.contains(CLEAR_MARKER));
    }

    #[test]
    fn a_value_of_another_kind_is_refused_in_clear_and_sealed() {
        for json in [
            r#"{"$clear":"Zazie","kind":"ins"}"#,
            r#"{"$sealed":"v1.abc","kind":"ins"}"#,
            r#"{"$clear":"Zazie","$sealed":"v1.abc","kind":"nickname"}"#,
            r#"{"kind":"nickname"}"#,
            r#"{"$clear":"Zazie"}"#,
        ] {
            let error = read(json).unwrap_err().to_string();
            assert!(!error.contains("Zazie") && !error.contains("abc"), "{error}");
        }
    }

    #[test]
    fn debug_output_never_shows_the_value() {
        assert_eq!(format!("{:?}", nickname()), "Personal(…)");
        assert_eq!(format!("{:?}", read(r#"{"$sealed":"v1.abc","kind":"nickname"}"#).unwrap()), "Personal(…)");
    }
}
