//! What a lane remembers of its partition: the head that it knows, and the spaces that it met up to there.
//!
//! Every space in it is as the log makes it at the head, or a later one; an append that finds the head where the memory has it proves
//! that nobody wrote in between. Whatever moved the head otherwise is read, and the spaces it touched are forgotten.
//! - a space that another writer changed is forgotten
//! - a memory is bounded

use std::num::NonZeroUsize;

use ens_domain::ids::SpaceId;
use lru::LruCache;

use super::Loaded;
use crate::keys::KeyState;

/// Spaces that one store remembers, over all of its partitions; each takes a few kilobytes.
pub(super) const SPACES: usize = 16_384;

/// A space, and the latest key that it has, where that was asked.
pub(super) struct Known {
    pub(super) loaded: Loaded,
    pub(super) key: Option<KeyState>,
}

/// The memory of one lane.
pub(super) struct Memory {
    head: Option<u64>,
    spaces: LruCache<SpaceId, Known>,
}

impl Memory {
    /// A memory that knows nothing, and will hold its share of [`SPACES`].
    pub(super) fn shared_by(lanes: u16) -> Self {
        let share = NonZeroUsize::new(SPACES / usize::from(lanes.max(1))).unwrap_or(NonZeroUsize::MIN);
        Self { head: None, spaces: LruCache::new(share) }
    }

    /// The head up to which every space in it is known.
    pub(super) fn head(&self) -> Option<u64> {
        self.head
    }

    /// The head moved by what the memory knows: by this lane's own append, or by what was read and forgotten.
    pub(super) fn stand_at(&mut self, head: u64) {
        self.head = Some(head);
    }

    /// Takes a space out, to be kept again once its batch is written.
    pub(super) fn take(&mut self, space: SpaceId) -> Option<Known> {
        self.spaces.pop(&space)
    }

    pub(super) fn keep(&mut self, space: SpaceId, known: Known) {
        self.spaces.put(space, known);
    }

    pub(super) fn forget(&mut self, space: SpaceId) {
        self.spaces.pop(&space);
    }

    /// Forgets everything: what happened is not known.
    pub(super) fn forget_all(&mut self) {
        self.head = None;
        self.spaces.clear();
    }
}

#[cfg(test)]
mod tests {
    use ens_domain::space::HealthSpace;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_memory_is_bounded() {
        let mut memory = Memory::shared_by(16);
        for number in 0..5_000 {
            let loaded = Loaded { space: HealthSpace::default(), version: 1, position: 1 };
            memory.keep(SpaceId::from(Uuid::from_u128(number)), Known { loaded, key: None });
        }
        assert_eq!(memory.spaces.len(), SPACES / 16);
    }
}
