//! `Sealed`: the decorator that lets stock cqrs-es write to our log without ever writing personal data in clear.
//!
//! ```text
//! CqrsFramework → PersistedEventStore → Sealed<PostgresEventRepository> → events
//! ```
//! Events go in sealed and come out sealed, but for guarded values, which decisions compare: those come out opened. Snapshots are refused,
//! because cqrs-es 0.5.0 stores wrong ones and they would hold the aggregate's state in clear; so are replay streams, whose end may be a
//! lost connection: [`Log::feed`](crate::Log::feed) is the way to replay.

use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistedEventRepository, PersistenceError, ReplayStream, SerializedEvent, SerializedSnapshot};
use ens_domain::event::{Event, StreamKind};
use ens_domain::stream::{KeyEffect, StreamId};
use serde_json::Value;

use crate::sealing::{SpaceKeys, UnsealedText, is_clear, is_guarded};
use crate::shared::Shared;
use crate::store::Store;

/// An event repository that seals what it is given to keep.
#[derive(Clone)]
pub struct Sealed<R> {
    inner: R,
    shared: Shared,
    keys: SpaceKeys,
}

impl<R> Sealed<R> {
    /// Seals with the keys of `store` whatever goes to `inner`; both must be on the same database.
    pub fn new(inner: R, store: &Store) -> Self {
        let shared = store.shared().clone();
        Self { inner, keys: SpaceKeys::of(shared.clone()), shared }
    }
}

/// Something that the decorator does not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum NotLetThrough {
    #[error("snapshots are refused: cqrs-es 0.5.0 applies each event twice before it stores one")]
    Snapshot,
    #[error("replay streams are refused: in cqrs-es 0.5.0 a lost connection looks like their end; read Log::feed")]
    Stream,
    #[error("personal data needs an aggregate's id that begins with a space's id")]
    NoSpace,
}

fn refused(error: impl std::error::Error + Send + Sync + 'static) -> PersistenceError {
    PersistenceError::UnknownError(Box::new(error))
}

impl<R: PersistedEventRepository> Sealed<R> {
    async fn open(&self, mut events: Vec<SerializedEvent>) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let texts: Vec<String> = events.iter().map(|event| event.payload.to_string()).collect();
        // One stream is read at a time, and its events are of one space.
        let Some((event, _)) = events.iter().zip(&texts).find(|(_, text)| is_guarded(text)) else { return Ok(events) };
        let stream: StreamId = event.aggregate_id.parse().map_err(|_| refused(NotLetThrough::NoSpace))?;
        let ring = self.keys.ring(&[stream.space()]).await.map_err(refused)?;
        for (event, text) in events.iter_mut().zip(texts).filter(|(_, text)| is_guarded(text)) {
            let opened = ring.with_guarded_open(stream.space(), &text).map_err(refused)?;
            event.payload = serde_json::from_str(&opened).map_err(refused)?;
        }
        Ok(events)
    }

    async fn seal(&self, events: &[SerializedEvent]) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let mut sealed = events.to_vec();
        let mut places = Vec::new();
        let mut texts = Vec::new();
        for (place, event) in sealed.iter().enumerate() {
            let text = event.payload.to_string();
            if is_clear(&text) {
                let stream: StreamId = event.aggregate_id.parse().map_err(|_| refused(NotLetThrough::NoSpace))?;
                places.push(place);
                texts.push(UnsealedText { space: stream.space(), key_effect: key_effect(event), text });
            }
        }
        self.keys.seal_texts(&mut texts).await.map_err(refused)?;
        for (place, done) in places.into_iter().zip(texts) {
            if let Some(event) = sealed.get_mut(place) {
                event.payload = serde_json::from_str(&done.text).map_err(refused)?;
            }
        }
        Ok(sealed)
    }
}

/// What a stock event does to the key of its space; one of a kind that is not ours does nothing.
fn key_effect(event: &SerializedEvent) -> KeyEffect {
    // An event that this program cannot read is stored as it is.
    let ours = StreamKind::named(&event.aggregate_type).and_then(|kind| Event::read(kind, &event.payload).ok());
    ours.map_or(KeyEffect::Keep, |event| event.key_effect())
}

impl<R: PersistedEventRepository> PersistedEventRepository for Sealed<R> {
    async fn get_events<A: Aggregate>(&self, aggregate_id: &str) -> Result<Vec<SerializedEvent>, PersistenceError> {
        self.open(self.inner.get_events::<A>(aggregate_id).await?).await
    }

    async fn get_last_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
        last_sequence: usize,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        self.open(self.inner.get_last_events::<A>(aggregate_id, last_sequence).await?).await
    }

    async fn get_snapshot<A: Aggregate>(&self, _: &str) -> Result<Option<SerializedSnapshot>, PersistenceError> {
        Ok(None)
    }

    async fn persist<A: Aggregate>(
        &self,
        events: &[SerializedEvent],
        snapshot_update: Option<(String, Value, usize)>,
    ) -> Result<(), PersistenceError> {
        if snapshot_update.is_some() {
            return Err(refused(NotLetThrough::Snapshot));
        }
        let sealed = self.seal(events).await?;
        self.inner.persist::<A>(&sealed, None).await?;
        self.shared.signal_append();
        Ok(())
    }

    async fn stream_events<A: Aggregate>(&self, _: &str) -> Result<ReplayStream, PersistenceError> {
        Err(refused(NotLetThrough::Stream))
    }

    async fn stream_all_events<A: Aggregate>(&self) -> Result<ReplayStream, PersistenceError> {
        Err(refused(NotLetThrough::Stream))
    }
}
