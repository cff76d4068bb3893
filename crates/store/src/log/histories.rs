//! Histories: the events of some streams, and the states that they make.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ens_domain::event::{Event, State, StreamKey, StreamKind};
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::engine::Streams;
use crate::ground::{Partition, StoreError, StoredEvent};
use crate::sealing::SpaceKeys;
use crate::shared::Shared;

/// How many partitions are read at once for one call.
const AT_ONCE: usize = 4;

/// A stream as its events made it.
#[derive(Debug, Clone)]
pub struct LoadedStream {
    /// What its events make of it.
    pub state: State,
    /// The sequence of its last event; 0 where it has none.
    pub version: u64,
    /// The position of its last event in its partition.
    pub position: u64,
}

impl LoadedStream {
    /// A stream of this kind that has no event yet.
    pub(crate) fn empty(kind: StreamKind) -> Self {
        Self { state: State::empty(kind), version: 0, position: 0 }
    }
}

/// The events of these streams; a stream without any is absent.
pub(crate) async fn histories(shared: &Shared, streams: &[StreamKey]) -> Result<HashMap<StreamKey, Vec<StoredEvent>>, StoreError> {
    let mut by_partition: BTreeMap<Partition, (BTreeSet<StreamKind>, BTreeSet<String>)> = BTreeMap::new();
    for key in streams {
        let (kinds, ids) = by_partition.entry(shared.partition_of(key.id.space())).or_default();
        kinds.insert(key.kind);
        ids.insert(key.id.to_string());
    }
    let pages: Vec<Vec<StoredEvent>> = stream::iter(by_partition.into_iter().map(|(partition, (kinds, ids))| async move {
        let kinds: Vec<String> = kinds.into_iter().map(|kind| kind.name().to_owned()).collect();
        let ids: Vec<String> = ids.into_iter().collect();
        shared.engine().histories(Streams { partition, kinds: &kinds, ids: &ids }).await
    }))
    .buffered(AT_ONCE)
    .try_collect()
    .await?;
    let mut histories: HashMap<StreamKey, Vec<StoredEvent>> = HashMap::with_capacity(streams.len());
    for event in pages.into_iter().flatten() {
        // Another service may keep streams of its own under these ids.
        let Some(key) = event.kind().and_then(|kind| StreamKey::parse(kind, &event.aggregate_id).ok()) else { continue };
        histories.entry(key).or_default().push(event);
    }
    Ok(histories)
}

/// The events of these streams with their guarded values opened, to be folded into states that decisions look at.
pub(crate) async fn opened_histories(
    shared: &Shared,
    keys: &SpaceKeys,
    streams: &[StreamKey],
) -> Result<HashMap<StreamKey, Vec<StoredEvent>>, StoreError> {
    let mut histories = histories(shared, streams).await?;
    keys.open_guarded(histories.values_mut().flatten()).await?;
    Ok(histories)
}

/// The stream that these events make; they are one stream's, all of them, in order.
pub(crate) fn fold(kind: StreamKind, events: &[StoredEvent]) -> Result<LoadedStream, StoreError> {
    let mut loaded = LoadedStream::empty(kind);
    for stored in events {
        if stored.sequence != loaded.version + 1 {
            return Err(StoreError::Malformed("a stream's events have a hole"));
        }
        loaded.state.apply(stored.decode::<Event>()?.event);
        loaded.version = stored.sequence;
        loaded.position = stored.position;
    }
    Ok(loaded)
}
