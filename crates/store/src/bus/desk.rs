//! The desk: where a round's spaces lie and its orders are decided, one after the other, in memory.

use std::collections::{HashMap, HashSet};

use cqrs_es::Aggregate;
use ens_domain::ids::SpaceId;
use ens_domain::policy::Policy;
use ens_domain::space::{SpaceCommand, SpaceEvent};

use super::Loaded;
use crate::append::Request;
use crate::error::StoreError;
use crate::order::{Order, Rejection};
use crate::outbox::Draft;

/// An order of this round, and its idempotency key as it is stored.
pub(super) struct Asked<'a> {
    pub(super) place: usize,
    pub(super) order: &'a Order,
    pub(super) request: Option<Request>,
}

/// What is to be written for one order.
pub(super) struct Plan<'a> {
    pub(super) order: &'a Order,
    pub(super) request: Option<Request>,
    pub(super) version_before: u64,
    pub(super) loaded_position: u64,
    pub(super) events: Vec<SpaceEvent>,
}

impl Plan<'_> {
    /// A message goes out with what it tells, so not without an event.
    pub(super) fn messages(&self) -> &[Draft] {
        if self.events.is_empty() { &[] } else { &self.order.messages }
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

/// The spaces of a round and what was decided on them.
#[derive(Default)]
pub(super) struct Desk<'a> {
    spaces: HashMap<SpaceId, Result<Loaded, StoreError>>,
    /// Spaces whose further orders wait for the next round.
    closed: HashSet<SpaceId>,
    keys: HashSet<[u8; 32]>,
    plans: Vec<Plan<'a>>,
    answers: Vec<(usize, SpaceId, Answer)>,
}

impl<'a> Desk<'a> {
    /// Lays a space on the desk, once.
    pub(super) fn lay(&mut self, space: SpaceId, load: impl FnOnce() -> Result<Loaded, StoreError>) {
        self.spaces.entry(space).or_insert_with(load);
    }

    /// Decides an order on what lies on the desk; an order that must wait for the next round gets no answer.
    pub(super) fn decide(&mut self, asked: &Asked<'a>, policy: &Policy) {
        let space = asked.order.space;
        let repeated = asked.request.is_some_and(|request| self.keys.contains(&request.key));
        if repeated || self.closed.contains(&space) {
            self.closed.insert(space);
            return;
        }
        let answer = match self.spaces.get_mut(&space) {
            Some(Ok(loaded)) => decide(loaded, asked, policy).unwrap_or_else(Decision::Answer),
            Some(Err(error)) => Decision::Answer(Answer::Rejected(Rejection::Store(error.clone()))),
            None => Decision::Answer(Answer::Rejected(Rejection::NoSuchSpace)),
        };
        match answer {
            Decision::Answer(answer) => self.answers.push((asked.place, space, answer)),
            Decision::Plan(plan) => {
                self.keys.extend(plan.request.map(|request| request.key));
                // A key dies with its space; what follows must find it dead, not seal under it.
                if plan.events.iter().any(|event| event.event_type_str() == "Destroyed") {
                    self.closed.insert(space);
                }
                self.plans.push(plan);
                self.answers.push((asked.place, space, Answer::Planned));
            }
        }
    }

    /// The plans and the answers, both in the order asked.
    pub(super) fn clear(self) -> (Vec<Plan<'a>>, Vec<(usize, SpaceId, Answer)>) {
        (self.plans, self.answers)
    }
}

enum Decision<'a> {
    Plan(Plan<'a>),
    Answer(Answer),
}

fn decide<'a>(loaded: &mut Loaded, asked: &Asked<'a>, policy: &Policy) -> Result<Decision<'a>, Answer> {
    let Asked { order, request, .. } = asked;
    if let Some(expected) = order.expected_version.filter(|expected| *expected != loaded.version) {
        return Err(Answer::Rejected(Rejection::Stale { expected, actual: loaded.version }));
    }
    if loaded.version == 0 && !matches!(order.command, SpaceCommand::CreateSpace(_)) {
        return Err(Answer::Rejected(Rejection::NoSuchSpace));
    }
    let decided = loaded.space.decide(order.command.clone(), policy);
    let events = decided.map_err(|refusal| Answer::Rejected(Rejection::Refused(refusal)))?;
    if events.is_empty() && request.is_none() && order.settles.is_none() {
        return Err(Answer::Quiet { version: loaded.version, loaded_position: loaded.position });
    }
    let plan = Plan { order, request: *request, version_before: loaded.version, loaded_position: loaded.position, events };
    for event in &plan.events {
        loaded.space.apply(event.clone());
        loaded.version += 1;
    }
    Ok(Decision::Plan(plan))
}
