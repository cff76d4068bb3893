//! Counts as numbers that can be divided.

/// A count as a number to divide by: exact up to 2⁵³.
pub(crate) fn as_float(count: u64) -> f64 {
    count as f64
}
