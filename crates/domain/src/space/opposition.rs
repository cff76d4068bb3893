//! The opposition (*opposition*): the right to refuse the opening, proved by the code or to an agent, and the change of mind.
//!
//! created | notified | unreachable | blocked --opposed--> opposed --withdrawn--> open, or blocked until mended
//! - an opposition is accepted at any time before the opening
//! - a withdrawn opposition opens the space at once
//! - on the web and by phone the code is the proof
//! - at a desk and by letter an agent proves the identity
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use chrono::{DateTime, Utc};

use crate::code::CodeDigest;
use crate::party::Party;
use crate::policy::Policy;

use super::codes::{Entered, enter_code};
use super::command_group::command_group;
use super::events::{OpeningEvent, OppositionEvent, SpaceEvent};
use super::life::Life;
use super::opening::open;
use super::receipt::Receipt;
use super::refusal::{Parties, SpaceRefusal};
use super::terms::{BlockReason, OpeningGround, OppositionChannel};

/// How the one who asks proved to be entitled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The code was entered on the web, or read to an agent by phone; this is its digest.
    Code(CodeDigest),
    /// An agent saw who it is.
    IdentityProved,
}

command_group! {
    /// What may be asked about an opposition.
    OppositionCommand {
        Oppose,
        WithdrawOpposition,
    }
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
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(may_use(self.via), &self.by, self.at)?;
        let spent = match prove(life, self.proof.by_channel(self.via)?, self.at)? {
            Entered::Wrong(attempt) => return Ok(attempt),
            Entered::Spent => Some(SpaceRefusal::CodeUsed),
            Entered::Right => None,
        };
        if life.before_opening()?.opposed_since().is_some() {
            return Ok(Vec::new());
        }
        if let Some(refusal) = spent {
            return Err(refusal);
        }
        let Self { at, by, via, proof: _ } = self;
        let receipt = Receipt::for_opposition(life.id, at);
        Ok(vec![SpaceEvent::Opposition(OppositionEvent::Opposed { at, by, via, receipt })])
    }
}

impl WithdrawOpposition {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(may_use(self.via), &self.by, self.at)?;
        let spent = match prove(life, self.proof.by_channel(self.via)?, self.at)? {
            Entered::Wrong(attempt) => return Ok(attempt),
            Entered::Spent => Some(SpaceRefusal::CodeUsed),
            Entered::Right => None,
        };
        if life.phase.is_in_service() {
            return Ok(Vec::new());
        }
        let preparation = life.before_opening()?;
        if preparation.opposed_since().is_none() {
            return Err(SpaceRefusal::NotOpposed);
        }
        if let Some(refusal) = spent {
            return Err(refusal);
        }
        let Self { at, by, via, proof: _ } = self;
        let withdrawn = SpaceEvent::Opposition(OppositionEvent::OppositionWithdrawn { at, by, via });
        if preparation.blocks.is_empty() {
            return Ok(vec![withdrawn, open(life, at, OpeningGround::OppositionWithdrawn)]);
        }
        let blocked = |reason: &BlockReason| OpeningEvent::OpeningBlocked { at, by: Party::Cnam, reason: *reason };
        let still_blocked = preparation.blocks.iter().map(blocked).map(SpaceEvent::Opening);
        Ok(std::iter::once(withdrawn).chain(still_blocked).collect())
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

/// Tries a proof of the right kind.
pub(super) fn prove(life: &Life, proof: &Proof, at: DateTime<Utc>) -> Result<Entered, SpaceRefusal> {
    match proof {
        Proof::Code(entered) => enter_code(life, entered, at),
        Proof::IdentityProved => Ok(Entered::Right),
    }
}
