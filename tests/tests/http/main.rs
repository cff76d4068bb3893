//! The service over HTTP, through a real server on loopback.

mod access;
mod access_matrix;
mod after_opening;
mod api;
mod before_opening;
mod campaign;
mod conditions;
mod creation;
mod document_changes;
mod documents;
mod engines;
mod horizons;
mod long_lists;
mod measures;
mod medical_record;
mod messages;
mod oversight;
mod partition_feed;
mod probes;
mod problems;
mod public_code_routes;
mod reading;
mod slow_deposits;
