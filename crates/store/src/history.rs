//! Histories: the events of some spaces, and the spaces that they make.

use std::collections::{BTreeMap, HashMap};

use cqrs_es::Aggregate;
use ens_domain::ids::SpaceId;
use ens_domain::space::HealthSpace;
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::bus::Loaded;
use crate::engine::Aggregates;
use crate::error::StoreError;
use crate::partition::Partition;
use crate::store::Store;
use crate::stored::StoredEvent;

/// How many partitions are read or written at once for one call.
pub(crate) const AT_ONCE: usize = 4;

impl Store {
    /// The events of these spaces; a space without any is absent.
    pub(crate) async fn histories(&self, spaces: &[SpaceId]) -> Result<HashMap<SpaceId, Vec<StoredEvent>>, StoreError> {
        let mut by_partition: BTreeMap<Partition, Vec<String>> = BTreeMap::new();
        for space in spaces {
            by_partition.entry(self.partition_of(*space)).or_default().push(space.to_string());
        }
        let pages: Vec<Vec<StoredEvent>> = stream::iter(by_partition.into_iter().map(|(partition, mut ids)| async move {
            ids.sort_unstable();
            ids.dedup();
            self.engine().histories(Aggregates { partition, aggregate_type: HealthSpace::TYPE, ids: &ids }).await
        }))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
        let mut histories: HashMap<SpaceId, Vec<StoredEvent>> = HashMap::with_capacity(spaces.len());
        for event in pages.into_iter().flatten() {
            let space = event.aggregate_id.parse().map_err(|_| StoreError::Malformed("a space's aggregate id is not an id"))?;
            histories.entry(space).or_default().push(event);
        }
        Ok(histories)
    }
}

/// The space that these events make; they are one space's, all of them, in order.
pub(crate) fn fold(events: &[StoredEvent]) -> Result<Loaded, StoreError> {
    let mut loaded = Loaded { space: HealthSpace::default(), version: 0, position: 0 };
    for stored in events {
        if stored.sequence != loaded.version + 1 {
            return Err(StoreError::Malformed("a space's events have a hole"));
        }
        loaded.space.apply(stored.decode()?.event);
        loaded.version = stored.sequence;
        loaded.position = stored.position;
    }
    Ok(loaded)
}
