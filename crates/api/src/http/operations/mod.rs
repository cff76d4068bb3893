//! Routes for those who run, audit and connect the service: probes, metrics, documentation, the feed of the log, reports on messages.

use crate::http::gate::Declaration;

pub(super) use docs::{complete_document, documentation_routes};
pub(super) use metrics::{count_request, method_name, recorder};

mod docs;
mod health;
mod message_reports;
mod metrics;
mod partition_feed;
mod support_line;

/// The probes and the metrics, which a process that only works in the background answers too.
pub(super) fn probes() -> Vec<Declaration> {
    [health::routes(), metrics::routes()].into_iter().flatten().collect()
}

/// Every other route of this folder.
pub(super) fn routes() -> Vec<Declaration> {
    [support_line::routes(), message_reports::routes(), partition_feed::routes()].into_iter().flatten().collect()
}
