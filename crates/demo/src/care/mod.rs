//! Care in a few hundred of the opened spaces: a doctor and a care team, documents with their files, readings, a block, an emergency.
//!
//! campaign --its openings are over--> some opened spaces are chosen --day by day, the course of care--> counts, and a space to look at
//!
//! - a share of the persons is cared for one at least and a few hundred at most
//!
//! So the care of a million persons takes no longer than that of ten thousand.

mod course;
mod documents;
mod jpeg;
mod patient;
mod pdf;
mod professionals;

use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use ens_domain::calendar::paris;
use ens_domain::ids::SpaceId;
use ens_domain::party::Party;
use ens_domain::rpps::Rpps;
use ens_domain::space::terms::Stage;
use ens_store::{CommandContext, Outcome, Rejection};
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::behaviour::{AfterOpening, Behaviour, after};
use crate::care_counts::CareCounts;
use crate::error::DemoError;
use crate::population::Population;

use course::Step;
use patient::{Course, Expected, Patient, Request, RequestBuilder};
use professionals::Role;

/// The day of the campaign on which the care begins: nearly everybody who is opened is open. It ends in time for its last messages to leave.
const FIRST_DAY: u64 = 78;
/// The hour at which a day's care begins: the campaign has done its day's work.
const FIRST_HOUR: i64 = 17;
/// Of a hundred persons, how many are cared for.
const SHARE: u64 = 3;
/// How many are cared for at most.
const MOST: u64 = 300;
/// Spaces that are looked at together when some are chosen.
const LOOKED_AT: usize = 500;
/// Files that are stored at once.
const STORED_AT_ONCE: usize = 16;

/// The care of a demonstration.
pub(crate) struct Care {
    context: CommandContext,
    population: Population,
    behaviour: Behaviour,
    spaces: Arc<Vec<SpaceId>>,
    begins: NaiveDate,
    patients: Vec<Patient>,
    counts: CareCounts,
    /// Requests whose outcome was another than expected: none, if the demonstration is right.
    refused: u64,
}

/// A space that was cared for in every way, and who has to do with it: what a newcomer can look at.
#[derive(Debug, Clone)]
pub struct Tour {
    /// The space.
    pub space: SpaceId,
    /// Who acts for it: the holder, or a child's representative.
    pub by: Party,
    /// The attending doctor.
    pub attending_doctor: Rpps,
    /// A doctor whom the holder lets in.
    pub specialist: Rpps,
    /// A doctor whom the holder blocked.
    pub blocked: Rpps,
    /// A doctor who came in by break-glass.
    pub emergency_doctor: Rpps,
}

impl Care {
    /// The care of these persons, whose spaces stand in the order of their numbers; the campaign begins on this day.
    pub(crate) fn new(
        context: CommandContext,
        population: Population,
        behaviour: Behaviour,
        spaces: Arc<Vec<SpaceId>>,
        campaign_from: NaiveDate,
    ) -> Self {
        let begins = after(campaign_from, FIRST_DAY);
        Self { context, population, behaviour, spaces, begins, patients: Vec::new(), counts: CareCounts::default(), refused: 0 }
    }

    /// What was counted.
    pub(crate) fn counts(&self) -> CareCounts {
        self.counts.clone()
    }

    /// What came out otherwise than expected.
    pub(crate) const fn refused(&self) -> u64 {
        self.refused
    }

    /// The space to look at, if any was opened.
    pub(crate) fn tour(&self) -> Result<Option<Tour>, DemoError> {
        let Some(patient) = self.patients.iter().find(|patient| patient.course == Course::Whole) else { return Ok(None) };
        let of = |role: Role| role.of(patient.person, self.behaviour.0).map(|professional| professional.rpps);
        Ok(Some(Tour {
            space: patient.space,
            by: self.population.actor(patient.person, self.begins),
            attending_doctor: of(Role::AttendingDoctor)?,
            specialist: of(Role::Specialist)?,
            blocked: of(Role::FormerDoctor)?,
            emergency_doctor: of(Role::EmergencyDoctor)?,
        }))
    }

    /// Lives through one day, after the campaign has.
    pub(crate) async fn live(&mut self, day: NaiveDate) -> Result<(), DemoError> {
        // Before the first day there is nothing to do.
        let Ok(number) = u64::try_from((day - self.begins).num_days()) else { return Ok(()) };
        if number == 0 {
            self.patients = self.choose().await?;
        }
        let mut at = paris::start_of(day) + TimeDelta::hours(FIRST_HOUR);
        for step in course::on(number) {
            self.context.clock.jump_to(at);
            self.take(step).await?;
            at += TimeDelta::minutes(10);
        }
        Ok(())
    }

