//! `Decider` turns queued commands into a `DecidedBatch`: it loads their streams, decides the commands, seals the events, prepares answers.
//!
//! Commands are decided on the streams as the cache has them at the last known head of the partition. If the head has not moved when the
//! events are appended, every decision of the batch is valid, refusals included; a batch without events has the head read instead. A batch
//! that must not rely on the cache, or that destroys a space's key, is written under the lock of the head. Commands that another writer
//! overtook are returned, to be decided again in the next round.
//! - two commands on one space in one call see each other
//! - a command that met another writer is decided again on what that one wrote; a rejection stands only on what is committed
//! - one command never hides or halves another

use std::collections::HashSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ens_domain::event::{StreamKey, StreamKind};
use ens_domain::ids::SpaceId;
use uuid::Uuid;

use super::admission::{self, Appending, KnownHead, Places, StreamAppend, UnderLock};
use super::in_flight::InFlight;
use super::loaded_batch::{BatchStream, CommandAnswer, DecidedCommand, LoadedBatch, Origin, SealedStreams};
use super::queued::{Answers, Commands, QueuedCommand};
use super::repeated::answer_repeated;
use super::sealed_batch::{SealedBatch, seal_batch};
use super::stream_cache::StreamCache;
use crate::engine::AtHead;
use crate::ground::{Answered, Appended, Batch, Outcome, Partition, Priority, Rejection, StoreError, StoredKey, count};
use crate::log::{LoadedStream, fold, opened_histories};
use crate::sealing::SpaceKeys;
use crate::shared::Shared;

/// Rounds that may pass without answering a single command before the rest is given up.
const FRUITLESS_ROUNDS: u32 = 12;
/// Events of others that are read to learn which streams they touched; after more, the whole cache is dropped.
const NEWS: u32 = 1_000;
/// How old an id may be whose stream is taken to have no event yet.
const YOUNG: Duration = Duration::from_secs(600);

/// The partition and the priority of a batch.
pub(super) type Served = (Partition, Priority);

/// What became of a decided command in its transaction.
enum Written {
    At(Appended),
    /// Another writer was first: to be decided again.
    Overtaken,
    Lost(StoreError),
}

/// A batch that was decided. The cache is where its writing will have it, but for what is to be written under the lock.
pub(super) enum DecidedBatch {
    /// There is nothing to write: it stands if the head is there; without a head, as it is.
    Quiet(Answers, Option<u64>),
    /// It stands if it is written at its head.
    Append(Answers, Batch),
    /// It is to be written under the lock, with nothing else in flight.
    Locked(Box<LockedBatch>),
}

/// What is to be written under the lock of the head.
pub(super) struct LockedBatch {
    served: Served,
    commands: Commands,
    batch: LoadedBatch,
    sorted: SortedAppends,
    new_keys: Vec<StoredKey>,
    known_head: Option<u64>,
}

impl LockedBatch {
    /// The commands, undecided.
    pub(super) fn commands(self) -> impl Iterator<Item = QueuedCommand> {
        self.commands.into_iter().flatten()
    }
}

/// A batch that was loaded, decided and sealed, and the head at which, where the cache was trusted.
struct Planned {
    batch: LoadedBatch,
    sealed: SealedBatch,
    known_head: Option<u64>,
}

/// Whether what is cached may be built on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// It proves itself when the batch is appended.
    Cache,
    /// It failed before: the log is read, and written under the lock.
    Log,
}

/// Decides batches.
#[derive(Clone)]
pub(super) struct Decider {
    pub(super) shared: Shared,
    keys: SpaceKeys,
}

impl Decider {
    pub(super) fn of(shared: Shared) -> Self {
        Self { keys: SpaceKeys::of(shared.clone()), shared }
    }

    /// Decides a batch on the cache and on what is in flight; where that fails, its commands are told so.
    pub(super) async fn decide(
        &self,
        served: Served,
        cache: &mut StreamCache,
        in_flight: &InFlight,
        taken: Vec<QueuedCommand>,
    ) -> Result<DecidedBatch, StoreError> {
        let mut commands: Commands = Vec::with_capacity(taken.len());
        for mut command in taken {
            if command.fruitless == FRUITLESS_ROUNDS {
                command.fail(&StoreError::Contended { attempts: FRUITLESS_ROUNDS });
            } else {
                command.rounds += 1;
                commands.push(Some(command));
            }
        }
        match self.plan(served.0, cache, in_flight, &mut commands).await {
            Ok(planned) => Ok(conclude(served, cache, planned, commands)),
            Err(error) => {
                commands.iter_mut().filter_map(Option::take).for_each(|command| command.fail(&error));
                Err(error)
            }
        }
    }

