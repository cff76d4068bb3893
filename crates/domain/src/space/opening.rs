//! The opening: by CNAM after the window, or by the holder who signs up; and what may hold it back.
//!
//! notified --first instant after the last day--> open --signed up--> active
//! created | notified --technical block--> blocked --mended--> back, or open where an opposition was withdrawn meanwhile
//! - no opening before the last day has ended in Paris
//! - an opposition that was recorded first always wins
//! - an unreachable space never opens by itself
//! - opening creates the medical record or joins the older one
//! - an older record that the opening did not know of joins once
//! - an activation before the opening opens the space
//! - a technical block keeps the window
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use chrono::{DateTime, NaiveDate, Utc};

use crate::calendar::{Horizon, paris};
use crate::code::CodeDigest;
use crate::party::Party;
use crate::policy::Policy;

use super::codes::{Entered, enter_code};
use super::command_group::command_group;
use super::events::{NoticeEvent, OpeningEvent, SpaceEvent};
use super::life::{LegacyRecord, Life, Notice, Phase, Preparation};
use super::refusal::{Parties, SpaceRefusal};
use super::terms::{BlockReason, MedicalRecordOrigin, OpeningGround, Stage};

command_group! {
    /// What may be asked about the opening and the sign-up.
    OpeningCommand {
        ReportTechnicalBlock,
        MendTechnicalBlock,
        Open,
        Activate,
        JoinLegacyRecord,
    }
}

/// Open the space, its window being over.
#[derive(Debug, Clone, PartialEq)]
pub struct Open {
    pub at: DateTime<Utc>,
}

/// Sign up with the code, before or after the opening.
#[derive(Debug, Clone, PartialEq)]
pub struct Activate {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub code: CodeDigest,
}

/// Let a medical record join that is older than the open space, and that the opening did not know of.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinLegacyRecord {
    pub at: DateTime<Utc>,
    pub created_on: NaiveDate,
}

/// Report that CNAM cannot open the space for a technical reason; the person is told without delay (article R. 1111-28).
#[derive(Debug, Clone, PartialEq)]
pub struct ReportTechnicalBlock {
    pub at: DateTime<Utc>,
}

/// Report that the technical reason is gone.
#[derive(Debug, Clone, PartialEq)]
pub struct MendTechnicalBlock {
    pub at: DateTime<Utc>,
}

impl Open {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        if life.phase.is_in_service() {
            return Ok(Vec::new());
        }
        life.nothing_holds_back()?;
        match life.messages.notice() {
            Notice::NotOwed | Notice::Owed(_) | Notice::Sent(_) => Err(SpaceRefusal::NotNotified),
            Notice::Impossible(_) => Err(life.because_of_stage()),
            Notice::Received { last_day, .. } if paris::day_of(self.at) <= *last_day => {
                Err(SpaceRefusal::WindowRunning { last_day: *last_day })
            }
            Notice::Received { .. } => Ok(vec![open(life, self.at, OpeningGround::WindowOver)]),
        }
    }
}

impl Activate {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSide, &self.by, self.at)?;
        let spent = match enter_code(life, &self.code, self.at)? {
            Entered::Wrong(attempt) => return Ok(attempt),
            Entered::Spent => Some(SpaceRefusal::CodeUsed),
            Entered::Right => None,
        };
        let medical_record = match &life.phase {
            Phase::InService(opening) if opening.activated => return Ok(Vec::new()),
            Phase::InService(_) => None,
            Phase::Before(_) | Phase::Suspended { .. } | Phase::Archived { .. } | Phase::Destroyed | Phase::Ended => {
                life.nothing_holds_back()?;
                Some(medical_record(life))
            }
        };
        spent.map_or(Ok(vec![SpaceEvent::Opening(OpeningEvent::Activated { at: self.at, by: self.by, medical_record })]), Err)
    }
}

