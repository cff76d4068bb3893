//! The suspension (article R. 1111-36): CNAM stops the access in the holder's interest, and closes the space unless opposed.
//!
//! open | active --suspended--> suspended --opposed, or mended--> back        suspended --six weeks--> closed
//! - a suspension closes only after its last day
//! - an opposed closing gives the space back
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use crate::space::events::SuspensionEvent;
use chrono::{DateTime, Utc};

use crate::calendar::{last_day, paris};
use crate::party::Party;
use crate::policy::Policy;

use super::events::SpaceEvent;
use super::life::Life;
use super::refusal::{Parties, SpaceRefusal};
use super::terms::{ClosingGround, Stage, SuspensionGround};

/// Suspend the access, for fraud or a serious malfunction; the person is informed the same day.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspend {
    pub at: DateTime<Utc>,
    pub ground: SuspensionGround,
}

/// Oppose the closing that a suspension announces.
#[derive(Debug, Clone, PartialEq)]
pub struct OpposeClosing {
    pub at: DateTime<Utc>,
    pub by: Party,
}

/// Lift the suspension, its ground being mended.
#[derive(Debug, Clone, PartialEq)]
pub struct LiftSuspension {
    pub at: DateTime<Utc>,
}

/// Close a suspended space whose closing nobody opposed.
#[derive(Debug, Clone, PartialEq)]
pub struct CloseSuspended {
    pub at: DateTime<Utc>,
}

impl Suspend {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        match life.stage {
            Stage::Suspended => Ok(Vec::new()),
            Stage::Open | Stage::Active => {
                let informed_on = paris::day_of(self.at);
                let last_day = last_day(informed_on, policy.suspension_days);
                Ok(vec![SpaceEvent::Suspension(SuspensionEvent::Suspended { at: self.at, ground: self.ground, informed_on, last_day })])
            }
            Stage::Created
            | Stage::Notified
            | Stage::Unreachable
            | Stage::Opposed
            | Stage::Blocked
            | Stage::Closed
            | Stage::Destroyed
            | Stage::Ended => Err(life.because_of_stage()),
        }
    }
}

impl OpposeClosing {
    pub(super) fn decide(self, life: &Life) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSideOrSupport, &self.by, self.at)?;
        let back = |stage| SpaceEvent::Suspension(SuspensionEvent::ClosingOpposed { at: self.at, by: self.by, stage });
        life.end_suspension(back)
    }
}

impl LiftSuspension {
    pub(super) fn decide(self, life: &Life) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.end_suspension(|stage| SpaceEvent::Suspension(SuspensionEvent::SuspensionLifted { at: self.at, stage }))
    }
}

impl CloseSuspended {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        match life.stage {
            Stage::Suspended => {
                if let Some(last_day) = life.closes_after.filter(|last_day| paris::day_of(self.at) <= *last_day) {
                    return Err(SpaceRefusal::ClosingWindowRunning { last_day });
                }
                Ok(vec![life.close(self.at, Party::Cnam, ClosingGround::Suspension, policy)])
            }
            Stage::Closed => Ok(Vec::new()),
            Stage::Open | Stage::Active => Err(SpaceRefusal::NotSuspended { stage: life.stage }),
            Stage::Created | Stage::Notified | Stage::Unreachable | Stage::Opposed | Stage::Blocked | Stage::Destroyed | Stage::Ended => {
                Err(life.because_of_stage())
            }
        }
    }
}

impl Life {
    fn end_suspension(&self, back: impl FnOnce(Stage) -> SpaceEvent) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        match self.stage {
            Stage::Suspended => Ok(vec![back(self.in_service())]),
            Stage::Open | Stage::Active => Ok(Vec::new()),
            Stage::Created
            | Stage::Notified
            | Stage::Unreachable
            | Stage::Opposed
            | Stage::Blocked
            | Stage::Closed
            | Stage::Destroyed
            | Stage::Ended => Err(self.because_of_stage()),
        }
    }
}
