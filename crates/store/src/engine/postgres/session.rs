//! What the connections of a store on PostgreSQL are told, and how long the server may take to let one in.

use std::time::Duration;

/// What every connection of the service is: a role without the right to change the log, commits that are on the disk when they return.
pub(super) const SESSION: &str = "SET ROLE ens_service; SET synchronous_commit = on; SET timezone = 'UTC'";

/// How long the server may take to let a login in, refused attempts being tried again meanwhile.
pub(super) const REACH: Duration = Duration::from_secs(5);

/// What a connection of the command queue or of reads by key is besides: its statements take arrays of any length, so one plan serves them all; it is
/// made while a table may still be empty, and must not read it whole when it has grown.
pub(super) const KEYED: &str = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off";
