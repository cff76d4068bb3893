//! The provisional code (*code provisoire*): issued for a message, entered as a proof, locked, spent, issued again.
//!
//! none --issued--> live --used once--> used        live --five wrong codes--> locked        any --issued again--> live
//! - a fresh code revokes the one before
//! - a code works once
//! - a code is valid until the end of its last day
//! - five wrong codes lock the code
//! - a reissue waits thirty seconds after the last code
//! - a reissued code does not lengthen the window
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use crate::space::events::CodeEvent;
use chrono::{DateTime, TimeDelta, Utc};

use crate::calendar::paris;
use crate::code::CodeDigest;
use crate::ids::MessageId;
use crate::party::Party;
use crate::policy::Policy;

use super::events::SpaceEvent;
use super::life::Life;
use super::refusal::{Parties, SpaceRefusal};
use super::sending::Lock;
use super::terms::{BlockReason, Channel, CodePurpose, Stage};

/// Issue a new code on request, to go in this message by [`super::HealthSpace::code_channel`].
#[derive(Debug, Clone, PartialEq)]
pub struct ReissueCode {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub message: MessageId,
    pub digest: CodeDigest,
}

/// What came of entering a code.
pub(super) enum Entered {
    /// It is the code.
    Right,
    /// It was the code, and did its one work.
    Spent,
    /// It is not the code: the attempt is recorded.
    Wrong(Vec<SpaceEvent>),
}

impl ReissueCode {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSideOrAgent, &self.by, self.at)?;
        if life.code.as_ref().is_some_and(|code| code.sending.message == self.message) {
            return Ok(Vec::new());
        }
        life.may_have_a_code()?;
        let channel = life.channel_without(None).ok_or(SpaceRefusal::NoContact)?;
        match &life.code {
            Some(code) if self.at < code.reissue_from => Err(SpaceRefusal::ReissueTooSoon { from: code.reissue_from }),
            Some(_) | None => Ok(vec![issue(self.at, self.message, (channel, CodePurpose::Reissue), self.digest, policy)]),
        }
    }
}

/// A code made for a message, under the policy now in force.
pub(super) fn issue(
    at: DateTime<Utc>,
    message: MessageId,
    (channel, purpose): (Channel, CodePurpose),
    digest: CodeDigest,
    policy: &Policy,
) -> SpaceEvent {
    let reissue_from = at + TimeDelta::seconds(policy.reissue_wait_seconds.into());
    SpaceEvent::Code(CodeEvent::CodeIssued {
        at,
        message,
        channel,
        purpose,
        digest,
        wrong_codes_allowed: policy.wrong_codes_allowed,
        reissue_from,
    })
}

impl Life {
    /// Whether a code, asked for now, would serve the person and nobody else.
    fn may_have_a_code(&self) -> Result<(), SpaceRefusal> {
        match self.stage {
            Stage::Notified | Stage::Opposed | Stage::Open => Ok(()),
            // The known contacts are those of somebody who is not the representative.
            Stage::Blocked if self.blocks.contains(&BlockReason::NotTheRepresentative) => Err(self.because_of_stage()),
            Stage::Blocked => Ok(()),
            Stage::Created => Err(match &self.notice {
                Some(notice) => SpaceRefusal::NoticeUnderWay { message: notice.sending.message },
                None => SpaceRefusal::NotNotified,
            }),
            Stage::Active => Err(SpaceRefusal::AlreadyActive),
            Stage::Unreachable | Stage::Suspended | Stage::Closed | Stage::Destroyed | Stage::Ended => Err(self.because_of_stage()),
        }
    }

    /// Tries a code. What is wrong with the code in force is said before the entered one is looked at.
    pub(super) fn enter_code(&self, entered: &CodeDigest, at: DateTime<Utc>) -> Result<Entered, SpaceRefusal> {
        let code = self.code.as_ref().ok_or(SpaceRefusal::NoCode)?;
        let right = code.digest.matches(entered);
        match code.lock {
            Lock::Locked => return Err(SpaceRefusal::CodeLocked),
            Lock::Used if right => return Ok(Entered::Spent),
            Lock::Used => return Err(SpaceRefusal::CodeUsed),
            Lock::Live => {}
        }
        if let Some(valid_until) = code.valid_until.filter(|last| paris::day_of(at) > *last) {
            return Err(SpaceRefusal::CodeExpired { valid_until });
        }
        if right {
            return Ok(Entered::Right);
        }
        let left = code.attempts_left.saturating_sub(1);
        let wrong = SpaceEvent::Code(CodeEvent::WrongCodeEntered { at, left });
        Ok(Entered::Wrong(if left == 0 { vec![wrong, SpaceEvent::Code(CodeEvent::CodeLocked { at })] } else { vec![wrong] }))
    }
}
