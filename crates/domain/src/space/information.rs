//! Information after the fact: readings in an emergency, a document of another person, a consultation that is awaited, new readers.
//!
//! occasion --told once--> holder by e-mail, else by post; professionals by their secure mailbox; or noted why not
//! - the holder and the attending doctor are told of an emergency reading
//! - whoever had read a document of another person is told
//! - the holder is invited only while the document is still to show by itself
//! - a new reader is told by e-mail only and only where the holder asked
//! - nobody is told of a space that is destroyed
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use chrono::{DateTime, Utc};

use crate::access::document::Visibility;
use crate::access::reader::Reader;
use crate::calendar::paris;
use crate::guarded::Guarded;
use crate::ids::MessageId;
use crate::party::Party;
use crate::policy::Policy;
use crate::rpps::Rpps;

use super::command_group::command_group;
use super::events::{InformationEvent, SpaceEvent};
use super::life::{Life, Phase};
use super::refusal::{Parties, SpaceRefusal};
use super::telling::{Addressee, InformationOccasion, Telling, TellingOutcome, Untold};
use super::terms::{Channel, ReaderMessages};

command_group! {
    /// What may be asked about information after the fact.
    InformationCommand {
        SendInformation,
        ChooseReaderMessages,
    }
}

/// Tell those whom an occasion concerns, under the ids that their messages get. [`super::HealthSpace::tellings`] says who is written to.
#[derive(Debug, Clone, PartialEq)]
pub struct SendInformation {
    pub at: DateTime<Utc>,
    pub occasion: InformationOccasion,
    /// The message to the holder; none where the occasion does not concern them.
    pub to_holder: Option<MessageId>,
    /// Whether those who act for the holder may hear of it.
    pub to_representatives: Visibility,
    /// The attending doctor, or those who had read a document of another person.
    pub professionals: Vec<ProfessionalMessage>,
    /// The version of the wording.
    pub wording: String,
}

/// A message to a professional.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfessionalMessage {
    pub professional: Rpps,
    pub message: MessageId,
    pub mailbox: Mailbox,
}

/// Whether a secure mailbox of a professional is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mailbox {
    Known,
    Unknown,
}

/// Ask to be told by e-mail of each new reader, or no longer.
#[derive(Debug, Clone, PartialEq)]
pub struct ChooseReaderMessages {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub messages: ReaderMessages,
}

impl SendInformation {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        let told = self.tellings(life)?;
        let Self { at, occasion, wording, .. } = self;
        Ok(vec![SpaceEvent::Information(InformationEvent::InformationSent { at, occasion, told, wording })])
    }

    /// Who is written to, and why somebody is not. While a space is suspended, this waits; what was closed in the meantime tells its
    /// holder nothing.
    pub(super) fn tellings(&self, life: &Life) -> Result<Vec<Telling>, SpaceRefusal> {
        match &life.phase {
            Phase::InService(_) | Phase::Archived { .. } => {}
            Phase::Before(_) | Phase::Suspended { .. } | Phase::Destroyed | Phase::Ended => return Err(life.because_of_stage()),
        }
        let holder = self.to_holder.map(|message| Telling { to: Addressee::Holder, outcome: self.holder_told(life, message) });
        Ok(holder.into_iter().chain(self.professionals_told(life)).collect())
    }

    fn holder_told(&self, life: &Life, message: MessageId) -> TellingOutcome {
        let channel = match self.why_not(life) {
            Some(why) => return TellingOutcome::NotSent { why },
            None => self.channel(life),
        };
        channel.map_or(TellingOutcome::NotSent { why: Untold::NoContact }, |channel| TellingOutcome::Sent { message, channel })
    }

    fn why_not(&self, life: &Life) -> Option<Untold> {
        if !life.phase.is_in_service() {
            return Some(Untold::SpaceClosed);
        }
        let today = paris::day_of(self.at);
        let view = life.view(today);
        if self.to_representatives == Visibility::Hidden && (view.minor || view.represented) {
            return Some(Untold::NotForRepresentatives);
        }
        match &self.occasion {
            InformationOccasion::AnnouncementAwaited { visible_from, .. } => (today >= *visible_from).then_some(Untold::TooLate),
            InformationOccasion::NewReader { .. } => (life.reader_messages == ReaderMessages::Unwanted).then_some(Untold::NotAsked),
            InformationOccasion::EmergencyReading { .. } | InformationOccasion::WrongPatient { .. } => None,
        }
    }

    /// What the holder asked to hear by e-mail does not go by post.
    fn channel(&self, life: &Life) -> Option<Channel> {
        match self.occasion {
            InformationOccasion::NewReader { .. } => life.channel_without(Some(Channel::Post)),
            InformationOccasion::EmergencyReading { .. }
            | InformationOccasion::WrongPatient { .. }
            | InformationOccasion::AnnouncementAwaited { .. } => life.channel_without(None),
        }
    }

    fn professionals_told(&self, life: &Life) -> Vec<Telling> {
        match &self.occasion {
            InformationOccasion::EmergencyReading { reader, .. } => {
                let doctor = life.directory.attending_doctor().filter(|doctor| !is(reader, doctor));
                doctor.map(|doctor| self.attending_doctor_told(doctor)).into_iter().collect()
            }
            InformationOccasion::WrongPatient { .. } => self.professionals.iter().map(reader_told).collect(),
            InformationOccasion::AnnouncementAwaited { .. } | InformationOccasion::NewReader { .. } => Vec::new(),
        }
    }

    fn attending_doctor_told(&self, doctor: &Rpps) -> Telling {
        let given = self.professionals.iter().find(|given| given.professional == *doctor);
        let outcome = given.map_or(TellingOutcome::NotSent { why: Untold::NoMailbox }, by_mailbox);
        Telling { to: Addressee::AttendingDoctor { professional: Guarded::new(doctor.clone()) }, outcome }
    }
}

/// Whether this reader is that professional.
fn is(reader: &Guarded<Reader>, professional: &Rpps) -> bool {
    matches!(reader.get(), Some(Reader::Professional(reader)) if reader.rpps == *professional)
}

fn reader_told(given: &ProfessionalMessage) -> Telling {
    Telling { to: Addressee::Reader { professional: Guarded::new(given.professional.clone()) }, outcome: by_mailbox(given) }
}

const fn by_mailbox(given: &ProfessionalMessage) -> TellingOutcome {
    match given.mailbox {
        Mailbox::Known => TellingOutcome::Sent { message: given.message, channel: Channel::Email },
        Mailbox::Unknown => TellingOutcome::NotSent { why: Untold::NoMailbox },
    }
}

impl ChooseReaderMessages {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::HolderSide, &self.by, self.at)?;
        life.was_opened()?;
        let Self { at, by, messages } = self;
        if life.reader_messages == messages {
            return Ok(Vec::new());
        }
        Ok(vec![SpaceEvent::Information(InformationEvent::ReaderMessagesChosen { at, by, messages })])
    }
}