impl JoinLegacyRecord {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        let Self { at, created_on } = self;
        let Phase::InService(opening) = &life.phase else { return Err(life.because_of_stage()) };
        match life.legacy_record {
            LegacyRecord::NotJoined => {}
            LegacyRecord::Joined { created_on: known } if known == created_on => return Ok(Vec::new()),
            LegacyRecord::Joined { created_on } => return Err(SpaceRefusal::LegacyRecordKnown { created_on }),
            LegacyRecord::Destroyed => return Err(SpaceRefusal::BeganEmpty),
        }
        let earliest = Horizon::past(paris::day_of(at), policy).earliest();
        let latest = opening.opened_on.pred_opt().unwrap_or(opening.opened_on);
        if created_on < earliest || created_on > latest {
            return Err(SpaceRefusal::ImpossibleDay { day: created_on, earliest, latest });
        }
        Ok(vec![SpaceEvent::Opening(OpeningEvent::LegacyRecordJoined { at, created_on })])
    }
}

impl ReportTechnicalBlock {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        let reason = BlockReason::Technical;
        let preparation = life.before_opening()?;
        let unreachable = matches!(life.messages.notice(), Notice::Impossible(_));
        if preparation.opposed_since().is_some() || unreachable {
            return Err(life.because_of_stage());
        }
        if preparation.is_blocked_by(reason) {
            return Ok(Vec::new());
        }
        Ok(vec![SpaceEvent::Opening(OpeningEvent::OpeningBlocked { at: self.at, by: Party::Cnam, reason })])
    }
}

impl MendTechnicalBlock {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        if life.phase.is_in_service() {
            return Ok(Vec::new());
        }
        let preparation = life.before_opening()?;
        if !preparation.is_blocked_by(BlockReason::Technical) {
            return Ok(Vec::new());
        }
        Ok(unblock(life, self.at, Party::Cnam, BlockReason::Technical))
    }
}

/// The opening by CNAM, now.
pub(super) fn open(life: &Life, at: DateTime<Utc>, ground: OpeningGround) -> SpaceEvent {
    SpaceEvent::Opening(OpeningEvent::OpenedByCnam { at, opened_on: paris::day_of(at), ground, medical_record: medical_record(life) })
}

/// Every opening comes with a medical record (articles L. 1111-14 and R. 1111-40).
fn medical_record(life: &Life) -> MedicalRecordOrigin {
    match life.admission.as_ref().and_then(|admission| admission.medical_record_since) {
        Some(_) => MedicalRecordOrigin::Joined,
        None => MedicalRecordOrigin::Created,
    }
}

/// One reason to block is gone: the space goes back to where it was, unless another stands or an opposition does.
pub(super) fn unblock(life: &Life, at: DateTime<Utc>, by: Party, reason: BlockReason) -> Vec<SpaceEvent> {
    let back =
        |stage, notice_by, last_day| SpaceEvent::Opening(OpeningEvent::OpeningUnblocked { at, by, reason, stage, notice_by, last_day });
    let other = |preparation: &Preparation| preparation.blocks.iter().any(|other| *other != reason);
    let preparation = life.phase.preparation();
    if preparation.is_some_and(|preparation| preparation.opposed_since().is_some() || other(preparation)) {
        return vec![back(life.stage(), None, None)];
    }
    let last_day = life.messages.notice().last_day();
    if preparation.is_some_and(Preparation::is_opening_wanted) {
        let stage = last_day.map_or(Stage::Created, |_| Stage::Notified);
        return vec![back(stage, None, last_day), open(life, at, OpeningGround::OppositionWithdrawn)];
    }
    if last_day.is_some() {
        return vec![back(Stage::Notified, None, last_day)];
    }
    match life.channel_without(None) {
        Some(channel) => vec![back(Stage::Created, Some(channel), None)],
        None => {
            let unreachable = NoticeEvent::FoundUnreachable { at, reason: life.messages.why_unreachable(None) };
            vec![back(Stage::Unreachable, None, None), SpaceEvent::Notice(unreachable)]
        }
    }
}
