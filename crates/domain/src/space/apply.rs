//! How each event of the contract changes the remembered state: a fold that refuses nothing, because what happened, happened.

use crate::space::events::{
    AccessEvent, AdmissionEvent, ClosingEvent, CodeEvent, DestructionEvent, NoticeEvent, OpeningEvent, OppositionEvent,
    RepresentationEvent, SuspensionEvent,
};
use chrono::NaiveDate;

use crate::calendar::paris;
use crate::ids::{GrantId, MessageId, RepresentationId};

use super::events::{Contacts, SpaceEvent};
use super::life::{Archive, Grant, Life, Representation, Standing};
use super::sending::{Addressed, Code, Fate, Lock, Notice, Sending};
use super::terms::{BlockReason, Channel, CodePurpose, OppositionChannel, RepresentationEnd};

impl Life {
    /// The space after its creation; no other event begins one.
    pub(super) fn begin(event: SpaceEvent) -> Option<Self> {
        let stage = event.stage()?;
        if let SpaceEvent::Admission(AdmissionEvent::SpaceCreated { space, admission, notice_by, .. }) = event {
            let mut life = Self::begun(space, stage, admission);
            life.owed = notice_by;
            return Some(life);
        }
        None
    }

    /// The space after one more event.
    pub(super) fn apply(&mut self, event: SpaceEvent) {
        self.stage = event.stage().unwrap_or(self.stage);
        let at = event.at();
        match event {
            // It begins a life, and is decided once.
            SpaceEvent::Admission(AdmissionEvent::SpaceCreated { .. }) => {}
            SpaceEvent::Notice(NoticeEvent::FoundUnreachable { reason, .. }) => (self.unreachable, self.owed) = (Some(reason), None),
            SpaceEvent::Admission(AdmissionEvent::ContactsDeclared { contacts, notice_by, .. }) => self.apply_contacts(contacts, notice_by),
            SpaceEvent::Admission(AdmissionEvent::InsReplaced { ins, .. }) => {
                self.admission.iter_mut().for_each(|admission| admission.ins = ins.clone())
            }
            SpaceEvent::Code(CodeEvent::CodeIssued { .. }) => self.apply_code(event),
            SpaceEvent::Code(CodeEvent::CodeReceived { message, received_on, code_valid_until, .. }) => {
                self.received(message, received_on, code_valid_until)
            }
            SpaceEvent::Code(CodeEvent::CodeUndelivered { message, channel, .. }) => self.undelivered(message, channel),
            SpaceEvent::Code(CodeEvent::WrongCodeEntered { left, .. }) => self.code.iter_mut().for_each(|code| code.attempts_left = left),
            SpaceEvent::Code(CodeEvent::CodeLocked { .. }) => self.turn(Lock::Locked),
            SpaceEvent::Notice(NoticeEvent::NotifiedByEmail { message, received_on, last_day, code_valid_until, .. })
            | SpaceEvent::Notice(NoticeEvent::DeliveryRecorded {
                message, delivered_on: received_on, last_day, code_valid_until, ..
            }) => {
                self.told(message, received_on, last_day, code_valid_until);
            }
            SpaceEvent::Notice(NoticeEvent::NotifiedByPost { message, posted_on, received_on, last_day, code_valid_until, .. }) => {
                self.sendings_mut().filter(|sending| sending.message == message).for_each(|sending| sending.not_before = posted_on);
                self.told(message, received_on, last_day, code_valid_until);
            }
            SpaceEvent::Notice(NoticeEvent::NotificationFailed { message, channel, retry_by, .. }) => {
                self.undelivered(message, channel);
                (self.notice, self.owed) = (None, retry_by);
            }
            SpaceEvent::Opposition(OppositionEvent::Opposed { via, receipt, .. }) => self.take_stance(Some(receipt.on), via),
            SpaceEvent::Opposition(OppositionEvent::OppositionWithdrawn { via, .. }) => self.take_stance(None, via),
            SpaceEvent::Opening(OpeningEvent::OpeningBlocked { reason, .. }) => self.apply_block(reason),
            SpaceEvent::Opening(OpeningEvent::OpeningUnblocked { reason, notice_by, .. }) => {
                self.blocks.remove(&reason);
                self.owe(notice_by);
            }
            SpaceEvent::Opening(OpeningEvent::OpenedByCnam { opened_on, .. }) => {
                (self.opened_on, self.opening_wanted) = (Some(opened_on), false)
            }
            SpaceEvent::Opening(OpeningEvent::Activated { .. }) => {
                (self.activated, self.opening_wanted) = (true, false);
                self.opened_on = self.opened_on.or_else(|| Some(paris::day_of(at)));
                self.turn(Lock::Used);
            }
            SpaceEvent::Access(AccessEvent::AccessGranted { grant, to, scope, until, .. }) => {
                self.grants.insert(grant, Grant { to, scope, until, standing: Standing::Stands });
            }
            SpaceEvent::Access(AccessEvent::AccessRevoked { grant, .. }) | SpaceEvent::Access(AccessEvent::AccessExpired { grant, .. }) => {
                self.end_grant(grant)
            }
            SpaceEvent::Access(AccessEvent::ProfessionalBlocked { professional, ended, .. }) => {
                self.blocked.insert(professional);
                ended.into_iter().for_each(|grant| self.end_grant(grant));
            }
            SpaceEvent::Access(AccessEvent::ProfessionalUnblocked { professional, .. }) => {
                self.blocked.retain(|other| *other != professional)
            }
            SpaceEvent::Representation(RepresentationEvent::RepresentationDeclared {
                representation,
                kind,
                representative,
                ends_on,
                ..
            }) => {
                self.representations.insert(representation, Representation { kind, representative, ends_on, standing: Standing::Stands });
            }
            SpaceEvent::Representation(RepresentationEvent::RepresentationEnded { representation, reason, .. }) => {
                self.end_representation(representation, reason)
            }
            SpaceEvent::Representation(RepresentationEvent::CameOfAge { .. }) => self.came_of_age = true,
            SpaceEvent::Suspension(SuspensionEvent::Suspended { last_day, .. }) => self.closes_after = Some(last_day),
            SpaceEvent::Suspension(SuspensionEvent::ClosingOpposed { .. })
            | SpaceEvent::Suspension(SuspensionEvent::SuspensionLifted { .. }) => self.closes_after = None,
            SpaceEvent::Closing(ClosingEvent::DeathRecorded { .. }) => self.died = true,
            SpaceEvent::Closing(ClosingEvent::Closed { closed_on, archived_until: until, .. }) => {
                self.archive(Archive { closed_on, until })
            }
            SpaceEvent::Closing(ClosingEvent::Reopened { .. }) => self.archive = None,
            SpaceEvent::Destruction(DestructionEvent::DestructionRequested { destroy_on, .. }) => self.destroy_on = Some(destroy_on),
            SpaceEvent::Destruction(DestructionEvent::DestructionCancelled { .. }) => self.destroy_on = None,
            SpaceEvent::Destruction(DestructionEvent::Destroyed { .. }) => self.forget(),
            SpaceEvent::Destruction(DestructionEvent::SpaceRenewed { admission, .. }) => {
                *self = Self { opened_on: Some(paris::day_of(at)), ..Self::begun(self.id, self.stage, admission) };
            }
        }
    }

