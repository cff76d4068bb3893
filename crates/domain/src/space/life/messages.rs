//! What a space remembers of its messages to the person: the notice, the code in force, the channels that failed.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ids::MessageId;
use crate::space::terms::{Channel, CodePurpose, UnreachableReason};

use super::code::{Code, Lock};
use super::notice::Notice;
use super::sending::{Addressed, Delivery, Sending};

/// The messages that still matter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Messages {
    /// Channels by which a message to the present contacts failed.
    failed: BTreeSet<Channel>,
    notice: Notice,
    code: Option<Code>,
}

impl Messages {
    /// Before the first notice, which goes this way.
    pub(crate) fn owing(notice_by: Option<Channel>) -> Self {
        Self { notice: notice_by.map_or(Notice::NotOwed, Notice::Owed), ..Self::default() }
    }

    pub(crate) const fn notice(&self) -> &Notice {
        &self.notice
    }

    pub(crate) const fn code(&self) -> Option<&Code> {
        self.code.as_ref()
    }

    /// The message, if it carries the last notice or the last code.
    pub(crate) fn sending(&self, message: MessageId) -> Option<&Sending> {
        let code = self.code.as_ref().map(|code| &code.sending);
        self.notice.sending().into_iter().chain(code).find(|sending| sending.message == message)
    }

    pub(crate) fn has_failed(&self, channel: Channel) -> bool {
        self.failed.contains(&channel)
    }

    /// Why no channel is left, once this one failed too.
    pub(crate) fn why_unreachable(&self, failing: Option<Channel>) -> UnreachableReason {
        let fails = |channel| failing == Some(channel) || self.has_failed(channel);
        if fails(Channel::Post) {
            UnreachableReason::LetterReturned
        } else if fails(Channel::Email) {
            UnreachableReason::EmailFailed
        } else {
            UnreachableReason::NoContact
        }
    }

    /// Other contacts count from now on: nothing is known against them.
    pub(crate) fn readdress(&mut self) {
        self.failed.clear();
        self.sendings_mut().for_each(|sending| sending.addressed = Addressed::Former);
    }

    /// A notice is to be sent anew, if a channel is given; the one before no longer counts.
    pub(crate) fn owe_notice(&mut self, notice_by: Option<Channel>) {
        if let Some(channel) = notice_by {
            self.notice = Notice::Owed(channel);
        }
    }

    /// The notice no longer counts, and no other is owed.
    pub(crate) fn void_notice(&mut self) {
        self.notice = Notice::NotOwed;
    }

    /// Nobody can be told.
    pub(crate) fn give_up_notice(&mut self, reason: UnreachableReason) {
        self.notice = Notice::Impossible(reason);
    }

    /// A code replaces the one before; it may ride on a notice.
    pub(crate) fn issue(&mut self, code: Code) {
        match code.purpose {
            CodePurpose::Notice => self.notice = Notice::Sent(code.sending.clone()),
            CodePurpose::Reissue => {}
        }
        self.code = Some(code);
    }

    /// The notice was received, and its window ends on `last_day`.
    pub(crate) fn receive_notice(&mut self, last_day: NaiveDate) {
        self.notice = std::mem::take(&mut self.notice).received(last_day);
    }

    /// The message was received, and the code that it carries has a last day.
    pub(crate) fn receive(&mut self, message: MessageId, on: NaiveDate, code_valid_until: NaiveDate) {
        self.settle(message, Delivery::Received { on });
        if let Some(code) = self.code.as_mut().filter(|code| code.sending.message == message) {
            code.valid_until = Some(code_valid_until);
        }
    }

    /// The letter was posted on this day, before which nobody can have received it.
    pub(crate) fn post(&mut self, message: MessageId, posted_on: NaiveDate) {
        self.sendings_mut().filter(|sending| sending.message == message).for_each(|sending| sending.not_before = posted_on);
    }

    /// The message failed; so did its channel, if the contact is still the declared one.
    pub(crate) fn fail(&mut self, message: MessageId, channel: Channel) {
        if self.sending(message).is_some_and(|sending| sending.addressed == Addressed::Current) {
            self.failed.insert(channel);
        }
        self.settle(message, Delivery::Failed);
    }

    pub(crate) fn leave_attempts(&mut self, left: u8) {
        self.code.iter_mut().for_each(|code| code.attempts_left = left);
    }

    /// The code in force no longer works, if there is one.
    pub(crate) fn turn_lock(&mut self, lock: Lock) {
        self.code.iter_mut().for_each(|code| code.lock = lock);
    }

    /// What becomes of a message is noted wherever the message is remembered.
    fn settle(&mut self, message: MessageId, delivery: Delivery) {
        self.sendings_mut().filter(|sending| sending.message == message).for_each(|sending| sending.delivery = delivery);
    }

    fn sendings_mut(&mut self) -> impl Iterator<Item = &mut Sending> {
        let code = self.code.as_mut().map(|code| &mut code.sending);
        self.notice.sending_mut().into_iter().chain(code)
    }
}
