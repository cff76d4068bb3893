//! Each space's own key: made with the first thing to seal, fetched to open, gone with the space.
//!
//! none --first seal--> generation 1 --Destroyed--> destroyed --SpaceRenewed--> generation 2 …
//! - a destroyed space gets a key again through its renewal only
//! - two writers that make a key at once end with the same key

use std::collections::{BTreeMap, HashMap, HashSet};

use ens_domain::ids::SpaceId;

use crate::engine::StoredKey;
use crate::error::StoreError;
use crate::open::{KeyState, OpenError};
use crate::partition::Partition;
use crate::seal::{self, SpaceKey, Wrapped};
use crate::store::Store;
use crate::walk::{self, Renews, Sealing};

impl Store {
    /// The keys of these spaces, every generation.
    pub(crate) async fn fetch_keys(&self, spaces: &[SpaceId]) -> Result<HashMap<(SpaceId, u32), KeyState>, StoreError> {
        let rows = self.engine().keys(&self.placed(spaces)).await?;
        rows.into_iter().map(|row| Ok(((row.space, row.generation), self.unwrap_key(&row)?))).collect()
    }

    /// Seals what is personal in `values`, in their order; one that cannot be sealed fails the whole call.
    pub(crate) async fn seal_values(&self, values: &mut [Sealing]) -> Result<(), StoreError> {
        for sealed in self.seal_each(values).await? {
            sealed?;
        }
        Ok(())
    }

    /// Seals what is personal in `values`, in their order, each with its own answer.
    pub(crate) async fn seal_each(&self, values: &mut [Sealing]) -> Result<Vec<Result<(), StoreError>>, StoreError> {
        let keys = self.sealing_keys(values).await?;
        let seal_one = |sealing: &mut Sealing| {
            if !walk::is_clear(&sealing.value) {
                return Ok(());
            }
            match keys.get(&sealing.space) {
                Some(KeyState::Held(key)) => walk::seal_all(key, sealing.space, &mut sealing.value, self.entropy()),
                Some(KeyState::Destroyed) => Err(StoreError::Open(OpenError::Destroyed)),
                None => Err(StoreError::Open(OpenError::NoKey)),
            }
        };
        Ok(values.iter_mut().map(seal_one).collect())
    }

    /// The present key of each space that has something to seal, made where it is due.
    async fn sealing_keys(&self, values: &[Sealing]) -> Result<HashMap<SpaceId, KeyState>, StoreError> {
        let mut spaces: Vec<SpaceId> = Vec::new();
        let mut renewed: HashSet<SpaceId> = HashSet::new();
        let mut met: HashSet<SpaceId> = HashSet::new();
        for sealing in values.iter().filter(|sealing| walk::is_clear(&sealing.value)) {
            if met.insert(sealing.space) {
                spaces.push(sealing.space);
            }
            if sealing.renews == Renews::Yes {
                renewed.insert(sealing.space);
            }
        }
        if spaces.is_empty() {
            return Ok(HashMap::new());
        }
        let renewal = |space: &SpaceId| if renewed.contains(space) { Renews::Yes } else { Renews::No };
        let mut latest = self.latest_keys(&spaces).await?;
        let made: Vec<StoredKey> = spaces
            .iter()
            .filter_map(|space| due_generation(latest.get(space), renewal(space)).map(|generation| (*space, generation)))
            .map(|(space, generation)| self.make_key(space, generation))
            .collect::<Result<_, _>>()?;
        if !made.is_empty() {
            self.engine().create_keys(&made).await?;
            // Another process may have been first: what stands in the database is the key.
            let again: Vec<SpaceId> = made.iter().map(|key| key.space).collect();
            latest.extend(self.latest_keys(&again).await?);
        }
        latest.into_iter().map(|(space, row)| Ok((space, self.unwrap_key(&row)?))).collect()
    }

    async fn latest_keys(&self, spaces: &[SpaceId]) -> Result<BTreeMap<SpaceId, StoredKey>, StoreError> {
        let mut latest: BTreeMap<SpaceId, StoredKey> = BTreeMap::new();
        for row in self.engine().keys(&self.placed(spaces)).await? {
            let newer = latest.get(&row.space).is_none_or(|known| known.generation < row.generation);
            if newer {
                latest.insert(row.space, row);
            }
        }
        Ok(latest)
    }

    fn make_key(&self, space: SpaceId, generation: u32) -> Result<StoredKey, StoreError> {
        let secret: [u8; 32] = self.entropy().bytes()?;
        let wrapped = seal::wrap(&self.keys().wrap, Wrapped { space, generation }, &secret, self.entropy())?;
        Ok(StoredKey { space, partition: self.partition_of(space), generation, wrapped: Some(wrapped) })
    }

    fn unwrap_key(&self, row: &StoredKey) -> Result<KeyState, StoreError> {
        let bound = Wrapped { space: row.space, generation: row.generation };
        row.wrapped.as_ref().map_or(Ok(KeyState::Destroyed), |wrapped| {
            let key: SpaceKey = seal::unwrap(&self.keys().wrap, bound, wrapped)?;
            Ok(KeyState::Held(Box::new(key)))
        })
    }

    fn placed(&self, spaces: &[SpaceId]) -> Vec<(SpaceId, Partition)> {
        spaces.iter().map(|space| (*space, self.partition_of(*space))).collect()
    }
}

/// The generation to be made now, if any.
fn due_generation(latest: Option<&StoredKey>, renews: Renews) -> Option<u32> {
    match latest {
        None => Some(1),
        Some(StoredKey { wrapped: None, generation, .. }) if renews == Renews::Yes => generation.checked_add(1),
        Some(_) => None,
    }
}
