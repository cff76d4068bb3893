//! The addresses on every e-mail, and the e-mail in Internet message format.
//!
//! A message that is sent twice has the same Message-ID both times, so its receiver can see that it is a repeat.
//! - the Message-ID and the return path are made of the reference alone

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use super::transport::OutgoingMail;
use crate::reference::MessageRef;
use crate::settings::MailSettings;

/// The addresses that every e-mail carries: who sends it, and where bounces go.
#[derive(Debug, Clone)]
pub struct SenderAddresses {
    sender: Address,
    pub(super) bounces: Address,
}

/// A setting that should be an e-mail address and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SenderAddressError {
    /// See `ENS_SENDER`.
    #[error("the sender's address is not an e-mail address: set ENS_SENDER to one such as ne-pas-repondre@exemple.fr")]
    Sender,
    /// See `ENS_BOUNCES`.
    #[error(
        "the bounce address is not an e-mail address with at most 11 characters before the @: set ENS_BOUNCES to one such as retours@exemple.fr"
    )]
    Bounces,
}

/// What 64 characters of a local part leave beside `+` and a reference.
const BOUNCES_LOCAL_PART: usize = 11;

impl SenderAddresses {
    /// Reads the configured addresses.
    ///
    /// # Errors
    /// A [`SenderAddressError`] that names the setting to mend.
    pub fn new(settings: &MailSettings) -> Result<Self, SenderAddressError> {
        let sender = settings.sender.parse().map_err(|_| SenderAddressError::Sender)?;
        let bounces: Address = settings.bounces.parse().map_err(|_| SenderAddressError::Bounces)?;
        if bounces.user().len() > BOUNCES_LOCAL_PART {
            return Err(SenderAddressError::Bounces);
        }
        Ok(Self { sender, bounces })
    }

    /// The return path of one message (VERP): a bounce says by its own address what bounced.
    ///
    /// # Errors
    /// Never for addresses that were read from the settings.
    pub fn return_path(&self, reference: MessageRef) -> Result<Address, lettre::address::AddressError> {
        Address::new(format!("{}+{reference}", self.bounces.user()), self.bounces.domain())
    }

    /// The e-mail in Internet message format, ASCII throughout.
    ///
    /// # Errors
    /// The recipient's address is not one for lettre.
    pub fn format(&self, mail: &OutgoingMail) -> Result<Vec<u8>, FormatError> {
        let message = Message::builder()
            .from(Mailbox::new(Some(mail.sender_name.clone()), self.sender.clone()))
            .to(Mailbox::new(None, mail.to.as_str().parse()?))
            .subject(mail.subject.clone())
            .message_id(Some(format!("<{}@{}>", mail.reference, self.bounces.domain())))
            .date(mail.at.into())
            .header(AutoSubmitted)
            .header(ContentLanguage)
            .multipart(
                MultiPart::alternative()
                    .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(mail.text.clone()))
                    .singlepart(SinglePart::builder().header(ContentType::TEXT_HTML).body(mail.html.clone())),
            )?;
        Ok(message.formatted())
    }
}

/// An e-mail that cannot be put into Internet message format.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// The address is none for a mail server.
    #[error("the recipient's address cannot be written in a header")]
    Address(#[from] lettre::address::AddressError),
    /// The parts do not make a message.
    #[error("the parts do not make a message")]
    Message(#[from] lettre::error::Error),
}

/// Tells machines not to answer (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Tells screen readers which language to speak.
#[derive(Clone)]
struct ContentLanguage;

impl Header for ContentLanguage {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Language")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "fr".to_owned())
    }
}
