//! Reads JSON bodies. A fault names the field by its JSON pointer and what was expected there, never the value that was sent.

use std::fmt::Display;
use std::str::FromStr;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use chrono::NaiveDate;
use ens_domain::calendar::Horizon;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::problem::{FieldError, Problem, ProblemType};

/// Reads a body. An absent one reads as an object without fields.
pub(crate) fn read<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Problem> {
    if bytes.is_empty() {
        return parse(b"{}");
    }
    // A header that is not text names no media type.
    let kind = headers.get(CONTENT_TYPE).map(HeaderValue::to_str).and_then(Result::ok).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") { parse(bytes) } else { Err(Problem::new(ProblemType::UNSUPPORTED_MEDIA_TYPE)) }
}

/// Reads a JSON text.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut text = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut text).map_err(|error| {
        let pointer = pointer(error.path());
        fault(pointer, error.inner())
    })?;
    text.end().map_err(|error| fault(String::new(), &error))?;
    Ok(value)
}

fn fault(pointer: String, error: &serde_json::Error) -> Problem {
    match error.classify() {
        Category::Data => Problem::fields(vec![FieldError { pointer, detail: expected(&error.to_string()) }]),
        Category::Syntax | Category::Eof | Category::Io => {
            Problem::new(ProblemType::MALFORMED).detail(format!("not JSON at line {}, column {}", error.line(), error.column()))
        }
    }
}

/// What the parser expected, in words: its message begins with the value that was sent, and may end with the name of a type of ours.
fn expected(message: &str) -> String {
    let message = message.rfind(" at line ").and_then(|end| message.get(..end)).unwrap_or(message);
    if message.starts_with("missing field") {
        return message.to_owned();
    }
    match message.rfind("expected ").and_then(|start| message.get(start..)) {
        Some(expected) if expected.starts_with("expected struct ") => "expected an object".to_owned(),
        Some(expected) => expected.to_owned(),
        None => "not a value that this field takes".to_owned(),
    }
}

/// A JSON pointer (RFC 6901) to where the parser stood.
fn pointer(path: &Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", shown(key)),
            Segment::Enum { .. } | Segment::Unknown => String::new(),
        })
        .collect()
}

/// A key that the client made up may be anything; ours are short words.
fn shown(key: &str) -> &str {
    let ours = key.len() <= 40 && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if ours { key } else { "…" }
}

/// Checks fields one after the other, and collects what is wrong, so that the client learns all of it at once.
#[derive(Default)]
pub(crate) struct FieldChecks(Vec<FieldError>);

impl FieldChecks {
    /// The value, or a fault of the field at this pointer.
    pub(crate) fn check<T, E: Display>(&mut self, pointer: &str, read: Result<T, E>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(fault) => {
                self.0.push(FieldError { pointer: pointer.to_owned(), detail: fault.to_string() });
                None
            }
        }
    }

    /// Parses a field.
    pub(crate) fn parse<T>(&mut self, pointer: &str, text: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.check(pointer, text.parse())
    }

    /// Parses a field that may be absent.
    pub(crate) fn parse_optional<T>(&mut self, pointer: &str, text: Option<&str>) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        text.and_then(|text| self.parse(pointer, text))
    }

    /// Checks a day that may be absent: it lies within the horizon.
    pub(crate) fn day(&mut self, pointer: &str, day: Option<NaiveDate>, horizon: Horizon) -> Option<NaiveDate> {
        day.and_then(|day| self.check(pointer, horizon.admit(day)))
    }

    /// The result, unless a field is wrong.
    pub(crate) fn finish<T>(self, read: Option<T>) -> Result<T, Problem> {
        match read {
            Some(value) if self.0.is_empty() => Ok(value),
            Some(_) | None => Err(Problem::fields(self.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only its reading is tried")]
        inner: Inner,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only its reading is tried")]
        count: u8,
    }

    fn problem(text: &str) -> String {
        let problem = parse::<Outer>(text.as_bytes()).unwrap_err();
        format!("{} {}", problem.problem_type().slug, serde_json::to_string(&problem.body(None)).unwrap())
    }

    #[test]
    fn a_wrong_field_is_named_and_its_value_is_not() {
        let told = problem(r#"{"inner":{"count":"CANARI expected"}}"#);
        assert!(told.contains("/inner/count") && told.contains("expected u8") && !told.contains("CANARI"), "{told}");
    }

    #[test]
    fn a_missing_field_is_named() {
        assert!(problem(r#"{"inner":{}}"#).contains("missing field `count`"));
    }

    #[test]
    fn an_unknown_field_is_not_repeated() {
        let told = problem(r#"{"inner":{"count":1,"CANARI Jeanne":1}}"#);
        assert!(told.contains("expected `count`") && !told.contains("CANARI"), "{told}");
    }

    #[test]
    fn no_name_of_the_code_is_told() {
        let told = problem(r#"{"inner":"CANARI"}"#);
        assert!(told.contains("/inner") && told.contains("expected an object") && !told.contains("Inner"), "{told}");
    }

    #[test]
    fn a_broken_text_says_where() {
        assert!(problem(r#"{"inner":"#).contains("line 1"));
        assert!(parse::<Outer>(br#"{"inner":{"count":1}} CANARI"#).is_err());
    }
}
