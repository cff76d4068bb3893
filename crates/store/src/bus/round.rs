//! One round of a lane: a batch is loaded, decided and written; what met another writer is handed back for the next round.
//!
//! Decisions stand on the spaces as they are at the head that the memory knows. An append that finds the head there proves them all, the
//! refusals too; where there is nothing to append, the head is asked.
//! - two orders on one space in one call see each other
//! - an order that met another writer is decided again on what that one wrote; a rejection stands only on what is committed
//! - one order never hides or halves another

use std::collections::HashSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ens_domain::ids::SpaceId;
use ens_domain::space::SpaceCommand;

use super::FRUITLESS_ROUNDS;
use super::desk::{Answer, Desk, Laid, Origin, Plan};
use super::entries::Entries;
use super::flight::Aloft;
use super::lane::Job;
use super::memory::Memory;
use crate::append::{self, Appending, At, Batch, Class, Entry, KeyFate, Under};
use crate::engine::StoredKey;
use crate::error::StoreError;
use crate::history;
use crate::order::{Answered, Order, Outcome, Rejection};
use crate::partition::Partition;
use crate::store::Store;
use crate::stored::{Appended, Conflict};

/// Events of others that are read to learn which spaces they touched; after more, everything is forgotten.
const NEWS: u32 = 1_000;

/// The jobs of a batch, each gone once it is answered.
pub(super) type Jobs = Vec<Option<Job>>;

/// What became of a plan in its transaction.
enum Fate {
    Written(Appended),
    /// Another writer was first: to be decided again.
    Overtaken,
    Lost(StoreError),
}

/// What the orders of a batch are answered if it stands; one without an answer is decided again.
pub(super) type Said = Vec<(Job, Option<Result<Outcome, Rejection>>)>;

/// A batch that was decided. The memory is where its writing will have it, but for what is to be written under the lock.
pub(super) enum Decided {
    /// There is nothing to write: it stands if the head is there; without a head, as it is.
    Quiet(Said, Option<u64>),
    /// It stands if it is written at its head.
    Planned(Said, Batch),
    /// It is to be written under the lock, with nothing else on its way.
    Locked(Box<Locked>),
}

/// What is to be written under the lock of the head.
pub(super) struct Locked {
    lane: (Partition, Class),
    jobs: Jobs,
    desk: Desk,
    sorted: Sorted,
    made: Vec<StoredKey>,
    known: Option<u64>,
}

impl Locked {
    /// The orders, undecided.
    pub(super) fn jobs(self) -> impl Iterator<Item = Job> {
        self.jobs.into_iter().flatten()
    }
}

/// What a batch comes to, and the head at which it was decided, where the memory was trusted.
struct Planned {
    desk: Desk,
    entries: Entries,
    known: Option<u64>,
}

/// Whether what the memory holds may be built on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// It proves itself when the batch is appended.
    Memory,
    /// It failed before: the log is read, and written under the lock.
    Log,
}

impl Store {
    /// Decides a batch on the memory and on what is on its way; where that fails, its orders are told so.
    pub(super) async fn decide(
        &self,
        lane: (Partition, Class),
        memory: &mut Memory,
        aloft: &Aloft,
        batch: Vec<Job>,
    ) -> Result<Decided, StoreError> {
        let mut jobs: Jobs = Vec::with_capacity(batch.len());
        for mut job in batch {
            if job.fruitless == FRUITLESS_ROUNDS {
                job.fail(&StoreError::Contended { attempts: FRUITLESS_ROUNDS });
            } else {
                job.rounds += 1;
                jobs.push(Some(job));
            }
        }
        let planned = self.plan(lane.0, memory, aloft, &mut jobs).await;
        match planned {
            Ok(planned) => Ok(self.settled(lane, memory, planned, jobs)),
            Err(error) => {
                jobs.iter_mut().filter_map(Option::take).for_each(|job| job.fail(&error));
                Err(error)
            }
        }
    }

    async fn plan(&self, partition: Partition, memory: &mut Memory, aloft: &Aloft, jobs: &mut Jobs) -> Result<Planned, StoreError> {
        let head = self.known_head(partition, memory).await?;
        let repeated = places(jobs, |job| job.rounds > 1);
        self.answer_again(jobs, &repeated).await?;
        let trust = if jobs.iter().flatten().any(Job::is_doubtful) { Trust::Log } else { Trust::Memory };
        let mut desk = self.lay(memory, aloft, jobs, trust).await?;
        for (place, job) in jobs.iter().enumerate() {
            if let Some(job) = job {
                if job.request.is_some_and(|request| aloft.bear(&request.key)) {
                    desk.closed.insert(job.order.space);
                }
                desk.decide(place, job);
            }
        }
        // A repeated request may be refused today; its first answer is what it gets.
        let refused = desk.refused();
        self.answer_again(jobs, &refused).await?;
        let entries = self.seal_plans(&mut desk, jobs).await?;
        let known = match trust {
            Trust::Memory => Some(head),
            Trust::Log => None,
        };
        Ok(Planned { desk, entries, known })
    }