    async fn plan(
        &self,
        partition: Partition,
        cache: &mut StreamCache,
        in_flight: &InFlight,
        commands: &mut Commands,
    ) -> Result<Planned, StoreError> {
        let head = self.known_head(partition, cache).await?;
        let repeated = places(commands, |command| command.rounds > 1);
        answer_repeated(&self.shared, commands, &repeated).await?;
        let trust = if commands.iter().flatten().any(QueuedCommand::is_doubtful) { Trust::Log } else { Trust::Cache };
        let mut batch = self.load(cache, in_flight, commands, trust).await?;
        for (place, command) in commands.iter().enumerate() {
            if let Some(command) = command {
                if command.request.is_some_and(|request| in_flight.has_key(&request.key)) {
                    batch.waiting.insert(command.space());
                }
                batch.decide(place, command);
            }
        }
        // A repeated request may be refused today; its first answer is what it gets.
        let refused = batch.refused();
        answer_repeated(&self.shared, commands, &refused).await?;
        let sealed = seal_batch(&self.keys, &mut batch, commands).await?;
        let known_head = match trust {
            Trust::Cache => Some(head),
            Trust::Log => None,
        };
        Ok(Planned { batch, sealed, known_head })
    }

    /// Writes under the lock, and answers as it then is; the commands come back where another writer was first.
    pub(super) async fn write_locked(&self, cache: &mut StreamCache, locked: LockedBatch) -> Result<Result<Answers, Commands>, StoreError> {
        let LockedBatch { served, mut commands, batch, sorted, new_keys, known_head } = locked;
        let lock = UnderLock { partition: served.0, known_head };
        let written: u64 = sorted.admitted.iter().map(|append| count(append.write.events.len())).sum();
        match admission::append_under_lock(self.shared.engine(), lock, &sorted.admitted, &new_keys).await {
            Ok(Appending::Done(places)) => {
                self.shared.signal_append();
                known_head.into_iter().for_each(|head| cache.advance_to(head + written));
                Ok(Ok(answers(served, cache, (batch, sorted.with(places)), commands)))
            }
            Ok(Appending::HeadMoved | Appending::KeyTaken) => Ok(Err(commands)),
            Err(error) => {
                commands.iter_mut().filter_map(Option::take).for_each(|command| command.fail(&error));
                Err(error)
            }
        }
    }

    /// Whether the head is still where it is known to be.
    pub(super) async fn is_at(&self, partition: Partition, known: u64) -> Result<AtHead, StoreError> {
        let head = self.shared.engine().head(partition).await?;
        Ok(if head == known { AtHead::Written } else { AtHead::Moved })
    }

    /// The head that the cache knows; asked where it knows none.
    async fn known_head(&self, partition: Partition, cache: &mut StreamCache) -> Result<u64, StoreError> {
        if let Some(head) = cache.head() {
            return Ok(head);
        }
        let head = self.shared.engine().head(partition).await?;
        cache.advance_to(head);
        Ok(head)
    }

    /// Learns what others wrote since the head that the cache knows.
    pub(super) async fn catch_up(&self, partition: Partition, cache: &mut StreamCache) -> Result<(), StoreError> {
        let Some(head) = cache.head() else { return Ok(()) };
        let news = self.shared.engine().written_after(partition, head, NEWS).await?;
        if news.len() >= usize::try_from(NEWS).unwrap_or(usize::MAX) {
            cache.clear();
            return Ok(());
        }
        for ((kind, id), position) in news {
            let stream = StreamKind::named(&kind).map(|kind| StreamKey::parse(kind, &id));
            if let Some(Ok(stream)) = stream {
                cache.drop_stream(stream);
            }
            cache.advance_to(position);
        }
        Ok(())
    }

