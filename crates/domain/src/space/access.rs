//! Grants: whom the holder lets in, to what, until when; and professionals kept out.
//!
//! granted --revoked | expired | professional blocked--> over, for good
//! - an authorisation ends with the last day it names
//! - an authorisation ends within the horizon of the policy
//! - blocking a professional ends their authorisations for good
//! - unblocking does not bring an authorisation back
//! - a professional takes the consent of the person for a colleague only with access of their own
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::action::Action;
use crate::access::decision::decide_in;
use crate::access::directory::GrantState;
use crate::access::grant::{Grantee, Scope};
use crate::access::purpose::Purpose;
use crate::access::reader::{Professional, Reader};
use crate::access::request::{AccessRequest, Target};
use crate::calendar::{Horizon, OutsideHorizon, paris};
use crate::guarded::Guarded;
use crate::ids::GrantId;
use crate::party::Party;
use crate::policy::Policy;
use crate::rpps::Rpps;

use super::command_group::command_group;
use super::events::{AccessEvent, SpaceEvent};
use super::life::Life;
use super::refusal::{Parties, SpaceRefusal};
use super::terms::Section;

command_group! {
    /// What may be asked about who is let in.
    AccessCommand {
        GrantAccess,
        TakeConsent,
        RevokeAccess,
        ExpireAccess,
        BlockProfessional,
        BlockAsAdministrator,
        UnblockProfessional,
    }
}

/// Let a professional, a structure or the care team see all or part of the space, for one purpose: from today where no day is given, until
/// the end of a day, or for as long as the policy says for such a grantee.
#[derive(Debug, Clone, PartialEq)]
pub struct GrantAccess {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub grant: GrantId,
    pub to: Grantee,
    pub scope: Scope,
    pub purpose: Purpose,
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
}

/// Let a colleague in, as a professional with access to whom the person consented to it after being informed (article L. 1111-17 II).
#[derive(Debug, Clone, PartialEq)]
pub struct TakeConsent {
    pub at: DateTime<Utc>,
    pub by: Professional,
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

/// Keep a professional out, as one whom the holder chose as administrator.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockAsAdministrator {
    pub at: DateTime<Utc>,
    pub by: Professional,
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
        let Self { at, by, grant, to, scope, purpose, from, until } = self;
        give(life, policy, NewGrant { at, by, grant, to, scope, purpose, from, until })
    }
}

impl TakeConsent {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        ask_the_gate(life, policy, &self.by, Action::TakeConsent, self.at)?;
        let Self { at, by, grant, to, scope, until } = self;
        let by = Party::Professional { rpps: Guarded::new(by.rpps) };
        give(life, policy, NewGrant { at, by, grant, to, scope, purpose: Purpose::Care, from: None, until })
    }
}

/// Whether a professional may do this with the authorisations of the space.
fn ask_the_gate(life: &Life, policy: &Policy, by: &Professional, action: Action, at: DateTime<Utc>) -> Result<(), SpaceRefusal> {
    let (reader, target) = (Reader::Professional(by.clone()), Target::Section(Section::Authorisations));
    let request = AccessRequest { reader: &reader, action, target, purpose: Purpose::Care, at };
    let decided = decide_in(&request, &life.view(paris::day_of(at)), &policy.matrix);
    decided.map(drop).map_err(|because| SpaceRefusal::AccessRefused { because })
}

/// A grant that somebody may give.
struct NewGrant {
    at: DateTime<Utc>,
    by: Party,
    grant: GrantId,
    to: Grantee,
    scope: Scope,
    purpose: Purpose,
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
}

fn give(life: &Life, policy: &Policy, new: NewGrant) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
    life.in_service()?;
    let today = paris::day_of(new.at);
    let NewGrant { at, by, grant, to, scope, purpose, from, until } = new;
    if let Some(known) = life.directory.state(grant) {
        let known = known.grant();
        let from_then = from.is_none_or(|from| from == known.period.from);
        let until_then = until.is_none_or(|until| Some(until) == known.period.until);
        let same = to == known.to && scope == known.scope && purpose == known.purpose && from_then && until_then;
        return if same { Ok(Vec::new()) } else { Err(SpaceRefusal::GrantIdTaken) };
    }
    if scope.is_empty() {
        return Err(SpaceRefusal::EmptyScope);
    }
    if !purpose.may_be_granted() {
        return Err(SpaceRefusal::ForbiddenPurpose);
    }
    match &to {
        Grantee::Professional { rpps } if life.directory.is_blocked(rpps) => return Err(SpaceRefusal::ProfessionalIsBlocked),
        Grantee::Professional { .. } | Grantee::Structure { .. } | Grantee::CareTeam => {}
    }
    let from = from.unwrap_or(today);
    let until = until.or_else(|| policy.grant_days.last_day(&to, from));
    runs_in_reach(from, until, today, policy)?;
    let to = Guarded::new(to);
    Ok(vec![SpaceEvent::Access(AccessEvent::AccessGranted { at, by, grant, to, scope, purpose, from, until })])
}

/// A period begins today or later, and ends after it begins and within the horizon.
pub(super) fn runs_in_reach(from: NaiveDate, until: Option<NaiveDate>, today: NaiveDate, policy: &Policy) -> Result<(), SpaceRefusal> {
    let last = until.unwrap_or(from);
    if last < from || from < today {
        return Err(SpaceRefusal::GrantAlreadyOver { until: last.min(from) });
    }
    ends_in_reach(from, today, policy)?;
    ends_in_reach(last, today, policy)
}

/// A day of a grant is not so far away that it must be a slip.
fn ends_in_reach(until: NaiveDate, today: NaiveDate, policy: &Policy) -> Result<(), SpaceRefusal> {
    let outside = |beyond: OutsideHorizon| SpaceRefusal::ImpossibleDay { day: until, earliest: beyond.earliest, latest: beyond.latest };
    Horizon::of_grants(today, policy).admit(until).map(drop).map_err(outside)
}

impl RevokeAccess {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSide, &self.by, self.at)?;
        life.was_opened()?;
        match life.directory.state(self.grant).ok_or(SpaceRefusal::NoSuchGrant)? {
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
        let until = match life.directory.state(self.grant).ok_or(SpaceRefusal::NoSuchGrant)? {
            GrantState::Over(_) => return Ok(Vec::new()),
            GrantState::Standing(grant) => grant.period.until,
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
        Ok(block(life, at, by, professional))
    }
}

impl BlockAsAdministrator {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        ask_the_gate(life, policy, &self.by, Action::BlockProfessional, self.at)?;
        let Self { at, by, professional } = self;
        Ok(block(life, at, Party::Professional { rpps: Guarded::new(by.rpps) }, professional))
    }
}

fn block(life: &Life, at: DateTime<Utc>, by: Party, professional: Rpps) -> Vec<SpaceEvent> {
    if life.directory.is_blocked(&professional) {
        return Vec::new();
    }
    let ended = life.directory.granted_to(&professional).collect();
    vec![SpaceEvent::Access(AccessEvent::ProfessionalBlocked { at, by, professional: Guarded::new(professional), ended })]
}

impl UnblockProfessional {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSide, &self.by, self.at)?;
        life.was_opened()?;
        let Self { at, by, professional } = self;
        if !life.directory.is_blocked(&professional) {
            return Ok(Vec::new());
        }
        let professional = Guarded::new(professional);
        Ok(vec![SpaceEvent::Access(AccessEvent::ProfessionalUnblocked { at, by, professional })])
    }
}
