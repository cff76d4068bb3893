//! E-mail as the dispatcher sees it: a message, a port to send it through, and the three things that can become of it.
//!
//! A message that is sent twice has the same Message-ID both times, so its receiver can see that it is a repeat.
//! - the Message-ID and the return path are made of the reference alone

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ens_domain::email::EmailAddress;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use super::reference::MessageRef;
use crate::config::MailSettings;

pub use folder::FolderTransport;
pub use smtp::{SmtpTransport, TransportError};

mod folder;
mod smtp;
mod tls;

/// Somewhere that takes e-mails.
#[async_trait]
pub trait MailTransport: Send + Sync {
    /// Hands one e-mail over. It always answers: what is not known to be accepted or refused is deferred.
    async fn send(&self, mail: &OutgoingMail) -> SendOutcome;
}

/// What became of a sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The server has taken charge of it.
    Accepted,
    /// The server will never take it for this recipient.
    Refused {
        /// Why, as an enhanced status code (RFC 3463), such as 5.1.1.
        code: String,
    },
    /// Nobody knows yet: try the same message again later.
    Deferred,
}

/// One e-mail, ready to go.
#[derive(Clone)]
pub struct OutgoingMail {
    /// Its reference, the same over every retry.
    pub reference: MessageRef,
    /// To whom.
    pub to: EmailAddress,
    /// The fund in whose name it goes.
    pub sender_name: String,
    /// What it is about.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same in HTML.
    pub html: String,
    /// When it is sent.
    pub at: DateTime<Utc>,
}

impl fmt::Debug for OutgoingMail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OutgoingMail({})", self.reference)
    }
}

/// The addresses that we write on every e-mail.
#[derive(Debug, Clone)]
pub struct Postmark {
    sender: Address,
    bounces: Address,
}

/// A configured address that is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PostmarkError {
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

impl Postmark {
    /// Reads the configured addresses.
    ///
    /// # Errors
    /// A [`PostmarkError`] that names the setting to mend.
    pub fn new(settings: &MailSettings) -> Result<Self, PostmarkError> {
        let sender = settings.sender.parse().map_err(|_| PostmarkError::Sender)?;
        let bounces: Address = settings.bounces.parse().map_err(|_| PostmarkError::Bounces)?;
        if bounces.user().len() > BOUNCES_LOCAL_PART {
            return Err(PostmarkError::Bounces);
        }
        Ok(Self { sender, bounces })
    }

    /// The return path of one message (VERP): a bounce says by its own address what bounced.
    ///
    /// # Errors
    /// Never for a postmark read from settings.
    pub fn return_path(&self, reference: MessageRef) -> Result<Address, lettre::address::AddressError> {
        Address::new(format!("{}+{reference}", self.bounces.user()), self.bounces.domain())
    }

    /// The e-mail in Internet message format, ASCII throughout.
    ///
    /// # Errors
    /// The recipient's address is not one for lettre.
    pub fn stamp(&self, mail: &OutgoingMail) -> Result<Vec<u8>, StampError> {
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
pub enum StampError {
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