    /// Loads every stream of the batch, and the space of every item: from the cache, else from the log, all in one query.
    async fn load(
        &self,
        cache: &mut StreamCache,
        in_flight: &InFlight,
        commands: &Commands,
        trust: Trust,
    ) -> Result<LoadedBatch, StoreError> {
        let mut batch = LoadedBatch::default();
        let mut unknown = Vec::new();
        for (stream, age) in streams_of(commands) {
            match cache.take(stream) {
                Some(cached) if trust == Trust::Cache => {
                    batch.streams.insert(stream, Ok(BatchStream { cached, origin: Origin::Cache }));
                }
                // Not cached, and not in the log yet: once what is in flight is written, it will be.
                None if in_flight.touches(stream) => {
                    batch.waiting.insert(stream.id.space());
                }
                None if age == Age::Fresh => {
                    batch.streams.insert(stream, Ok(BatchStream::loaded(LoadedStream::empty(stream.kind), Origin::Nothing)));
                }
                Some(_) | None => unknown.push(stream),
            }
        }
        if unknown.is_empty() {
            return Ok(batch);
        }
        let mut histories = opened_histories(&self.shared, &self.keys, &unknown).await?;
        for stream in unknown {
            let events = histories.remove(&stream).unwrap_or_default();
            let origin = if events.is_empty() { Origin::Nothing } else { Origin::Log };
            batch.streams.insert(stream, fold(stream.kind, &events).map(|loaded| BatchStream::loaded(loaded, origin)));
        }
        Ok(batch)
    }
}

/// Whether a stream is taken to have no event yet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Age {
    Fresh,
    Known,
}

/// The streams that the commands are to, and those that their decisions look at besides, each once.
fn streams_of(commands: &Commands) -> Vec<(StreamKey, Age)> {
    let mut met = HashSet::new();
    let mut streams = Vec::with_capacity(commands.len());
    for command in commands.iter().flatten() {
        let own = command.key();
        let age = if command.rounds == 1 && begins(command) { Age::Fresh } else { Age::Known };
        if met.insert(own) {
            streams.push((own, age));
        }
        let beside = [command.space_beside(), command.document_beside()].into_iter().flatten();
        streams.extend(beside.filter(|key| met.insert(*key)).map(|key| (key, Age::Known)));
    }
    streams
}

/// Whether a command begins a stream under an id that was made a moment ago, so that nobody has written to it. Where somebody has, the
/// insert meets their first event, and the next round looks.
fn begins(command: &QueuedCommand) -> bool {
    let stream = command.key().id;
    let id = stream.item().map_or_else(|| stream.space().uuid(), |item| item.uuid());
    command.envelope.command.may_begin() && age(id).is_some_and(|age| age < YOUNG)
}

fn age(id: Uuid) -> Option<Duration> {
    let (seconds, nanoseconds) = id.get_timestamp()?.to_unix();
    // An id from the future has no age: it is not young, and the log is read.
    SystemTime::now().duration_since(UNIX_EPOCH + Duration::new(seconds, nanoseconds)).ok()
}

/// The places of the commands that are so.
fn places(commands: &Commands, so: impl Fn(&QueuedCommand) -> bool) -> Vec<usize> {
    commands.iter().enumerate().filter_map(|(place, command)| command.as_ref().filter(|command| so(command)).map(|_| place)).collect()
}

/// Answers a batch as it will be answered if it is written where it was decided.
fn conclude(served: Served, cache: &mut StreamCache, planned: Planned, commands: Commands) -> DecidedBatch {
    let (Planned { mut batch, sealed, known_head }, (partition, priority)) = (planned, served);
    batch.hold_sealed(&SealedStreams { sealed: &sealed.sealed, guarded: &sealed.guarded }, priority);
    let mut sorted = sort(&batch.decided, sealed.appends);
    if sorted.admitted.is_empty() {
        return DecidedBatch::Quiet(answers(served, cache, (batch, sorted.written), commands), known_head);
    }
    let destroys = sorted.admitted.iter().any(|append| append.destroyed.is_some());
    let Some(head) = known_head.filter(|_| !destroys) else {
        return DecidedBatch::Locked(Box::new(LockedBatch { served, commands, batch, sorted, new_keys: sealed.new_keys, known_head }));
    };
    let at = KnownHead { partition, head, priority };
    let (append, places) = admission::batch_at(at, std::mem::take(&mut sorted.admitted), sealed.new_keys);
    cache.advance_to(append.last_position());
    DecidedBatch::Append(answers(served, cache, (batch, sorted.with(places)), commands), append)
}

/// Appends by what can be done with them: those that are sealed are to be written, each of them with its place among all.
struct SortedAppends {
    written: Vec<Written>,
    places: Vec<usize>,
    admitted: Vec<StreamAppend>,
}

