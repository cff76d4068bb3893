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

use chrono::{DateTime, TimeDelta, Utc};

use crate::code::CodeDigest;
use crate::ids::MessageId;
use crate::party::Party;
use crate::policy::Policy;

use super::command_group::command_group;
use super::events::{CodeEvent, SpaceEvent};
use super::life::{Comparison, Life, Notice, Phase};
use super::refusal::{Parties, SpaceRefusal};
use super::terms::{BlockReason, Channel, CodePurpose};

command_group! {
    /// What may be asked about a provisional code.
    CodeCommand {
        ReissueCode,
    }
}

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
        if life.messages.code().is_some_and(|code| code.sending.message == self.message) {
            return Ok(Vec::new());
        }
        may_have_a_code(life)?;
        let channel = life.channel_without(None).ok_or(SpaceRefusal::NoContact)?;
        match life.messages.code() {
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

/// Whether a code, asked for now, would serve the person and nobody else.
fn may_have_a_code(life: &Life) -> Result<(), SpaceRefusal> {
    if let Phase::InService(opening) = life.phase {
        return if opening.activated { Err(SpaceRefusal::AlreadyActive) } else { Ok(()) };
    }
    let preparation = life.before_opening()?;
    if preparation.opposed_since().is_some() {
        return Ok(());
    }
    if !preparation.blocks.is_empty() {
        // The known contacts are those of somebody who is not the representative.
        let wrong = preparation.is_blocked_by(BlockReason::NotTheRepresentative);
        return if wrong { Err(life.because_of_stage()) } else { Ok(()) };
    }
    match life.messages.notice() {
        Notice::Received { .. } => Ok(()),
        Notice::Sent(sending) => Err(SpaceRefusal::NoticeUnderWay { message: sending.message }),
        Notice::NotOwed | Notice::Owed(_) => Err(SpaceRefusal::NotNotified),
        Notice::Impossible(_) => Err(life.because_of_stage()),
    }
}

/// Tries a code.
pub(super) fn enter_code(life: &Life, entered: &CodeDigest, at: DateTime<Utc>) -> Result<Entered, SpaceRefusal> {
    let code = life.messages.code().ok_or(SpaceRefusal::NoCode)?;
    let left = match code.compare(entered, at)? {
        Comparison::Right => return Ok(Entered::Right),
        Comparison::Used => return Ok(Entered::Spent),
        Comparison::Wrong { left } => left,
    };
    let locked = (left == 0).then_some(CodeEvent::CodeLocked { at });
    let attempt = std::iter::once(CodeEvent::WrongCodeEntered { at, left }).chain(locked);
    Ok(Entered::Wrong(attempt.map(SpaceEvent::Code).collect()))
}
