//! The state of the provisional code in force; the one before it is forgotten, and so revoked.
//!
//! none --issued--> live --used once--> used        live --too many wrong codes--> locked

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::paris;
use crate::code::CodeDigest;
use crate::ids::MessageId;
use crate::space::refusal::SpaceRefusal;
use crate::space::terms::CodePurpose;

use super::sending::Sending;

/// The last code that was issued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) sending: Sending,
    pub(crate) purpose: CodePurpose,
    pub(crate) digest: CodeDigest,
    pub(crate) attempts_left: u8,
    /// From when another may be asked for.
    pub(crate) reissue_from: DateTime<Utc>,
    /// Unknown until its message was received; the code works from the start.
    pub(crate) valid_until: Option<NaiveDate>,
    pub(crate) lock: Lock,
}

/// Whether a code still opens anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Lock {
    Live,
    Used,
    Locked,
}

/// What an entered code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// The code in force.
    Right,
    /// The code in force, which was used already.
    Used,
    /// Another; so many more may be tried.
    Wrong { left: u8 },
}

impl Code {
    /// Whether this message carries it and it still works.
    pub(crate) fn is_live_in(&self, message: MessageId) -> bool {
        self.sending.message == message && self.lock == Lock::Live
    }

    /// Compares an entered code. What is wrong with the code in force is said before the entered one is looked at.
    pub(crate) fn compare(&self, entered: &CodeDigest, at: DateTime<Utc>) -> Result<Comparison, SpaceRefusal> {
        let right = self.digest.matches(entered);
        match self.lock {
            Lock::Locked => return Err(SpaceRefusal::CodeLocked),
            Lock::Used if right => return Ok(Comparison::Used),
            Lock::Used => return Err(SpaceRefusal::CodeUsed),
            Lock::Live => {}
        }
        if let Some(valid_until) = self.valid_until.filter(|last| paris::day_of(at) > *last) {
            return Err(SpaceRefusal::CodeExpired { valid_until });
        }
        Ok(if right { Comparison::Right } else { Comparison::Wrong { left: self.attempts_left.saturating_sub(1) } })
    }
}
