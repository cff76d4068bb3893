//! Who acts for a minor or a protected adult: declared, denied, ended, and over for minors on the eighteenth birthday.
//!
//! - one who is not the representative blocks the creation
//! - a new representative is told before anything opens
//! - every representation of a minor ends at eighteen
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use chrono::{DateTime, NaiveDate, Utc};

use crate::calendar::{paris, years_after};
use crate::identity::Identity;
use crate::ids::RepresentationId;
use crate::party::Party;
use crate::personal::Personal;
use crate::policy::Policy;

use super::codes::Entered;
use super::command_group::command_group;
use super::events::{OpeningEvent, RepresentationEvent, SpaceEvent};
use super::life::Life;
use super::opening::unblock;
use super::opposition::{Proof, prove};
use super::refusal::{Parties, SpaceRefusal};
use super::terms::{BlockReason, RepresentationEnd, RepresentationKind};

command_group! {
    /// What may be asked about who acts for the holder.
    RepresentationCommand {
        DenyRepresentation,
        DeclareRepresentative,
        EndRepresentation,
        ComeOfAge,
    }
}

/// Declare "I am not this child's representative".
#[derive(Debug, Clone, PartialEq)]
pub struct DenyRepresentation {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub proof: Proof,
}

/// Declare who acts for the holder.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclareRepresentative {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub representation: RepresentationId,
    pub kind: RepresentationKind,
    pub representative: Personal<Identity>,
}

/// Somebody who is to act for the holder, under the id that the representation gets.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRepresentation {
    pub representation: RepresentationId,
    pub kind: RepresentationKind,
    pub representative: Personal<Identity>,
}

/// End a representation, as the insurer or a court decided.
#[derive(Debug, Clone, PartialEq)]
pub struct EndRepresentation {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub representation: RepresentationId,
}

/// Note that the holder has reached eighteen.
#[derive(Debug, Clone, PartialEq)]
pub struct ComeOfAge {
    pub at: DateTime<Utc>,
}

/// The day on which a person who is still a minor comes of age; nothing for an adult.
pub fn comes_of_age_on(born_on: NaiveDate, today: NaiveDate, policy: &Policy) -> Option<NaiveDate> {
    Some(years_after(born_on, policy.majority_years)).filter(|birthday| today < *birthday)
}

impl NewRepresentation {
    /// The declaration, now; a minor's representation ends on the birthday on which the holder comes of age.
    pub(super) fn declared(self, at: DateTime<Utc>, by: Party, comes_of_age_on: Option<NaiveDate>) -> Result<SpaceEvent, SpaceRefusal> {
        let Self { representation, kind, representative } = self;
        let birthday = comes_of_age_on.filter(|birthday| paris::day_of(at) < *birthday);
        let ends_on = match kind {
            RepresentationKind::Minor => Some(birthday.ok_or(SpaceRefusal::NotAMinor)?),
            RepresentationKind::ProtectedAdult => None,
        };
        let declared = RepresentationEvent::RepresentationDeclared { at, by, representation, kind, representative, ends_on };
        Ok(SpaceEvent::Representation(declared))
    }
}

impl DenyRepresentation {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        let may = match self.proof {
            Proof::Code(_) => Parties::HolderSideOrSupport,
            Proof::IdentityProved => Parties::Agent,
        };
        life.allow(may, &self.by, self.at)?;
        let spent = match prove(life, &self.proof, self.at)? {
            Entered::Wrong(attempt) => return Ok(attempt),
            Entered::Spent => Some(SpaceRefusal::CodeUsed),
            Entered::Right => None,
        };
        let reason = BlockReason::NotTheRepresentative;
        let preparation = life.before_opening()?;
        let opposed = preparation.opposed_since().is_some();
        if !opposed && preparation.is_blocked_by(reason) {
            return Ok(Vec::new());
        }
        if let Some(refusal) = spent {
            return Err(refusal);
        }
        if !life.is_minor_on(paris::day_of(self.at)) {
            return Err(SpaceRefusal::NotAMinor);
        }
        let mut events = end_of_minority(life, self.at, RepresentationEnd::Denied);
        // An opposition already holds the opening back, and must not be lifted by a mended block.
        if !opposed {
            events.push(SpaceEvent::Opening(OpeningEvent::OpeningBlocked { at: self.at, by: self.by, reason }));
        }
        Ok(events)
    }
}

impl DeclareRepresentative {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::RegistrarOrSupport, &self.by, self.at)?;
        life.still_lives()?;
        if life.representations.is_known(self.representation) {
            return Ok(Vec::new());
        }
        let Self { at, by, representation, kind, representative } = self;
        let new = NewRepresentation { representation, kind, representative };
        let declared = new.declared(at, by.clone(), life.comes_of_age_on())?;
        let mends = kind == RepresentationKind::Minor && life.is_blocked_by(BlockReason::NotTheRepresentative);
        let mended = if mends { unblock(life, at, by, BlockReason::NotTheRepresentative) } else { Vec::new() };
        Ok(std::iter::once(declared).chain(mended).collect())
    }
}

impl EndRepresentation {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::RegistrarOrSupport, &self.by, self.at)?;
        life.still_lives()?;
        let Self { at, by: _, representation } = self;
        if !life.representations.is_known(representation) {
            return Err(SpaceRefusal::NoSuchRepresentation);
        }
        if !life.representations.stands(representation) {
            return Ok(Vec::new());
        }
        let ended = RepresentationEvent::RepresentationEnded { at, representation, reason: RepresentationEnd::Ended };
        Ok(vec![SpaceEvent::Representation(ended)])
    }
}

impl ComeOfAge {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.still_lives()?;
        let Some(on) = life.comes_of_age_on().filter(|_| !life.representations.came_of_age()) else {
            return Ok(Vec::new());
        };
        if paris::day_of(self.at) < on {
            return Err(SpaceRefusal::NotYetOfAge { on });
        }
        let mut events = end_of_minority(life, self.at, RepresentationEnd::CameOfAge);
        events.push(SpaceEvent::Representation(RepresentationEvent::CameOfAge { at: self.at, on }));
        Ok(events)
    }
}

/// Every representation of a minor ends, for this reason.
fn end_of_minority(life: &Life, at: DateTime<Utc>, reason: RepresentationEnd) -> Vec<SpaceEvent> {
    let ended = |representation| RepresentationEvent::RepresentationEnded { at, representation, reason };
    life.representations.of_a_minor().map(ended).map(SpaceEvent::Representation).collect()
}
