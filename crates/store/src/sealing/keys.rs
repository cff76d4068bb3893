//! Each space's own key: made with the first thing to seal, fetched to open, gone with the space.
//!
//! none --first seal--> generation 1 --Destroyed--> destroyed --SpaceRenewed--> generation 2 …
//! - a destroyed space gets a key again through its renewal only
//! - two writers that make a key at once end with the same key

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use ens_domain::ids::SpaceId;
use ens_domain::stream::{KeyEffect, StreamId};
use futures::stream::{self, StreamExt, TryStreamExt};

use super::key_ring::{KeyRing, KeyState};
use super::master::DerivedKeys;
use super::seal::{self, SpaceKey, Wrapped};
use super::seal_json::{self, UnsealedText};
use crate::ground::{Entropy, OpenError, Partition, StoreError, StoredEvent, StoredKey};
use crate::shared::Shared;

/// How many partitions are asked at once for one call.
const AT_ONCE: usize = 4;

/// The keys of the spaces of a store.
#[derive(Clone)]
pub(crate) struct SpaceKeys {
    shared: Shared,
}

impl SpaceKeys {
    /// The keys of this store.
    pub(crate) const fn of(shared: Shared) -> Self {
        Self { shared }
    }

    /// The keys of these spaces, every generation, in one query.
    pub(crate) async fn ring(&self, spaces: &[SpaceId]) -> Result<KeyRing, StoreError> {
        let rows = self.stored_keys(spaces).await?;
        let keys = rows.into_iter().map(|row| Ok(((row.space, row.generation), self.unwrap_key(&row)?)));
        keys.collect::<Result<HashMap<_, _>, StoreError>>().map(KeyRing::new)
    }

    /// Opens the guarded values of these events of one or more spaces, in place, for decisions to compare.
    pub(crate) async fn open_guarded<'a>(&self, events: impl Iterator<Item = &'a mut StoredEvent>) -> Result<(), StoreError> {
        self.replace_guarded(events, KeyRing::with_guarded_open).await
    }

    /// The same for rows of read models, where what cannot be opened stays sealed.
    pub(crate) async fn show_guarded<'a>(&self, events: impl Iterator<Item = &'a mut StoredEvent>) -> Result<(), StoreError> {
        self.replace_guarded(events, KeyRing::with_guarded_shown).await
    }

    async fn replace_guarded<'a>(
        &self,
        events: impl Iterator<Item = &'a mut StoredEvent>,
        opened: fn(&KeyRing, SpaceId, &str) -> Result<String, StoreError>,
    ) -> Result<(), StoreError> {
        let mut guarded: Vec<(SpaceId, &mut String)> = Vec::new();
        for event in events.filter(|event| seal_json::is_guarded(&event.payload)) {
            // Another service may keep streams under ids of its own: what is guarded there is not ours.
            if let Ok(stream) = event.aggregate_id.parse::<StreamId>() {
                guarded.push((stream.space(), &mut event.payload));
            }
        }
        if guarded.is_empty() {
            return Ok(());
        }
        let spaces: BTreeSet<SpaceId> = guarded.iter().map(|(space, _)| *space).collect();
        let ring = self.ring(&spaces.into_iter().collect::<Vec<_>>()).await?;
        for (space, payload) in guarded {
            *payload = opened(&ring, space, payload)?;
        }
        Ok(())
    }

    /// Seals what is personal in `texts`, in their order; one that cannot be sealed fails the whole call.
    pub(crate) async fn seal_texts(&self, texts: &mut [UnsealedText]) -> Result<(), StoreError> {
        // One branch a call, as one a command: the stock writer's events are sealed with the same bytes as ours.
        let entropy = &self.shared.entropy().branch();
        let mut wanted: Vec<Wanted<'_>> = Vec::new();
        for sealing in texts.iter().filter(|sealing| seal_json::is_clear(&sealing.text)) {
            wanted.push(Wanted { space: sealing.space, key_effect: sealing.key_effect, entropy, known: Latest::Unknown });
        }
        let mut keys = self.sealing_keys(wanted).await?;
        if !keys.made.is_empty() {
            self.shared.engine().create_keys(&keys.made).await?;
            // Another process may have been first: what stands in the database is the key.
            let made: Vec<SpaceId> = keys.made.iter().map(|key| key.space).collect();
            for (space, row) in self.latest_keys(&made).await? {
                keys.states.insert(space, self.unwrap_key(&row)?);
            }
        }
        for sealing in texts.iter_mut().filter(|sealing| seal_json::is_clear(&sealing.text)) {
            sealing.text = keys.seal(sealing.space, &sealing.text, entropy)?;
        }
        Ok(())
    }

    /// The keys that these values are to be sealed under; a key that has to be made is made here, and to be stored with what it seals.
    pub(crate) async fn sealing_keys(&self, wanted: Vec<Wanted<'_>>) -> Result<SealingKeys, StoreError> {
        let unknown: BTreeSet<SpaceId> =
            wanted.iter().filter(|wanted| matches!(wanted.known, Latest::Unknown)).map(|wanted| wanted.space).collect();
        let mut keys = SealingKeys::default();
        if !unknown.is_empty() {
            for (space, row) in self.latest_keys(&unknown.into_iter().collect::<Vec<_>>()).await? {
                keys.states.insert(space, self.unwrap_key(&row)?);
            }
        }
        for Wanted { space, key_effect, entropy, known } in wanted {
            if let Latest::Key(state) = known {
                keys.states.entry(space).or_insert(state);
            }
            if let Some(generation) = due_generation(keys.states.get(&space), key_effect) {
                let (made, state) = self.make_key(space, generation, entropy)?;
                keys.states.insert(space, state);
                keys.made.push(made);
            }
        }
        Ok(keys)
    }

    async fn latest_keys(&self, spaces: &[SpaceId]) -> Result<BTreeMap<SpaceId, StoredKey>, StoreError> {
        let mut latest: BTreeMap<SpaceId, StoredKey> = BTreeMap::new();
        for row in self.stored_keys(spaces).await? {
            let newer = latest.get(&row.space).is_none_or(|known| known.generation < row.generation);
            if newer {
                latest.insert(row.space, row);
            }
        }
        Ok(latest)
    }

    /// A new key, as it is stored and ready for use.
    fn make_key(&self, space: SpaceId, generation: u32, entropy: &Entropy) -> Result<(StoredKey, KeyState), StoreError> {
        let secret: [u8; 32] = entropy.bytes()?;
        let wrapped = seal::wrap(&self.shared.keys().wrap, Wrapped { space, generation }, &secret, entropy)?;
        let key = SpaceKey::new(generation, &secret)?;
        let stored = StoredKey { space, partition: self.shared.partition_of(space), generation, wrapped: Some(wrapped) };
        Ok((stored, KeyState::Held(Arc::new(key))))
    }

    fn unwrap_key(&self, row: &StoredKey) -> Result<KeyState, StoreError> {
        unwrap_key(self.shared.keys(), row)
    }

    /// The keys of these spaces, partition by partition.
    async fn stored_keys(&self, spaces: &[SpaceId]) -> Result<Vec<StoredKey>, StoreError> {
        let mut placed: BTreeMap<Partition, Vec<SpaceId>> = BTreeMap::new();
        for space in spaces {
            placed.entry(self.shared.partition_of(*space)).or_default().push(*space);
        }
        let asked = placed.into_iter().map(|(partition, spaces)| async move { self.shared.engine().keys(partition, &spaces).await });
        stream::iter(asked).buffered(AT_ONCE).try_concat().await
    }
}