    fn apply_contacts(&mut self, contacts: Contacts, notice_by: Option<Channel>) {
        self.failed.clear();
        self.sendings_mut().for_each(|sending| sending.addressed = Addressed::Former);
        if let Some(admission) = &mut self.admission {
            admission.contacts = contacts;
        }
        self.owe(notice_by);
    }

    fn owe(&mut self, notice_by: Option<Channel>) {
        if notice_by.is_some() {
            (self.owed, self.unreachable, self.notice) = (notice_by, None, None);
        }
    }

    fn apply_code(&mut self, event: SpaceEvent) {
        if let SpaceEvent::Code(CodeEvent::CodeIssued { at, message, channel, purpose, digest, wrong_codes_allowed, reissue_from }) = event
        {
            let not_before = paris::day_of(at);
            let sending = Sending { message, channel, not_before, addressed: Addressed::Current, fate: Fate::Pending };
            match purpose {
                CodePurpose::Notice => self.notice = Some(Notice { sending: sending.clone(), last_day: None }),
                CodePurpose::Reissue => {}
            }
            let attempts_left = wrong_codes_allowed;
            self.code = Some(Code { sending, purpose, digest, attempts_left, reissue_from, valid_until: None, lock: Lock::Live });
        }
    }

    fn received(&mut self, message: MessageId, on: NaiveDate, code_valid_until: NaiveDate) {
        self.settle(message, Fate::Received { on });
        if let Some(code) = self.code.as_mut().filter(|code| code.sending.message == message) {
            code.valid_until = Some(code_valid_until);
        }
    }

    fn told(&mut self, message: MessageId, on: NaiveDate, last_day: NaiveDate, code_valid_until: NaiveDate) {
        self.received(message, on, code_valid_until);
        self.notice.iter_mut().for_each(|notice| notice.last_day = Some(last_day));
    }

    fn undelivered(&mut self, message: MessageId, channel: Channel) {
        if self.sending(message).is_some_and(|sending| sending.addressed == Addressed::Current) {
            self.failed.insert(channel);
        }
        self.settle(message, Fate::Failed);
    }

    fn turn(&mut self, lock: Lock) {
        self.code.iter_mut().for_each(|code| code.lock = lock);
    }

    /// A code works once; an identity proved to an agent spends none.
    fn take_stance(&mut self, opposed_on: Option<NaiveDate>, via: OppositionChannel) {
        (self.opposed_on, self.opening_wanted) = (opposed_on, opposed_on.is_none());
        match via {
            OppositionChannel::Web | OppositionChannel::Phone => self.turn(Lock::Used),
            OppositionChannel::Desk | OppositionChannel::Letter => {}
        }
    }

    fn apply_block(&mut self, reason: BlockReason) {
        self.blocks.insert(reason);
        match reason {
            BlockReason::Technical => {}
            // Whoever was told was the wrong one: neither their window nor their code counts.
            BlockReason::NotTheRepresentative => {
                (self.notice, self.owed, self.opening_wanted) = (None, None, false);
                self.turn(Lock::Used);
            }
        }
    }

    fn archive(&mut self, archive: Archive) {
        (self.archive, self.closes_after) = (Some(archive), None);
    }

    fn end_grant(&mut self, grant: GrantId) {
        self.grants.entry(grant).and_modify(|grant| grant.standing = Standing::Over);
    }

    fn end_representation(&mut self, representation: RepresentationId, reason: RepresentationEnd) {
        self.representations.entry(representation).and_modify(|one| one.standing = Standing::Over);
        match reason {
            // The code was in the wrong hands.
            RepresentationEnd::Denied => self.turn(Lock::Used),
            RepresentationEnd::CameOfAge | RepresentationEnd::Ended => {}
        }
    }

    /// Keeps what a later renewal must know, and nothing of the person.
    fn forget(&mut self) {
        self.admission = None;
        (self.notice, self.code, self.destroy_on) = (None, None, None);
        self.representations.clear();
        self.grants.clear();
        self.blocked.clear();
    }
}
