//! The aggregate `HealthSpace`: one person's space, from the day CNAM names them to the day nobody can read it any more.
//!
//! ```text
//!  created --notice received--> notified --last day over, nobody opposed--> open --signed up--> active
//!    |  ^                          |  |                                       ^                    ^
//!    |  +--an e-mail failed--------+  +--signed up before the opening---------|--------------------+
//!    |                             |                                          |
//!    +--no contact, letter back--> unreachable                                |
//!    |                                                                        |
//!    any of these --opposed--> opposed --withdrawn----------------------------+
//!    any of these --blocked--> blocked --mended--> back to where it was
//!    any of these, opposed or blocked --death--> ended
//!
//!  open | active --suspended--> suspended --opposed or mended--> back
//!  open | active | suspended --request, death--> closed        suspended --six weeks--> closed
//!  closed --reopened--> open | active        closed --request due, ten years--> destroyed --asked for--> open, new and empty
//! ```
//!
//! A decision is a pure function of the state, the command and the policy: it refuses first and acts last, and never asks the time.
//! `Ok` without events is *quiet*: what was asked is so already.
//! - a space never opens while an opposition stands
//! - a space never opens on or before its last day
//! - a destroyed space says nothing more of the person, but in a renewal
//! - nothing but a creation may be asked of a space that does not exist

mod access;
mod admission;
mod closing;
mod codes;
mod command_group;
pub mod commands;
mod destruction;
mod directory;
pub mod events;
mod information;
mod invitation;
mod life;
mod notice;
mod opening;
mod opposition;
mod person;
pub mod receipt;
pub mod refusal;
mod representation;
mod suspension;
pub mod telling;
pub mod terms;
#[cfg(test)]
pub(crate) mod tests;

use chrono::NaiveDate;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use crate::access::directory::Directory;
use crate::access::grant::Period;
use crate::access::view::SpaceView;
use crate::identity::Identity;
use crate::ids::{CaregiverId, InvitationId, MessageId, RepresentationId, SpaceId};
use crate::ins::Ins;
use crate::organism::{Department, InsurerCode};
use crate::personal::Personal;
use crate::policy::Policy;

pub use commands::SpaceCommand;
pub use events::{
    AccessEvent, Admission, AdmissionEvent, ClosingEvent, CodeEvent, Contacts, DestructionEvent, DirectoryEvent, EVENT_VERSION,
    InformationEvent, NoticeEvent, OpeningEvent, OppositionEvent, RepresentationEvent, SpaceEvent, SuspensionEvent,
};
pub use life::{DelegationState, Invitation, InvitationState, OpposedPeriod, Representation};
pub use opposition::Proof;
pub use receipt::Receipt;
pub use refusal::{Parties, SpaceRefusal};
pub use representation::{NewRepresentation, comes_of_age_on};

use life::Life;
use telling::Telling;
use terms::{Channel, CodePurpose, ReaderMessages, Stage};

/// One person's health space (*espace numérique de santé*); before its creation there is nothing to say of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HealthSpace {
    life: Option<Life>,
}

impl HealthSpace {
    /// What happens if this is asked: the events to record, none where it is so already, or the rule that says no.
    ///
    /// # Errors
    /// The first [`SpaceRefusal`] in the order that its module writes down.
    pub fn decide(&self, command: SpaceCommand, policy: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        command.decide(self.life.as_ref(), policy)
    }

    /// Where the space is in its life; nothing before its creation.
    pub fn stage(&self) -> Option<Stage> {
        self.life.as_ref().map(Life::stage)
    }

    /// The id given at its creation.
    pub fn id(&self) -> Option<SpaceId> {
        self.life.as_ref().map(|life| life.id)
    }

    /// What the insurer holds to reach the person; nothing once destroyed.
    pub fn contacts(&self) -> Option<&Contacts> {
        self.admission().map(|admission| &admission.contacts)
    }

    /// The holder's civil traits; nothing once destroyed.
    pub fn identity(&self) -> Option<&Personal<Identity>> {
        self.admission().map(|admission| &admission.identity)
    }

    /// The national health identity; nothing once destroyed.
    pub fn ins(&self) -> Option<&Personal<Ins>> {
        self.admission().map(|admission| &admission.ins)
    }

    /// The fund the person belongs to; nothing once destroyed.
    pub fn insurer(&self) -> Option<&InsurerCode> {
        self.admission().map(|admission| &admission.insurer)
    }

    /// Where the person lives; nothing once destroyed.
    pub fn department(&self) -> Option<&Department> {
        self.admission().map(|admission| &admission.department)
    }

    /// The eighteenth birthday of one who was a minor at the creation.
    pub fn comes_of_age_on(&self) -> Option<NaiveDate> {
        self.admission().and_then(|admission| admission.comes_of_age_on)
    }

    /// How the notice goes that is owed now, while no message carries it.
    pub fn notice_due(&self) -> Option<Channel> {
        self.life.as_ref().and_then(Life::notice_due)
    }

