//! The desk: where a batch's spaces lie and its orders are decided, one after the other, in memory.

use std::collections::{HashMap, HashSet};

use cqrs_es::Aggregate;
use ens_domain::ids::SpaceId;
use ens_domain::space::{HealthSpace, SpaceCommand, SpaceEvent};
use ens_domain::stream::KeyEffect;
use uuid::Uuid;

use super::Loaded;
use super::lane::Job;
use super::memory::Known;
use crate::append::Class;
use crate::error::StoreError;
use crate::order::Rejection;
use crate::outbox::Draft;

/// What is to be written for one order.
pub(super) struct Plan {
    /// The order's place in its batch.
    pub(super) place: usize,
    pub(super) space: SpaceId,
    pub(super) version_before: u64,
    pub(super) loaded_position: u64,
    pub(super) events: Vec<SpaceEvent>,
}

impl Plan {
    /// A message goes out with what it tells, so not without an event.
    pub(super) fn messages<'a>(&self, job: &'a Job) -> &'a [Draft] {
        if self.events.is_empty() { &[] } else { &job.order.messages }
    }
}

/// An order's answer, if what it was decided on is written.
pub(super) enum Answer {
    Rejected(Rejection),
    Quiet {
        version: u64,
        loaded_position: u64,
    },
    /// The next plan's.
    Planned,
}

/// A space on the desk.
pub(super) struct Laid {
    pub(super) known: Known,
    pub(super) origin: Origin,
}

impl Laid {
    /// A space that has no event yet.
    pub(super) const fn nothing(loaded: Loaded) -> Self {
        Self { known: Known { loaded, key: None }, origin: Origin::Nothing }
    }

    /// A space as its events made it.
    pub(super) const fn read(loaded: Loaded) -> Self {
        Self { known: Known { loaded, key: None }, origin: Origin::Log }
    }
}

/// Where a space on the desk came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// From the memory of the lane.
    Memory,
    /// From the log.
    Log,
    /// From nowhere: it has no event yet.
    Nothing,
    /// It holds in clear what this batch seals, and must not be remembered.
    InClear,
}

/// The spaces of a batch and what was decided on them.
#[derive(Default)]
pub(super) struct Desk {
    pub(super) spaces: HashMap<SpaceId, Result<Laid, StoreError>>,
    /// Spaces whose further orders wait for the next batch.
    pub(super) closed: HashSet<SpaceId>,
    keys: HashSet<Uuid>,
    pub(super) plans: Vec<Plan>,
    pub(super) answers: Vec<(usize, SpaceId, Answer)>,
}

impl Desk {
    /// Decides an order on what lies on the desk; an order that must wait for the next batch gets no answer.
    pub(super) fn decide(&mut self, place: usize, job: &Job) {
        let space = job.order.space;
        let repeated = job.request.is_some_and(|request| self.keys.contains(&request.key));
        if repeated || self.closed.contains(&space) {
            self.closed.insert(space);
            return;
        }
        let decision = match self.spaces.get_mut(&space) {
            Some(Ok(laid)) => decide(laid, place, job).unwrap_or_else(Decision::Answer),
            Some(Err(error)) => Decision::Answer(Answer::Rejected(Rejection::Store(error.clone()))),
            None => Decision::Answer(Answer::Rejected(Rejection::NoSuchSpace)),
        };
        match decision {
            Decision::Answer(answer) => self.answers.push((place, space, answer)),
            Decision::Plan(plan) => {
                self.keys.extend(job.request.map(|request| request.key));
                // A key dies with its space; what follows must find it dead, not seal under it.
                if plan.events.iter().any(|event| event.key_effect() == KeyEffect::Destroy) {
                    self.closed.insert(space);
                }
                self.plans.push(plan);
                self.answers.push((place, space, Answer::Planned));
            }
        }
    }

    /// The places of the orders that were refused.
    pub(super) fn refused(&self) -> Vec<usize> {
        self.answers.iter().filter(|(_, _, answer)| matches!(answer, Answer::Rejected(_))).map(|(place, ..)| *place).collect()
    }

    /// Makes the spaces anew whose events were sealed on the way, so that no memory holds them in clear: a space that began in this
    /// batch from its events; any other one will be forgotten, as a campaign's is anyway.
    pub(super) fn hold_sealed(&mut self, sealed: &HashSet<SpaceId>, class: Class) {
        for space in sealed {
            if let Some(Ok(laid)) = self.spaces.get_mut(space) {
                match (laid.origin, class) {
                    (Origin::Nothing, Class::Click) => laid.known.loaded.space = HealthSpace::default(),
                    (Origin::Nothing | Origin::Memory | Origin::Log | Origin::InClear, _) => laid.origin = Origin::InClear,
                }
            }
        }
        for plan in self.plans.iter().filter(|plan| sealed.contains(&plan.space)) {
            if let Some(Ok(Laid { known, origin: Origin::Nothing })) = self.spaces.get_mut(&plan.space) {
                plan.events.iter().for_each(|event| known.loaded.space.apply(event.clone()));
            }
        }
    }
}

enum Decision {
    Plan(Plan),
    Answer(Answer),
}

fn decide(laid: &mut Laid, place: usize, job: &Job) -> Result<Decision, Answer> {
    let (order, loaded) = (&job.order, &mut laid.known.loaded);
    if let Some(expected) = order.expected_version.filter(|expected| *expected != loaded.version) {
        return Err(Answer::Rejected(Rejection::Stale { expected, actual: loaded.version }));
    }
    if loaded.version == 0 && !matches!(order.command, SpaceCommand::CreateSpace(_)) {
        return Err(Answer::Rejected(Rejection::NoSuchSpace));
    }
    let decided = loaded.space.decide(order.command.clone(), &job.policy);
    let events = decided.map_err(|refusal| Answer::Rejected(Rejection::Refused(refusal)))?;
    if events.is_empty() && job.request.is_none() && order.settles.is_none() {
        return Err(Answer::Quiet { version: loaded.version, loaded_position: loaded.position });
    }
    let plan = Plan { place, space: order.space, version_before: loaded.version, loaded_position: loaded.position, events };
    for event in &plan.events {
        loaded.space.apply(event.clone());
        loaded.version += 1;
    }
    Ok(Decision::Plan(plan))
}
