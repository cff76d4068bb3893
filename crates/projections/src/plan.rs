//! Which projections take a turn together: those that stand at the same position of a partition, up to where the next ones stand.
//!
//! position 40: a, b          position 90: c, d, e          head: 100        a and b go as far as 90; from there on all five share their turns
//! - a projection that fell behind is taken alone until it is level with the others

use std::collections::{BTreeMap, BTreeSet};

use ens_store::{Partition, Store, StoreError};

use crate::all::{Question, questions};

/// Projections that share turns on a partition.
#[derive(Clone)]
pub(crate) struct Lane {
    pub(crate) partition: Partition,
    pub(crate) questions: Vec<&'static dyn Question>,
    /// Where the next ones stand.
    pub(crate) bound: u64,
}

/// A projection on a partition.
pub(crate) type Place = (&'static str, Partition);

/// Where every projection stands.
pub(crate) struct Standings {
    reached: BTreeMap<(Partition, &'static str), u64>,
}

impl Standings {
    /// Asks the store.
    ///
    /// # Errors
    /// The store could not be read.
    pub(crate) async fn read(store: &Store) -> Result<Self, StoreError> {
        let names = questions().map(Question::name);
        let all = store.read_models().checkpoints_of(&names).await?;
        let known = |name: &str| names.into_iter().find(|each| *each == name);
        Ok(Self { reached: all.into_iter().filter_map(|(name, partition, reached)| Some(((partition, known(&name)?), reached))).collect() })
    }

    /// Where one stands; 0 where it never started.
    pub(crate) fn of(&self, question: &dyn Question, partition: Partition) -> u64 {
        self.reached.get(&(partition, question.name())).copied().unwrap_or_default()
    }

    /// The lanes that lead to these heads, without those who stay where they are.
    pub(crate) fn lanes(&self, heads: &[(Partition, u64)], staying: &BTreeSet<Place>) -> Vec<Lane> {
        heads.iter().flat_map(|(partition, head)| self.lanes_of(*partition, *head, staying)).collect()
    }

    fn lanes_of(&self, partition: Partition, head: u64, staying: &BTreeSet<Place>) -> Vec<Lane> {
        let mut level: BTreeMap<u64, Vec<&'static dyn Question>> = BTreeMap::new();
        for question in questions() {
            let stands = self.of(question, partition);
            if stands < head && !staying.contains(&(question.name(), partition)) {
                level.entry(stands).or_default().push(question);
            }
        }
        let mut lanes = Vec::new();
        let mut bound = head;
        for (stands, questions) in level.into_iter().rev() {
            lanes.push(Lane { partition, questions, bound });
            bound = stands;
        }
        lanes.reverse();
        lanes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_projection_that_fell_behind_is_taken_alone_until_it_is_level_with_the_others() {
        let partition = Partition::new(3);
        let mut standings = Standings { reached: questions().map(|question| ((partition, question.name()), 90)).into_iter().collect() };
        let lanes = |standings: &Standings, staying: &[Place]| -> Vec<(usize, u64)> {
            let lanes = standings.lanes(&[(partition, 100)], &staying.iter().copied().collect());
            lanes.iter().map(|lane| (lane.questions.len(), lane.bound)).collect()
        };
        assert_eq!(lanes(&standings, &[]), [(7, 100)]);
        standings.reached.insert((partition, "history"), 40);
        assert_eq!(lanes(&standings, &[]), [(1, 90), (6, 100)]);
        assert_eq!(lanes(&standings, &[("history", partition)]), [(6, 100)], "whoever stays is not waited for");
        standings.reached.remove(&(partition, "history"));
        assert_eq!(lanes(&standings, &[]), [(1, 90), (6, 100)], "who never started begins at the beginning");
        assert!(standings.lanes(&[(partition, 0)], &BTreeSet::new()).is_empty());
    }
}
