//! Grants: whom the holder lets in, to what, until when; and professionals kept out.
//!
//! granted --revoked | expired | professional blocked--> over, for good
//! - an authorisation ends with the last day it names
//! - an authorisation ends within the horizon of the policy
//! - blocking a professional ends their authorisations for good
//! - unblocking does not bring an authorisation back
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use chrono::{DateTime, NaiveDate, Utc};

use crate::calendar::{Horizon, OutsideHorizon, paris};
use crate::ids::GrantId;
use crate::party::{Grantee, Party};
use crate::policy::Policy;
use crate::rpps::Rpps;

use super::command_group::command_group;
use super::events::{AccessEvent, SpaceEvent};
use super::life::{Grant, GrantState, Life};
use super::refusal::{Parties, SpaceRefusal};
use super::terms::Scope;

command_group! {
    /// What may be asked about who is let in.
    AccessCommand {
        GrantAccess,
        RevokeAccess,
        ExpireAccess,
        BlockProfessional,
        UnblockProfessional,
    }
}

/// Let a professional or a structure see all or part of the space, until the end of a day if given.
#[derive(Debug, Clone, PartialEq)]
pub struct GrantAccess {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub grant: GrantId,
    pub to: Grantee,
    pub scope: Scope,
    pub until: Option<NaiveDate>,
}

/// Take an authorisation back.
#[derive(Debug, Clone, PartialEq)]
pub struct RevokeAccess {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub grant: GrantId,
}

/// Note that an authorisation came to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpireAccess {
    pub at: DateTime<Utc>,
    pub grant: GrantId,
}

/// Keep a professional out, whatever anybody else allows.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockProfessional {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub professional: Rpps,
}

/// Stop keeping a professional out.
#[derive(Debug, Clone, PartialEq)]
pub struct UnblockProfessional {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub professional: Rpps,
}

impl GrantAccess {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSide, &self.by, self.at)?;
        life.in_service()?;
        if let Some(known) = life.grants.state(self.grant) {
            return if self.is(known.grant()) { Ok(Vec::new()) } else { Err(SpaceRefusal::GrantIdTaken) };
        }
        if self.scope.is_empty() {
            return Err(SpaceRefusal::EmptyScope);
        }
        match &self.to {
            Grantee::Professional { rpps } if life.grants.is_blocked(rpps) => return Err(SpaceRefusal::ProfessionalIsBlocked),
            Grantee::Professional { .. } | Grantee::Structure { .. } => {}
        }
        if let Some(until) = self.until {
            ends_in_reach(until, paris::day_of(self.at), policy)?;
        }
        let Self { at, by, grant, to, scope, until } = self;
        Ok(vec![SpaceEvent::Access(AccessEvent::AccessGranted { at, by, grant, to, scope, until })])
    }

    fn is(&self, known: &Grant) -> bool {
        self.to == known.to && self.scope == known.scope && self.until == known.until
    }
}

/// The last day of a grant is to come, and not so far away that it must be a slip.
fn ends_in_reach(until: NaiveDate, today: NaiveDate, policy: &Policy) -> Result<(), SpaceRefusal> {
    if until < today {
        return Err(SpaceRefusal::GrantAlreadyOver { until });
    }
    let outside = |beyond: OutsideHorizon| SpaceRefusal::ImpossibleDay { day: until, earliest: beyond.earliest, latest: beyond.latest };
    Horizon::of_grants(today, policy).admit(until).map(drop).map_err(outside)
}

impl RevokeAccess {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSide, &self.by, self.at)?;
        life.was_opened()?;
        match life.grants.state(self.grant).ok_or(SpaceRefusal::NoSuchGrant)? {
            GrantState::Over(_) => Ok(Vec::new()),
            GrantState::Standing(_) => {
                Ok(vec![SpaceEvent::Access(AccessEvent::AccessRevoked { at: self.at, by: self.by, grant: self.grant })])
            }
        }
    }
}

impl ExpireAccess {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.was_opened()?;
        let until = match life.grants.state(self.grant).ok_or(SpaceRefusal::NoSuchGrant)? {
            GrantState::Over(_) => return Ok(Vec::new()),
            GrantState::Standing(grant) => grant.until,
        };
        if until.is_none_or(|until| until >= paris::day_of(self.at)) {
            return Err(SpaceRefusal::GrantStillRuns { until });
        }
        Ok(vec![SpaceEvent::Access(AccessEvent::AccessExpired { at: self.at, grant: self.grant })])
    }
}

impl BlockProfessional {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSide, &self.by, self.at)?;
        life.was_opened()?;
        let Self { at, by, professional } = self;
        if life.grants.is_blocked(&professional) {
            return Ok(Vec::new());
        }
        let ended = life.grants.given_to(&professional);
        Ok(vec![SpaceEvent::Access(AccessEvent::ProfessionalBlocked { at, by, professional, ended })])
    }
}

impl UnblockProfessional {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSide, &self.by, self.at)?;
        life.was_opened()?;
        let Self { at, by, professional } = self;
        let blocked = life.grants.is_blocked(&professional);
        Ok(if blocked { vec![SpaceEvent::Access(AccessEvent::ProfessionalUnblocked { at, by, professional })] } else { Vec::new() })
    }
}

impl Scope {
    fn is_empty(&self) -> bool {
        match self {
            Self::All => false,
            Self::Sections { sections } => sections.is_empty(),
        }
    }
}
