//! The suspension (article R. 1111-36): CNAM stops the access in the holder's interest, and closes the space unless opposed.
//!
//! open | active --suspended--> suspended --opposed, or mended--> back        suspended --six weeks--> closed
//! - a suspension closes only after its last day
//! - an opposed closing gives the space back
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use chrono::{DateTime, Utc};

use crate::calendar::{last_day, paris};
use crate::party::Party;
use crate::policy::Policy;

use super::closing::close;
use super::command_group::command_group;
use super::events::{SpaceEvent, SuspensionEvent};
use super::life::{Life, Phase};
use super::refusal::{Parties, SpaceRefusal};
use super::terms::{ClosingGround, Stage, SuspensionGround};

command_group! {
    /// What may be asked about a suspension.
    SuspensionCommand {
        Suspend,
        OpposeClosing,
        LiftSuspension,
        CloseSuspended,
    }
}

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
        if let Phase::Suspended { .. } = life.phase {
            return Ok(Vec::new());
        }
        life.in_service()?;
        let informed_on = paris::day_of(self.at);
        let last_day = last_day(informed_on, policy.suspension_days);
        Ok(vec![SpaceEvent::Suspension(SuspensionEvent::Suspended { at: self.at, ground: self.ground, informed_on, last_day })])
    }
}

impl OpposeClosing {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSideOrSupport, &self.by, self.at)?;
        let Self { at, by } = self;
        let back = end_suspension(life)?.map(|stage| SpaceEvent::Suspension(SuspensionEvent::ClosingOpposed { at, by, stage }));
        Ok(back.into_iter().collect())
    }
}

impl LiftSuspension {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        let back = |stage| SpaceEvent::Suspension(SuspensionEvent::SuspensionLifted { at: self.at, stage });
        Ok(end_suspension(life)?.map(back).into_iter().collect())
    }
}

impl CloseSuspended {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        match &life.phase {
            Phase::Suspended { last_day, .. } if paris::day_of(self.at) <= *last_day => {
                Err(SpaceRefusal::ClosingWindowRunning { last_day: *last_day })
            }
            Phase::Suspended { .. } => Ok(vec![close(self.at, Party::Cnam, ClosingGround::Suspension, policy)]),
            Phase::Archived { .. } => Ok(Vec::new()),
            Phase::InService(opening) => Err(SpaceRefusal::NotSuspended { stage: opening.stage() }),
            Phase::Before(_) | Phase::Destroyed | Phase::Ended => Err(life.because_of_stage()),
        }
    }
}

/// The stage that a suspended space goes back to; nothing where it is open already.
fn end_suspension(life: &Life) -> Result<Option<Stage>, SpaceRefusal> {
    match &life.phase {
        Phase::Suspended { opening, .. } => Ok(Some(opening.stage())),
        Phase::InService(_) => Ok(None),
        Phase::Before(_) | Phase::Archived { .. } | Phase::Destroyed | Phase::Ended => Err(life.because_of_stage()),
    }
}
