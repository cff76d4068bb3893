//! The command queue: the one write path of the service, for one interactive command and for a bulk job.
//!
//! commands → the queue of each partition → a batch: load, decide in order, in memory, seal, append in one statement → answers
//! - many commands on one space are served to the last
//! - a full queue says so and begins nothing

mod admission;
mod decided_batch;
mod in_flight;
mod loaded_batch;
mod partition_queue;
mod pipeline;
mod queued;
mod repeated;
mod scheduler;
mod sealed_batch;
mod stream_cache;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ens_domain::ids::SpaceId;
use ens_domain::ins::InsDigest;
use ens_domain::policy::Policy;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::coop::consume_budget;

use crate::ground::{CommandEnvelope, Outcome, Partition, Priority, Rejection, StoreError};
use crate::lease::{Lease, take_lease};
use crate::registry::{self, Linked, Reserved};
use crate::shared::Shared;

use queued::{Admitted, Answered, QueuedCommand};
use scheduler::{BULK_ALONE, Scheduler};

pub(crate) use admission::{Appending, StreamAppend, UnderLock, append_under_lock};

/// Bulk commands that wait in the queues at once; the rest wait with their caller.
const BULK_ROOM: usize = 8_192;

/// The commands of a store: what may be asked of spaces and of what they contain, the registry of persons, and leases on tasks.
#[derive(Clone)]
pub struct Commands {
    shared: Shared,
    scheduler: Scheduler,
    room: Arc<Semaphore>,
    bulk_room: Arc<Semaphore>,
}

impl Commands {
    /// Idle queues, with room for so many interactive commands.
    pub(crate) fn new(shared: Shared, room: usize) -> Self {
        let scheduler = Scheduler::new(shared.clone());
        Self { shared, scheduler, room: Arc::new(Semaphore::new(room)), bulk_room: Arc::new(Semaphore::new(BULK_ROOM)) }
    }

    /// Carries out one command, together with whatever else waits for its partition.
    ///
    /// # Errors
    /// [`Rejection`]: a rule's refusal, another version, a reused key, no such space, or the store's own trouble; among it
    /// [`StoreError::Overloaded`] where too many commands wait already.
    pub async fn execute(&self, envelope: CommandEnvelope, policy: &Policy) -> Result<Outcome, Rejection> {
        let full = |_| Rejection::Store(StoreError::Overloaded);
        let room = self.room.clone().try_acquire_owned().map_err(full)?;
        let partition = self.shared.partition_of(envelope.space());
        let (command, answered) = self.queued(envelope, policy, room);
        self.scheduler.enqueue(partition, Priority::Interactive, vec![command]);
        answer(answered).await
    }

    /// Carries out many commands: taken together by partition, loaded together, decided in the order given, appended together. Each has its
    /// own answer, in the order given. Interactive commands go before them.
    pub async fn execute_all(&self, envelopes: Vec<CommandEnvelope>, policy: &Policy) -> Vec<Result<Outcome, Rejection>> {
        let mut awaited = Vec::with_capacity(envelopes.len());
        let mut envelopes = envelopes.into_iter().peekable();
        while envelopes.peek().is_some() {
            let share: Vec<CommandEnvelope> = envelopes.by_ref().take(BULK_ALONE).collect();
            let places = u32::try_from(share.len()).unwrap_or(u32::MAX);
            // Never closed while the store lives.
            let Ok(mut room) = self.bulk_room.clone().acquire_many_owned(places).await else { break };
            let mut queues: BTreeMap<Partition, Vec<QueuedCommand>> = BTreeMap::new();
            for envelope in share {
                // A bulk job must not keep the thread to itself: an interactive caller may be waiting on it.
                consume_budget().await;
                let Some(place) = room.split(1) else { break };
                let partition = self.shared.partition_of(envelope.space());
                let (command, answered) = self.queued(envelope, policy, place);
                queues.entry(partition).or_default().push(command);
                awaited.push(answered);
            }
            for (partition, commands) in queues {
                self.scheduler.enqueue(partition, Priority::Bulk, commands);
            }
        }
        let mut answers = Vec::with_capacity(awaited.len());
        for each in awaited {
            answers.push(answer(each).await);
        }
        answers
    }

    fn queued(&self, envelope: CommandEnvelope, policy: &Policy, room: OwnedSemaphorePermit) -> (QueuedCommand, Answered) {
        let request = envelope.idempotency.as_ref().map(|idempotency| repeated::request(&self.shared, envelope.space(), idempotency));
        let entropy = self.shared.entropy().branch();
        QueuedCommand::new(envelope, Admitted { policy: policy.clone(), request, entropy, room })
    }

    /// Reserves an id for each person, in the order given; a person who has one keeps it, whatever is proposed.
    ///
    /// # Errors
    /// The database's.
    pub async fn reserve(&self, proposals: Vec<(InsDigest, SpaceId)>) -> Result<Vec<Reserved>, StoreError> {
        registry::reserve(&self.shared, proposals).await
    }

    /// The space of a person, if one was ever reserved.
    ///
    /// # Errors
    /// The database's.
    pub async fn find_space(&self, digest: &InsDigest) -> Result<Option<SpaceId>, StoreError> {
        registry::find_space(&self.shared, digest).await
    }

    /// Lets a further INS lead to a space that has one: the person's INS changed, the space keeps its id.
    ///
    /// # Errors
    /// The database's.
    pub async fn link(&self, digest: InsDigest, space: SpaceId) -> Result<Linked, StoreError> {
        registry::link(&self.shared, digest, space).await
    }

    /// Takes a partition of a task for `length`, or answers nothing while somebody else holds it.
    ///
    /// # Errors
    /// The database's.
    pub async fn lease(&self, task: &'static str, partition: Partition, length: Duration) -> Result<Option<Lease>, StoreError> {
        take_lease(&self.shared, task, partition, length).await
    }
}

/// The answer, once it is there. A batch that was cut short leaves none: it may have been written.
async fn answer(answered: Answered) -> Result<Outcome, Rejection> {
    answered.await.unwrap_or(Err(Rejection::Store(StoreError::OutcomeUnknown)))
}
