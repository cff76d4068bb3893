//! SQLite: one writer at a time, readers beside it, the keys in a file of their own.

mod append;
mod binding;
mod caregiver_places;
mod connections;
mod follow;
mod json_rows;
mod keys;
mod leases;
mod log;
mod outbox;
mod read_models;
mod rebuilding;
mod registry;
mod single_statement;
mod tables;
#[cfg(test)]
mod tests;
mod wal;

pub(crate) use connections::{Sqlite, file_of};
