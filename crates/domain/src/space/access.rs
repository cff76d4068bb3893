//! Authorisations: whom the holder lets in, to what, until when; and professionals kept out.
//!
//! granted --revoked | expired | professional blocked--> over, for good
//! - an authorisation ends with the last day it names
//! - an authorisation ends within the horizon of the policy
//! - blocking a professional ends their authorisations for good
//! - unblocking does not bring an authorisation back
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use crate::space::events::AccessEvent;
use chrono::{DateTime, NaiveDate, Utc};

use crate::calendar::{Horizon, OutsideHorizon, paris};
use crate::ids::GrantId;
use crate::party::{Grantee, Party};
use crate::policy::Policy;
use crate::rpps::Rpps;

use super::events::SpaceEvent;
use super::life::{Grant, Life, Standing};
use super::refusal::{Parties, SpaceRefusal};
use super::terms::{Scope, Stage};

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
        life.in_use()?;
        if let Some(known) = life.grants.get(&self.grant) {
            return if self.is(known) { Ok(Vec::new()) } else { Err(SpaceRefusal::GrantIdTaken) };
        }
        if self.scope.is_empty() {
            return Err(SpaceRefusal::EmptyScope);
        }
        match &self.to {
            Grantee::Professional { rpps } if life.blocked.contains(rpps) => return Err(SpaceRefusal::ProfessionalIsBlocked),
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
    pub(super) fn decide(self, life: &Life) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSide, &self.by, self.at)?;
        life.was_opened()?;
        match life.grants.get(&self.grant).ok_or(SpaceRefusal::NoSuchGrant)?.standing {
            Standing::Over => Ok(Vec::new()),
            Standing::Stands => Ok(vec![SpaceEvent::Access(AccessEvent::AccessRevoked { at: self.at, by: self.by, grant: self.grant })]),
        }
    }
}

impl ExpireAccess {
    pub(super) fn decide(self, life: &Life) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.was_opened()?;
        let grant = life.grants.get(&self.grant).ok_or(SpaceRefusal::NoSuchGrant)?;
        match (grant.standing, grant.until) {
            (Standing::Over, _) => Ok(Vec::new()),
            (Standing::Stands, Some(until)) if until < paris::day_of(self.at) => {
                Ok(vec![SpaceEvent::Access(AccessEvent::AccessExpired { at: self.at, grant: self.grant })])
            }
            (Standing::Stands, until) => Err(SpaceRefusal::GrantStillRuns { until }),
        }
    }
}

impl BlockProfessional {
    pub(super) fn decide(self, life: &Life) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSide, &self.by, self.at)?;
        life.was_opened()?;
        let Self { at, by, professional } = self;
        if life.blocked.contains(&professional) {
            return Ok(Vec::new());
        }
        let theirs = Grantee::Professional { rpps: professional.clone() };
        let ended = life.grants.iter().filter(|(_, grant)| grant.to == theirs && grant.standing == Standing::Stands).map(|(id, _)| *id);
        Ok(vec![SpaceEvent::Access(AccessEvent::ProfessionalBlocked { at, by, professional, ended: ended.collect() })])
    }
}

impl UnblockProfessional {
    pub(super) fn decide(self, life: &Life) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSide, &self.by, self.at)?;
        life.was_opened()?;
        let Self { at, by, professional } = self;
        let blocked = life.blocked.contains(&professional);
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

impl Life {
    /// New authorisations need a space that is open and neither suspended nor closed.
    pub(super) fn in_use(&self) -> Result<(), SpaceRefusal> {
        match self.stage {
            Stage::Open | Stage::Active => Ok(()),
            Stage::Created
            | Stage::Notified
            | Stage::Unreachable
            | Stage::Opposed
            | Stage::Blocked
            | Stage::Suspended
            | Stage::Closed
            | Stage::Destroyed
            | Stage::Ended => Err(self.because_of_stage()),
        }
    }

    /// Taking back, and keeping out, stay possible while the space is suspended or archived: what is closed may reopen.
    fn was_opened(&self) -> Result<(), SpaceRefusal> {
        match self.stage {
            Stage::Open | Stage::Active | Stage::Suspended | Stage::Closed => Ok(()),
            Stage::Created | Stage::Notified | Stage::Unreachable | Stage::Opposed | Stage::Blocked | Stage::Destroyed | Stage::Ended => {
                Err(self.because_of_stage())
            }
        }
    }
}
