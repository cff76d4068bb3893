//! The opposition (*opposition*): the right to refuse the opening, proved by the code or to an agent, and the change of mind.
//!
//! created | notified | unreachable | blocked --opposed--> opposed --withdrawn--> open, or blocked until mended
//! - an opposition is accepted at any time before the opening
//! - a withdrawn opposition opens the space at once
//! - on the web and by phone the code is the proof
//! - at a desk and by letter an agent proves the identity
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use crate::space::events::{OpeningEvent, OppositionEvent};
use chrono::{DateTime, Utc};

use crate::code::CodeDigest;
use crate::party::Party;

use super::codes::Entered;
use super::events::SpaceEvent;
use super::life::Life;
use super::receipt::Receipt;
use super::refusal::{Parties, SpaceRefusal};
use super::terms::{OpeningGround, OppositionChannel, Stage};

/// How the one who asks proved to be entitled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The code was entered on the web, or read to an agent by phone; this is its digest.
    Code(CodeDigest),
    /// An agent saw who it is.
    IdentityProved,
}

/// Oppose the opening.
#[derive(Debug, Clone, PartialEq)]
pub struct Oppose {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub via: OppositionChannel,
    pub proof: Proof,
}

/// Take the opposition back: the space opens at once.
#[derive(Debug, Clone, PartialEq)]
pub struct WithdrawOpposition {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub via: OppositionChannel,
    pub proof: Proof,
}

impl Oppose {
    pub(super) fn decide(self, life: &Life) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(may_use(self.via), &self.by, self.at)?;
        let spent = match life.prove(self.proof.by_channel(self.via)?, self.at)? {
            Entered::Wrong(attempt) => return Ok(attempt),
            Entered::Spent => Some(SpaceRefusal::CodeUsed),
            Entered::Right => None,
        };
        match life.stage {
            Stage::Opposed => Ok(Vec::new()),
            Stage::Created | Stage::Notified | Stage::Unreachable | Stage::Blocked => match spent {
                Some(refusal) => Err(refusal),
                None => {
                    let receipt = Receipt::for_opposition(life.id, self.at);
                    Ok(vec![SpaceEvent::Opposition(OppositionEvent::Opposed { at: self.at, by: self.by, via: self.via, receipt })])
                }
            },
            Stage::Open | Stage::Active | Stage::Suspended | Stage::Closed | Stage::Destroyed | Stage::Ended => {
                Err(life.because_of_stage())
            }
        }
    }
}

impl WithdrawOpposition {
    pub(super) fn decide(self, life: &Life) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(may_use(self.via), &self.by, self.at)?;
        let spent = match life.prove(self.proof.by_channel(self.via)?, self.at)? {
            Entered::Wrong(attempt) => return Ok(attempt),
            Entered::Spent => Some(SpaceRefusal::CodeUsed),
            Entered::Right => None,
        };
        match life.stage {
            Stage::Open | Stage::Active => Ok(Vec::new()),
            Stage::Created | Stage::Notified | Stage::Unreachable | Stage::Blocked => Err(SpaceRefusal::NotOpposed),
            Stage::Suspended | Stage::Closed | Stage::Destroyed | Stage::Ended => Err(life.because_of_stage()),
            Stage::Opposed => spent.map_or_else(|| Ok(self.withdraw(life)), Err),
        }
    }

    fn withdraw(self, life: &Life) -> Vec<SpaceEvent> {
        let Self { at, by, via, proof: _ } = self;
        let mut events = vec![SpaceEvent::Opposition(OppositionEvent::OppositionWithdrawn { at, by, via })];
        events.extend(
            life.blocks.iter().map(|reason| SpaceEvent::Opening(OpeningEvent::OpeningBlocked { at, by: Party::Cnam, reason: *reason })),
        );
        if life.blocks.is_empty() {
            events.push(life.open(at, OpeningGround::OppositionWithdrawn));
        }
        events
    }
}

/// Who opposes, or withdraws, in this way.
const fn may_use(via: OppositionChannel) -> Parties {
    match via {
        OppositionChannel::Web => Parties::HolderSide,
        OppositionChannel::Phone => Parties::HolderSideOrSupport,
        OppositionChannel::Desk | OppositionChannel::Letter => Parties::Agent,
    }
}

impl Proof {
    /// The proof, if it is the one that this channel takes.
    fn by_channel(&self, via: OppositionChannel) -> Result<&Self, SpaceRefusal> {
        match (via, self) {
            (OppositionChannel::Web | OppositionChannel::Phone, Self::Code(_)) => Ok(self),
            (OppositionChannel::Desk | OppositionChannel::Letter, Self::IdentityProved) => Ok(self),
            (OppositionChannel::Web | OppositionChannel::Phone, Self::IdentityProved) => Err(SpaceRefusal::CodeNeeded { via }),
            (OppositionChannel::Desk | OppositionChannel::Letter, Self::Code(_)) => Err(SpaceRefusal::IdentityNeeded { via }),
        }
    }
}

impl Life {
    /// Tries a proof of the right kind.
    pub(super) fn prove(&self, proof: &Proof, at: DateTime<Utc>) -> Result<Entered, SpaceRefusal> {
        match proof {
            Proof::Code(entered) => self.enter_code(entered, at),
            Proof::IdentityProved => Ok(Entered::Right),
        }
    }
}
