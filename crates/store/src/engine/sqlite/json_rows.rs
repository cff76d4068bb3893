//! A row of any table as JSON, read without knowing its columns.

use serde_json::{Map, Value};
use sqlx::sqlite::SqliteRow;
use sqlx::{Column, Row, TypeInfo, ValueRef};

use crate::ground::StoreError;

/// A row as a JSON object, each value by the type that SQLite holds it in.
pub(super) fn object(row: &SqliteRow) -> Result<Value, StoreError> {
    let mut fields = Map::with_capacity(row.len());
    for column in row.columns() {
        let held = row.try_get_raw(column.ordinal())?;
        let kind = if held.is_null() { "NULL".to_owned() } else { held.type_info().name().to_owned() };
        let value = match kind.as_str() {
            "NULL" => Value::Null,
            "INTEGER" => Value::from(row.try_get_unchecked::<i64, _>(column.ordinal())?),
            "REAL" => Value::from(row.try_get_unchecked::<f64, _>(column.ordinal())?),
            "TEXT" => Value::from(row.try_get_unchecked::<String, _>(column.ordinal())?),
            _ => return Err(StoreError::Malformed("a read model holds what is neither text nor number")),
        };
        fields.insert(column.name().to_owned(), value);
    }
    Ok(Value::Object(fields))
}
