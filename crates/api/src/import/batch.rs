//! Some hundreds of lines that are decided together: ids reserved in one call, spaces created in one transaction a partition.
//!
//! - a person who was reserved and never created is created
//! - a minor's space is never without its representative

use std::collections::{HashMap, HashSet};

use ens_domain::calendar::paris;
use ens_domain::ids::SpaceId;
use ens_domain::ins::InsDigest;
use ens_domain::space::{AdmissionEvent, SpaceEvent};
use ens_store::{CommandEnvelope, Known, Outcome, Rejection, StoreError};

use crate::app::App;

use super::fields::BadField;
use super::person::{Admitted, Person};

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The person got this space.
    Created(SpaceId),
    /// The person had this space already.
    Known(SpaceId),
    /// The line was refused.
    Refused(BadField),
}

impl Verdict {
    /// The person's space, unless the line was refused.
    pub const fn space(&self) -> Option<SpaceId> {
        match self {
            Self::Created(space) | Self::Known(space) => Some(*space),
            Self::Refused(_) => None,
        }
    }
}

/// Lines that are decided together, in order.
#[derive(Default)]
pub struct Batch {
    lines: Vec<(u64, Result<Person, BadField>)>,
}

/// What remains to be asked of the store for one line.
enum Asked {
    /// Nothing: its verdict is known.
    Nothing(Verdict),
    /// One command, which creates this space.
    Creation(SpaceId),
}

/// A line whose person may have a space, and the digest that the registry knows the person by.
type Candidate = (InsDigest, Admitted);

/// What is known of the spaces of a batch before anything is asked.
struct KnownSpaces {
    spaces: HashMap<InsDigest, SpaceId>,
    /// Those that exist, or whose creation this batch has asked for.
    existing: HashSet<SpaceId>,
}

impl Batch {
    /// Adds a line.
    pub fn push(&mut self, number: u64, person: Result<Person, BadField>) {
        self.lines.push((number, person));
    }

    /// How many lines there are.
    pub const fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Creates the spaces that are missing, and says what became of every line, in order.
    ///
    /// # Errors
    /// The store is out of reach; what it has acknowledged stays.
    pub async fn execute(self, app: &App) -> Result<Vec<(u64, Verdict)>, StoreError> {
        let today = paris::day_of(app.now());
        let admit = |person: Person| {
            let digest = person.ins.digest(app.store.index_key());
            person.admitted_by(app, today).map(|admitted| (digest, admitted))
        };
        let lines: Vec<(u64, Result<Candidate, BadField>)> =
            self.lines.into_iter().map(|(number, person)| (number, person.and_then(admit))).collect();
        let mut known = KnownSpaces::of(app, &lines).await?;
        let mut envelopes = Vec::new();
        let mut asked = Vec::with_capacity(lines.len());
        for (number, line) in lines {
            let question = match line {
                Err(fault) => Asked::Nothing(Verdict::Refused(fault)),
                Ok((digest, admitted)) => known.ask(app, digest, admitted, &mut envelopes),
            };
            asked.push((number, question));
        }
        let answers = app.store.commands().execute_all(envelopes, &app.policy).await;
        let mut answers = answers.into_iter();
        asked.into_iter().map(|(number, question)| Ok((number, question.answered(&mut answers)?))).collect()
    }
}

impl KnownSpaces {
    /// Reserves an id for every new person, and looks up whether the spaces of the others exist.
    async fn of(app: &App, lines: &[(u64, Result<Candidate, BadField>)]) -> Result<Self, StoreError> {
        // A line that is no candidate is reported elsewhere, with its number.
        let persons = lines.iter().filter_map(|(_, line)| line.as_ref().ok()).map(|(digest, _)| *digest);
        let proposals = persons.map(|digest| Ok((digest, app.new_id()?))).collect::<Result<Vec<(InsDigest, SpaceId)>, StoreError>>()?;
        let reserved = app.store.commands().reserve(proposals.clone()).await?;
        let spaces = proposals.iter().zip(&reserved).map(|((digest, _), answer)| (*digest, answer.space)).collect();
        let already: Vec<SpaceId> = reserved.iter().filter(|answer| answer.known == Known::Already).map(|answer| answer.space).collect();
        let loaded = app.store.log().states(&already).await?;
        let existing = already.into_iter().zip(loaded).filter_map(|(space, loaded)| loaded.map(|_| space)).collect();
        Ok(Self { spaces, existing })
    }

    /// What one line asks. A space counts as existing from here on, so the same person again in this batch changes nothing.
    fn ask(&mut self, app: &App, digest: InsDigest, admitted: Admitted, envelopes: &mut Vec<CommandEnvelope>) -> Asked {
        let Some(space) = self.spaces.get(&digest).copied() else {
            return Asked::Nothing(Verdict::Refused(BadField::line("no id could be reserved")));
        };
        if !self.existing.insert(space) {
            return Asked::Nothing(Verdict::Known(space));
        }
        envelopes.push(CommandEnvelope::new(space, admitted.creation(space, app.now())));
        Asked::Creation(space)
    }
}

impl Asked {
    fn answered(self, answers: &mut impl Iterator<Item = Result<Outcome, Rejection>>) -> Result<Verdict, StoreError> {
        let space = match self {
            Self::Nothing(verdict) => return Ok(verdict),
            Self::Creation(space) => space,
        };
        Ok(match answers.next() {
            Some(Ok(outcome)) if outcome.space_events().any(is_creation) => Verdict::Created(space),
            Some(Ok(_)) => Verdict::Known(space),
            Some(Err(Rejection::Store(error))) => return Err(error),
            Some(Err(reason)) => Verdict::Refused(BadField::line(reason)),
            None => Verdict::Refused(BadField::line("the store gave no answer")),
        })
    }
}

const fn is_creation(event: &SpaceEvent) -> bool {
    matches!(event, SpaceEvent::Admission(AdmissionEvent::SpaceCreated { .. }))
}
