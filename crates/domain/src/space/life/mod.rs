//! The state of one space: what its decisions need to remember, each part in a type of its own.
//!
//! The stage that everybody else knows follows from the parts; it is not remembered beside them.

mod caregivers;
mod code;
mod invitations;
mod legacy_record;
mod messages;
mod notice;
mod opposed_days;
mod phase;
mod preparation;
mod representations;
mod sending;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::access::directory::Directory;
use crate::access::view::{Availability, SpaceView};
use crate::calendar::paris;
use crate::ids::{MessageId, SpaceId};
use crate::party::Party;

use super::person::Admission;
use super::refusal::{Parties, SpaceRefusal};
use super::terms::{BlockReason, Channel, CodePurpose, MedicalRecordOrigin, ReaderMessages, Stage};

pub(crate) use caregivers::Caregivers;
pub use caregivers::DelegationState;
pub(crate) use code::{Code, Comparison, Lock};
pub(crate) use invitations::Invitations;
pub use invitations::{Invitation, InvitationState};
pub(crate) use legacy_record::LegacyRecord;
pub(crate) use messages::Messages;
pub(crate) use notice::Notice;
pub(crate) use opposed_days::OpposedDays;
pub use opposed_days::OpposedPeriod;
pub(crate) use phase::{Archive, Opening, Phase};
pub(crate) use preparation::{Opposition, Preparation};
pub use representations::Representation;
pub(crate) use representations::Representations;
pub(crate) use sending::{Addressed, Delivery, Sending};

/// A space that exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Life {
    pub(crate) id: SpaceId,
    pub(crate) phase: Phase,
    /// The holder died.
    pub(crate) died: bool,
    /// Who the holder is and how to reach them; gone with the destruction.
    pub(crate) admission: Option<Admission>,
    pub(crate) messages: Messages,
    pub(crate) representations: Representations,
    pub(crate) invitations: Invitations,
    pub(crate) directory: Directory,
    pub(crate) caregivers: Caregivers,
    /// Kept through a destruction: what comes after it is not fed for them either.
    pub(crate) opposed: OpposedDays,
    /// Whether the holder asked to be told of new readers.
    pub(crate) reader_messages: ReaderMessages,
    pub(crate) legacy_record: LegacyRecord,
}

impl Life {
    /// A space as its creation leaves it, or its renewal.
    pub(crate) fn begun(id: SpaceId, phase: Phase, admission: Admission) -> Self {
        Self { admission: Some(admission), ..Self::empty(id, phase) }
    }

    fn empty(id: SpaceId, phase: Phase) -> Self {
        Self {
            id,
            phase,
            died: false,
            admission: None,
            messages: Messages::default(),
            representations: Representations::default(),
            invitations: Invitations::default(),
            directory: Directory::default(),
            caregivers: Caregivers::default(),
            opposed: OpposedDays::default(),
            legacy_record: LegacyRecord::default(),
            reader_messages: ReaderMessages::default(),
        }
    }

    /// Keeps what a later renewal must know, and nothing of the person.
    pub(crate) fn forget(&mut self) {
        let opposed = std::mem::take(&mut self.opposed);
        let legacy_record = LegacyRecord::Destroyed;
        *self = Self { died: self.died, opposed, legacy_record, ..Self::empty(self.id, Phase::Destroyed) };
    }

    /// The medical record that the opening names: the older one joins, where the admission says since when there is one.
    pub(crate) fn come_with(&mut self, origin: MedicalRecordOrigin) {
        let since = self.admission.as_ref().and_then(|admission| admission.medical_record_since);
        match (origin, since) {
            (MedicalRecordOrigin::Joined, Some(created_on)) => self.legacy_record = LegacyRecord::Joined { created_on },
            (MedicalRecordOrigin::Joined, None) | (MedicalRecordOrigin::Created, _) => {}
        }
    }

    /// Where the space is, in the words of its events.
    pub(crate) fn stage(&self) -> Stage {
        match &self.phase {
            Phase::Before(preparation) => self.stage_before_opening(preparation),
            // A death is followed by the closing in the same decision.
            Phase::InService(_) | Phase::Suspended { .. } if self.died => Stage::Closed,
            Phase::InService(opening) => opening.stage(),
            Phase::Suspended { .. } => Stage::Suspended,
            Phase::Archived { .. } => Stage::Closed,
            Phase::Destroyed => Stage::Destroyed,
            Phase::Ended => Stage::Ended,
        }
    }