/// Whether a stored key unwraps under the master key of these keys.
///
/// # Errors
/// [`OpenError::WrongMaster`] where it does not.
pub(crate) fn check_unwraps(keys: &DerivedKeys, row: &StoredKey) -> Result<(), StoreError> {
    unwrap_key(keys, row).map(drop)
}

fn unwrap_key(keys: &DerivedKeys, row: &StoredKey) -> Result<KeyState, StoreError> {
    let bound = Wrapped { space: row.space, generation: row.generation };
    row.wrapped.as_ref().map_or(Ok(KeyState::Destroyed { generation: row.generation }), |wrapped| {
        let key: SpaceKey = seal::unwrap(&keys.wrap, bound, wrapped)?;
        Ok(KeyState::Held(Arc::new(key)))
    })
}

/// The generation to be made now, if any.
fn due_generation(latest: Option<&KeyState>, key_effect: KeyEffect) -> Option<u32> {
    match latest {
        None => Some(1),
        Some(KeyState::Destroyed { generation }) if key_effect == KeyEffect::Renew => generation.checked_add(1),
        Some(KeyState::Held(_) | KeyState::Destroyed { .. }) => None,
    }
}

/// What is known of a space's latest key before anybody asks.
pub(crate) enum Latest {
    Unknown,
    /// There is none.
    Absent,
    Key(KeyState),
}

/// A space that has something to seal.
pub(crate) struct Wanted<'a> {
    pub(crate) space: SpaceId,
    pub(crate) key_effect: KeyEffect,
    pub(crate) entropy: &'a Entropy,
    pub(crate) known: Latest,
}

/// The latest key of each space that has something to seal, and which of them were made now.
#[derive(Default)]
pub(crate) struct SealingKeys {
    pub(crate) states: HashMap<SpaceId, KeyState>,
    pub(crate) made: Vec<StoredKey>,
}

impl SealingKeys {
    /// Seals what is personal in a text of a space.
    pub(crate) fn seal(&self, space: SpaceId, text: &str, entropy: &Entropy) -> Result<String, StoreError> {
        match self.states.get(&space) {
            Some(KeyState::Held(key)) => seal_json::seal_all(key, space, text, entropy),
            Some(KeyState::Destroyed { .. }) => Err(StoreError::Open(OpenError::Destroyed)),
            None => Err(StoreError::Open(OpenError::NoKey)),
        }
    }
}
