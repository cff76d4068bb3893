//! `Page` decodes a run of events of one partition once, for all read models that are updated from it in the same transaction.
//!
//! - an event that cannot be read stops only the read models that read its kind

use ens_domain::event::{Event, StreamKind};
use ens_store::{Recorded, StoredEvent};

use crate::health::EventOfUnknownKind;

/// Events of one partition, in the order of their positions.
pub(crate) struct Page {
    events: Vec<Recorded<Event>>,
    unreadable: Vec<Unreadable>,
    unknown: Vec<EventOfUnknownKind>,
    last: Option<u64>,
}

/// An event of a known kind that this program cannot read.
pub(crate) struct Unreadable {
    kind: StreamKind,
    pub(crate) position: u64,
    /// Says what it is, and nothing that it holds.
    pub(crate) reason: String,
}

/// The part of a page that a read model can fold.
pub(crate) struct Readable<'a> {
    pub(crate) events: Vec<&'a Recorded<Event>>,
    /// The event that stops it, if one does.
    pub(crate) stopped_by: Option<&'a Unreadable>,
}

impl Page {
    /// Decodes the events of these kinds. Events of other kinds are passed over, those of unknown kinds by their name.
    pub(crate) fn decode(stored: &[StoredEvent], kinds: &[StreamKind]) -> Self {
        let mut page = Self {
            events: Vec::with_capacity(stored.len()),
            unreadable: Vec::new(),
            unknown: Vec::new(),
            last: stored.last().map(|event| event.position),
        };
        for event in stored {
            page.add(event, kinds);
        }
        page
    }

    fn add(&mut self, stored: &StoredEvent, kinds: &[StreamKind]) {
        let position = stored.position;
        let Some(kind) = stored.kind() else {
            self.unknown.push(EventOfUnknownKind { kind: stored.aggregate_type.clone(), position });
            return;
        };
        if !kinds.contains(&kind) {
            return;
        }
        match stored.decode() {
            Ok(event) => self.events.push(event),
            Err(error) => self.unreadable.push(Unreadable { kind, position, reason: error.to_string() }),
        }
    }

    /// The position of the last event, whoever reads it; nothing where the page is empty.
    pub(crate) const fn last(&self) -> Option<u64> {
        self.last
    }

    /// Events of kinds that this program does not know.
    pub(crate) fn unknown(&self) -> &[EventOfUnknownKind] {
        &self.unknown
    }

    /// The events of these kinds, up to the first one that cannot be read.
    pub(crate) fn readable(&self, kinds: &[StreamKind]) -> Readable<'_> {
        let stopped_by = self.unreadable.iter().find(|event| kinds.contains(&event.kind));
        let end = stopped_by.map_or(u64::MAX, |event| event.position);
        let own = |event: &&Recorded<Event>| event.position < end && kinds.contains(&event.event.kind());
        Readable { events: self.events.iter().filter(own).collect(), stopped_by }
    }
}
