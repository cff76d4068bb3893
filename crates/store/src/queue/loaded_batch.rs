//! A loaded batch: its streams in memory, and its commands decided on them, one after the other.

use std::collections::{HashMap, HashSet};

use ens_domain::event::{Event, State, StreamKey, StreamKind};
use ens_domain::ids::SpaceId;
use ens_domain::sections::DecisionContext;
use ens_domain::space::HealthSpace;
use ens_domain::stream::KeyEffect;
use uuid::Uuid;

use super::queued::QueuedCommand;
use super::stream_cache::CachedStream;
use crate::ground::{Draft, Priority, Rejection, StoreError};
use crate::log::LoadedStream;

/// A command that was decided, with what is to be written for it.
pub(super) struct DecidedCommand {
    /// The command's place in its batch.
    pub(super) place: usize,
    pub(super) stream: StreamKey,
    pub(super) version_before: u64,
    pub(super) loaded_position: u64,
    /// The other streams that the command was decided on, such as an item's space, and their versions.
    pub(super) looked_at: Vec<(StreamKey, u64)>,
    pub(super) events: Vec<Event>,
}

impl DecidedCommand {
    /// A message goes out with what it tells, so not without an event.
    pub(super) fn messages<'a>(&self, command: &'a QueuedCommand) -> &'a [Draft] {
        if self.events.is_empty() { &[] } else { &command.envelope.messages }
    }
}

/// A command's answer, if what it was decided on is written.
pub(super) enum CommandAnswer {
    Rejected(Rejection),
    Quiet {
        version: u64,
        loaded_position: u64,
    },
    /// That of the next decided command.
    Decided,
}

/// A stream of the batch.
pub(super) struct BatchStream {
    pub(super) cached: CachedStream,
    pub(super) origin: Origin,
}

impl BatchStream {
    /// A stream that was loaded just now.
    pub(super) const fn loaded(loaded: LoadedStream, origin: Origin) -> Self {
        Self { cached: CachedStream { loaded, key: None }, origin }
    }

    fn version(&self) -> u64 {
        self.cached.loaded.version
    }
}

/// Where a stream of the batch came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// From the cache of the partition.
    Cache,
    /// From the log.
    Log,
    /// From nowhere: it has no event yet.
    Nothing,
    /// It holds in clear what this batch seals, and must not be cached.
    InClear,
}

/// The streams that a command is decided on besides its own.
#[derive(Default)]
struct Beside<'a> {
    space: Option<(StreamKey, &'a LoadedStream)>,
    document: Option<(StreamKey, &'a LoadedStream)>,
}

impl Beside<'_> {
    fn versions(&self) -> Vec<(StreamKey, u64)> {
        [self.space, self.document].into_iter().flatten().map(|(key, loaded)| (key, loaded.version)).collect()
    }
}

/// The streams whose events a batch sealed, and those among them that hold a guarded value.
pub(super) struct SealedStreams<'a> {
    pub(super) sealed: &'a HashSet<StreamKey>,
    pub(super) guarded: &'a HashSet<StreamKey>,
}

/// The streams of a batch and what was decided on them.
#[derive(Default)]
pub(super) struct LoadedBatch {
    pub(super) streams: HashMap<StreamKey, Result<BatchStream, StoreError>>,
    /// Spaces whose further commands wait for the next batch.
    pub(super) waiting: HashSet<SpaceId>,
    keys: HashSet<Uuid>,
    pub(super) decided: Vec<DecidedCommand>,
    pub(super) answers: Vec<(usize, StreamKey, CommandAnswer)>,
}

impl LoadedBatch {
    /// Decides a command on the streams of the batch; a command that must wait for the next batch gets no answer.
    pub(super) fn decide(&mut self, place: usize, command: &QueuedCommand) {
        let (stream, space) = (command.key(), command.space());
        let repeated = command.request.is_some_and(|request| self.keys.contains(&request.key));
        if repeated || self.waiting.contains(&space) {
            self.waiting.insert(space);
            return;
        }
        let answer = match self.decided(place, command) {
            Err(answer) => answer,
            Ok(decided) => {
                self.keys.extend(command.request.map(|request| request.key));
                // A key dies with its space; what follows must find it dead, not seal under it.
                if decided.events.iter().any(|event| event.key_effect() == KeyEffect::Destroy) {
                    self.waiting.insert(space);
                }
                self.decided.push(decided);
                CommandAnswer::Decided
            }
        };
        self.answers.push((place, stream, answer));
    }

