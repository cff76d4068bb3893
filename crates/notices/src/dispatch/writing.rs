//! Writing a claimed message as an e-mail or a letter: unsealed, addressed, composed.

use std::sync::Arc;

use chrono::NaiveDate;
use ens_domain::calendar::{last_day, paris};
use ens_domain::space::HealthSpace;
use ens_domain::space::terms::{Channel, MessageKind};
use ens_store::{Claimed, CommandContext, OpenError};
use serde::Deserialize;

use super::outbox::{LoadedSpaces, reference};
use crate::content::{InformationTo, MessageContent, Reading};
use crate::french;
use crate::mail::OutgoingMail;
use crate::post::OutgoingLetter;
use crate::professional_mailboxes::ProfessionalMailboxes;
use crate::recipient::{Destination, Recipient, SealedRecipient};
use crate::wording::{self, Composed, Envelope, Occasion, ReceivedOn, WordingContext, WordingError};

/// Why a message cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unwritable {
    /// The contact that it was meant for is gone.
    #[error("no contact is declared for this channel any more")]
    Nowhere,
    /// The space is destroyed.
    #[error("the space is destroyed")]
    Destroyed,
    /// A seal does not open.
    #[error("sealed: {0}")]
    Sealed(OpenError),
    /// The outbox holds something else than a command put there.
    #[error("the content is not one of ours")]
    Content,
    /// A template.
    #[error(transparent)]
    Wording(#[from] WordingError),
}

impl From<OpenError> for Unwritable {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Destroyed => Self::Destroyed,
            OpenError::NoKey | OpenError::NotSealed | OpenError::Foreign | OpenError::WrongMaster => Self::Sealed(error),
        }
    }
}

/// Writes messages, for the public address of one site.
#[derive(Clone)]
pub(super) struct MessageWriter {
    /// Today's policy and the clock.
    pub(super) context: CommandContext,
    /// The public address of the site.
    pub(super) site: Arc<str>,
    /// How professionals are reached.
    pub(super) mailboxes: Arc<ProfessionalMailboxes>,
}

impl MessageWriter {
    /// The e-mail, as it reads on this day.
    pub(super) fn mail(&self, loaded: &LoadedSpaces, claimed: &Claimed, state: &HealthSpace) -> Result<OutgoingMail, Unwritable> {
        let at = self.context.now();
        let today = paris::day_of(at);
        let sealed = SealedRecipient { space: claimed.space, state, keys: &loaded.keys, today };
        let recipient = self.recipient(claimed, &sealed)?;
        let Destination::Mailbox(to) = recipient.destination.clone() else { return Err(Unwritable::Nowhere) };
        let message = self.compose(claimed, &sealed, &recipient, ReceivedOn::Known(today))?;
        Ok(OutgoingMail {
            reference: reference(claimed),
            to,
            sender_name: format!("Assurance maladie ({})", recipient.insurer),
            text: wording::plain_text(&message),
            html: wording::html_mail(&message)?,
            subject: message.subject,
            at,
        })
    }

    /// The letter, as it reads when it is received after the usual time in the post.
    pub(super) fn letter(&self, loaded: &LoadedSpaces, claimed: &Claimed, state: &HealthSpace) -> Result<OutgoingLetter, Unwritable> {
        let today = paris::day_of(self.context.now());
        let sealed = SealedRecipient { space: claimed.space, state, keys: &loaded.keys, today };
        let recipient = Recipient::open(&sealed, Channel::Post)?;
        let Destination::LetterBox(address) = &recipient.destination else { return Err(Unwritable::Nowhere) };
        let address = wording::address_block(&recipient.envelope_name(), address);
        let likely = last_day(today, self.context.policy.postal_allowance_days);
        let message = self.compose(claimed, &sealed, &recipient, ReceivedOn::Likely(likely))?;
        let reference = reference(claimed);
        let envelope = Envelope {
            sender: format!("Assurance maladie ({})", recipient.insurer),
            address: address.clone(),
            written_on: french::short_date(today),
            reference: reference.to_string(),
        };
        Ok(OutgoingLetter { reference, address, page: wording::letter(&message, &envelope)?, written_on: today })
    }

