//! The closing: at the holder's wish or by death; and the reopening, which brings the archive back.
//!
//! open | active | suspended --closed--> closed --reopened--> open | active
//! created … blocked --death--> ended        open … closed --death--> closed for good
//! - death before the opening ends the process
//! - death after the opening closes the space
//! - a reopening brings back the stage before the closing
//! - a space whose destruction is pending does not reopen
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use crate::space::events::ClosingEvent;
use chrono::{DateTime, NaiveDate, Utc};

use crate::calendar::{paris, years_after};
use crate::party::Party;
use crate::policy::Policy;

use super::events::SpaceEvent;
use super::life::Life;
use super::refusal::{Parties, SpaceRefusal};
use super::terms::{ClosingGround, Stage};

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
        let latest = paris::day_of(at);
        if died_on > latest {
            return Err(SpaceRefusal::ImpossibleDay { day: died_on, earliest: None, latest });
        }
        let dies = |stage| SpaceEvent::Closing(ClosingEvent::DeathRecorded { at, by: by.clone(), died_on, stage });
        Ok(match life.stage {
            Stage::Created | Stage::Notified | Stage::Unreachable | Stage::Opposed | Stage::Blocked | Stage::Ended => {
                vec![dies(Stage::Ended)]
            }
            Stage::Open | Stage::Active | Stage::Suspended => {
                vec![dies(Stage::Closed), life.close(at, by.clone(), ClosingGround::Death, policy)]
            }
            Stage::Closed | Stage::Destroyed => vec![dies(life.stage)],
        })
    }
}

impl Close {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSideOrSupport, &self.by, self.at)?;
        match life.stage {
            Stage::Closed => Ok(Vec::new()),
            Stage::Open | Stage::Active | Stage::Suspended => Ok(vec![life.close(self.at, self.by, ClosingGround::Request, policy)]),
            Stage::Created | Stage::Notified | Stage::Unreachable | Stage::Opposed | Stage::Blocked | Stage::Destroyed | Stage::Ended => {
                Err(life.because_of_stage())
            }
        }
    }
}

impl Reopen {
    pub(super) fn decide(self, life: &Life) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSideOrSupport, &self.by, self.at)?;
        match life.stage {
            Stage::Open | Stage::Active => return Ok(Vec::new()),
            Stage::Closed => {}
            Stage::Created
            | Stage::Notified
            | Stage::Unreachable
            | Stage::Opposed
            | Stage::Blocked
            | Stage::Suspended
            | Stage::Destroyed
            | Stage::Ended => return Err(life.because_of_stage()),
        }
        life.still_lives()?;
        if let Some(destroy_on) = life.destroy_on {
            return Err(SpaceRefusal::DestructionPending { destroy_on });
        }
        if let Some(archive) = life.archive.filter(|archive| paris::day_of(self.at) > archive.until) {
            return Err(SpaceRefusal::ArchiveOver { archived_until: archive.until });
        }
        Ok(vec![SpaceEvent::Closing(ClosingEvent::Reopened { at: self.at, by: self.by, stage: life.in_service() })])
    }
}

impl Life {
    /// The closing, now; the archive's term is computed once, here.
    pub(super) fn close(&self, at: DateTime<Utc>, by: Party, ground: ClosingGround, policy: &Policy) -> SpaceEvent {
        let closed_on = paris::day_of(at);
        SpaceEvent::Closing(ClosingEvent::Closed {
            at,
            by,
            ground,
            closed_on,
            archived_until: years_after(closed_on, policy.archive_years),
        })
    }
}
