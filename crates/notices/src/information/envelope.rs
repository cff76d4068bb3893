//! The command that tells those whom an occasion concerns, with the message to each.
//!
//! The command, its event and its messages are one transaction, under a key that names the occasion: a second process finds it told.

use ens_domain::access::Reader;
use ens_domain::guarded::Guarded;
use ens_domain::personal::{Personal, PersonalData};
use ens_domain::rpps::Rpps;
use ens_domain::space::HealthSpace;
use ens_domain::space::commands::{Mailbox, ProfessionalMessage, SendInformation};
use ens_domain::space::telling::{Addressee, InformationOccasion, Telling, TellingOutcome};
use ens_store::{CommandContext, CommandEnvelope, Draft, Loaded, StoreError};

use super::concerned::{Concerned, HolderConcern};
use crate::content::{InformationTo, MessageContent, Reading};
use crate::professional_mailboxes::ProfessionalMailboxes;
use crate::wording::INFORMATION_WORDING;

/// Makes the commands, with a message to everybody who is reached.
pub(super) struct Envelopes<'a> {
    pub(super) context: &'a CommandContext,
    pub(super) mailboxes: &'a ProfessionalMailboxes,
}

impl Envelopes<'_> {
    /// The command and its messages; nothing where the space refuses it now.
    pub(super) fn telling(&self, concerned: Concerned, loaded: &Loaded) -> Result<Option<CommandEnvelope>, StoreError> {
        let (space, name) = (&loaded.space, concerned.name.clone());
        let Some(id) = space.id() else { return Ok(None) };
        let information = self.information(concerned, space)?;
        // What the space refuses, it refuses now: it may be suspended.
        let Ok(tellings) = space.tellings(&information) else { return Ok(None) };
        let mut drafts = Vec::with_capacity(tellings.len());
        for telling in &tellings {
            drafts.extend(draft(&information, telling)?);
        }
        // The key names the occasion completely, so it has no other content to tell apart.
        let envelope = CommandEnvelope::new(id, information).once(format!("information/{id}/{name}"), [0; 32]).expecting(loaded.version);
        Ok(Some(drafts.into_iter().fold(envelope, CommandEnvelope::sending)))
    }

    fn information(&self, concerned: Concerned, space: &HealthSpace) -> Result<SendInformation, StoreError> {
        let Concerned { occasion, holder, to_representatives, mut readers, .. } = concerned;
        readers.extend(space.directory().and_then(|directory| directory.attending_doctor()).filter(|_| is_emergency(&occasion)).cloned());
        let to_holder = match holder {
            HolderConcern::Concerned => Some(self.context.new_id()?),
            HolderConcern::Unconcerned => None,
        };
        let message = |professional: Rpps| {
            let mailbox = if self.mailboxes.of(&professional).is_some() { Mailbox::Known } else { Mailbox::Unknown };
            Ok(ProfessionalMessage { message: self.context.new_id()?, professional, mailbox })
        };
        let professionals = readers.into_iter().map(message).collect::<Result<_, StoreError>>()?;
        let (at, wording) = (self.context.now(), INFORMATION_WORDING.to_owned());
        Ok(SendInformation { at, occasion, to_holder, to_representatives, professionals, wording })
    }
}

/// The message to somebody; nothing for who is not told.
fn draft(information: &SendInformation, telling: &Telling) -> Result<Option<Draft>, StoreError> {
    let TellingOutcome::Sent { message, channel } = telling.outcome else { return Ok(None) };
    let to = match &telling.to {
        Addressee::Holder => InformationTo::Holder,
        Addressee::AttendingDoctor { professional } | Addressee::Reader { professional } => {
            InformationTo::Professional { rpps: Personal::new(opened(professional)?) }
        }
    };
    let reading = match &information.occasion {
        InformationOccasion::EmergencyReading { reader, day } | InformationOccasion::NewReader { reader, day } => {
            Some(Reading { reader: Personal::new(opened::<Reader>(reader)?), day: *day })
        }
        InformationOccasion::WrongPatient { .. } | InformationOccasion::AnnouncementAwaited { .. } => None,
    };
    let content = serde_json::to_value(MessageContent::Information { to, reading });
    let content = content.map_err(|_| StoreError::Unstorable("the content of a message is not JSON"))?;
    Ok(Some(Draft { message, kind: information.occasion.message_kind(), channel, content, due_at: information.at }))
}

fn opened<T: PersonalData + Clone>(guarded: &Guarded<T>) -> Result<T, StoreError> {
    guarded.get().cloned().ok_or(StoreError::Malformed("who is told or told of is sealed"))
}

const fn is_emergency(occasion: &InformationOccasion) -> bool {
    matches!(occasion, InformationOccasion::EmergencyReading { .. })
}

/// The name of an occasion in metrics.
pub(super) const fn name(occasion: &InformationOccasion) -> &'static str {
    match occasion {
        InformationOccasion::EmergencyReading { .. } => "emergency_reading",
        InformationOccasion::WrongPatient { .. } => "wrong_patient",
        InformationOccasion::AnnouncementAwaited { .. } => "announcement",
        InformationOccasion::NewReader { .. } => "new_reader",
    }
}
