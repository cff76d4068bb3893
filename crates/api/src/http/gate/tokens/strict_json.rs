//! JSON objects in which a name that stands twice is an error, so that nobody reads another claim than the one that was checked.
//!
//! - a name that stands twice is refused at any depth

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The members of an object; `None` for anything else than one object whose names stand once.
pub(super) fn object(json: &[u8]) -> Option<Map<String, Value>> {
    // Why it is not such an object concerns nobody: the token is refused.
    match serde_json::from_slice::<Strict>(json).ok()? {
        Strict(Value::Object(members)) => Some(members),
        Strict(_) => None,
    }
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

/// Values without parts are taken as they are.
macro_rules! as_they_are {
    ($($visit:ident: $kind:ty),+) => {
        $(fn $visit<E>(self, value: $kind) -> Result<Value, E> {
            Ok(value.into())
        })+
    };
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON in which each name stands once")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    as_they_are!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = items.next_element()? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, Strict>()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(object.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_that_stands_twice_is_refused_at_any_depth() {
        for twice in [r#"{"a":1,"a":1}"#, r#"{"a":{"b":1,"b":2}}"#, r#"{"a":[{"b":1,"b":2}]}"#, r#"{"a":1,"\u0061":2}"#] {
            assert_eq!(object(twice.as_bytes()), None, "{twice}");
        }
    }

    #[test]
    fn an_object_is_read_as_any_reader_of_json_reads_it() {
        let value = json!({ "a": [1, -2, 1.5, true, null, "x", { "a": {} }], "b": u64::MAX });
        assert_eq!(object(value.to_string().as_bytes()).map(Value::Object), Some(value));
    }

    #[test]
    fn anything_else_than_one_object_is_refused() {
        for other in ["", "1", "[]", "null", r#""x""#, "{} {}", "{", "\u{feff}{}"] {
            assert_eq!(object(other.as_bytes()), None, "{other}");
        }
        assert_eq!(object(&[b"{\"a\":".repeat(5_000), b"1".to_vec()].concat()), None, "no depth of nesting exhausts the stack");
    }
}
