//! The destruction of an archive: on express request within three months, or after ten years; and the new space after it.
//!
//! closed --requested--> pending --cancelled--> closed        pending --due--> destroyed        closed --ten years--> destroyed
//! destroyed --asked for--> open, new and empty, under the same id
//! - an express request destroys when due and not before
//! - a pending request can be cancelled
//! - an archive is destroyed after ten years
//! - a destroyed space may be renewed, new and empty
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use chrono::{DateTime, Utc};

use crate::calendar::{months_after, paris};
use crate::party::Party;
use crate::policy::Policy;

use super::command_group::command_group;
use super::events::{DestructionEvent, SpaceEvent};
use super::life::{Life, Phase};
use super::person::Admission;
use super::refusal::{Parties, SpaceRefusal};
use super::terms::DestructionGround;

command_group! {
    /// What may be asked about an archive and its destruction.
    #[expect(clippy::large_enum_variant, reason = "a command lives for one decision, and is moved a few times only")]
    DestructionCommand {
        RequestDestruction,
        CancelDestruction,
        Destroy,
        RenewSpace,
    }
}

/// Ask expressly for the archive to be destroyed (article R. 1111-36).
#[derive(Debug, Clone, PartialEq)]
pub struct RequestDestruction {
    pub at: DateTime<Utc>,
    pub by: Party,
}

/// Take that request back while it is pending.
#[derive(Debug, Clone, PartialEq)]
pub struct CancelDestruction {
    pub at: DateTime<Utc>,
    pub by: Party,
}

/// Destroy what is due; the store destroys the space's key with the event.
#[derive(Debug, Clone, PartialEq)]
pub struct Destroy {
    pub at: DateTime<Utc>,
}

/// Ask for a new, empty space after a destruction.
#[derive(Debug, Clone, PartialEq)]
pub struct RenewSpace {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub admission: Admission,
}

impl RequestDestruction {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSideOrSupport, &self.by, self.at)?;
        let archive = life.archived()?;
        life.still_lives()?;
        if archive.destroy_on.is_some() {
            return Ok(Vec::new());
        }
        let destroy_on = months_after(paris::day_of(self.at), policy.destruction_months);
        Ok(vec![SpaceEvent::Destruction(DestructionEvent::DestructionRequested { at: self.at, by: self.by, destroy_on })])
    }
}

impl CancelDestruction {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSideOrSupport, &self.by, self.at)?;
        let pending = life.archived()?.destroy_on;
        life.still_lives()?;
        let Self { at, by } = self;
        let cancelled = pending.map(|_| SpaceEvent::Destruction(DestructionEvent::DestructionCancelled { at, by }));
        Ok(cancelled.into_iter().collect())
    }
}

impl Destroy {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        if life.phase == Phase::Destroyed {
            return Ok(Vec::new());
        }
        let archive = life.archived()?;
        let today = paris::day_of(self.at);
        let requested = archive.destroy_on.map(|day| (day, DestructionGround::Request));
        let archive_over = archive.until.succ_opt().map(|day| (day, DestructionGround::ArchiveOver));
        let first = requested.into_iter().chain(archive_over).min_by_key(|(day, _)| *day);
        match first {
            Some((due_on, ground)) if due_on <= today => {
                Ok(vec![SpaceEvent::Destruction(DestructionEvent::Destroyed { at: self.at, ground })])
            }
            first => Err(SpaceRefusal::DestructionNotDue { due_on: first.map(|(day, _)| day) }),
        }
    }
}

impl RenewSpace {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        // The representatives were forgotten with the rest: CNAM answers for who asks.
        let expected = Parties::Declarant;
        if !expected.include(&self.by) {
            return Err(SpaceRefusal::PartyNotAllowed { expected });
        }
        match life.phase {
            Phase::InService(_) => Ok(Vec::new()),
            Phase::Ended => Err(SpaceRefusal::Deceased),
            Phase::Destroyed if life.died => Err(SpaceRefusal::Deceased),
            Phase::Destroyed => {
                Ok(vec![SpaceEvent::Destruction(DestructionEvent::SpaceRenewed { at: self.at, by: self.by, admission: self.admission })])
            }
            Phase::Before(_) | Phase::Suspended { .. } | Phase::Archived { .. } => Err(SpaceRefusal::NotDestroyed { stage: life.stage() }),
        }
    }
}