    /// Answers a batch as it will be answered if it is written where it was decided.
    fn settled(&self, lane: (Partition, Class), memory: &mut Memory, planned: Planned, jobs: Jobs) -> Decided {
        let (Planned { mut desk, entries, known }, (partition, class)) = (planned, lane);
        desk.hold_sealed(&entries.sealed, class);
        let mut sorted = sort(&desk.plans, entries.each);
        if sorted.admitted.is_empty() {
            return Decided::Quiet(settle(lane, memory, (desk, sorted.fates), jobs), known);
        }
        let destroys = sorted.admitted.iter().any(|entry| entry.key == KeyFate::Destroyed);
        let Some(head) = known.filter(|_| !destroys) else {
            return Decided::Locked(Box::new(Locked { lane, jobs, desk, sorted, made: entries.made, known }));
        };
        let (batch, answers) = append::at(At { partition, head, class }, std::mem::take(&mut sorted.admitted), entries.made);
        memory.stand_at(batch.last());
        Decided::Planned(settle(lane, memory, (desk, sorted.fated(answers)), jobs), batch)
    }

    /// Writes under the lock, and answers as it then is; nothing where another writer was first.
    pub(super) async fn write_locked(&self, memory: &mut Memory, locked: Locked) -> Result<Result<Said, Jobs>, StoreError> {
        let Locked { lane, mut jobs, desk, sorted, made, known } = locked;
        let under = Under { partition: lane.0, known };
        let written: u64 = sorted.admitted.iter().map(|entry| append::count(entry.write.events.len())).sum();
        match append::append(self.engine(), under, &sorted.admitted, &made).await {
            Ok(Appending::Settled(answers)) => {
                self.ring_bell();
                known.into_iter().for_each(|head| memory.stand_at(head + written));
                Ok(Ok(settle(lane, memory, (desk, sorted.fated(answers)), jobs)))
            }
            Ok(Appending::HeadMoved | Appending::KeyTaken) => Ok(Err(jobs)),
            Err(error) => {
                jobs.iter_mut().filter_map(Option::take).for_each(|job| job.fail(&error));
                Err(error)
            }
        }
    }

    /// The head that the memory knows; asked where it knows none.
    async fn known_head(&self, partition: Partition, memory: &mut Memory) -> Result<u64, StoreError> {
        if let Some(head) = memory.head() {
            return Ok(head);
        }
        let head = self.engine().head(partition).await?;
        memory.stand_at(head);
        Ok(head)
    }

    /// Learns what others wrote since the head that the memory knows.
    pub(super) async fn catch_up(&self, partition: Partition, memory: &mut Memory) -> Result<(), StoreError> {
        let Some(head) = memory.head() else { return Ok(()) };
        let news = self.engine().written_after(partition, head, NEWS).await?;
        if news.len() >= usize::try_from(NEWS).unwrap_or(usize::MAX) {
            memory.forget_all();
            return Ok(());
        }
        for (aggregate, position) in news {
            if let Ok(space) = aggregate.parse() {
                memory.forget(space);
            }
            memory.stand_at(position);
        }
        Ok(())
    }

    /// Lays every space of the batch on a desk: from the memory, else from the log, all in one query.
    async fn lay(&self, memory: &mut Memory, aloft: &Aloft, jobs: &Jobs, trust: Trust) -> Result<Desk, StoreError> {
        let mut desk = Desk::default();
        let mut unknown = Vec::new();
        let mut met = HashSet::new();
        for job in jobs.iter().flatten().filter(|job| met.insert(job.order.space)) {
            let space = job.order.space;
            match memory.take(space) {
                Some(known) if trust == Trust::Memory => {
                    desk.spaces.insert(space, Ok(Laid { known, origin: Origin::Memory }));
                }
                // Not remembered, and not in the log yet: once what is on its way is written, it will be.
                None if aloft.touch(space) => {
                    desk.closed.insert(space);
                }
                None if job.rounds == 1 && begins(&job.order) => {
                    desk.spaces.insert(space, history::fold(&[]).map(Laid::nothing));
                }
                Some(_) | None => unknown.push(space),
            }
        }
        if unknown.is_empty() {
            return Ok(desk);
        }
        let mut histories = self.histories(&unknown).await?;
        for space in unknown {
            let events = histories.remove(&space).unwrap_or_default();
            let laid = history::fold(&events);
            desk.spaces.insert(space, laid.map(if events.is_empty() { Laid::nothing } else { Laid::read }));
        }
        Ok(desk)
    }
}

/// How old an id may be whose space is taken to have no event yet.
const YOUNG: Duration = Duration::from_secs(600);

