//! The prior notice (*information préalable*): sent by e-mail, else by post; received, failed, tried again, until the window runs.
//!
//! owed --sent--> on its way --received--> window runs --recorded delivery--> window runs from that day
//!                 on its way or received --fails--> void: owed by post, or unreachable
//! - the day of receipt is not counted
//! - a failed sending informs nobody
//! - a returned letter leaves the person unreachable
//! - a recorded delivery replaces the presumed receipt
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use chrono::{DateTime, NaiveDate, Utc};

use crate::calendar::{last_day, paris};
use crate::code::CodeDigest;
use crate::ids::MessageId;
use crate::policy::Policy;

use super::codes::issue;
use super::command_group::command_group;
use super::events::{CodeEvent, NoticeEvent, SpaceEvent};
use super::life::{Addressed, Delivery, Life, Sending};
use super::refusal::SpaceRefusal;
use super::terms::{Channel, CodePurpose, NotificationFailure, Stage};

command_group! {
    /// What may be asked about a notice and what became of it.
    NoticeCommand {
        SendNotice,
        RecordEmailSent,
        RecordEmailFailed,
        RecordLetterPosted,
        RecordLetterDelivered,
        RecordLetterReturned,
    }
}

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
        let (notice, stage) = (life.messages.notice(), life.stage());
        if notice.is_in(self.message) {
            return Ok(Vec::new());
        }
        if let Some(sending) = notice.sending().filter(|_| stage == Stage::Created) {
            return Err(SpaceRefusal::NoticeUnderWay { message: sending.message });
        }
        let channel = life.notice_due().ok_or(SpaceRefusal::NoNoticeOwed { stage })?;
        Ok(vec![issue(self.at, self.message, (channel, CodePurpose::Notice), self.digest, policy)])
    }
}

impl RecordEmailSent {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        let Some(sending) = message_by(life, Channel::Email, self.message)?.filter(|sending| sending.is_pending()) else {
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
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        match self.failure {
            NotificationFailure::Refused | NotificationFailure::Bounced | NotificationFailure::Undeliverable => {}
            NotificationFailure::Returned => return Err(SpaceRefusal::WrongChannel { channel: Channel::Email }),
        }
        Ok(fail(life, self.at, message_by(life, Channel::Email, self.message)?, self.failure))
    }
}

impl RecordLetterPosted {
    pub(super) fn decide(self, life: &Life, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        let Some(sending) = message_by(life, Channel::Post, self.message)?.filter(|sending| sending.is_pending()) else {
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
        let Some(sending) = message_by(life, Channel::Post, self.message)? else {
            return Ok(Vec::new());
        };
        let received_on = match sending.delivery {
            Delivery::Pending => return Err(SpaceRefusal::LetterNotPosted),
            Delivery::Failed => return Ok(Vec::new()),
            Delivery::Received { on } => on,
        };
        let (at, message, delivered_on) = (self.at, sending.message, possible(self.delivered_on, sending.not_before, self.at)?);
        if delivered_on == received_on {
            return Ok(Vec::new());
        }
        let (last_day, code_valid_until) = clocks(delivered_on, policy);
        if window_hangs_on(life, message) {
            return Ok(vec![SpaceEvent::Notice(NoticeEvent::DeliveryRecorded { at, message, delivered_on, last_day, code_valid_until })]);
        }
        let received = SpaceEvent::Code(CodeEvent::CodeReceived { at, message, received_on: delivered_on, code_valid_until });
        Ok(if life.carries_live_code(message) { vec![received] } else { Vec::new() })
    }
}

impl RecordLetterReturned {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        Ok(fail(life, self.at, message_by(life, Channel::Post, self.message)?, NotificationFailure::Returned))
    }
}

/// The two clocks that a receipt starts: the window's last day, and the code's.
fn clocks(received_on: NaiveDate, policy: &Policy) -> (NaiveDate, NaiveDate) {
    (last_day(received_on, policy.window_days), last_day(received_on, policy.code_days))
}

/// A day that somebody told us, if it can be true.
fn possible(day: NaiveDate, earliest: NaiveDate, at: DateTime<Utc>) -> Result<NaiveDate, SpaceRefusal> {
    let latest = paris::day_of(at);
    if day < earliest || day > latest { Err(SpaceRefusal::ImpossibleDay { day, earliest, latest }) } else { Ok(day) }
}

/// The message, if the space still remembers it and it goes this way; older ones no longer matter.
fn message_by(life: &Life, channel: Channel, message: MessageId) -> Result<Option<&Sending>, SpaceRefusal> {
    match life.messages.sending(message) {
        Some(sending) if sending.channel != channel => Err(SpaceRefusal::WrongChannel { channel: sending.channel }),
        sending => Ok(sending),
    }
}

/// Whether a window that still matters runs from this message.
fn window_hangs_on(life: &Life, message: MessageId) -> bool {
    let notice = life.messages.notice();
    let unopposed = life.phase.preparation().is_some_and(|preparation| preparation.opposed_since().is_none());
    unopposed && notice.is_in(message) && notice.last_day().is_some()
}

fn fail(life: &Life, at: DateTime<Utc>, sending: Option<&Sending>, failure: NotificationFailure) -> Vec<SpaceEvent> {
    let Some(sending) = sending.filter(|sending| sending.delivery != Delivery::Failed) else {
        return Vec::new();
    };
    let (message, channel) = (sending.message, sending.channel);
    if !life.awaits_notice(message) && !window_hangs_on(life, message) {
        let undelivered = SpaceEvent::Code(CodeEvent::CodeUndelivered { at, message, channel, failure });
        return if life.carries_live_code(message) { vec![undelivered] } else { Vec::new() };
    }
    let failing = match sending.addressed {
        Addressed::Current => Some(channel),
        Addressed::Former => None,
    };
    let failed = |retry_by, stage| SpaceEvent::Notice(NoticeEvent::NotificationFailed { at, message, channel, failure, retry_by, stage });
    if life.stage() == Stage::Blocked {
        // The next notice waits for the mending, which finds its channel.
        return vec![failed(None, Stage::Blocked)];
    }
    match life.channel_without(failing) {
        Some(retry) => vec![failed(Some(retry), Stage::Created)],
        None => {
            let unreachable = NoticeEvent::FoundUnreachable { at, reason: life.messages.why_unreachable(failing) };
            vec![failed(None, Stage::Unreachable), SpaceEvent::Notice(unreachable)]
        }
    }
}
