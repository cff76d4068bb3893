//! The closing: at the holder's wish or by death; and the reopening, which brings the archive back.
//!
//! open | active | suspended --closed--> closed --reopened--> open | active
//! created … blocked --death--> ended        open … closed --death--> closed for good
//! - death before the opening ends the process
//! - death after the opening closes the space
//! - a reopening brings back the stage before the closing
//! - a space whose destruction is pending does not reopen
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use chrono::{DateTime, NaiveDate, Utc};

use crate::calendar::{Horizon, OutsideHorizon, paris, years_after};
use crate::party::Party;
use crate::policy::Policy;

use super::command_group::command_group;
use super::events::{ClosingEvent, SpaceEvent};
use super::life::{Life, Phase};
use super::refusal::{Parties, SpaceRefusal};
use super::terms::{ClosingGround, Stage};

command_group! {
    /// What may be asked about the end of a space.
    ClosingCommand {
        RecordDeath,
        Close,
        Reopen,
    }
}

/// Record the holder's death (article L. 1111-13-1).
#[derive(Debug, Clone, PartialEq)]
pub struct RecordDeath {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub died_on: NaiveDate,
}

/// Close the space: its content is archived.
#[derive(Debug, Clone, PartialEq)]
pub struct Close {
    pub at: DateTime<Utc>,
    pub by: Party,
}

/// Open a closed space again, with what its archive holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Reopen {
    pub at: DateTime<Utc>,
    pub by: Party,
}

impl RecordDeath {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::RegistrarOrSupport, &self.by, self.at)?;
        if life.died {
            return Ok(Vec::new());
        }
        let Self { at, by, died_on } = self;
        let outside =
            |beyond: OutsideHorizon| SpaceRefusal::ImpossibleDay { day: died_on, earliest: beyond.earliest, latest: beyond.latest };
        Horizon::past(paris::day_of(at), policy).admit(died_on).map_err(outside)?;
        let dies = |stage| SpaceEvent::Closing(ClosingEvent::DeathRecorded { at, by: by.clone(), died_on, stage });
        Ok(match life.phase {
            Phase::Before(_) | Phase::Ended => vec![dies(Stage::Ended)],
            Phase::InService(_) | Phase::Suspended { .. } => {
                vec![dies(Stage::Closed), close(at, by.clone(), ClosingGround::Death, policy)]
            }
            Phase::Archived { .. } | Phase::Destroyed => vec![dies(life.stage())],
        })
    }
}

impl Close {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSideOrSupport, &self.by, self.at)?;
        life.was_opened()?;
        let closed = life.phase.archive().is_some();
        Ok(if closed { Vec::new() } else { vec![close(self.at, self.by, ClosingGround::Request, policy)] })
    }
}

impl Reopen {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSideOrSupport, &self.by, self.at)?;
        let (opening, archive) = match &life.phase {
            Phase::InService(_) => return Ok(Vec::new()),
            Phase::Archived { opening, archive } => (opening, archive),
            Phase::Before(_) | Phase::Suspended { .. } | Phase::Destroyed | Phase::Ended => return Err(life.because_of_stage()),
        };
        life.still_lives()?;
        if let Some(destroy_on) = archive.destroy_on {
            return Err(SpaceRefusal::DestructionPending { destroy_on });
        }
        if paris::day_of(self.at) > archive.until {
            return Err(SpaceRefusal::ArchiveOver { archived_until: archive.until });
        }
        Ok(vec![SpaceEvent::Closing(ClosingEvent::Reopened { at: self.at, by: self.by, stage: opening.stage() })])
    }
}

/// The closing, now; the archive's term is computed once, here.
pub(super) fn close(at: DateTime<Utc>, by: Party, ground: ClosingGround, policy: &Policy) -> SpaceEvent {
    let closed_on = paris::day_of(at);
    let archived_until = years_after(closed_on, policy.archive_years);
    SpaceEvent::Closing(ClosingEvent::Closed { at, by, ground, closed_on, archived_until })
}
