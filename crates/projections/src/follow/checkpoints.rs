//! The checkpoints of all read models, and which read models share a turn: those with the same checkpoint in a partition, up to the next
//! higher checkpoint.
//!
//! checkpoint 40: a, b          checkpoint 90: c, d, e          head: 100        a and b read up to 90; from there on all five share their turns
//! - a projection that is behind the others is taken alone until it has caught up with them

use std::collections::{BTreeMap, BTreeSet};

use ens_store::{Partition, Store, StoreError};

use crate::all::read_models;
use crate::read_model::ReadModel;

/// Read models that share turns on a partition.
#[derive(Clone)]
pub(crate) struct SharedTurn {
    pub(crate) partition: Partition,
    pub(crate) read_models: Vec<&'static dyn ReadModel>,
    /// The last position that is read: the next higher checkpoint, or the head.
    pub(crate) bound: u64,
}

/// What a checkpoint is of: a read model, by name, and a partition.
pub(crate) type CheckpointKey = (&'static str, Partition);

/// The checkpoints of all read models at one moment.
pub(crate) struct Checkpoints {
    positions: BTreeMap<CheckpointKey, u64>,
}

impl Checkpoints {
    /// Reads them from the store.
    ///
    /// # Errors
    /// The store could not be read.
    pub(crate) async fn read(store: &Store) -> Result<Self, StoreError> {
        let names: Vec<&'static str> = read_models().map(ReadModel::name).collect();
        let all = store.read_models().checkpoints_of(&names).await?;
        let known = |name: &str| names.iter().copied().find(|each| *each == name);
        let keyed = all.into_iter().filter_map(|(name, partition, position)| Some(((known(&name)?, partition), position)));
        Ok(Self { positions: keyed.collect() })
    }

    /// The position up to which a read model has read a partition; 0 where it never started.
    pub(crate) fn position(&self, read_model: &dyn ReadModel, partition: Partition) -> u64 {
        self.positions.get(&(read_model.name(), partition)).copied().unwrap_or_default()
    }

    /// The turns that lead to these heads, without the read models that are left out.
    pub(crate) fn shared_turns(&self, heads: &[(Partition, u64)], left_out: &BTreeSet<CheckpointKey>) -> Vec<SharedTurn> {
        heads.iter().flat_map(|(partition, head)| self.in_partition(*partition, *head, left_out)).collect()
    }

    fn in_partition(&self, partition: Partition, head: u64, left_out: &BTreeSet<CheckpointKey>) -> Vec<SharedTurn> {
        let mut by_position: BTreeMap<u64, Vec<&'static dyn ReadModel>> = BTreeMap::new();
        for read_model in read_models() {
            let position = self.position(read_model, partition);
            if position < head && !left_out.contains(&(read_model.name(), partition)) {
                by_position.entry(position).or_default().push(read_model);
            }
        }
        let mut turns = Vec::new();
        let mut bound = head;
        for (position, read_models) in by_position.into_iter().rev() {
            turns.push(SharedTurn { partition, read_models, bound });
            bound = position;
        }
        turns.reverse();
        turns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_projection_that_is_behind_the_others_is_taken_alone_until_it_has_caught_up_with_them() {
        let (partition, all) = (Partition::new(3), read_models().count());
        let mut checkpoints = Checkpoints { positions: read_models().map(|each| ((each.name(), partition), 90)).collect() };
        let turns = |checkpoints: &Checkpoints, left_out: &[CheckpointKey]| -> Vec<(usize, u64)> {
            let turns = checkpoints.shared_turns(&[(partition, 100)], &left_out.iter().copied().collect());
            turns.iter().map(|turn| (turn.read_models.len(), turn.bound)).collect()
        };
        assert_eq!(turns(&checkpoints, &[]), [(all, 100)]);
        checkpoints.positions.insert(("history", partition), 40);
        assert_eq!(turns(&checkpoints, &[]), [(1, 90), (all - 1, 100)]);
        assert_eq!(turns(&checkpoints, &[("history", partition)]), [(all - 1, 100)], "one that is left out is not waited for");
        checkpoints.positions.remove(&("history", partition));
        assert_eq!(turns(&checkpoints, &[]), [(1, 90), (all - 1, 100)], "one that never started begins at the beginning");
        assert!(checkpoints.shared_turns(&[(partition, 0)], &BTreeSet::new()).is_empty());
    }
}