    /// Whether the message is still to be sent, how, and what for; nothing once it was settled, replaced, or has no use any more.
    pub fn expects(&self, message: MessageId) -> Option<(Channel, CodePurpose)> {
        self.life.as_ref().and_then(|life| life.expects(message))
    }

    /// The last day of the window, once a notice was received that still counts.
    pub fn window_last_day(&self) -> Option<NaiveDate> {
        self.life.as_ref().and_then(|life| life.messages.notice().last_day())
    }

    /// How a code that is asked for now would go.
    pub fn code_channel(&self) -> Option<Channel> {
        self.life.as_ref().and_then(|life| life.channel_without(None))
    }

    /// The directory of authorisations; nothing before the creation.
    pub fn directory(&self) -> Option<&Directory> {
        self.life.as_ref().map(|life| &life.directory)
    }

    /// The first period of opposition that has a day in common with these, both included.
    pub fn opposed_within(&self, first: NaiveDate, last: NaiveDate) -> Option<OpposedPeriod> {
        self.life.as_ref().and_then(|life| life.opposed.within(first, last))
    }

    /// Whom this information is sent to, and who is not reached: what its decision will say.
    ///
    /// # Errors
    /// The rule that says no, as for the command.
    pub fn tellings(&self, information: &commands::SendInformation) -> Result<Vec<Telling>, SpaceRefusal> {
        information.tellings(self.life.as_ref().ok_or(SpaceRefusal::NoSuchSpace)?)
    }

    /// Whether the holder asked to be told by e-mail of each new reader.
    pub fn reader_messages(&self) -> ReaderMessages {
        self.life.as_ref().map(|life| life.reader_messages).unwrap_or_default()
    }

    /// When the medical record was created that is older than the space, once it has joined it.
    pub fn legacy_record_since(&self) -> Option<NaiveDate> {
        self.life.as_ref().and_then(|life| life.legacy_record.created_on())
    }

    /// The space on this day, as the gate sees it; nothing before the creation.
    pub fn view(&self, day: NaiveDate) -> Option<SpaceView<'_>> {
        self.life.as_ref().map(|life| life.view(day))
    }

    /// Whether somebody acted for the holder at some time, as a minor's representative or under a declared representation.
    pub fn was_ever_represented(&self) -> bool {
        self.life.as_ref().is_some_and(|life| life.comes_of_age_on().is_some() || life.representations.were_any())
    }

    /// Whether the holder died.
    pub fn holder_died(&self) -> bool {
        self.life.as_ref().is_some_and(|life| life.died)
    }

    /// Those who act for the holder.
    pub fn representatives(&self) -> impl Iterator<Item = (RepresentationId, &Representation)> {
        self.life.iter().flat_map(|life| life.representations.standing())
    }

    /// The caregivers whose delegation was not ended, with its days and their name; it may be over by its last day.
    pub fn caregivers(&self) -> impl Iterator<Item = (CaregiverId, Period, Option<&Personal<Identity>>)> {
        self.life.iter().flat_map(|life| life.directory.delegations().map(move |(id, period)| (id, period, life.caregivers.person(id))))
    }

    /// Who a caregiver is or was, as the holder last named them.
    pub fn caregiver(&self, caregiver: CaregiverId) -> Option<&Personal<Identity>> {
        self.life.as_ref().and_then(|life| life.caregivers.person(caregiver))
    }

    /// What became of the delegation to this caregiver, as it stands on this day.
    pub fn delegation_state(&self, caregiver: CaregiverId, day: NaiveDate) -> DelegationState {
        let changed_at = self.life.as_ref().and_then(|life| life.caregivers.changed_at(caregiver));
        let period = self.directory().and_then(|directory| directory.delegation(caregiver));
        match (changed_at, period) {
            (None, _) => DelegationState::Unknown,
            (Some(ended_at), None) => DelegationState::Ended { ended_at },
            (Some(named_at), Some(period)) if period.until.is_some_and(|until| until < day) => DelegationState::Lapsed { named_at },
            (Some(_), Some(_)) => DelegationState::Standing,
        }
    }

    /// The invitations that may be accepted on this day.
    pub fn invitations_on(&self, day: NaiveDate) -> impl Iterator<Item = (InvitationId, &Invitation)> {
        self.life.iter().flat_map(move |life| life.invitations.standing_on(day))
    }

    fn admission(&self) -> Option<&Admission> {
        self.life.as_ref().and_then(|life| life.admission.as_ref())
    }
}

impl Aggregate for HealthSpace {
    const TYPE: &'static str = "health_space";
    type Command = SpaceCommand;
    type Event = SpaceEvent;
    type Error = SpaceRefusal;
    type Services = Policy;

    async fn handle(&mut self, command: SpaceCommand, policy: &Policy, sink: &EventSink<Self>) -> Result<(), SpaceRefusal> {
        for event in self.decide(command, policy)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: SpaceEvent) {
        match &mut self.life {
            Some(life) => event.apply(life),
            none => *none = event.begin(),
        }
    }
}
