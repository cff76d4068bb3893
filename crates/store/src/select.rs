//! Reading read models: one SQL text with `$1`, `$2`, … that both engines understand, rows as JSON objects.

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::error::StoreError;
use crate::store::Store;

/// A value bound to a placeholder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A day.
    Date(NaiveDate),
    /// An id; SQLite compares it as lower-case text.
    Uuid(Uuid),
    /// An instant; SQLite compares it as the text that chrono writes.
    Instant(DateTime<Utc>),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<NaiveDate> for Arg {
    fn from(day: NaiveDate) -> Self {
        Self::Date(day)
    }
}

impl From<Uuid> for Arg {
    fn from(id: Uuid) -> Self {
        Self::Uuid(id)
    }
}

impl From<DateTime<Utc>> for Arg {
    fn from(at: DateTime<Utc>) -> Self {
        Self::Instant(at)
    }
}

impl Store {
    /// The rows of a `SELECT` whose columns have the names of `R`'s fields. The text comes from the program; values come as `args`.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Malformed`] where a row does not read as `R`.
    pub async fn select<R: DeserializeOwned>(&self, sql: &str, args: &[Arg]) -> Result<Vec<R>, StoreError> {
        let rows = self.engine().select(sql, args).await?;
        // The parser's own message can repeat what it read, so it goes no further.
        rows.into_iter()
            .map(|row| serde_json::from_str(&row).map_err(|_| StoreError::Malformed("a row has another shape than asked for")))
            .collect()
    }
}
