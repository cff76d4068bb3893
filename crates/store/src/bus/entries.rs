//! From plans to entries: events and messages become sealed JSON texts, ready to be appended.

use std::collections::HashSet;

use cqrs_es::{Aggregate, DomainEvent};
use ens_domain::ids::SpaceId;
use ens_domain::space::HealthSpace;

use super::desk::{Desk, Laid, Origin, Plan};
use super::lane::Job;
use crate::append::{Entry, KeyFate, NewMessage};
use crate::engine::StoredKey;
use crate::error::StoreError;
use crate::keys::{Latest, SealingKeys, Wanted};
use crate::outbox::{Draft, channel_word, kind_word};
use crate::store::Store;
use crate::stored::{NewEvent, Write};
use crate::walk::{self, Renews};

/// The entries of a batch, each plan's in its place, with the keys that have to be stored beside them.
pub(super) struct Entries {
    pub(super) each: Vec<Result<Entry, StoreError>>,
    pub(super) made: Vec<StoredKey>,
    /// Spaces whose events were sealed on the way.
    pub(super) sealed: HashSet<SpaceId>,
}

/// The texts of one plan, before they are sealed.
struct Texts {
    events: Vec<String>,
    messages: Vec<String>,
}

impl Texts {
    fn of(plan: &Plan, job: &Job) -> Result<Self, StoreError> {
        let event = |event| serde_json::to_string(event).map_err(|_| StoreError::Unstorable("an event that is not JSON"));
        Ok(Self {
            events: plan.events.iter().map(event).collect::<Result<_, _>>()?,
            messages: plan.messages(job).iter().map(|draft| draft.content.to_string()).collect(),
        })
    }

    fn have_clear_events(&self) -> bool {
        self.events.iter().any(|text| walk::is_clear(text))
    }

    fn are_clear(&self) -> bool {
        self.have_clear_events() || self.messages.iter().any(|text| walk::is_clear(text))
    }
}

impl Store {
    /// Seals every plan, each with its own order's entropy, so that a seeded store draws the same bytes on every engine.
    pub(super) async fn seal_plans(&self, desk: &mut Desk, jobs: &[Option<Job>]) -> Result<Entries, StoreError> {
        let mut texts = Vec::with_capacity(desk.plans.len());
        let mut wanted = Vec::new();
        for plan in &desk.plans {
            let job = jobs.get(plan.place).and_then(Option::as_ref).ok_or(StoreError::Malformed("a plan without its order"))?;
            let its = Texts::of(plan, job)?;
            if its.are_clear() {
                let renews = plan.events.iter().any(|event| Renews::with(event.name()) == Renews::Yes);
                wanted.push(Wanted {
                    space: plan.space,
                    renews: if renews { Renews::Yes } else { Renews::No },
                    entropy: &job.entropy,
                    known: latest(desk.spaces.get(&plan.space), job),
                });
            }
            texts.push((its, job));
        }
        let keys = if wanted.is_empty() { SealingKeys::default() } else { self.sealing_keys(wanted).await? };
        let mut entries = Entries { each: Vec::with_capacity(texts.len()), made: Vec::new(), sealed: HashSet::new() };
        for (plan, (texts, job)) in desk.plans.iter_mut().zip(texts) {
            if texts.have_clear_events() {
                entries.sealed.insert(plan.space);
            }
            entries.each.push(entry(plan, texts, job, &keys));
        }
        for (space, state) in keys.states {
            if let Some(Ok(laid)) = desk.spaces.get_mut(&space) {
                laid.known.key = Some(state);
            }
        }
        entries.made = keys.made;
        Ok(entries)
    }
}

/// What is known of the latest key without asking: a space that begins has none, unless somebody made it one beforehand; where that was so,
/// the append says it, and the next round asks.
fn latest(laid: Option<&Result<Laid, StoreError>>, job: &Job) -> Latest {
    match laid {
        Some(Ok(Laid { known, .. })) if known.key.is_some() => known.key.clone().map_or(Latest::Unknown, Latest::Key),
        Some(Ok(Laid { origin: Origin::Nothing, .. })) if job.rounds <= 1 => Latest::Absent,
        // What could not be loaded is not known.
        Some(Ok(_) | Err(_)) | None => Latest::Unknown,
    }
}

fn entry(plan: &mut Plan, texts: Texts, job: &Job, keys: &SealingKeys) -> Result<Entry, StoreError> {
    let space = plan.space;
    let metadata = serde_json::to_string(&job.order.metadata).map_err(|_| StoreError::Unstorable("metadata that is not JSON"))?;
    let mut events = Vec::with_capacity(texts.events.len());
    for (event, text) in plan.events.iter_mut().zip(texts.events) {
        let mut payload = text;
        if walk::is_clear(&payload) {
            payload = keys.seal(space, &payload, &job.entropy)?;
            // The caller gets what the log holds: the first answer and a repeated one are the same.
            *event = serde_json::from_str(&payload).map_err(|_| StoreError::Unstorable("an event that does not read back"))?;
        }
        events.push(NewEvent { event_type: event.event_type(), event_version: event.event_version(), payload, metadata: metadata.clone() });
    }
    let key = if events.iter().any(|event| event.event_type == "Destroyed") { KeyFate::Destroyed } else { KeyFate::Kept };
    let sealed = |text: String| if walk::is_clear(&text) { keys.seal(space, &text, &job.entropy) } else { Ok(text) };
    let contents = texts.messages.into_iter().map(sealed);
    let messages = plan.messages(job).iter().zip(contents).map(|(draft, content)| Ok(message(space, draft, content?)));
    Ok(Entry {
        messages: messages.collect::<Result<_, StoreError>>()?,
        write: Write {
            aggregate_type: HealthSpace::TYPE.to_owned(),
            aggregate_id: space.to_string(),
            expected_version: plan.version_before,
            events,
        },
        loaded_position: plan.loaded_position,
        remember: job.request,
        settles: job.order.settles,
        key,
    })
}

fn message(space: SpaceId, draft: &Draft, content: String) -> NewMessage {
    let (kind, channel) = (kind_word(draft.kind), channel_word(draft.channel));
    NewMessage { message: draft.message, space, kind, channel, content, due_at: draft.due_at }
}
