//! Writing a claimed message as an e-mail or a letter: unsealed, addressed, composed.

use std::sync::Arc;

use chrono::NaiveDate;
use ens_domain::calendar::{last_day, paris};
use ens_domain::space::HealthSpace;
use ens_domain::space::terms::{Channel, MessageKind};
use ens_store::{Claimed, CommandContext, OpenError};

use super::outbox::{LoadedSpaces, reference};
use crate::content::MessageContent;
use crate::french;
use crate::mail::OutgoingMail;
use crate::post::OutgoingLetter;
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
}

impl MessageWriter {
    /// The e-mail, as it reads on this day.
    pub(super) fn mail(&self, loaded: &LoadedSpaces, claimed: &Claimed, state: &HealthSpace) -> Result<OutgoingMail, Unwritable> {
        let at = self.context.now();
        let today = paris::day_of(at);
        let sealed = SealedRecipient { space: claimed.space, state, keys: &loaded.keys, today };
        let recipient = Recipient::open(&sealed, Channel::Email)?;
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

fn occasion(claimed: &Claimed, sealed: &SealedRecipient<'_>, received: ReceivedOn) -> Result<Occasion, Unwritable> {
    let content = serde_json::from_value(claimed.content.clone()).map_err(|_| Unwritable::Content)?;
    match (claimed.kind, content) {
        (MessageKind::Notice, MessageContent::Code { code }) => {
            Ok(Occasion::Notice { code: sealed.keys.open(claimed.space, &code)?, received })
        }
        (MessageKind::Code, MessageContent::Code { code }) => {
            let last_day = still_running(sealed.state.window_last_day(), received);
            Ok(Occasion::Code { code: sealed.keys.open(claimed.space, &code)?, received, last_day })
        }
        (MessageKind::TechnicalBlock, MessageContent::Nothing {}) => Ok(Occasion::TechnicalBlock),
        (MessageKind::Suspension, MessageContent::Suspension { ground, last_day }) => Ok(Occasion::Suspension { ground, last_day }),
        (MessageKind::Notice | MessageKind::Code, MessageContent::Nothing {} | MessageContent::Suspension { .. })
        | (MessageKind::TechnicalBlock, MessageContent::Code { .. } | MessageContent::Suspension { .. })
        | (MessageKind::Suspension, MessageContent::Code { .. } | MessageContent::Nothing {}) => Err(Unwritable::Content),
    }
}

/// A window that is over when the message arrives is not written about: an opposition is still accepted until the opening.
fn still_running(last_day: Option<NaiveDate>, received: ReceivedOn) -> Option<NaiveDate> {
    let (ReceivedOn::Known(day) | ReceivedOn::Likely(day)) = received;
    last_day.filter(|last_day| *last_day >= day)
}
