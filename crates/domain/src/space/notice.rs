//! The prior notice (*information préalable*): sent by e-mail, else by post; received, failed, tried again, until the window runs.
//!
//! owed --sent--> on its way --received--> window runs --recorded delivery--> window runs from that day
//!                 on its way or received --fails--> void: owed by post, or unreachable
//! - the day of receipt is not counted
//! - a failed sending informs nobody
//! - a returned letter leaves the person unreachable
//! - a recorded delivery replaces the presumed receipt
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use crate::space::events::{CodeEvent, NoticeEvent};
use chrono::{DateTime, NaiveDate, Utc};

use crate::calendar::{last_day, paris};
use crate::code::CodeDigest;
use crate::ids::MessageId;
use crate::policy::Policy;

use super::codes::issue;
use super::events::SpaceEvent;
use super::life::Life;
use super::refusal::SpaceRefusal;
use super::sending::{Addressed, Fate, Lock, Sending};
use super::terms::{Channel, CodePurpose, NotificationFailure, Stage, UnreachableReason};

/// Send the notice that is owed, by [`super::HealthSpace::notice_due`], with the code of this digest.
#[derive(Debug, Clone, PartialEq)]
pub struct SendNotice {
    pub at: DateTime<Utc>,
    pub message: MessageId,
    pub digest: CodeDigest,
}

/// Record that the mail server took an e-mail: that is its receipt.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordEmailSent {
    pub at: DateTime<Utc>,
    pub message: MessageId,
}

/// Record that an e-mail was refused at once, bounced later, or could not be handed over.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordEmailFailed {
    pub at: DateTime<Utc>,
    pub message: MessageId,
    pub failure: NotificationFailure,
}

/// Record that the carrier posted a letter: it is presumed received after the postal allowance.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordLetterPosted {
    pub at: DateTime<Utc>,
    pub message: MessageId,
    pub posted_on: NaiveDate,
}

/// Record that a letter was delivered on a known day, earlier or later than presumed.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordLetterDelivered {
    pub at: DateTime<Utc>,
    pub message: MessageId,
    pub delivered_on: NaiveDate,
}

/// Record that a letter came back to the sender.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordLetterReturned {
    pub at: DateTime<Utc>,
    pub message: MessageId,
}

impl SendNotice {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        let notice = life.notice.as_ref().map(|notice| &notice.sending);
        if notice.is_some_and(|sending| sending.message == self.message) {
            return Ok(Vec::new());
        }
        if let Some(sending) = notice.filter(|_| life.stage == Stage::Created) {
            return Err(SpaceRefusal::NoticeUnderWay { message: sending.message });
        }
        let channel = life.notice_due().ok_or(SpaceRefusal::NoNoticeOwed { stage: life.stage })?;
        Ok(vec![issue(self.at, self.message, (channel, CodePurpose::Notice), self.digest, policy)])
    }
}

impl RecordEmailSent {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        let Some(sending) = life.message_by(Channel::Email, self.message)?.filter(|sending| sending.is_pending()) else {
            return Ok(Vec::new());
        };
        let (at, message, received_on) = (self.at, sending.message, paris::day_of(self.at));
        let (last_day, code_valid_until) = clocks(received_on, policy);
        Ok(vec![if life.awaits_notice(message) {
            SpaceEvent::Notice(NoticeEvent::NotifiedByEmail { at, message, received_on, last_day, code_valid_until })
        } else {
            SpaceEvent::Code(CodeEvent::CodeReceived { at, message, received_on, code_valid_until })
        }])
    }
}

impl RecordEmailFailed {
    pub(super) fn decide(self, life: &Life) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        match self.failure {
            NotificationFailure::Refused | NotificationFailure::Bounced | NotificationFailure::Undeliverable => {}
            NotificationFailure::Returned => return Err(SpaceRefusal::WrongChannel { channel: Channel::Email }),
        }
        Ok(life.fail(self.at, life.message_by(Channel::Email, self.message)?, self.failure))
    }
}

impl RecordLetterPosted {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        let Some(sending) = life.message_by(Channel::Post, self.message)?.filter(|sending| sending.is_pending()) else {
            return Ok(Vec::new());
        };
        let (at, message, posted_on) = (self.at, sending.message, possible(self.posted_on, sending.not_before, self.at)?);
        let received_on = last_day(posted_on, policy.postal_allowance_days);
        let (last_day, code_valid_until) = clocks(received_on, policy);
        Ok(vec![if life.awaits_notice(message) {
            SpaceEvent::Notice(NoticeEvent::NotifiedByPost { at, message, posted_on, received_on, last_day, code_valid_until })
        } else {
            SpaceEvent::Code(CodeEvent::CodeReceived { at, message, received_on, code_valid_until })
        }])
    }
}

impl RecordLetterDelivered {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        let Some(sending) = life.message_by(Channel::Post, self.message)? else {
            return Ok(Vec::new());
        };
        let received_on = match sending.fate {
            Fate::Pending => return Err(SpaceRefusal::LetterNotPosted),
            Fate::Failed => return Ok(Vec::new()),
            Fate::Received { on } => on,
        };
        let (at, message, delivered_on) = (self.at, sending.message, possible(self.delivered_on, sending.not_before, self.at)?);
        if delivered_on == received_on {
            return Ok(Vec::new());
        }
        let (last_day, code_valid_until) = clocks(delivered_on, policy);
        if life.window_hangs_on(message) {
            return Ok(vec![SpaceEvent::Notice(NoticeEvent::DeliveryRecorded { at, message, delivered_on, last_day, code_valid_until })]);
        }
        let received = SpaceEvent::Code(CodeEvent::CodeReceived { at, message, received_on: delivered_on, code_valid_until });
        Ok(if life.carries_live_code(message) { vec![received] } else { Vec::new() })
    }
}

