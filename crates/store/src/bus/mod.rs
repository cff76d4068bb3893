//! The bus: the one write path of the service, for one click and for a campaign.
//!
//! orders → answered before? → load → decide in order, in memory → seal → append, partition by partition → answers
//! - two orders on one space in one call see each other
//! - an order that met another writer is decided again on what that one wrote; a rejection stands only on what is committed
//! - one order never hides or halves another
//! - a crowd on one space is served to the last

mod again;
mod desk;
mod entries;
mod round;

use std::collections::BTreeSet;

use ens_domain::ids::SpaceId;
use ens_domain::policy::Policy;
use ens_domain::space::HealthSpace;
use tokio::sync::MutexGuard;

use crate::append::{self, Batch, Entry};
use crate::error::StoreError;
use crate::history;
use crate::order::{Order, Outcome, Rejection};
use crate::partition::Partition;
use crate::store::Store;
use crate::stored::{Appended, Conflict, Write};

/// How many rounds may pass without settling a single order before the rest is given up.
const FRUITLESS_ROUNDS: u32 = 12;

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

impl Store {
    /// Carries out one order.
    ///
    /// # Errors
    /// [`Rejection`]: a rule's refusal, another version, a reused key, no such space, or the store's own trouble.
    pub async fn execute(&self, order: Order, policy: &Policy) -> Result<Outcome, Rejection> {
        let mut answers = self.execute_all(vec![order], policy).await;
        answers.pop().unwrap_or(Err(Rejection::Store(StoreError::Malformed("an order without an answer"))))
    }

    /// Carries out many orders: loaded together, decided in the order given, appended in one transaction per partition. Each has its own
    /// answer, in the order given.
    pub async fn execute_all(&self, orders: Vec<Order>, policy: &Policy) -> Vec<Result<Outcome, Rejection>> {
        let mut answers: Vec<Option<Result<Outcome, Rejection>>> = orders.iter().map(|_| None).collect();
        let mut fruitless = 0;
        loop {
            let pending: Vec<(usize, &Order)> =
                orders.iter().enumerate().filter(|(place, _)| answers.get(*place).is_some_and(Option::is_none)).collect();
            if pending.is_empty() {
                break;
            }
            let settled = if fruitless == FRUITLESS_ROUNDS {
                give_up(&pending, &StoreError::Contended { attempts: FRUITLESS_ROUNDS })
            } else {
                let _turn = self.queue_up(&pending, fruitless).await;
                self.round(&pending, policy).await.unwrap_or_else(|error| give_up(&pending, &error))
            };
            fruitless = if settled.is_empty() { fruitless + 1 } else { 0 };
            for (place, answer) in settled {
                if let Some(slot) = answers.get_mut(place) {
                    *slot = Some(answer);
                }
            }
            if fruitless > 1 {
                // The queue is this process's; what still meets somebody met another process.
                append::back_off(fruitless).await;
            }
        }
        answers.into_iter().flatten().collect()
    }

    /// Lets orders that met another writer go on one after the other, partition by partition: a crowd on one space would otherwise spend
    /// its rounds on losing to each other.
    async fn queue_up(&self, pending: &[(usize, &Order)], fruitless: u32) -> Vec<MutexGuard<'_, ()>> {
        let mut turn = Vec::new();
        if fruitless > 0 {
            // In one order for everybody, so that no two wait for each other.
            let partitions: BTreeSet<Partition> = pending.iter().map(|(_, order)| self.partition_of(order.space)).collect();
            for queue in partitions.into_iter().filter_map(|partition| self.queue(partition)) {
                turn.push(queue.lock().await);
            }
        }
        turn
    }

    /// Appends ready-made events: the lower door, without decision, sealing or outbox. Each write is all or nothing, and has its own
    /// answer, in the order given.
    ///
    /// # Errors
    /// The database's; with one partition it is all or nothing, with several each is.
    pub async fn append(&self, writes: Vec<Write>) -> Result<Vec<Result<Appended, Conflict>>, StoreError> {
        let mut answers: Vec<Option<Result<Appended, Conflict>>> = writes.iter().map(|_| None).collect();
        for partition in self.partitions().each() {
            let mut places = Vec::new();
            let mut entries = Vec::new();
            for (place, write) in writes.iter().enumerate().filter(|(_, write)| self.partitions().of(&write.aggregate_id) == partition) {
                places.push(place);
                entries.push(Entry::bare(write.clone()));
            }
            if entries.is_empty() {
                continue;
            }
            match append::append(self.engine(), partition, &entries).await? {
                Batch::Settled(settled) => places.into_iter().zip(settled).for_each(|(place, answer)| {
                    if let Some(slot) = answers.get_mut(place) {
                        *slot = Some(answer);
                    }
                }),
                Batch::KeyTaken => return Err(StoreError::Malformed("a write without a key met a used one")),
            }
        }
        self.ring_bell();
        Ok(answers.into_iter().flatten().collect())
    }

    /// A space as its events made it, or `None` where it was never created.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Decode`].
    pub async fn state(&self, space: SpaceId) -> Result<Option<Loaded>, StoreError> {
        Ok(self.states(&[space]).await?.pop().flatten())
    }

    /// Many spaces as their events made them, in the order given.
    ///
    /// # Errors
    /// The database's, or [`StoreError::Decode`].
    pub async fn states(&self, spaces: &[SpaceId]) -> Result<Vec<Option<Loaded>>, StoreError> {
        let histories = self.histories(spaces).await?;
        spaces.iter().map(|space| histories.get(space).map_or(Ok(None), |events| history::fold(events).map(Some))).collect()
    }
}

type Settled = Vec<(usize, Result<Outcome, Rejection>)>;

fn give_up(pending: &[(usize, &Order)], error: &StoreError) -> Settled {
    pending.iter().map(|(place, _)| (*place, Err(Rejection::Store(error.clone())))).collect()
}
