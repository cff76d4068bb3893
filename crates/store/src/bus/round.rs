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
use super::lane::Job;
use super::memory::Memory;
use crate::append::{self, Appending, At, Class, Entry, KeyFate, Under};
use crate::error::StoreError;
use crate::history;
use crate::order::{Answered, Order, Outcome, Rejection};
use crate::partition::Partition;
use crate::store::Store;
use crate::stored::Appended;

/// Rounds after which an order stops trusting what is remembered, and writes under the lock.
const TRUSTING_ROUNDS: u32 = 2;
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

/// What became of a batch.
enum Ending {
    /// It is written, or nothing was to be: what was decided stands, and the head is here where that is known.
    Stands { fates: Vec<Fate>, head: Option<u64> },
    /// Another writer was first; nothing stands.
    Again,
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
    /// Answers what can be answered now, and hands back the rest, in its order.
    pub(super) async fn round(&self, partition: Partition, memory: &mut Memory, batch: Vec<Job>) -> Vec<Job> {
        let mut jobs: Jobs = Vec::with_capacity(batch.len());
        for mut job in batch {
            if job.fruitless == FRUITLESS_ROUNDS {
                job.fail(&StoreError::Contended { attempts: FRUITLESS_ROUNDS });
            } else {
                job.rounds += 1;
                jobs.push(Some(job));
            }
        }
        if let Err(error) = self.carry_out(partition, memory, &mut jobs).await {
            memory.forget_all();
            jobs.iter_mut().filter_map(Option::take).for_each(|job| job.fail(&error));
        }
        jobs.into_iter().flatten().collect()
    }

    async fn carry_out(&self, partition: Partition, memory: &mut Memory, jobs: &mut Jobs) -> Result<(), StoreError> {
        let head = self.known_head(partition, memory).await?;
        let repeated = places(jobs, |job| job.rounds > 1);
        self.answer_again(jobs, &repeated).await?;
        let trust = if jobs.iter().flatten().any(|job| job.fruitless >= TRUSTING_ROUNDS) { Trust::Log } else { Trust::Memory };
        let mut desk = self.lay(memory, jobs, trust).await?;
        for (place, job) in jobs.iter().enumerate() {
            if let Some(job) = job {
                desk.decide(place, job);
            }
        }
        // A repeated request may be refused today; its first answer is what it gets.
        let refused = desk.refused();
        self.answer_again(jobs, &refused).await?;
        let entries = self.seal_plans(&mut desk, jobs).await?;
        let class = jobs.iter().flatten().map(|job| job.class).next().unwrap_or(Class::Click);
        desk.hold_sealed(&entries.sealed, class);
        let at = match trust {
            Trust::Memory => Some(At { partition, head, class }),
            Trust::Log => None,
        };
        match self.write(partition, at, &desk, entries).await? {
            Ending::Again => self.catch_up(partition, memory).await,
            Ending::Stands { fates, head } => {
                head.into_iter().for_each(|head| memory.stand_at(head));
                settle((partition, class), memory, (desk, fates), jobs);
                Ok(())
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
    async fn catch_up(&self, partition: Partition, memory: &mut Memory) -> Result<(), StoreError> {
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
    async fn lay(&self, memory: &mut Memory, jobs: &Jobs, trust: Trust) -> Result<Desk, StoreError> {
        let mut desk = Desk::default();
        let mut unknown = Vec::new();
        let mut met = HashSet::new();
        for job in jobs.iter().flatten().filter(|job| met.insert(job.order.space)) {
            let space = job.order.space;
            match memory.take(space) {
                Some(known) if trust == Trust::Memory => {
                    desk.spaces.insert(space, Ok(Laid { known, origin: Origin::Memory }));
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

    /// Writes what was planned, or makes sure that what was decided stands.
    async fn write(&self, partition: Partition, at: Option<At>, desk: &Desk, entries: Entries) -> Result<Ending, StoreError> {
        let known = at.map(|at| at.head);
        let Sorted { mut fates, places, admitted } = sort(&desk.plans, entries.each);
        if admitted.is_empty() {
            let stands = match known {
                Some(head) => self.engine().head(partition).await? == head,
                None => true,
            };
            return Ok(if stands { Ending::Stands { fates, head: known } } else { Ending::Again });
        }
        let destroys = admitted.iter().any(|entry| entry.key == KeyFate::Destroyed);
        let written: u64 = admitted.iter().map(|entry| append::count(entry.write.events.len())).sum();
        let appended = match at {
            Some(at) if !destroys => append::append_at(self.engine(), at, admitted, entries.made).await?,
            Some(_) | None => append::append(self.engine(), Under { partition, known }, &admitted, &entries.made).await?,
        };
        let Appending::Settled(answers) = appended else { return Ok(Ending::Again) };
        self.ring_bell();
        for (place, answer) in places.into_iter().zip(answers) {
            if let Some(slot) = fates.get_mut(place) {
                *slot = answer.map_or(Fate::Overtaken, Fate::Written);
            }
        }
        Ok(Ending::Stands { fates, head: known.map(|head| head + written) })
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
fn settle((partition, class): (Partition, Class), memory: &mut Memory, (desk, fates): (Desk, Vec<Fate>), jobs: &mut Jobs) {
    let Desk { mut spaces, closed, plans, answers, .. } = desk;
    let mut planned = plans.into_iter().zip(fates);
    let mut spoiled: HashSet<SpaceId> = HashSet::new();
    for (place, space, answer) in answers {
        let plan = if matches!(answer, Answer::Planned) { planned.next() } else { None };
        let stands = !spoiled.contains(&space);
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
        if let Some(job) = jobs.get_mut(place).and_then(Option::take) {
            job.answer(settled);
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
}
