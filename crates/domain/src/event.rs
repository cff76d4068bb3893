//! The one list of all events that may stand in the log, each with the version in which it is written today.
//!
//! - an event of the list has a golden sample for ever; an old version gets an upcaster, never an edit

use crate::space::{EVENT_NAMES, EVENT_VERSION, HealthSpace};

/// A kind of event, as the log names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventType {
    /// The aggregate whose event it is.
    pub aggregate: &'static str,
    /// `event_type` in the log.
    pub name: &'static str,
    /// `event_version` in the log, for what is written today.
    pub version: &'static str,
}

/// All events, by aggregate and in the order of their contract.
pub fn event_types() -> impl Iterator<Item = EventType> {
    EVENT_NAMES.iter().map(|name| EventType { aggregate: <HealthSpace as cqrs_es::Aggregate>::TYPE, name, version: EVENT_VERSION })
}

/// Whether today's code writes and reads an event of this name and version.
pub fn is_known(aggregate: &str, name: &str, version: &str) -> bool {
    event_types().any(|known| known.aggregate == aggregate && known.name == name && known.version == version)
}
