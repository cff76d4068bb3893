//! The report: one row a measurement, as a JSON array and as a table for the screen.

pub(crate) use row::{Bound, Row, json};
pub(crate) use table::print;

mod row;
mod table;