impl RecordLetterReturned {
    pub(super) fn decide(self, life: &Life) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        Ok(life.fail(self.at, life.message_by(Channel::Post, self.message)?, NotificationFailure::Returned))
    }
}

/// The two clocks that a receipt starts: the window's last day, and the code's.
fn clocks(received_on: NaiveDate, policy: &Policy) -> (NaiveDate, NaiveDate) {
    (last_day(received_on, policy.window_days), last_day(received_on, policy.code_days))
}

/// A day that somebody told us, if it can be true.
fn possible(day: NaiveDate, earliest: NaiveDate, at: DateTime<Utc>) -> Result<NaiveDate, SpaceRefusal> {
    let latest = paris::day_of(at);
    if day < earliest || day > latest { Err(SpaceRefusal::ImpossibleDay { day, earliest: Some(earliest), latest }) } else { Ok(day) }
}

impl Life {
    /// How the notice that is owed goes, while no message carries it.
    pub(super) fn notice_due(&self) -> Option<Channel> {
        self.owed.filter(|_| self.stage == Stage::Created && self.notice.is_none())
    }

    /// What the message is for, while it is still to be sent.
    pub(super) fn expects(&self, message: MessageId) -> Option<(Channel, CodePurpose)> {
        let code = self.code.as_ref().filter(|code| code.sending.message == message && code.sending.is_pending())?;
        let wanted = match code.purpose {
            CodePurpose::Notice => self.awaits_notice(message),
            CodePurpose::Reissue => code.lock == Lock::Live && self.serves_a_code(),
        };
        wanted.then_some((code.sending.channel, code.purpose))
    }

    /// The message, if the space still remembers it and it goes this way; older ones no longer matter.
    fn message_by(&self, channel: Channel, message: MessageId) -> Result<Option<&Sending>, SpaceRefusal> {
        match self.sending(message) {
            Some(sending) if sending.channel != channel => Err(SpaceRefusal::WrongChannel { channel: sending.channel }),
            sending => Ok(sending),
        }
    }

    /// Whether the message is the notice whose receipt starts the window.
    pub(super) fn awaits_notice(&self, message: MessageId) -> bool {
        let pending = self.notice.as_ref().is_some_and(|notice| notice.sending.message == message && notice.sending.is_pending());
        pending && self.stage == Stage::Created
    }

    /// Whether a window that still matters runs from this message.
    fn window_hangs_on(&self, message: MessageId) -> bool {
        let runs = self.notice.as_ref().is_some_and(|notice| notice.sending.message == message && notice.last_day.is_some());
        runs && (self.stage == Stage::Notified || self.stage == Stage::Blocked)
    }

    fn carries_live_code(&self, message: MessageId) -> bool {
        self.serves_a_code() && self.code.as_ref().is_some_and(|code| code.sending.message == message && code.lock == Lock::Live)
    }

    /// Whether a code can still do anything: before the opening, and after it until the activation.
    fn serves_a_code(&self) -> bool {
        match self.stage {
            Stage::Created | Stage::Notified | Stage::Unreachable | Stage::Opposed | Stage::Blocked | Stage::Open => true,
            Stage::Active | Stage::Suspended | Stage::Closed | Stage::Destroyed | Stage::Ended => false,
        }
    }

    fn fail(&self, at: DateTime<Utc>, sending: Option<&Sending>, failure: NotificationFailure) -> Vec<SpaceEvent> {
        let Some(sending) = sending.filter(|sending| sending.fate != Fate::Failed) else {
            return Vec::new();
        };
        let (message, channel) = (sending.message, sending.channel);
        if !self.awaits_notice(message) && !self.window_hangs_on(message) {
            let undelivered = SpaceEvent::Code(CodeEvent::CodeUndelivered { at, message, channel, failure });
            return if self.carries_live_code(message) { vec![undelivered] } else { Vec::new() };
        }
        let failing = match sending.addressed {
            Addressed::Current => Some(channel),
            Addressed::Former => None,
        };
        let failed =
            |retry_by, stage| SpaceEvent::Notice(NoticeEvent::NotificationFailed { at, message, channel, failure, retry_by, stage });
        if self.stage == Stage::Blocked {
            // The next notice waits for the mending, which finds its channel.
            return vec![failed(None, Stage::Blocked)];
        }
        match self.channel_without(failing) {
            Some(retry) => vec![failed(Some(retry), Stage::Created)],
            None => vec![
                failed(None, Stage::Unreachable),
                SpaceEvent::Notice(NoticeEvent::FoundUnreachable { at, reason: self.why_unreachable(failing) }),
            ],
        }
    }

    /// Why no channel is left, once this one failed too.
    pub(super) fn why_unreachable(&self, failing: Option<Channel>) -> UnreachableReason {
        if failing == Some(Channel::Post) || self.failed.contains(&Channel::Post) {
            return UnreachableReason::LetterReturned;
        }
        if failing == Some(Channel::Email) || self.failed.contains(&Channel::Email) {
            return UnreachableReason::EmailFailed;
        }
        UnreachableReason::NoContact
    }
}
