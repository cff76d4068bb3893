//! PostgreSQL: one statement a step, whatever the number of rows.

mod append;
mod caregiver_places;
pub(super) mod columns;
mod commit_queue;
mod connections;
mod follow;
mod keys;
mod leases;
mod log;
mod new_keys;
mod outbox;
mod pipeline;
mod read_models;
mod rebuilding;
mod registry;
mod session;
mod shared_commits;
mod statement;
mod tables;

pub(crate) use connections::Postgres;
