//! The engines: PostgreSQL and SQLite, in files of the same names, behind one contract.
//!
//! Everything that both share stands above this folder, or in it once: the texts of statements, the order of an append, rows of the log.

mod append;
mod contract;
mod log_rows;
mod migrations;
mod numbers;
mod postgres;
mod rebuilding;
mod sqlite;
mod text;

pub(crate) use append::append_in_parts;
pub(crate) use contract::{AtHead, Checkpoint, Claim, ClockReference, Engine, Following, Found, RowsOf, StreamName, Streams};
pub(crate) use postgres::Postgres;
pub(crate) use rebuilding::{Exists, Held, Hold, Renaming};
pub(crate) use sqlite::{Sqlite, file_of};