/// Whether an order creates a space under an id that was made a moment ago, so that nobody has written to it. Where somebody has, the insert
/// meets their first event, and the next round looks.
fn begins(order: &Order) -> bool {
    let made = order.space.uuid().get_timestamp().map(|made| {
        let (seconds, nanoseconds) = made.to_unix();
        UNIX_EPOCH + Duration::new(seconds, nanoseconds)
    });
    // An id from the future has no age; its space is looked up like any other.
    let age = made.and_then(|made| SystemTime::now().duration_since(made).ok());
    matches!(order.command, SpaceCommand::CreateSpace(_)) && age.is_some_and(|age| age < YOUNG)
}

/// The places of the jobs that are so.
fn places(jobs: &Jobs, so: impl Fn(&Job) -> bool) -> Vec<usize> {
    jobs.iter().enumerate().filter_map(|(place, job)| job.as_ref().filter(|job| so(job)).map(|_| place)).collect()
}

/// Plans by what can be done with them: those that are sealed are to be written, each of them with its place among the fates.
struct Sorted {
    fates: Vec<Fate>,
    places: Vec<usize>,
    admitted: Vec<Entry>,
}

impl Sorted {
    /// The fates, with what those that were to be written were answered.
    fn fated(mut self, answers: Vec<Result<Appended, Conflict>>) -> Vec<Fate> {
        for (place, answer) in self.places.into_iter().zip(answers) {
            if let Some(slot) = self.fates.get_mut(place) {
                *slot = answer.map_or(Fate::Overtaken, Fate::Written);
            }
        }
        self.fates
    }
}

/// Sorts the plans; one after a plan of its space that could not be sealed was decided on what will not be written, and waits.
fn sort(plans: &[Plan], entries: Vec<Result<Entry, StoreError>>) -> Sorted {
    let mut sorted = Sorted { fates: Vec::with_capacity(plans.len()), places: Vec::new(), admitted: Vec::with_capacity(plans.len()) };
    let mut spoiled: HashSet<SpaceId> = HashSet::new();
    for (plan, entry) in plans.iter().zip(entries) {
        match entry {
            Ok(_) if spoiled.contains(&plan.space) => sorted.fates.push(Fate::Overtaken),
            Ok(entry) => {
                sorted.places.push(sorted.fates.len());
                sorted.fates.push(Fate::Overtaken);
                sorted.admitted.push(entry);
            }
            Err(error) => {
                spoiled.insert(plan.space);
                sorted.fates.push(Fate::Lost(error));
            }
        }
    }
    sorted
}

/// Turns fates into answers. What was decided on top of a plan that was not written is no answer: it is decided again.
fn settle((partition, class): (Partition, Class), memory: &mut Memory, (desk, fates): (Desk, Vec<Fate>), jobs: Jobs) -> Said {
    let mut said: Vec<Option<Result<Outcome, Rejection>>> = jobs.iter().map(|_| None).collect();
    let Desk { mut spaces, closed, plans, answers, .. } = desk;
    let mut planned = plans.into_iter().zip(fates);
    let mut spoiled: HashSet<SpaceId> = HashSet::new();
    for (place, space, answer) in answers {
        let plan = if matches!(answer, Answer::Planned) { planned.next() } else { None };
        let stands = !spoiled.contains(&space);
        // A space that could not be loaded has no position.
        let position = spaces.get_mut(&space).and_then(|laid| laid.as_mut().ok()).map(|laid| &mut laid.known.loaded.position);
        let settled = match (answer, plan) {
            (Answer::Rejected(rejection), _) if stands => Err(rejection),
            (Answer::Quiet { version, loaded_position }, _) if stands => {
                let position = position.map_or(loaded_position, |position| *position);
                Ok(Outcome { version, partition, position, events: Vec::new(), answered: Answered::Now })
            }
            (Answer::Planned, Some((plan, Fate::Written(at)))) => {
                position.into_iter().for_each(|position| *position = at.position);
                let Appended { version, partition, position } = at;
                Ok(Outcome { version, partition, position, events: plan.events, answered: Answered::Now })
            }
            (Answer::Planned, Some((_, Fate::Lost(error)))) => {
                spoiled.insert(space);
                Err(Rejection::Store(error))
            }
            (Answer::Rejected(_) | Answer::Quiet { .. } | Answer::Planned, _) => {
                spoiled.insert(space);
                continue;
            }
        };
        if let Some(slot) = said.get_mut(place) {
            *slot = Some(settled);
        }
    }
    for (space, laid) in spaces.into_iter().filter(|(space, _)| !spoiled.contains(space)) {
        let Ok(Laid { mut known, origin }) = laid else { continue };
        if closed.contains(&space) {
            // Its key may have died in this batch.
            known.key = None;
        }
        let kept = match origin {
            Origin::Memory => true,
            // A campaign meets each space once: it must not drive out those that people come back to.
            Origin::Log | Origin::Nothing => class == Class::Click && known.loaded.version > 0,
            Origin::InClear => false,
        };
        if kept {
            memory.keep(space, known);
        }
    }
    jobs.into_iter().zip(said).filter_map(|(job, said)| Some((job?, said))).collect()
}
