//! The present health of the followers of one process, which they report to and which `/readyz` reads.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ens_store::Partition;

use crate::health::{EventOfUnknownKind, Fault, Health, PassedOver};

use super::checkpoints::CheckpointKey;

/// Where the followers of one process report faults and what they pass over. Clones share one board.
#[derive(Debug, Clone, Default)]
pub(crate) struct HealthBoard(Arc<Mutex<Reported>>);

#[derive(Debug, Default)]
struct Reported {
    faults: BTreeMap<CheckpointKey, Fault>,
    passed_over: BTreeMap<(Partition, String), Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    events: u64,
    last_position: u64,
}

impl HealthBoard {
    /// Reports a fault. It is logged once, not at every attempt.
    pub(crate) fn report(&self, fault: Fault) {
        let before = self.lock().faults.insert((fault.projection, fault.partition), fault.clone());
        if before.is_none_or(|before| before != fault) {
            let Fault { projection, partition, position, kind, reason } = fault;
            tracing::error!(projection, partition = partition.number(), position, ?kind, reason, "a read model has stopped");
        }
    }

    /// The read model goes on in that partition.
    pub(crate) fn clear(&self, projection: &'static str, partition: Partition) {
        if self.lock().faults.remove(&(projection, partition)).is_some() {
            tracing::info!(projection, partition = partition.number(), "a read model goes on");
        }
    }

    /// Only in these partitions is the read model behind: its faults in all others are over, whoever brought it up to date there.
    pub(crate) fn keep_only(&self, projection: &'static str, behind: &[Partition]) {
        let is_over = |key: &&CheckpointKey| key.0 == projection && !behind.contains(&key.1);
        let over: Vec<Partition> = self.lock().faults.keys().filter(is_over).map(|key| key.1).collect();
        over.into_iter().for_each(|partition| self.clear(projection, partition));
    }

    /// Counts events of unknown kinds. Read models that are behind pass over the same ones later: those are not counted again.
    pub(crate) fn pass_over(&self, partition: Partition, unknown: &[EventOfUnknownKind]) {
        let mut reported = self.lock();
        for EventOfUnknownKind { kind, position } in unknown {
            let counted = reported.passed_over.entry((partition, kind.clone())).or_default();
            if *position <= counted.last_position {
                continue;
            }
            if counted.events == 0 {
                tracing::warn!(kind, partition = partition.number(), position, "events of an unknown kind are passed over");
            }
            *counted = Counted { events: counted.events + 1, last_position: *position };
        }
    }

    /// What was reported and is not over.
    pub(crate) fn health(&self) -> Health {
        let reported = self.lock();
        let passed_over = reported.passed_over.iter().map(|((partition, kind), counted)| PassedOver {
            kind: kind.clone(),
            partition: *partition,
            events: counted.events,
            last_position: counted.last_position,
        });
        Health { faults: reported.faults.values().cloned().collect(), passed_over: passed_over.collect() }
    }

    /// A panic while the lock was held left it whole: every change is one call.
    fn lock(&self) -> MutexGuard<'_, Reported> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_is_passed_over_twice_is_counted_once() {
        let (board, partition) = (HealthBoard::default(), Partition::new(3));
        let events = [4, 7].map(|position| EventOfUnknownKind { kind: "something_else".to_owned(), position });
        board.pass_over(partition, &events);
        board.pass_over(partition, &events[..1]);
        let expected = PassedOver { kind: "something_else".to_owned(), partition, events: 2, last_position: 7 };
        assert_eq!(board.health().passed_over, [expected]);
        assert!(board.health().is_well(), "it is no fault");
    }
}
