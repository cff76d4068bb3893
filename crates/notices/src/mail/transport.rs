//! What a mail transport takes and answers: one e-mail, and the three things that can become of it.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ens_domain::email::EmailAddress;

use crate::reference::MessageRef;

/// Somewhere that takes e-mails.
#[async_trait]
pub trait MailTransport: Send + Sync {
    /// Hands one e-mail over. It always answers: what is not known to be accepted or refused is deferred.
    async fn send(&self, mail: &OutgoingMail) -> SendOutcome;
}

/// What a transport did with an e-mail.
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
    /// The name of the fund that sends it.
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
