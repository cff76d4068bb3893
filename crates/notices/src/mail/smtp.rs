//! E-mail by SMTP. An answer about the recipient is told apart from an answer about us as a client.
//!
//! connect · EHLO · (TLS) · (AUTH) · MAIL -any no-> deferred      RCPT · DATA · text -5xx-> refused, -4xx or silence-> deferred
//! Only an answer about the recipient or the message refuses the message. A deferred message is sent again under the same Message-ID.
//! - a relay that turns us away refuses nobody
//! - a connection that breaks leaves the message deferred

use std::time::Duration;

use async_trait::async_trait;
use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, MailParameter, RcptParameter};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::addresses::{SenderAddressError, SenderAddresses};
use super::server::{SmtpServer, usual_port};
use super::transport::{MailTransport, OutgoingMail, SendOutcome};
use crate::reference::MessageRef;
use crate::settings::MailSettings;

/// The longest that one message may take, connection included.
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(60);
/// A connection that was unused for this long is not used again.
const IDLE_LIMIT: Duration = Duration::from_secs(20);
/// Servers close connections that carry too many messages.
const MESSAGES_PER_CONNECTION: u32 = 100;
/// Idle connections that are kept for the next messages.
const IDLE_CONNECTIONS: usize = 16;

/// An SMTP server, with the connections that wait for the next message.
pub struct SmtpTransport {
    server: SmtpServer,
    credentials: Option<Credentials>,
    addresses: SenderAddresses,
    idle: Mutex<Vec<Session>>,
}

