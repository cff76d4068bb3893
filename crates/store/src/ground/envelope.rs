//! What is asked of the command queue and what it answers: an envelope around a command, its outcome, its rejection.

use std::collections::BTreeMap;

use ens_domain::event::{Command, Event, Refusal, StreamKey};
use ens_domain::ids::{MessageId, SpaceId};
use ens_domain::space::{SpaceCommand, SpaceEvent};
use ens_domain::stream::StreamId;
use uuid::{Uuid, Version};

use super::error::StoreError;
use super::messages::Draft;
use super::partition::Partition;

/// One command to one stream, with what must happen in the same transaction.
#[derive(Debug, Clone)]
pub struct CommandEnvelope {
    /// The space's own stream, or that of an item in it.
    pub stream: StreamId,
    /// What is asked.
    pub command: Command,
    /// Written beside every event: request id, caller's role; never what belongs to a person.
    pub metadata: BTreeMap<String, String>,
    /// Makes a repeated command take effect once.
    pub idempotency: Option<Idempotency>,
    /// The version that the caller has seen; another one is answered by [`Rejection::Stale`].
    pub expected_version: Option<u64>,
    /// Messages to send, kept only if the command made events.
    pub messages: Vec<Draft>,
    /// The message of the outbox whose sending is over with this command; removed even if the command had nothing to do.
    pub completes_message: Option<MessageId>,
}

/// The name that a caller gave to one request, and the digest of what it asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// The caller's key. Only a keyed digest is stored. One key names one request in the whole store, whatever the space: a service
    /// with several callers puts the caller's name in front.
    pub key: String,
    /// When the caller made the key, if the key says so, as a UUID of version 7 does: milliseconds of Unix time, a part of the key. Keys of
    /// one time are kept side by side, where others would each change a page of their own.
    pub(crate) made_at: Option<u64>,
    /// SHA-256 of the request; the same key with another digest is refused. Only a keyed digest of it is stored.
    pub digest: [u8; 32],
}

impl Idempotency {
    /// A caller's key and the digest of what is asked under it.
    pub fn new(key: impl Into<String>, digest: [u8; 32]) -> Self {
        let key = key.into();
        // A key that is no UUID has no date.
        let made_at = Uuid::try_parse(&key).ok().and_then(made_at);
        Self { key, made_at, digest }
    }

    /// The same request under a key that was made of this one.
    #[must_use]
    pub fn renamed(self, key: String) -> Self {
        Self { key, ..self }
    }
}

/// The instant in a UUID of version 7, its first 48 bits (RFC 9562, section 5.7).
fn made_at(key: Uuid) -> Option<u64> {
    (key.get_version() == Some(Version::SortRand)).then(|| key.as_u64_pair().0 >> 16)
}

impl CommandEnvelope {
    /// A command to the life of a space, and nothing more.
    pub fn new(space: SpaceId, command: impl Into<SpaceCommand>) -> Self {
        Self::to_stream(StreamId::of_space(space), Command::Space(command.into()))
    }

    /// A command to any stream, and nothing more.
    pub fn to_stream(stream: StreamId, command: impl Into<Command>) -> Self {
        Self {
            stream,
            command: command.into(),
            metadata: BTreeMap::new(),
            idempotency: None,
            expected_version: None,
            messages: Vec::new(),
            completes_message: None,
        }
    }

    /// The space that the stream belongs to.
    pub const fn space(&self) -> SpaceId {
        self.stream.space()
    }

    /// The stream, with the kind that the command is for.
    pub const fn key(&self) -> StreamKey {
        StreamKey { kind: self.command.kind(), id: self.stream }
    }

    /// Writes `value` under `name` beside every event.
    #[must_use]
    pub fn with_metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(name.into(), value.into());
        self
    }

    /// Makes a repeat of this command answer the same without taking effect again.
    #[must_use]
    pub fn once(mut self, key: impl Into<String>, digest: [u8; 32]) -> Self {
        self.idempotency = Some(Idempotency::new(key, digest));
        self
    }

    /// Refuses the command unless the stream is at `version`.
    #[must_use]
    pub fn expecting(mut self, version: u64) -> Self {
        self.expected_version = Some(version);
        self
    }

    /// Puts a message into the outbox if the command makes events.
    #[must_use]
    pub fn sending(mut self, message: Draft) -> Self {
        self.messages.push(message);
        self
    }

    /// Takes this message out of the outbox with the command, even if it makes no event.
    #[must_use]
    pub fn completing(mut self, message: MessageId) -> Self {
        self.completes_message = Some(message);
        self
    }
}

/// Whether an answer was made now or given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// The command was decided now.
    Now,
    /// Its idempotency key had been used: this is the first answer again.
    Again,
}

/// What came of a command that was not rejected.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The stream that the command was to; for a repeat, the one on which the first request took effect.
    pub stream: StreamId,
    /// The stream's version after the command: the sequence of its last event.
    pub version: u64,
    /// The space's partition.
    pub partition: Partition,
    /// The position of the command's last event, or of the stream's last event if the command made none.
    pub position: u64,
    /// The events of the command, personal data sealed; none if everything was already so.
    pub events: Vec<Event>,
    /// Whether this is the first answer.
    pub answered: Answered,
}

impl Outcome {
    /// The refusal that the events record (a wrong code), which the caller must answer although something was written.
    pub fn refusal(&self) -> Option<Refusal> {
        self.events.iter().rev().find_map(Event::refusal)
    }

    /// The events of the life of a space among them.
    pub fn space_events(&self) -> impl Iterator<Item = &SpaceEvent> {
        self.events.iter().filter_map(Event::as_space)
    }

    /// Whether the command found everything already so.
    pub fn is_quiet(&self) -> bool {
        self.events.is_empty()
    }
}

/// Why a command had no effect.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// A rule said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The stream is not at the version that the caller has seen.
    #[error("version {expected} was expected, it is {actual}")]
    Stale {
        /// What the caller has seen.
        expected: u64,
        /// What it is.
        actual: u64,
    },
    /// The idempotency key was used for another request.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// There is no such space, and the command does not create one.
    #[error("no such space")]
    NoSuchSpace,
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_of_version_7_says_when_it_was_made() {
        // The example of RFC 9562, appendix A.6: 22 February 2022, 19:22:22 UTC.
        assert_eq!(Idempotency::new("017F22E2-79B0-7CC3-98C4-DC0C0C07398F", [0; 32]).made_at, Some(1_645_557_742_000));
    }

    #[test]
    fn any_other_key_says_nothing_of_the_kind() {
        for key in ["", "letter-7", "919108f7-52d1-4320-9bac-f847db4148a8", "C232AB00-9414-11EC-B3C8-9F6BDECED846"] {
            assert_eq!(Idempotency::new(key, [0; 32]).made_at, None, "{key}");
        }
    }
}
