//! Numbers on their way into `bigint` columns and back.

use crate::ground::StoreError;

/// A count or a number as `bigint` columns hold it.
pub(crate) fn column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number of ours as it is read back from a `bigint` column.
pub(crate) fn number(column: i64) -> Result<u64, StoreError> {
    u64::try_from(column).map_err(|_| StoreError::Malformed("a number is negative"))
}