    fn decided(&mut self, place: usize, command: &QueuedCommand) -> Result<DecidedCommand, CommandAnswer> {
        let stream = command.key();
        let Some(own) = self.streams.remove(&stream) else { return Err(CommandAnswer::Rejected(Rejection::NoSuchSpace)) };
        let (own, decided) = match own {
            Err(error) => (Err(error.clone()), Err(CommandAnswer::Rejected(Rejection::Store(error)))),
            Ok(mut own) => {
                let decided = self.beside(command).and_then(|beside| decide(&mut own, &beside, place, command));
                (Ok(own), decided)
            }
        };
        self.streams.insert(stream, own);
        decided
    }

    /// What a command to an item is decided on besides it; nothing for the space's own stream, which is decided on itself.
    fn beside(&self, command: &QueuedCommand) -> Result<Beside<'_>, CommandAnswer> {
        let Some(space) = command.space_beside() else { return Ok(Beside::default()) };
        let space = match self.streams.get(&space) {
            Some(Ok(stream)) if stream.version() > 0 => Some((space, &stream.cached.loaded)),
            Some(Ok(_)) | None => return Err(CommandAnswer::Rejected(Rejection::NoSuchSpace)),
            Some(Err(error)) => return Err(CommandAnswer::Rejected(Rejection::Store(error.clone()))),
        };
        let document = match command.document_beside().and_then(|key| Some((key, self.streams.get(&key)?))) {
            Some((key, Ok(stream))) => Some((key, &stream.cached.loaded)),
            Some((_, Err(error))) => return Err(CommandAnswer::Rejected(Rejection::Store(error.clone()))),
            None => None,
        };
        Ok(Beside { space, document })
    }

    /// The places of the commands that were refused.
    pub(super) fn refused(&self) -> Vec<usize> {
        self.answers.iter().filter(|(_, _, answer)| matches!(answer, CommandAnswer::Rejected(_))).map(|(place, ..)| *place).collect()
    }

    /// Makes the streams anew whose events were sealed in this batch, so that no cache holds them in clear: a stream that began in this
    /// batch from its events, unless decisions need what is guarded in them; any other one will be dropped, as a bulk job's is anyway.
    pub(super) fn hold_sealed(&mut self, batch: &SealedStreams<'_>, priority: Priority) {
        let SealedStreams { sealed, guarded } = batch;
        for key in *sealed {
            if let Some(Ok(stream)) = self.streams.get_mut(key) {
                match (stream.origin, priority) {
                    (Origin::Nothing, Priority::Interactive) if !guarded.contains(key) => {
                        stream.cached.loaded.state = State::empty(key.kind)
                    }
                    (Origin::Nothing | Origin::Cache | Origin::Log | Origin::InClear, _) => stream.origin = Origin::InClear,
                }
            }
        }
        for decided in self.decided.iter().filter(|decided| sealed.contains(&decided.stream)) {
            if let Some(Ok(BatchStream { cached, origin: Origin::Nothing })) = self.streams.get_mut(&decided.stream) {
                decided.events.iter().for_each(|event| cached.loaded.state.apply(event.clone()));
            }
        }
    }
}

fn decide(own: &mut BatchStream, beside: &Beside<'_>, place: usize, command: &QueuedCommand) -> Result<DecidedCommand, CommandAnswer> {
    let (envelope, loaded, stream) = (&command.envelope, &mut own.cached.loaded, command.key());
    if let Some(expected) = envelope.expected_version.filter(|expected| *expected != loaded.version) {
        return Err(CommandAnswer::Rejected(Rejection::Stale { expected, actual: loaded.version }));
    }
    if loaded.version == 0 && stream.kind == StreamKind::Space && !envelope.command.may_begin() {
        return Err(CommandAnswer::Rejected(Rejection::NoSuchSpace));
    }
    let no_space = HealthSpace::default();
    let space = beside.space.and_then(|(_, space)| space.state.space()).unwrap_or(&no_space);
    let document = beside.document.and_then(|(_, document)| document.state.document_facts());
    let context = DecisionContext { space, document: document.as_ref(), policy: &command.policy };
    let decided = loaded.state.decide(envelope.command.clone(), &context);
    let events = decided.map_err(|refusal| CommandAnswer::Rejected(Rejection::Refused(refusal)))?;
    if events.is_empty() && command.request.is_none() && envelope.completes_message.is_none() {
        return Err(CommandAnswer::Quiet { version: loaded.version, loaded_position: loaded.position });
    }
    let (version_before, loaded_position) = (loaded.version, loaded.position);
    for event in &events {
        loaded.state.apply(event.clone());
        loaded.version += 1;
    }
    let looked_at = beside.versions();
    Ok(DecidedCommand { place, stream, version_before, loaded_position, looked_at, events })
}
