//! The fields of one JSON object, taken one by one: what is left at the end is unknown, and said so.
//!
//! - an unknown field is named
//! - a broken line says where and not what
//! - a reason never holds the value

use std::fmt::Display;
use std::str::FromStr;

use serde_json::{Map, Value};

/// The most characters of an unknown field's name that are repeated.
const NAME_SHOWN: usize = 40;

/// What is wrong, and where. Never holds what was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct BadField {
    /// The field, such as `ins.matricule`; `line` where the fault is not in one field.
    pub field: String,
    /// What to mend.
    pub reason: String,
}

impl BadField {
    /// A fault in one field.
    pub fn new(field: impl Into<String>, reason: impl Display) -> Self {
        Self { field: field.into(), reason: reason.to_string() }
    }

    /// A fault of the line as a whole.
    pub fn line(reason: impl Display) -> Self {
        Self::new("line", reason)
    }
}

/// The fields of an object that have not been taken yet.
pub struct Fields {
    path: String,
    left: Map<String, Value>,
}

impl Fields {
    /// The object of a whole line.
    pub fn of_line(text: &str) -> Result<Self, BadField> {
        let value = serde_json::from_str(text).map_err(|error| BadField::line(syntax(&error)))?;
        Self::of_value(String::new(), value)
    }

    /// The object under a path; the path is empty for a whole line.
    pub fn of_value(path: String, value: Value) -> Result<Self, BadField> {
        match value {
            Value::Object(left) => Ok(Self { path, left }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                let field = if path.is_empty() { "line" } else { &path };
                Err(BadField::new(field, "must be an object, such as {\"…\": …}"))
            }
        }
    }

    /// The full name of a field.
    pub fn name(&self, field: &str) -> String {
        if self.path.is_empty() { field.to_owned() } else { format!("{}.{field}", self.path) }
    }

    /// A text, or nothing where the field is absent or null.
    pub fn optional_text(&mut self, field: &str) -> Result<Option<String>, BadField> {
        match self.left.remove(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => Err(self.must_be(field, "a text in quotes")),
        }
    }

    /// A text that must be there.
    pub fn text(&mut self, field: &str) -> Result<String, BadField> {
        self.optional_text(field)?.ok_or_else(|| self.missing(field))
    }

    /// A text that must be there, read as a value of its own.
    pub fn parsed<T: FromStr>(&mut self, field: &str) -> Result<T, BadField>
    where
        T::Err: Display,
    {
        self.optional(field)?.ok_or_else(|| self.missing(field))
    }

    /// A text that may be absent, read as a value of its own.
    pub fn optional<T: FromStr>(&mut self, field: &str) -> Result<Option<T>, BadField>
    where
        T::Err: Display,
    {
        match self.optional_text(field)? {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|reason| BadField::new(self.name(field), reason)),
        }
    }

    /// A list of texts that may be absent.
    pub fn optional_texts(&mut self, field: &str) -> Result<Option<Vec<String>>, BadField> {
        let items = match self.left.remove(field) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Array(items)) => items,
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
                return Err(self.must_be(field, "a list of texts"));
            }
        };
        let texts: Option<Vec<String>> = items.into_iter().map(|item| item.as_str().map(str::to_owned)).collect();
        texts.map(Some).ok_or_else(|| self.must_be(field, "a list of texts"))
    }

    /// A list of texts that must be there.
    pub fn texts(&mut self, field: &str) -> Result<Vec<String>, BadField> {
        self.optional_texts(field)?.ok_or_else(|| self.missing(field))
    }

    /// An object that may be absent.
    pub fn optional_object(&mut self, field: &str) -> Result<Option<Self>, BadField> {
        match self.left.remove(field) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => Self::of_value(self.name(field), value).map(Some),
        }
    }

    /// An object that must be there.
    pub fn object(&mut self, field: &str) -> Result<Self, BadField> {
        self.optional_object(field)?.ok_or_else(|| self.missing(field))
    }

    /// Nothing may be left: a field that nobody knows is a slip, or a file meant for something else.
    pub fn finish(self) -> Result<(), BadField> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(unknown) => Err(BadField::new(self.name(&shown(unknown)), "unknown field")),
        }
    }

    fn missing(&self, field: &str) -> BadField {
        BadField::new(self.name(field), "missing")
    }

    fn must_be(&self, field: &str, what: &str) -> BadField {
        BadField::new(self.name(field), format_args!("must be {what}"))
    }
}

/// The name of an unknown field, unless it is no name: then it may be personal data that slipped out of its place.
fn shown(name: &str) -> String {
    let plain = name.chars().all(|letter| letter.is_ascii_alphabetic() || letter == '_' || letter == '-');
    if plain && !name.is_empty() && name.len() <= NAME_SHOWN { name.to_owned() } else { "(unreadable name)".to_owned() }
}

/// Where the JSON breaks off; what stands there is not repeated.
fn syntax(error: &serde_json::Error) -> String {
    let what = if error.is_eof() { "ends too early" } else { "is not JSON" };
    format!("{what}, at column {}", error.column())
}

#[cfg(test)]
mod tests {
    use super::{BadField, Fields};

    #[test]
    fn an_unknown_field_is_named() {
        let fields = Fields::of_line(r#"{"birthname": "X"}"#).unwrap();
        assert_eq!(fields.finish(), Err(BadField::new("birthname", "unknown field")));
    }

    #[test]
    fn an_unknown_field_that_is_no_name_is_not_repeated() {
        let fields = Fields::of_line(r#"{"12 rue des Lilas": "X"}"#).unwrap();
        assert_eq!(fields.finish(), Err(BadField::new("(unreadable name)", "unknown field")));
    }

    #[test]
    fn null_is_absent() {
        let mut fields = Fields::of_line(r#"{"email": null, "ins": {}}"#).unwrap();
        assert_eq!(fields.optional_text("email"), Ok(None));
        let mut ins = fields.object("ins").unwrap();
        assert_eq!(ins.text("matricule"), Err(BadField::new("ins.matricule", "missing")));
        assert_eq!(fields.finish(), Ok(()));
    }

    #[test]
    fn a_broken_line_says_where_and_not_what() {
        let fault = Fields::of_line(r#"{"birth_name": "CANARI", oops}"#).err().unwrap();
        assert_eq!(fault.field, "line");
        assert!(fault.reason.starts_with("is not JSON, at column 2"), "{fault}");
        assert!(Fields::of_line("\"CANARI\"").is_err_and(|fault| !fault.to_string().contains("CANARI")));
    }
}
