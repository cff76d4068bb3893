//! What the batches touch that were decided and are not committed yet.

use std::collections::{HashMap, HashSet};

use ens_domain::event::StreamKey;
use uuid::Uuid;

use super::queued::QueuedCommand;

/// Streams and idempotency keys of the batches in flight.
#[derive(Default)]
pub(super) struct InFlight {
    keys: HashSet<Uuid>,
    streams: HashMap<StreamKey, usize>,
}

impl InFlight {
    /// Whether a batch in flight touches this stream.
    pub(super) fn touches(&self, stream: StreamKey) -> bool {
        self.streams.contains_key(&stream)
    }

    /// Whether a batch in flight has this idempotency key.
    pub(super) fn has_key(&self, key: &Uuid) -> bool {
        self.keys.contains(key)
    }

    pub(super) fn add(&mut self, command: &QueuedCommand) {
        *self.streams.entry(command.key()).or_default() += 1;
        self.keys.extend(command.request.map(|request| request.key));
    }

    pub(super) fn remove(&mut self, command: &QueuedCommand) {
        if let Some(count) = self.streams.get_mut(&command.key()) {
            *count -= 1;
            if *count == 0 {
                self.streams.remove(&command.key());
            }
        }
        if let Some(request) = command.request {
            self.keys.remove(&request.key);
        }
    }
}
