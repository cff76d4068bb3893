//! From decided commands to appends: events and messages become sealed JSON texts, ready to be written.

use std::collections::HashSet;

use ens_domain::event::{Event, StreamKey};
use ens_domain::ids::SpaceId;
use ens_domain::stream::KeyEffect;

use super::admission::StreamAppend;
use super::loaded_batch::{BatchStream, DecidedCommand, LoadedBatch, Origin};
use super::queued::{Commands, QueuedCommand};
use crate::ground::{Draft, NewEvent, NewMessage, StoreError, StoredKey, Write, channel_word, kind_word};
use crate::sealing::{Latest, SealingKeys, SpaceKeys, Wanted, is_clear, is_guarded};

/// The appends of a batch, each decided command's in its place, with the keys that have to be stored beside them.
#[derive(Default)]
pub(super) struct SealedBatch {
    pub(super) appends: Vec<Result<StreamAppend, StoreError>>,
    pub(super) new_keys: Vec<StoredKey>,
    /// Streams whose events were sealed here.
    pub(super) sealed: HashSet<StreamKey>,
    /// Those among them that hold a guarded value, which the sealed events no longer show to a decision.
    pub(super) guarded: HashSet<StreamKey>,
}

/// The texts of one decided command, before they are sealed.
struct Texts {
    events: Vec<String>,
    messages: Vec<String>,
}

impl Texts {
    fn of(decided: &DecidedCommand, command: &QueuedCommand) -> Result<Self, StoreError> {
        let event = |event| serde_json::to_string(event).map_err(|_| StoreError::Unstorable("an event that is not JSON"));
        Ok(Self {
            events: decided.events.iter().map(event).collect::<Result<_, _>>()?,
            messages: decided.messages(command).iter().map(|draft| draft.content.to_string()).collect(),
        })
    }

    fn have_clear_events(&self) -> bool {
        self.events.iter().any(|text| is_clear(text))
    }

    fn are_clear(&self) -> bool {
        self.have_clear_events() || self.messages.iter().any(|text| is_clear(text))
    }
}

/// Seals every decided command, each with its own entropy, so that a seeded store draws the same bytes on every engine.
pub(super) async fn seal_batch(keys: &SpaceKeys, batch: &mut LoadedBatch, commands: &Commands) -> Result<SealedBatch, StoreError> {
    let mut texts = Vec::with_capacity(batch.decided.len());
    let mut wanted = Vec::new();
    for decided in &batch.decided {
        let command = commands.get(decided.place).and_then(Option::as_ref);
        let command = command.ok_or(StoreError::Malformed("a decision without its command"))?;
        let its = Texts::of(decided, command)?;
        if its.are_clear() {
            let renews = decided.events.iter().any(|event| event.key_effect() == KeyEffect::Renew);
            wanted.push(Wanted {
                space: decided.stream.id.space(),
                key_effect: if renews { KeyEffect::Renew } else { KeyEffect::Keep },
                entropy: &command.entropy,
                known: latest_key(batch, decided.stream, command),
            });
        }
        texts.push((its, command));
    }
    let keys = if wanted.is_empty() { SealingKeys::default() } else { keys.sealing_keys(wanted).await? };
    let mut done = SealedBatch { appends: Vec::with_capacity(texts.len()), new_keys: Vec::new(), ..SealedBatch::default() };
    for (decided, (texts, command)) in batch.decided.iter_mut().zip(texts) {
        if texts.have_clear_events() {
            done.sealed.insert(decided.stream);
        }
        let append = append(decided, texts, command, &keys);
        if append.as_ref().is_ok_and(|append| append.write.events.iter().any(|event| is_guarded(&event.payload))) {
            done.guarded.insert(decided.stream);
        }
        done.appends.push(append);
    }
    for (space, state) in keys.states {
        if let Some(Ok(stream)) = batch.streams.get_mut(&StreamKey::of_space(space)) {
            stream.cached.key = Some(state);
        }
    }
    done.new_keys = keys.made;
    Ok(done)
}

/// What is known of the space's latest key without asking. A space that begins has none, unless somebody made it one beforehand; where that
/// was so, the append says it, and the next round asks.
fn latest_key(batch: &LoadedBatch, stream: StreamKey, command: &QueuedCommand) -> Latest {
    match batch.streams.get(&StreamKey::of_space(stream.id.space())) {
        Some(Ok(BatchStream { cached, .. })) if cached.key.is_some() => cached.key.clone().map_or(Latest::Unknown, Latest::Key),
        Some(Ok(BatchStream { origin: Origin::Nothing, .. })) if command.rounds <= 1 => Latest::Absent,
        // A stream that could not be loaded is sealed for nobody.
        Some(Ok(_) | Err(_)) | None => Latest::Unknown,
    }
}

fn append(decided: &mut DecidedCommand, texts: Texts, command: &QueuedCommand, keys: &SealingKeys) -> Result<StreamAppend, StoreError> {
    let (stream, space) = (decided.stream, decided.stream.id.space());
    let metadata = serde_json::to_string(&command.envelope.metadata).map_err(|_| StoreError::Unstorable("metadata that is not JSON"))?;
    let mut events = Vec::with_capacity(texts.events.len());
    for (event, text) in decided.events.iter_mut().zip(texts.events) {
        let mut payload = text;
        if is_clear(&payload) {
            payload = keys.seal(space, &payload, &command.entropy)?;
            // The caller gets what the log holds: the first answer and a repeated one are the same.
            *event = read_back(stream, &payload)?;
        }
        events.push(NewEvent { event_type: event.name().to_owned(), event_version: event.version(), payload, metadata: metadata.clone() });
    }
    let destroys = decided.events.iter().any(|event| event.key_effect() == KeyEffect::Destroy);
    let sealed = |text: String| if is_clear(&text) { keys.seal(space, &text, &command.entropy) } else { Ok(text) };
    let contents = texts.messages.into_iter().map(sealed);
    let messages = decided.messages(command).iter().zip(contents).map(|(draft, content)| Ok(message(space, draft, content?)));
    Ok(StreamAppend {
        messages: messages.collect::<Result<_, StoreError>>()?,
        write: Write {
            aggregate_type: stream.kind.name().to_owned(),
            aggregate_id: stream.id.to_string(),
            expected_version: decided.version_before,
            events,
        },
        decided_in: Some(space),
        looked_at: decided.looked_at.iter().map(|(key, version)| ((key.kind.name().to_owned(), key.id.to_string()), *version)).collect(),
        loaded_position: decided.loaded_position,
        request: command.request,
        completed_message: command.envelope.completes_message,
        destroyed: destroys.then_some(space),
    })
}

fn read_back(stream: StreamKey, payload: &str) -> Result<Event, StoreError> {
    let unreadable = |_| StoreError::Unstorable("an event that does not read back");
    Event::read(stream.kind, &mut serde_json::Deserializer::from_str(payload)).map_err(unreadable)
}

fn message(space: SpaceId, draft: &Draft, content: String) -> NewMessage {
    let (kind, channel) = (kind_word(draft.kind), channel_word(draft.channel));
    NewMessage { message: draft.message, space, kind, channel, content, due_at: draft.due_at }
}
