//! The log: what happened, in order, and the states that it makes; with the keys that open what is sealed in it.

mod feed;
mod histories;

use chrono::{DateTime, Utc};
use ens_domain::event::{State, StreamKey, StreamKind};
use ens_domain::ids::SpaceId;
use ens_domain::personal::{Personal, PersonalData};
use ens_domain::space::HealthSpace;
use ens_domain::stream::{KeyEffect, StreamId};
use futures::try_join;
use tokio::sync::watch;

use crate::ground::{EventRow, Partition, Span, StoreError, StoredEvent};
use crate::sealing::{KeyRing, SpaceKeys, UnsealedText};
use crate::shared::Shared;

pub(crate) use feed::dense;
pub use histories::LoadedStream;
use histories::histories;
pub(crate) use histories::{fold, opened_histories};

/// A space as its events made it.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The space.
    pub space: HealthSpace,
    /// The sequence of its last event.
    pub version: u64,
    /// The position of its last event in its partition.
    pub position: u64,
}

/// A stream as it was at an instant: made of what the database had recorded until then, and sealed as it stands in the log.
#[derive(Debug, Clone)]
pub struct AsOf {
    /// What its events made of it; of a stream without events, that of one that does not exist.
    pub state: State,
    /// The last event that it is made of.
    pub last: Option<StoredEvent>,
}

/// The log of a store, to be read.
#[derive(Clone)]
pub struct Log {
    shared: Shared,
    keys: SpaceKeys,
}

impl Log {
    pub(crate) fn of(shared: Shared) -> Self {
        Self { keys: SpaceKeys::of(shared.clone()), shared }
    }

    /// The events of a partition after a position, at most `limit`. An empty answer means that there are no more for now, and nothing
    /// else: whatever goes wrong is an error. Who has seen position *n* has seen every one below it.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Broken`] where the positions have a hole.
    pub async fn feed(&self, partition: Partition, after: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let page = self.shared.engine().feed(partition, after, limit).await?;
        dense(partition, after, page)
    }

