//! The bus: the one write path of the service, for one click and for a campaign.
//!
//! orders → a lane for each partition → a batch: load, decide in order, in memory, seal, append in one statement → answers
//! - a crowd on one space is served to the last

mod again;
mod desk;
mod entries;
mod flight;
mod lane;
mod memory;
mod round;

use std::collections::BTreeMap;

use ens_domain::ids::SpaceId;
use ens_domain::policy::Policy;
use ens_domain::space::HealthSpace;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::task::coop::consume_budget;

use crate::append::{self, Appending, Class, Entry, Under};
use crate::error::StoreError;
use crate::history;
use crate::order::{Order, Outcome, Rejection};
use crate::partition::Partition;
use crate::store::Store;
use crate::stored::{Appended, Conflict, Write};

pub(crate) use lane::Bus;
use lane::Job;

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

/// Where an answer will come.
type Awaited = oneshot::Receiver<Result<Outcome, Rejection>>;

impl Store {
    /// Carries out one order, together with whatever else waits for its partition.
    ///
    /// # Errors
    /// [`Rejection`]: a rule's refusal, another version, a reused key, no such space, or the store's own trouble; among it
    /// [`StoreError::Overloaded`] where too many orders wait already.
    pub async fn execute(&self, order: Order, policy: &Policy) -> Result<Outcome, Rejection> {
        let full = |_| Rejection::Store(StoreError::Overloaded);
        let room = self.bus().room_for_clicks.clone().try_acquire_owned().map_err(full)?;
        let partition = self.partition_of(order.space);
        let (job, awaited) = self.job(order, policy, room);
        self.enqueue(partition, Class::Click, vec![job]);
        answer(awaited).await
    }

    /// Carries out many orders: taken together by partition, loaded together, decided in the order given, appended together. Each has its
    /// own answer, in the order given. Single orders go before them.
    pub async fn execute_all(&self, orders: Vec<Order>, policy: &Policy) -> Vec<Result<Outcome, Rejection>> {
        let mut awaited = Vec::with_capacity(orders.len());
        let mut orders = orders.into_iter().peekable();
        while orders.peek().is_some() {
            let share: Vec<Order> = orders.by_ref().take(Bus::campaign_share()).collect();
            let places = u32::try_from(share.len()).unwrap_or(u32::MAX);
            // Never closed while the store lives.
            let Ok(mut room) = self.bus().room_for_campaigns.clone().acquire_many_owned(places).await else { break };
            let mut lanes: BTreeMap<Partition, Vec<Job>> = BTreeMap::new();
            for order in share {
                // A campaign must not keep the thread to itself: who clicks may be waiting on it.
                consume_budget().await;
                let Some(place) = room.split(1) else { break };
                let partition = self.partition_of(order.space);
                let (job, answer) = self.job(order, policy, place);
                lanes.entry(partition).or_default().push(job);
                awaited.push(answer);
            }
            for (partition, jobs) in lanes {
                self.enqueue(partition, Class::Campaign, jobs);
            }
        }
        let mut answers = Vec::with_capacity(awaited.len());
        for each in awaited {
            answers.push(answer(each).await);
        }
        answers
    }

    fn job(&self, order: Order, policy: &Policy, room: OwnedSemaphorePermit) -> (Job, Awaited) {
        let (answer, awaited) = oneshot::channel();
        let request = order.idempotency.as_ref().map(|idempotency| self.request(order.space, idempotency));
        let entropy = self.entropy().branch();
        let policy = policy.clone();
        (Job { order, policy, request, entropy, rounds: 0, fruitless: 0, answer, _room: room }, awaited)
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
            match append::append(self.engine(), Under { partition, known: None }, &entries, &[]).await? {
                Appending::Settled(settled) => places.into_iter().zip(settled).for_each(|(place, answer)| {
                    if let Some(slot) = answers.get_mut(place) {
                        *slot = Some(answer);
                    }
                }),
                Appending::KeyTaken | Appending::HeadMoved => {
                    return Err(StoreError::Malformed("a write that expects nothing was not admitted"));
                }
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

/// The answer, once it is there. A batch that was cut down leaves none: it may have been written.
async fn answer(awaited: Awaited) -> Result<Outcome, Rejection> {
    awaited.await.unwrap_or(Err(Rejection::Store(StoreError::OutcomeUnknown)))
}
