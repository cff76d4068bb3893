//! From plans to entries: events and messages become sealed JSON texts, ready to be appended.

use cqrs_es::{Aggregate, DomainEvent};
use ens_domain::ids::SpaceId;
use ens_domain::space::HealthSpace;

use super::desk::Plan;
use crate::append::{Entry, KeyFate, NewMessage};
use crate::error::StoreError;
use crate::outbox::{Draft, channel_word, kind_word};
use crate::store::Store;
use crate::stored::{NewEvent, Write};
use crate::walk::{self, Renews, Sealing};

/// A JSON text, ready or to be sealed.
enum Text {
    Plain(String),
    Clear(Sealing),
}

impl Text {
    fn of(space: SpaceId, renews: Renews, text: String) -> Result<Self, StoreError> {
        if !walk::may_be_clear(&text) {
            return Ok(Self::Plain(text));
        }
        let value = serde_json::from_str(&text).map_err(|_| StoreError::Unstorable("a value that is not JSON"))?;
        Ok(Self::Clear(Sealing { space, renews, value }))
    }
}

impl Store {
    /// Seals every plan, in their order, so that a seeded store draws the same bytes on every engine; gives each its entry.
    pub(super) async fn seal_plans(&self, plans: &mut [Plan<'_>]) -> Result<Vec<Result<Entry, StoreError>>, StoreError> {
        let mut sealing = Vec::new();
        for plan in plans.iter() {
            for event in &plan.events {
                let payload = serde_json::to_string(event).map_err(|_| StoreError::Unstorable("an event that is not JSON"))?;
                sealing.push(Text::of(plan.order.space, Renews::with(event.event_type_str()), payload)?);
            }
            for draft in plan.messages() {
                sealing.push(Text::of(plan.order.space, Renews::No, draft.content.to_string())?);
            }
        }
        let mut sealed = self.seal_texts(sealing).await?.into_iter();
        plans
            .iter_mut()
            .map(|plan| {
                let payloads: Vec<_> = sealed.by_ref().take(plan.events.len()).collect();
                let contents: Vec<_> = sealed.by_ref().take(plan.messages().len()).collect();
                Ok(self.entry(plan, payloads, contents))
            })
            .collect()
    }

    async fn seal_texts(&self, texts: Vec<Text>) -> Result<Vec<Result<String, StoreError>>, StoreError> {
        let mut clear: Vec<Sealing> = Vec::new();
        let plain: Vec<Option<String>> = texts
            .into_iter()
            .map(|text| match text {
                Text::Plain(text) => Some(text),
                Text::Clear(sealing) => {
                    clear.push(sealing);
                    None
                }
            })
            .collect();
        let sealed = self.seal_each(&mut clear).await?;
        let mut sealed = sealed.into_iter().zip(clear).map(|(done, sealing)| done.map(|()| sealing.value.to_string()));
        let missing = || Err(StoreError::Malformed("a sealed text is missing"));
        Ok(plain.into_iter().map(|text| text.map_or_else(|| sealed.next().unwrap_or_else(missing), Ok)).collect())
    }

    fn entry(
        &self,
        plan: &mut Plan<'_>,
        payloads: Vec<Result<String, StoreError>>,
        contents: Vec<Result<String, StoreError>>,
    ) -> Result<Entry, StoreError> {
        let space = plan.order.space;
        let metadata = serde_json::to_string(&plan.order.metadata).map_err(|_| StoreError::Unstorable("metadata that is not JSON"))?;
        let mut events = Vec::with_capacity(payloads.len());
        for (event, payload) in plan.events.iter_mut().zip(payloads) {
            let payload = payload?;
            let new =
                NewEvent { event_type: event.event_type(), event_version: event.event_version(), payload, metadata: metadata.clone() };
            if walk::may_be_sealed(&new.payload) {
                // The caller gets what the log holds: the first answer and a repeated one are the same.
                *event = serde_json::from_str(&new.payload).map_err(|_| StoreError::Unstorable("an event that does not read back"))?;
            }
            events.push(new);
        }
        let key = if events.iter().any(|event| event.event_type == "Destroyed") { KeyFate::Destroyed } else { KeyFate::Kept };
        let messages = plan.messages().iter().zip(contents).map(|(draft, content)| Ok(message(space, draft, content?)));
        Ok(Entry {
            messages: messages.collect::<Result<_, StoreError>>()?,
            write: Write {
                aggregate_type: HealthSpace::TYPE.to_owned(),
                aggregate_id: space.to_string(),
                expected_version: plan.version_before,
                events,
            },
            loaded_position: plan.loaded_position,
            remember: plan.request,
            settles: plan.order.settles,
            key,
        })
    }
}

fn message(space: SpaceId, draft: &Draft, content: String) -> NewMessage {
    let (kind, channel) = (kind_word(draft.kind), channel_word(draft.channel));
    NewMessage { message: draft.message, space, kind, channel, content, due_at: draft.due_at }
}
