//! The opening: by CNAM after the window, or by the holder who signs up; and what may hold it back.
//!
//! notified --first instant after the last day--> open --signed up--> active
//! created | notified --technical block--> blocked --mended--> back, or open where an opposition was withdrawn meanwhile
//! - no opening before the last day has ended in Paris
//! - an opposition that was recorded first always wins
//! - an unreachable space never opens by itself
//! - opening creates the medical record or joins the older one
//! - an activation before the opening opens the space
//! - a technical block keeps the window
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use crate::space::events::{NoticeEvent, OpeningEvent};
use chrono::{DateTime, Utc};

use crate::calendar::paris;
use crate::code::CodeDigest;
use crate::party::Party;

use super::codes::Entered;
use super::events::SpaceEvent;
use super::life::Life;
use super::refusal::{Parties, SpaceRefusal};
use super::terms::{BlockReason, MedicalRecordOrigin, OpeningGround, Stage};

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
    pub(super) fn decide(self, life: &Life) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        match life.stage {
            Stage::Open | Stage::Active => Ok(Vec::new()),
            Stage::Created => Err(SpaceRefusal::NotNotified),
            Stage::Notified => match life.last_day() {
                None => Err(SpaceRefusal::NotNotified),
                Some(last_day) if paris::day_of(self.at) <= last_day => Err(SpaceRefusal::WindowRunning { last_day }),
                Some(_) => Ok(vec![life.open(self.at, OpeningGround::WindowOver)]),
            },
            Stage::Unreachable | Stage::Opposed | Stage::Blocked | Stage::Suspended | Stage::Closed | Stage::Destroyed | Stage::Ended => {
                Err(life.because_of_stage())
            }
        }
    }
}

impl Activate {
    pub(super) fn decide(self, life: &Life) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSide, &self.by, self.at)?;
        let spent = match life.enter_code(&self.code, self.at)? {
            Entered::Wrong(attempt) => return Ok(attempt),
            Entered::Spent => Some(SpaceRefusal::CodeUsed),
            Entered::Right => None,
        };
        let medical_record = match life.stage {
            Stage::Active => return Ok(Vec::new()),
            Stage::Created | Stage::Notified | Stage::Unreachable => Some(life.medical_record()),
            Stage::Open => None,
            Stage::Opposed | Stage::Blocked | Stage::Suspended | Stage::Closed | Stage::Destroyed | Stage::Ended => {
                return Err(life.because_of_stage());
            }
        };
        spent.map_or(Ok(vec![SpaceEvent::Opening(OpeningEvent::Activated { at: self.at, by: self.by, medical_record })]), Err)
    }
}

impl ReportTechnicalBlock {
    pub(super) fn decide(self, life: &Life) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        let reason = BlockReason::Technical;
        match life.stage {
            Stage::Blocked if life.blocks.contains(&reason) => Ok(Vec::new()),
            Stage::Created | Stage::Notified | Stage::Blocked => {
                Ok(vec![SpaceEvent::Opening(OpeningEvent::OpeningBlocked { at: self.at, by: Party::Cnam, reason })])
            }
            Stage::Unreachable
            | Stage::Opposed
            | Stage::Open
            | Stage::Active
            | Stage::Suspended
            | Stage::Closed
            | Stage::Destroyed
            | Stage::Ended => Err(life.because_of_stage()),
        }
    }
}

impl MendTechnicalBlock {
    pub(super) fn decide(self, life: &Life) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        match life.stage {
            Stage::Created | Stage::Notified | Stage::Unreachable | Stage::Open | Stage::Active => Ok(Vec::new()),
            Stage::Opposed | Stage::Blocked => {
                let stands = life.blocks.contains(&BlockReason::Technical);
                Ok(if stands { life.unblock(self.at, Party::Cnam, BlockReason::Technical) } else { Vec::new() })
            }
            Stage::Suspended | Stage::Closed | Stage::Destroyed | Stage::Ended => Err(life.because_of_stage()),
        }
    }
}

impl Life {
    /// The opening by CNAM, now.
    pub(super) fn open(&self, at: DateTime<Utc>, ground: OpeningGround) -> SpaceEvent {
        SpaceEvent::Opening(OpeningEvent::OpenedByCnam { at, opened_on: paris::day_of(at), ground, medical_record: self.medical_record() })
    }

    /// Every opening comes with a medical record (articles L. 1111-14 and R. 1111-40).
    fn medical_record(&self) -> MedicalRecordOrigin {
        match self.admission.as_ref().and_then(|admission| admission.medical_record_since) {
            Some(_) => MedicalRecordOrigin::Joined,
            None => MedicalRecordOrigin::Created,
        }
    }

    /// One reason to block is gone: the space goes back to where it was, unless another stands.
    pub(super) fn unblock(&self, at: DateTime<Utc>, by: Party, reason: BlockReason) -> Vec<SpaceEvent> {
        let last_day = self.last_day();
        let back =
            |stage, notice_by, last_day| SpaceEvent::Opening(OpeningEvent::OpeningUnblocked { at, by, reason, stage, notice_by, last_day });
        if self.stage == Stage::Opposed || self.blocks.iter().any(|other| *other != reason) {
            return vec![back(self.stage, None, None)];
        }
        if self.opening_wanted {
            let stage = last_day.map_or(Stage::Created, |_| Stage::Notified);
            return vec![back(stage, None, last_day), self.open(at, OpeningGround::OppositionWithdrawn)];
        }
        if last_day.is_some() {
            return vec![back(Stage::Notified, None, last_day)];
        }
        match self.channel_without(None) {
            Some(channel) => vec![back(Stage::Created, Some(channel), None)],
            None => {
                let unreachable = SpaceEvent::Notice(NoticeEvent::FoundUnreachable { at, reason: self.why_unreachable(None) });
                vec![back(Stage::Unreachable, None, None), unreachable]
            }
        }
    }
}
