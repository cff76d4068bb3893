//! What says something of a person and must be compared by decisions, such as the number of a professional who was let in.
//!
//! clear (just built) --store seals it--> sealed (log, outbox, backups) --store opens it--> clear, in a state for a decision or a row to fold
//! - an unsealed guarded value says so in its serialised form
//! - debug output never shows a guarded value
//!
//! The log never holds it in clear. A row of a read model may, and the destruction of the space wipes it.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::personal::{Form, PersonalData};

/// A value that is sealed at rest, and opened by the store where a decision or a read model needs it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guarded<T>(Form<T>);

impl<T: PersonalData> Guarded<T> {
    /// Marks a value as guarded, on its way to be sealed.
    pub const fn new(value: T) -> Self {
        Self(Form::Clear(value))
    }

    /// The value; nothing while it is sealed. A rule that meets a sealed value refuses.
    pub const fn get(&self) -> Option<&T> {
        match &self.0 {
            Form::Clear(value) => Some(value),
            Form::Sealed(_) => None,
        }
    }

    /// The seal's text, or `None` while the value is in clear.
    pub fn seal(&self) -> Option<&str> {
        match &self.0 {
            Form::Clear(_) => None,
            Form::Sealed(seal) => Some(seal),
        }
    }
}

impl<T> fmt::Debug for Guarded<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Guarded(…)")
    }
}

/// The stored form: `{"$clear": value, "guarded": true, "kind": "…"}` or `{"$guarded": "…", "kind": "…"}`.
#[derive(Serialize, Deserialize)]
struct Stored<'a, V> {
    #[serde(rename = "$clear", skip_serializing_if = "Option::is_none", default = "Option::default")]
    clear: Option<V>,
    #[serde(rename = "$guarded", skip_serializing_if = "Option::is_none", default)]
    sealed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    guarded: Option<bool>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
}

impl<T: PersonalData> Serialize for Guarded<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = Cow::Borrowed(T::KIND);
        match &self.0 {
            Form::Clear(value) => Stored { clear: Some(value), sealed: None, kind, guarded: Some(true) }.serialize(serializer),
            Form::Sealed(seal) => Stored::<&T> { clear: None, sealed: Some(seal.clone()), kind, guarded: None }.serialize(serializer),
        }
    }
}

impl<'de, T: PersonalData> Deserialize<'de> for Guarded<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Stored::<'de, T>::deserialize(deserializer)? {
            Stored { sealed: Some(seal), clear: None, kind, guarded: None } if kind == T::KIND => Ok(Self(Form::Sealed(seal))),
            Stored { clear: Some(value), sealed: None, kind, guarded: Some(true) } if kind == T::KIND => Ok(Self(Form::Clear(value))),
            Stored { kind, .. } => Err(serde::de::Error::custom(format_args!("not a guarded value of kind {}: {kind}", T::KIND))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
    #[serde(transparent)]
    struct Number(u32);

    impl PersonalData for Number {
        const KIND: &'static str = "number";
    }

    fn read(json: &str) -> Result<Guarded<Number>, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn an_unsealed_guarded_value_says_so_in_its_serialised_form() {
        let json = serde_json::to_string(&Guarded::new(Number(7))).unwrap();
        assert_eq!(json, r#"{"$clear":7,"guarded":true,"kind":"number"}"#);
        assert_eq!(read(&json).unwrap().get(), Some(&Number(7)));
        let sealed = read(r#"{"$guarded":"v1.abc","kind":"number"}"#).unwrap();
        assert_eq!((sealed.get(), sealed.seal()), (None, Some("v1.abc")));
        assert_eq!(serde_json::to_string(&sealed).unwrap(), r#"{"$guarded":"v1.abc","kind":"number"}"#);
    }

    #[test]
    fn what_is_personal_and_not_guarded_is_refused() {
        for json in [
            r#"{"$clear":7,"kind":"number"}"#,
            r#"{"$sealed":"v1.abc","kind":"number"}"#,
            r#"{"$guarded":"v1.abc","kind":"other"}"#,
            r#"{"$clear":7,"$guarded":"v1.abc","kind":"number"}"#,
            r#"{"$guarded":"v1.abc","guarded":true,"kind":"number"}"#,
        ] {
            let error = read(json).unwrap_err().to_string();
            assert!(!error.contains('7') && !error.contains("abc"), "{error}");
        }
    }

    #[test]
    fn debug_output_never_shows_a_guarded_value() {
        assert_eq!(format!("{:?}", Guarded::new(Number(7))), "Guarded(…)");
        assert_eq!(format!("{:?}", read(r#"{"$guarded":"v1.abc","kind":"number"}"#).unwrap()), "Guarded(…)");
    }
}