    fn stage_before_opening(&self, preparation: &Preparation) -> Stage {
        if preparation.opposed_since().is_some() {
            return Stage::Opposed;
        }
        if !preparation.blocks.is_empty() {
            return Stage::Blocked;
        }
        match self.messages.notice() {
            Notice::NotOwed | Notice::Owed(_) | Notice::Sent(_) => Stage::Created,
            Notice::Received { .. } => Stage::Notified,
            Notice::Impossible(_) => Stage::Unreachable,
        }
    }

    /// Why the stage forbids what it forbids: the one answer for all commands.
    pub(crate) fn because_of_stage(&self) -> SpaceRefusal {
        match &self.phase {
            Phase::Before(preparation) => self.because_of_preparation(preparation),
            Phase::Destroyed => SpaceRefusal::SpaceDestroyed,
            Phase::Ended => SpaceRefusal::Deceased,
            Phase::InService(_) | Phase::Suspended { .. } | Phase::Archived { .. } if self.died => SpaceRefusal::Deceased,
            Phase::InService(opening) => SpaceRefusal::AlreadyOpen { opened_on: opening.opened_on },
            Phase::Suspended { last_day, .. } => SpaceRefusal::SpaceSuspended { last_day: *last_day },
            Phase::Archived { archive, .. } => SpaceRefusal::SpaceClosed { closed_on: archive.closed_on },
        }
    }

    fn because_of_preparation(&self, preparation: &Preparation) -> SpaceRefusal {
        if let Some(since) = preparation.opposed_since() {
            return SpaceRefusal::OppositionStands { since };
        }
        if let Some(reason) = preparation.blocks.first() {
            return SpaceRefusal::OpeningBlocked { reason: *reason };
        }
        match self.messages.notice() {
            Notice::Impossible(reason) => SpaceRefusal::Unreachable { reason: *reason },
            Notice::NotOwed | Notice::Owed(_) | Notice::Sent(_) | Notice::Received { .. } => SpaceRefusal::NotOpen { stage: self.stage() },
        }
    }

    /// Who may ask; a representative only for a minor or under a declared representation.
    pub(crate) fn allow(&self, expected: Parties, by: &Party, at: DateTime<Utc>) -> Result<(), SpaceRefusal> {
        if !expected.include(by) {
            return Err(SpaceRefusal::PartyNotAllowed { expected });
        }
        let today = paris::day_of(at);
        let represents = self.is_minor_on(today) || self.representations.any_on(today);
        if *by == Party::Representative && !represents { Err(SpaceRefusal::NotARepresentative) } else { Ok(()) }
    }

    /// What comes before the opening: refused once the space has opened.
    pub(crate) fn before_opening(&self) -> Result<&Preparation, SpaceRefusal> {
        self.phase.preparation().ok_or_else(|| self.because_of_stage())
    }

    /// What needs a space that has not opened yet, and whose opening nothing holds back.
    pub(crate) fn nothing_holds_back(&self) -> Result<(), SpaceRefusal> {
        if self.before_opening()?.is_free() { Ok(()) } else { Err(self.because_of_stage()) }
    }

    /// What needs a space that is open, and neither suspended nor closed.
    pub(crate) fn in_service(&self) -> Result<(), SpaceRefusal> {
        if self.phase.is_in_service() { Ok(()) } else { Err(self.because_of_stage()) }
    }

    /// What stays possible while the space is suspended or archived, because what is closed may reopen.
    pub(crate) fn was_opened(&self) -> Result<(), SpaceRefusal> {
        self.phase.opening().map(|_| ()).ok_or_else(|| self.because_of_stage())
    }

    /// What needs an archive; a space that is open is to be closed first.
    pub(crate) fn archived(&self) -> Result<&Archive, SpaceRefusal> {
        match &self.phase {
            Phase::Archived { archive, .. } => Ok(archive),
            Phase::InService(_) | Phase::Suspended { .. } => Err(SpaceRefusal::NotClosed { stage: self.stage() }),
            Phase::Before(_) | Phase::Destroyed | Phase::Ended => Err(self.because_of_stage()),
        }
    }