    /// Gives every event of a span to `take`, in order and without a hole, each borrowed from the row that it came in: the server sends
    /// while `take` works, and memory does not grow with the log. Answers the last position that was read.
    ///
    /// What is appended after the call began may be left out; read on from the answer. `take` ends the reading by its error.
    ///
    /// # Errors
    /// That of `take`; the database's, or [`StoreError::Broken`] where the positions have a hole or end before the partition's head.
    pub async fn read<E: From<StoreError> + Send>(
        &self,
        span: Span,
        take: impl FnMut(EventRow<'_>) -> Result<(), E> + Send,
    ) -> Result<u64, E> {
        feed::read(self.shared.engine(), span, take).await
    }

    /// The last position of every partition.
    ///
    /// # Errors
    /// The database's.
    pub async fn heads(&self) -> Result<Vec<(Partition, u64)>, StoreError> {
        self.shared.engine().heads().await
    }

    /// Counts the appends of this process: `changed()` on it returns as soon as there may be something to read. Other processes'
    /// appends are not told; poll for them.
    pub fn appended(&self) -> watch::Receiver<u64> {
        self.shared.appends()
    }

    /// The events of one stream, a space's own or an item's of whatever kind, in order; none where there is no such stream.
    ///
    /// # Errors
    /// The database's.
    pub async fn events_of(&self, stream: impl Into<StreamId>) -> Result<Vec<StoredEvent>, StoreError> {
        let id = stream.into();
        let may_be = StreamKind::ALL.iter().filter(|kind| (**kind == StreamKind::Space) == id.item().is_none());
        let keys: Vec<StreamKey> = may_be.map(|kind| StreamKey { kind: *kind, id }).collect();
        Ok(histories(&self.shared, &keys).await?.into_values().next().unwrap_or_default())
    }

    /// The events of a stream of this kind, their guarded values opened for an answer that was authorised, with the keys that open the rest; a
    /// value that does not open stays sealed. Both are asked for at once.
    ///
    /// # Errors
    /// The database's.
    pub async fn shown(&self, stream: StreamKey) -> Result<(Vec<StoredEvent>, KeyRing), StoreError> {
        let space = stream.id.space();
        let (streams, spaces) = ([stream], [space]);
        let (mut found, keys) = try_join!(histories(&self.shared, &streams), self.keys.ring(&spaces))?;
        let mut events = found.remove(&stream).unwrap_or_default();
        for event in &mut events {
            event.payload = keys.with_guarded_shown(space, &event.payload)?;
        }
        Ok((events, keys))
    }

    /// A stream as it was at this instant.
    ///
    /// # Errors
    /// The database's, or that of an event that cannot be read.
    pub async fn as_of(&self, stream: impl Into<StreamId>, at: DateTime<Utc>) -> Result<AsOf, StoreError> {
        let mut events = self.events_of(stream).await?;
        let kind = events.first().and_then(StoredEvent::kind).unwrap_or(StreamKind::Space);
        // In the order of the log: should the database's clock have stepped back, what follows a later event is later too.
        events.truncate(events.iter().take_while(|event| event.recorded_at <= at).count());
        Ok(AsOf { state: fold(kind, &events)?.state, last: events.pop() })
    }

    /// A stream as its events made it, its guarded values opened, or `None` where it has none.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Decode`].
    pub async fn stream(&self, stream: impl Into<StreamId>) -> Result<Option<LoadedStream>, StoreError> {
        let mut events = self.events_of(stream).await?;
        self.keys.open_guarded(events.iter_mut()).await?;
        events.first().and_then(StoredEvent::kind).map(|kind| fold(kind, &events)).transpose()
    }

    /// A space as its events made it, its guarded values opened, or `None` where it was never created.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Decode`].
    pub async fn state(&self, space: SpaceId) -> Result<Option<Loaded>, StoreError> {
        Ok(self.states(&[space]).await?.pop().flatten())
    }

    /// Many spaces as their events made them, their guarded values opened, in the order given.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Decode`].
    pub async fn states(&self, spaces: &[SpaceId]) -> Result<Vec<Option<Loaded>>, StoreError> {
        let keys: Vec<StreamKey> = spaces.iter().map(|space| StreamKey::of_space(*space)).collect();
        let histories = opened_histories(&self.shared, &self.keys, &keys).await?;
        keys.iter().map(|key| histories.get(key).map_or(Ok(None), |events| fold(key.kind, events).map(loaded_space))).collect()
    }

    /// Opens one sealed value of a space. For many, fetch a [`KeyRing`].
    ///
    /// # Errors
    /// [`StoreError::Open`] with the reason, or the database's.
    pub async fn open_personal<T: PersonalData>(&self, space: SpaceId, personal: &Personal<T>) -> Result<T, StoreError> {
        let ring = self.key_ring(&[space]).await?;
        Ok(ring.open(space, personal)?)
    }

    /// The keys of these spaces, in one query.
    ///
    /// # Errors
    /// [`OpenError::WrongMaster`](crate::OpenError::WrongMaster) where a key was wrapped under another master key, or the database's.
    pub async fn key_ring(&self, spaces: &[SpaceId]) -> Result<KeyRing, StoreError> {
        self.keys.ring(spaces).await
    }

    /// Seals one value under the space's key, which is made if it has none.
    ///
    /// # Errors
    /// [`OpenError::Destroyed`](crate::OpenError::Destroyed) for a destroyed space, or the database's.
    pub async fn seal<T: PersonalData>(&self, space: SpaceId, value: T) -> Result<Personal<T>, StoreError> {
        let text = serde_json::to_string(&Personal::new(value)).map_err(|_| StoreError::Unstorable("a value that is not JSON"))?;
        let mut texts = [UnsealedText { space, key_effect: KeyEffect::Keep, text }];
        self.keys.seal_texts(&mut texts).await?;
        let [sealed] = texts;
        serde_json::from_str(&sealed.text).map_err(|_| StoreError::Unstorable("a value that does not read back"))
    }
}

fn loaded_space(loaded: LoadedStream) -> Option<Loaded> {
    let LoadedStream { state, version, position } = loaded;
    if let State::Space(space) = state { Some(Loaded { space, version, position }) } else { None }
}
