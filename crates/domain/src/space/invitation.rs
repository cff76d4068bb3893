//! The second parent by invitation: a representative of a minor invites, the invited person accepts, and both represent the minor.
//!
//! sent --accepted by the invited person--> used        sent --withdrawn--> over        sent --last day passes--> lapsed
//! - only a representation that stands invites
//! - an invitation is accepted by the invited person alone and once
//! - an invitation lapses after the days of the policy
//! - an invitation is withdrawn and then accepted by nobody
//! - a minor has two parents at most
//!
//! It names the invited person by their own space. Whoever accepts proves with a token of that space who they are, so there is no code that
//! could be passed on, and who invites cannot accept in the other's place (ADR 34).
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use chrono::{DateTime, Days, Utc};

use crate::calendar::paris;
use crate::guarded::Guarded;
use crate::identity::Identity;
use crate::ids::{InvitationId, InviteeId, RepresentationId};
use crate::party::Party;
use crate::personal::Personal;
use crate::policy::Policy;

use super::command_group::command_group;
use super::events::{RepresentationEvent, SpaceEvent};
use super::life::{Invitation, InvitationState, Life};
use super::refusal::{Parties, SpaceRefusal};
use super::representation::NewRepresentation;
use super::terms::RepresentationKind;

/// How many parents represent a minor at a time.
const PARENTS_AT_MOST: usize = 2;

command_group! {
    /// What may be asked about the second parent.
    InvitationCommand {
        InviteSecondParent,
        WithdrawInvitation,
        AcceptInvitation,
    }
}

/// Invite the second parent of a minor.
#[derive(Debug, Clone, PartialEq)]
pub struct InviteSecondParent {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub invitation: InvitationId,
    pub invitee: InviteeId,
    pub person: Personal<Identity>,
}

/// Take an invitation back.
#[derive(Debug, Clone, PartialEq)]
pub struct WithdrawInvitation {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub invitation: InvitationId,
}

/// Accept an invitation, as the person of this space, under the id that the representation gets.
#[derive(Debug, Clone, PartialEq)]
pub struct AcceptInvitation {
    pub at: DateTime<Utc>,
    pub invitee: InviteeId,
    pub invitation: InvitationId,
    pub representation: RepresentationId,
}

type Decided = Result<Vec<SpaceEvent>, SpaceRefusal>;

impl InviteSecondParent {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Decided {
        life.allow(Parties::Representative, &self.by, self.at)?;
        life.still_lives()?;
        if life.invitations.get(self.invitation).is_some() {
            return Ok(Vec::new());
        }
        has_one_parent(life, self.at)?;
        if self.invitee.uuid() == life.id.uuid() {
            return Err(SpaceRefusal::SamePerson);
        }
        let today = paris::day_of(self.at);
        if let Some((_, standing)) = life.invitations.standing_on(today).next() {
            return Err(SpaceRefusal::InvitationStands { until: standing.until });
        }
        let Self { at, by, invitation, invitee, person } = self;
        // The calendar has no end within a policy's days.
        let until = today.checked_add_days(Days::new(u64::from(policy.invitation_days))).unwrap_or(today);
        let invitee = Guarded::new(invitee);
        Ok(vec![SpaceEvent::Representation(RepresentationEvent::SecondParentInvited { at, by, invitation, invitee, person, until })])
    }
}

impl WithdrawInvitation {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Decided {
        life.allow(Parties::Representative, &self.by, self.at)?;
        life.still_lives()?;
        let known = life.invitations.get(self.invitation).ok_or(SpaceRefusal::NoSuchInvitation)?;
        match known.state {
            InvitationState::Withdrawn => Ok(Vec::new()),
            InvitationState::Accepted(_) => Err(SpaceRefusal::InvitationOver),
            InvitationState::Sent => {
                let Self { at, by, invitation } = self;
                Ok(vec![SpaceEvent::Representation(RepresentationEvent::InvitationWithdrawn { at, by, invitation })])
            }
        }
    }
}

impl AcceptInvitation {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Decided {
        let to_this_person = |known: &&Invitation| known.invitee == self.invitee;
        // Who is not invited learns nothing of the space.
        let known = life.invitations.get(self.invitation).filter(to_this_person).ok_or(SpaceRefusal::NoSuchInvitation)?;
        life.still_lives()?;
        match known.state {
            InvitationState::Accepted(representation) if life.representations.stands(representation) => return Ok(Vec::new()),
            InvitationState::Accepted(_) | InvitationState::Withdrawn => return Err(SpaceRefusal::InvitationOver),
            InvitationState::Sent => has_one_parent(life, self.at)?,
        }
        if !known.stands_on(paris::day_of(self.at)) {
            return Err(SpaceRefusal::InvitationLapsed { until: known.until });
        }
        let Self { at, invitee: _, invitation, representation } = self;
        let new = NewRepresentation { representation, kind: RepresentationKind::Minor, representative: known.person.clone() };
        let accepted = RepresentationEvent::InvitationAccepted { at, invitation, representation };
        let declared = new.declared(at, Party::Representative, life.comes_of_age_on())?;
        Ok(vec![SpaceEvent::Representation(accepted), declared])
    }
}

/// The holder is a minor whom one parent represents now, and no second one.
fn has_one_parent(life: &Life, at: DateTime<Utc>) -> Result<(), SpaceRefusal> {
    if !life.is_minor_on(paris::day_of(at)) {
        return Err(SpaceRefusal::NotAMinor);
    }
    match life.representations.of_a_minor().count() {
        0 => Err(SpaceRefusal::NotARepresentative),
        parents if parents < PARENTS_AT_MOST => Ok(()),
        _ => Err(SpaceRefusal::TwoParentsKnown),
    }
}