impl SortedAppends {
    /// What became of all, with what those that were to be written were answered.
    fn with(mut self, answers: Places) -> Vec<Written> {
        for (place, answer) in self.places.into_iter().zip(answers) {
            if let Some(slot) = self.written.get_mut(place) {
                *slot = answer.map_or(Written::Overtaken, Written::At);
            }
        }
        self.written
    }
}

/// Sorts the appends; one after another of its space that could not be sealed was decided on what will not be written, and waits.
fn sort(decided: &[DecidedCommand], appends: Vec<Result<StreamAppend, StoreError>>) -> SortedAppends {
    let mut sorted =
        SortedAppends { written: Vec::with_capacity(decided.len()), places: Vec::new(), admitted: Vec::with_capacity(decided.len()) };
    let mut spoiled: HashSet<SpaceId> = HashSet::new();
    for (decided, append) in decided.iter().zip(appends) {
        let space = decided.stream.id.space();
        match append {
            Ok(_) if spoiled.contains(&space) => sorted.written.push(Written::Overtaken),
            Ok(append) => {
                sorted.places.push(sorted.written.len());
                sorted.written.push(Written::Overtaken);
                sorted.admitted.push(append);
            }
            Err(error) => {
                spoiled.insert(space);
                sorted.written.push(Written::Lost(error));
            }
        }
    }
    sorted
}

/// The answers of a batch. What was decided on top of a command that was not written is no answer: it is decided again.
fn answers(
    (partition, priority): Served,
    cache: &mut StreamCache,
    (batch, written): (LoadedBatch, Vec<Written>),
    commands: Commands,
) -> Answers {
    let mut said: Vec<Option<Result<Outcome, Rejection>>> = commands.iter().map(|_| None).collect();
    let LoadedBatch { mut streams, waiting, decided, answers, .. } = batch;
    let mut decided = decided.into_iter().zip(written);
    let mut spoiled: HashSet<SpaceId> = HashSet::new();
    for (place, stream, answer) in answers {
        let its = if matches!(answer, CommandAnswer::Decided) { decided.next() } else { None };
        let stands = !spoiled.contains(&stream.id.space());
        // A stream that could not be loaded has answered its commands already.
        let position = streams.get_mut(&stream).and_then(|stream| stream.as_mut().ok()).map(|stream| &mut stream.cached.loaded.position);
        let outcome = match (answer, its) {
            (CommandAnswer::Rejected(rejection), _) if stands => Err(rejection),
            (CommandAnswer::Quiet { version, loaded_position }, _) if stands => {
                let position = position.map_or(loaded_position, |position| *position);
                Ok(Outcome { stream: stream.id, version, partition, position, events: Vec::new(), answered: Answered::Now })
            }
            (CommandAnswer::Decided, Some((decided, Written::At(at)))) => {
                position.into_iter().for_each(|position| *position = at.position);
                let Appended { version, partition, position } = at;
                Ok(Outcome { stream: stream.id, version, partition, position, events: decided.events, answered: Answered::Now })
            }
            (CommandAnswer::Decided, Some((_, Written::Lost(error)))) => {
                spoiled.insert(stream.id.space());
                Err(Rejection::Store(error))
            }
            (CommandAnswer::Rejected(_) | CommandAnswer::Quiet { .. } | CommandAnswer::Decided, _) => {
                spoiled.insert(stream.id.space());
                continue;
            }
        };
        if let Some(slot) = said.get_mut(place) {
            *slot = Some(outcome);
        }
    }
    for (stream, loaded) in streams.into_iter().filter(|(stream, _)| !spoiled.contains(&stream.id.space())) {
        let Ok(BatchStream { mut cached, origin }) = loaded else { continue };
        if waiting.contains(&stream.id.space()) {
            // The key of the space may have been destroyed in this batch.
            cached.key = None;
        }
        if is_worth_caching(stream, origin, priority) && cached.loaded.version > 0 {
            cache.keep(stream, cached);
        }
    }
    commands.into_iter().zip(said).filter_map(|(command, said)| Some((command?, said))).collect()
}

/// A bulk job meets each stream once: it must not drive out those that people come back to. An item that was just made is seldom met again.
fn is_worth_caching(stream: StreamKey, origin: Origin, priority: Priority) -> bool {
    match origin {
        Origin::Cache => true,
        Origin::Log => priority == Priority::Interactive,
        Origin::Nothing => priority == Priority::Interactive && stream.kind == StreamKind::Space,
        Origin::InClear => false,
    }
}
