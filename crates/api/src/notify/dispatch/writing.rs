//! From a claimed message to words on their way: opened, addressed, composed.

use chrono::NaiveDate;
use ens_domain::calendar::{last_day, paris};
use ens_domain::space::HealthSpace;
use ens_domain::space::terms::{Channel, MessageKind};
use ens_store::{Claimed, OpenError};

use super::{Desk, Dispatcher, reference};
use crate::notify::enclosed::Enclosed;
use crate::notify::french;
use crate::notify::mail::OutgoingMail;
use crate::notify::post::OutgoingLetter;
use crate::notify::recipient::{Place, Recipient, Sealed};
use crate::notify::wording::{self, Composed, Envelope, House, Occasion, Receipt, WordingError};

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
    /// The outbox holds something else than an order put there.
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

impl Dispatcher {
    /// The e-mail, as it reads on this day.
    pub(super) fn write_mail(&self, desk: &Desk, claimed: &Claimed, state: &HealthSpace) -> Result<OutgoingMail, Unwritable> {
        let at = self.app.now();
        let today = paris::day_of(at);
        let sealed = Sealed { space: claimed.space, state, keys: &desk.keys, today };
        let recipient = Recipient::open(&sealed, Channel::Email)?;
        let Place::Mailbox(to) = recipient.place.clone() else { return Err(Unwritable::Nowhere) };
        let message = self.compose(claimed, &sealed, &recipient, Receipt::On(today))?;
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
    pub(super) fn write_letter(&self, desk: &Desk, claimed: &Claimed, state: &HealthSpace) -> Result<OutgoingLetter, Unwritable> {
        let today = paris::day_of(self.app.now());
        let sealed = Sealed { space: claimed.space, state, keys: &desk.keys, today };
        let recipient = Recipient::open(&sealed, Channel::Post)?;
        let Place::LetterBox(address) = &recipient.place else { return Err(Unwritable::Nowhere) };
        let address = wording::address_block(&recipient.envelope_name(), address);
        let likely = last_day(today, self.app.policy.postal_allowance_days);
        let message = self.compose(claimed, &sealed, &recipient, Receipt::Perhaps(likely))?;
        let reference = reference(claimed);
        let envelope = Envelope {
            sender: format!("Assurance maladie ({})", recipient.insurer),
            address: address.clone(),
            written_on: french::short_date(today),
            reference: reference.to_string(),
        };
        Ok(OutgoingLetter { reference, address, page: wording::letter(&message, &envelope)?, written_on: today })
    }

    fn compose(&self, claimed: &Claimed, sealed: &Sealed<'_>, recipient: &Recipient, receipt: Receipt) -> Result<Composed, Unwritable> {
        let house = House { site: &self.app.settings.site.url, policy: &self.app.policy };
        Ok(wording::compose(house, recipient, &occasion(claimed, sealed, receipt)?)?)
    }
}

fn occasion(claimed: &Claimed, sealed: &Sealed<'_>, receipt: Receipt) -> Result<Occasion, Unwritable> {
    let enclosed = serde_json::from_value(claimed.content.clone()).map_err(|_| Unwritable::Content)?;
    match (claimed.kind, enclosed) {
        (MessageKind::Notice, Enclosed::Code { code }) => Ok(Occasion::Notice { code: sealed.keys.open(claimed.space, &code)?, receipt }),
        (MessageKind::Code, Enclosed::Code { code }) => {
            let last_day = still_running(sealed.state.window_last_day(), receipt);
            Ok(Occasion::Code { code: sealed.keys.open(claimed.space, &code)?, receipt, last_day })
        }
        (MessageKind::TechnicalBlock, Enclosed::Nothing {}) => Ok(Occasion::TechnicalBlock),
        (MessageKind::Suspension, Enclosed::Suspension { ground, last_day }) => Ok(Occasion::Suspension { ground, last_day }),
        (MessageKind::Notice | MessageKind::Code, Enclosed::Nothing {} | Enclosed::Suspension { .. })
        | (MessageKind::TechnicalBlock, Enclosed::Code { .. } | Enclosed::Suspension { .. })
        | (MessageKind::Suspension, Enclosed::Code { .. } | Enclosed::Nothing {}) => Err(Unwritable::Content),
    }
}

/// A window that is over when the message arrives is not written about: an opposition is still accepted until the opening.
fn still_running(last_day: Option<NaiveDate>, receipt: Receipt) -> Option<NaiveDate> {
    let (Receipt::On(received) | Receipt::Perhaps(received)) = receipt;
    last_day.filter(|last_day| *last_day >= received)
}