    /// Refuses to write what belongs to a person who died or whose space is destroyed.
    pub(crate) fn still_lives(&self) -> Result<(), SpaceRefusal> {
        match self.phase {
            Phase::Destroyed => Err(SpaceRefusal::SpaceDestroyed),
            Phase::Ended => Err(SpaceRefusal::Deceased),
            Phase::Before(_) | Phase::InService(_) | Phase::Suspended { .. } | Phase::Archived { .. } if self.died => {
                Err(SpaceRefusal::Deceased)
            }
            Phase::Before(_) | Phase::InService(_) | Phase::Suspended { .. } | Phase::Archived { .. } => Ok(()),
        }
    }

    /// The space on this day, as the gate sees it.
    pub(crate) fn view(&self, day: NaiveDate) -> SpaceView<'_> {
        let (minor, represented) = (self.is_minor_on(day), self.representations.any_on(day));
        let legacy_record = self.legacy_record.created_on().is_some();
        SpaceView { availability: self.availability(), minor, represented, legacy_record, directory: &self.directory }
    }

    fn availability(&self) -> Availability {
        match &self.phase {
            Phase::Before(preparation) if preparation.opposed_since().is_some() => Availability::Opposed,
            Phase::Before(_) => Availability::NotOpened,
            Phase::Ended => Availability::HolderDied,
            Phase::Destroyed => Availability::Destroyed,
            Phase::InService(_) | Phase::Suspended { .. } | Phase::Archived { .. } if self.died => Availability::HolderDied,
            Phase::InService(_) => Availability::InService,
            Phase::Suspended { .. } => Availability::Suspended,
            Phase::Archived { .. } => Availability::Closed,
        }
    }

    pub(crate) fn is_blocked_by(&self, reason: BlockReason) -> bool {
        self.phase.preparation().is_some_and(|preparation| preparation.is_blocked_by(reason))
    }

    pub(crate) fn comes_of_age_on(&self) -> Option<NaiveDate> {
        self.admission.as_ref().and_then(|admission| admission.comes_of_age_on)
    }

    pub(crate) fn is_minor_on(&self, day: NaiveDate) -> bool {
        self.comes_of_age_on().is_some_and(|birthday| day < birthday)
    }

    /// How a message goes now: by the first channel that is declared and has not failed, nor fails with this one.
    pub(crate) fn channel_without(&self, failing: Option<Channel>) -> Option<Channel> {
        let contacts = &self.admission.as_ref()?.contacts;
        let works = |channel: &Channel| contacts.has(*channel) && !self.messages.has_failed(*channel) && failing != Some(*channel);
        [Channel::Email, Channel::Post].into_iter().find(works)
    }

    /// How the notice that is owed goes, while no message carries it.
    pub(crate) fn notice_due(&self) -> Option<Channel> {
        match self.messages.notice() {
            Notice::Owed(channel) if self.stage() == Stage::Created => Some(*channel),
            Notice::Owed(_) | Notice::NotOwed | Notice::Sent(_) | Notice::Received { .. } | Notice::Impossible(_) => None,
        }
    }

    /// Whether the message is the notice whose receipt starts the window.
    pub(crate) fn awaits_notice(&self, message: MessageId) -> bool {
        let sending = self.messages.notice().sending().filter(|sending| sending.message == message);
        self.stage() == Stage::Created && sending.is_some_and(Sending::is_pending)
    }

    /// What the message is for, while it is still to be sent.
    pub(crate) fn expects(&self, message: MessageId) -> Option<(Channel, CodePurpose)> {
        let code = self.messages.code().filter(|code| code.sending.message == message && code.sending.is_pending())?;
        let wanted = match code.purpose {
            CodePurpose::Notice => self.awaits_notice(message),
            CodePurpose::Reissue => self.carries_live_code(message),
        };
        wanted.then_some((code.sending.channel, code.purpose))
    }

    /// Whether the message carries a code that can still do anything: before the opening, and after it until the activation.
    pub(crate) fn carries_live_code(&self, message: MessageId) -> bool {
        let serves = match &self.phase {
            Phase::Before(_) => true,
            Phase::InService(opening) => !opening.activated,
            Phase::Suspended { .. } | Phase::Archived { .. } | Phase::Destroyed | Phase::Ended => false,
        };
        serves && self.messages.code().is_some_and(|code| code.is_live_in(message))
    }
}
