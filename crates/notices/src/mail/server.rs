//! The SMTP server of the settings: its address, and the protection of a connection to it.
//!
//! - with TLS asked for nothing goes on in clear

use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;

use crate::settings::SmtpTls;

/// The port that goes with a kind of protection, where none is configured.
pub(super) const fn usual_port(tls: SmtpTls) -> u16 {
    match tls {
        SmtpTls::None => 25,
        SmtpTls::Starttls => 587,
        SmtpTls::Implicit => 465,
    }
}

/// Where and how to connect.
#[derive(Debug, Clone)]
pub(super) struct SmtpServer {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: SmtpTls,
    pub(super) hello: ClientId,
    pub(super) timeout: Duration,
}

impl SmtpServer {
    /// Opens a connection. With STARTTLS asked for, a server that does not offer it is an error: nothing goes on in clear.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let server = (self.host.as_str(), self.port);
        let implicit = match self.tls {
            SmtpTls::Implicit => Some(TlsParameters::new(self.host.clone())?),
            SmtpTls::None | SmtpTls::Starttls => None,
        };
        let mut connection = AsyncSmtpConnection::connect_tokio1(server, Some(self.timeout), &self.hello, implicit, None).await?;
        match self.tls {
            SmtpTls::Starttls => connection.starttls(TlsParameters::new(self.host.clone())?, &self.hello).await?,
            SmtpTls::None | SmtpTls::Implicit => {}
        }
        Ok(connection)
    }
}