/// What keeps an SMTP transport from being set up.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// See `ENS_SMTP_HOST`.
    #[error("no SMTP server is configured: set ENS_SMTP_HOST")]
    NoHost,
    /// See `ENS_SMTP_PASSWORD_FILE`.
    #[error("an account on the SMTP server needs ENS_SMTP_USER and ENS_SMTP_PASSWORD_FILE together")]
    HalfAnAccount,
    /// The password file cannot be read.
    #[error("the file of ENS_SMTP_PASSWORD_FILE cannot be read")]
    Password(#[source] std::io::Error),
    /// A setting that should be an e-mail address is none.
    #[error(transparent)]
    Address(#[from] SenderAddressError),
}

/// A connection that has said hello.
struct Session {
    connection: AsyncSmtpConnection,
    offers_dsn: Option<Dsn>,
    messages: u32,
    last_used: Instant,
}

/// The server offers delivery status notifications (RFC 3461), so that a bounce names our reference.
#[derive(Debug, Clone, Copy)]
struct Dsn;

impl SmtpTransport {
    /// The server that the settings name.
    ///
    /// # Errors
    /// A [`TransportError`] that names the setting to mend.
    pub fn new(settings: &MailSettings) -> Result<Self, TransportError> {
        let host = settings.smtp_host.clone().ok_or(TransportError::NoHost)?;
        let credentials = match (&settings.smtp_user, &settings.smtp_password_file) {
            (None, None) => None,
            (Some(user), Some(file)) => {
                let password = std::fs::read_to_string(file).map_err(TransportError::Password)?;
                Some(Credentials::new(user.clone(), password.trim_end().to_owned()))
            }
            (Some(_), None) | (None, Some(_)) => return Err(TransportError::HalfAnAccount),
        };
        let addresses = SenderAddresses::new(settings)?;
        let hello = ClientId::Domain(addresses.bounces.domain().to_owned());
        let port = settings.smtp_port.unwrap_or_else(|| usual_port(settings.smtp_tls));
        let server = SmtpServer { host, port, tls: settings.smtp_tls, hello, timeout: MESSAGE_TIMEOUT };
        Ok(Self { server, credentials, addresses, idle: Mutex::default() })
    }

    /// A connection that still answers, or a new one.
    async fn session(&self) -> Result<Session, Error> {
        loop {
            let Some(mut waiting) = self.idle.lock().await.pop() else { return self.connect().await };
            if waiting.last_used.elapsed() < IDLE_LIMIT && waiting.connection.test_connected().await {
                return Ok(waiting);
            }
        }
    }

    async fn connect(&self) -> Result<Session, Error> {
        let mut connection = self.server.connect().await?;
        let hello = connection.command(Ehlo::new(self.server.hello.clone())).await?;
        let offers_dsn = hello.message().any(|line| line.trim().eq_ignore_ascii_case("DSN")).then_some(Dsn);
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(Session { connection, offers_dsn, messages: 0, last_used: Instant::now() })
    }

    async fn keep(&self, mut session: Session) {
        session.messages += 1;
        session.last_used = Instant::now();
        let mut idle = self.idle.lock().await;
        if session.messages < MESSAGES_PER_CONNECTION && idle.len() < IDLE_CONNECTIONS {
            idle.push(session);
        }
    }

    async fn deliver(&self, envelope: &Envelope) -> SendOutcome {
        let mut session = match self.session().await {
            Ok(session) => session,
            Err(error) => return deferred("connection", &error),
        };
        if let Err(error) = session.mail(envelope).await {
            return deferred("sender", &error);
        }
        match session.recipient_and_text(envelope).await {
            Ok(()) => {
                self.keep(session).await;
                SendOutcome::Accepted
            }
            Err(error) if error.is_permanent() => {
                if session.connection.command(Rset).await.is_ok() {
                    self.keep(session).await;
                }
                SendOutcome::Refused { code: enhanced(&error) }
            }
            Err(error) => {
                if error.is_transient() && session.connection.command(Rset).await.is_ok() {
                    self.keep(session).await;
                }
                deferred("recipient", &error)
            }
        }
    }
}

/// One e-mail in its SMTP envelope: sender, recipient, text.
struct Envelope {
    reference: MessageRef,
    return_path: Address,
    recipient: Address,
    text: Vec<u8>,
}

impl Session {
    async fn mail(&mut self, envelope: &Envelope) -> Result<(), Error> {
        let parameters = match self.offers_dsn {
            Some(Dsn) => vec![mail_parameter("RET", "HDRS"), mail_parameter("ENVID", &envelope.reference.to_string())],
            None => Vec::new(),
        };
        self.connection.command(Mail::new(Some(envelope.return_path.clone()), parameters)).await.map(drop)
    }

    async fn recipient_and_text(&mut self, envelope: &Envelope) -> Result<(), Error> {
        let parameters = match self.offers_dsn {
            Some(Dsn) => vec![RcptParameter::Other { keyword: "NOTIFY".to_owned(), value: Some("FAILURE".to_owned()) }],
            None => Vec::new(),
        };
        self.connection.command(Rcpt::new(envelope.recipient.clone(), parameters)).await?;
        self.connection.command(Data).await?;
        self.connection.message(&envelope.text).await.map(drop)
    }
}

fn mail_parameter(keyword: &str, value: &str) -> MailParameter {
    MailParameter::Other { keyword: keyword.to_owned(), value: Some(value.to_owned()) }
}

/// The server's words stay out of the log: they often quote the recipient's address.
fn deferred(stage: &'static str, error: &Error) -> SendOutcome {
    let status = error.status().map_or_else(|| "none".to_owned(), |code| code.to_string());
    tracing::info!(stage, status, timeout = error.is_timeout(), tls = error.is_tls(), "the mail server did not take a message");
    SendOutcome::Deferred
}

/// The enhanced status code in the server's words, else the basic one as a class (550 is 5.0.0).
fn enhanced(error: &Error) -> String {
    let words = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let is_enhanced = |word: &&str| {
        let parts: Vec<_> = word.split('.').collect();
        parts.len() == 3
            && word.starts_with("5.")
            && parts.iter().all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
    };
    words.split_whitespace().find(is_enhanced).map_or_else(|| "5.0.0".to_owned(), str::to_owned)
}

#[async_trait]
impl MailTransport for SmtpTransport {
    async fn send(&self, mail: &OutgoingMail) -> SendOutcome {
        let (Ok(recipient), Ok(return_path), Ok(text)) =
            (mail.to.as_str().parse(), self.addresses.return_path(mail.reference), self.addresses.format(mail))
        else {
            return SendOutcome::Refused { code: "5.1.3".to_owned() };
        };
        let envelope = Envelope { reference: mail.reference, return_path, recipient, text };
        if let Ok(outcome) = timeout(MESSAGE_TIMEOUT, self.deliver(&envelope)).await {
            return outcome;
        }
        tracing::info!(stage = "any", timeout = true, "the mail server did not take a message");
        SendOutcome::Deferred
    }
}
