//! The service over HTTP, through a real server on loopback.

mod access;
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
mod legacy_record;
mod measures;
mod medical_record;
mod messages;
mod partition_feed;
mod probes;
mod problems;
mod public_code_routes;
mod reading;