    /// Who gets the e-mail: the holder's side, or a professional whom the content names.
    fn recipient(&self, claimed: &Claimed, sealed: &SealedRecipient<'_>) -> Result<Recipient, Unwritable> {
        match content(claimed)? {
            MessageContent::Information { to: InformationTo::Professional { rpps }, .. } => {
                let professional = sealed.keys.open(claimed.space, &rpps)?;
                Ok(Recipient::professional(sealed, self.mailboxes.of(&professional))?)
            }
            MessageContent::Information { to: InformationTo::Holder, .. }
            | MessageContent::Code { .. }
            | MessageContent::Nothing {}
            | MessageContent::Suspension { .. } => Ok(Recipient::open(sealed, Channel::Email)?),
        }
    }

    fn compose(
        &self,
        claimed: &Claimed,
        sealed: &SealedRecipient<'_>,
        recipient: &Recipient,
        received: ReceivedOn,
    ) -> Result<Composed, Unwritable> {
        let context = WordingContext { site: &self.site, policy: &self.context.policy };
        Ok(wording::compose(context, recipient, &occasion(claimed, sealed, received)?)?)
    }
}

fn content(claimed: &Claimed) -> Result<MessageContent, Unwritable> {
    MessageContent::deserialize(&claimed.content).map_err(|_| Unwritable::Content)
}

fn occasion(claimed: &Claimed, sealed: &SealedRecipient<'_>, received: ReceivedOn) -> Result<Occasion, Unwritable> {
    let is = |kind| claimed.kind == kind;
    match content(claimed)? {
        MessageContent::Code { code } if is(MessageKind::Notice) => {
            Ok(Occasion::Notice { code: sealed.keys.open(claimed.space, &code)?, received })
        }
        MessageContent::Code { code } if is(MessageKind::Code) => {
            let last_day = still_running(sealed.state.window_last_day(), received);
            Ok(Occasion::Code { code: sealed.keys.open(claimed.space, &code)?, received, last_day })
        }
        MessageContent::Nothing {} if is(MessageKind::TechnicalBlock) => Ok(Occasion::TechnicalBlock),
        MessageContent::Suspension { ground, last_day } if is(MessageKind::Suspension) => Ok(Occasion::Suspension { ground, last_day }),
        MessageContent::Information { reading, .. } => after_the_fact(claimed, sealed, reading),
        MessageContent::Code { .. } | MessageContent::Nothing {} | MessageContent::Suspension { .. } => Err(Unwritable::Content),
    }
}

fn after_the_fact(claimed: &Claimed, sealed: &SealedRecipient<'_>, reading: Option<Reading>) -> Result<Occasion, Unwritable> {
    let opened =
        reading.map(|Reading { reader, day }| Ok::<_, Unwritable>((sealed.keys.open(claimed.space, &reader)?, day))).transpose()?;
    match (claimed.kind, opened) {
        (MessageKind::EmergencyReading, Some((reader, day))) => Ok(Occasion::EmergencyReading { reader, day }),
        (MessageKind::NewReader, Some((reader, day))) => Ok(Occasion::NewReader { reader, day }),
        (MessageKind::WrongPatient, None) => Ok(Occasion::WrongPatient),
        (MessageKind::AnnouncementInvitation, None) => Ok(Occasion::AnnouncementInvitation),
        (MessageKind::EmergencyReading | MessageKind::NewReader, None)
        | (MessageKind::WrongPatient | MessageKind::AnnouncementInvitation, Some(_))
        | (MessageKind::Notice | MessageKind::Code | MessageKind::TechnicalBlock | MessageKind::Suspension, _) => Err(Unwritable::Content),
    }
}

/// A window that is over when the message arrives is not written about: an opposition is still accepted until the opening.
fn still_running(last_day: Option<NaiveDate>, received: ReceivedOn) -> Option<NaiveDate> {
    let (ReceivedOn::Known(day) | ReceivedOn::Likely(day)) = received;
    last_day.filter(|last_day| *last_day >= day)
}