    /// Some of those whose spaces are open and stay open. One of them, an adult if there is one, meets everything.
    async fn choose(&self) -> Result<Vec<Patient>, DemoError> {
        let persons = self.spaces.len() as u64;
        let wanted = cared_for(persons);
        let first = self.behaviour.0.below(persons, 0, "cared for");
        let mut numbers = (0..persons).map(|number| (first + number) % persons).filter(|person| self.stays_open(*person));
        let mut chosen = Vec::new();
        while chosen.len() < wanted {
            let batch: Vec<u64> = numbers.by_ref().take(LOOKED_AT).collect();
            if batch.is_empty() {
                break;
            }
            chosen.extend(self.opened_among(&batch).await?);
        }
        chosen.truncate(wanted);
        let adult = |patient: &Patient| self.population.actor(patient.person, self.begins) == Party::Holder;
        let place = chosen.iter().position(adult).unwrap_or_default();
        chosen.get_mut(place).into_iter().for_each(|patient| patient.course = Course::Whole);
        Ok(chosen)
    }

    /// Whether nothing is to happen to the space that care would meet.
    fn stays_open(&self, person: u64) -> bool {
        match self.behaviour.after_opening(person) {
            AfterOpening::Quiet | AfterOpening::Activates(_) => true,
            AfterOpening::Grants(_)
            | AfterOpening::GrantsThenRevokes(..)
            | AfterOpening::Blocks(_)
            | AfterOpening::Closes(_)
            | AfterOpening::Dies(_)
            | AfterOpening::SuspendedThenOpposed(..)
            | AfterOpening::SuspendedThenLifted(..) => false,
        }
    }

    async fn opened_among(&self, persons: &[u64]) -> Result<Vec<Patient>, DemoError> {
        let spaces: Vec<(u64, SpaceId)> = persons
            .iter()
            // A number that is no place of the list has no space.
            .filter_map(|person| Some((*person, *self.spaces.get(usize::try_from(*person).ok()?)?)))
            .collect();
        let ids: Vec<SpaceId> = spaces.iter().map(|(_, space)| *space).collect();
        let states = self.context.store.log().states(&ids).await?;
        let opened = spaces.into_iter().zip(states).filter(|(_, state)| {
            let stage = state.as_ref().and_then(|loaded| loaded.space.stage());
            matches!(stage, Some(Stage::Open | Stage::Active))
        });
        Ok(opened.map(|((person, space), _)| Patient::new(person, space)).collect())
    }

    /// One step for everybody who has it.
    async fn take(&mut self, step: &Step) -> Result<(), DemoError> {
        let builder = RequestBuilder { context: &self.context, population: self.population, random: self.behaviour.0 };
        let asked = stream::iter(&self.patients).map(|patient| builder.request(patient, step)).buffered(STORED_AT_ONCE);
        let asked: Vec<Option<Request>> = asked.try_collect().await?;
        let mut envelopes = Vec::new();
        let mut awaited = Vec::new();
        for (patient, request) in self.patients.iter_mut().zip(asked) {
            let Some(Request { envelope, expected, deposits }) = request else { continue };
            envelopes.push(envelope);
            awaited.push(expected);
            patient.documents.extend(deposits);
        }
        let answers = self.context.store.commands().execute_all(envelopes, &self.context.policy).await;
        for (expected, answer) in awaited.into_iter().zip(answers) {
            self.note(expected, answer)?;
        }
        Ok(())
    }

    fn note(&mut self, expected: Expected, answer: Result<Outcome, Rejection>) -> Result<(), DemoError> {
        let outcome = match answer {
            Ok(outcome) => outcome,
            Err(Rejection::Store(error)) => return Err(error.into()),
            // A refusal that left no trace is none that is expected: the report shows how many there were.
            Err(_) => {
                self.refused += 1;
                return Ok(());
            }
        };
        self.counts.note(&outcome.events);
        let came = if outcome.refusal().is_some() { Expected::Refused } else { Expected::Done };
        self.refused += u64::from(came != expected || outcome.is_quiet());
        Ok(())
    }
}

/// How many of so many persons are cared for.
fn cared_for(persons: u64) -> usize {
    usize::try_from((persons * SHARE / 100).clamp(1, MOST)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::cared_for;

    #[test]
    fn a_share_of_the_persons_is_cared_for_one_at_least_and_a_few_hundred_at_most() {
        assert_eq!([1, 10, 60, 400, 10_000, 1_000_000].map(cared_for), [1, 1, 1, 12, 300, 300]);
    }
}
