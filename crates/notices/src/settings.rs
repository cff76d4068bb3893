//! What an operator configures for e-mail: every setting is an option of the command line and a variable of the environment.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How e-mail leaves; without a host, messages are dropped as files in the data folder.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "E-mail")]
pub struct MailSettings {
    /// Address that messages are sent from
    #[arg(
        long,
        env = "ENS_SENDER",
        global = true,
        value_name = "ADDRESS",
        default_value = "ne-pas-repondre@ens.invalid",
        hide_short_help = true
    )]
    pub sender: String,
    /// Address that bounces come back to; each message adds +REFERENCE to its local part
    #[arg(long, env = "ENS_BOUNCES", global = true, value_name = "ADDRESS", default_value = "retours@ens.invalid", hide_short_help = true)]
    pub bounces: String,
    /// SMTP server that takes the messages
    #[arg(long, env = "ENS_SMTP_HOST", global = true, value_name = "HOST", hide_short_help = true)]
    pub smtp_host: Option<String>,
    /// Its port (default: 465, 587 or 25, by the kind of TLS)
    #[arg(long, env = "ENS_SMTP_PORT", global = true, value_name = "PORT", hide_short_help = true)]
    pub smtp_port: Option<u16>,
    /// How the connection is protected
    #[arg(long, env = "ENS_SMTP_TLS", global = true, value_name = "KIND", default_value = "starttls", hide_short_help = true)]
    pub smtp_tls: SmtpTls,
    /// Account on the SMTP server
    #[arg(long, env = "ENS_SMTP_USER", global = true, value_name = "NAME", hide_short_help = true)]
    pub smtp_user: Option<String>,
    /// File that holds the password of that account
    #[arg(long, env = "ENS_SMTP_PASSWORD_FILE", global = true, value_name = "FILE", hide_short_help = true)]
    pub smtp_password_file: Option<PathBuf>,
    /// Folder of bounces that could not be read, kept for somebody to look at (default: unread-bounces in the data folder)
    #[arg(long, env = "ENS_UNREAD_BOUNCES", global = true, value_name = "FOLDER", hide_short_help = true)]
    pub unread_bounces: Option<PathBuf>,
    /// File of the secure mailboxes of professionals: the public extraction of MSSanté addresses (default: professionals are not written to)
    #[arg(long, env = "ENS_PROFESSIONAL_MAILBOXES", global = true, value_name = "FILE", hide_short_help = true)]
    pub professional_mailboxes: Option<PathBuf>,
    /// Seconds for which others leave alone what this process has taken to send; after a crash it waits as long
    #[arg(
        long,
        env = "ENS_CLAIM_SECONDS",
        global = true,
        value_name = "N",
        default_value_t = 900,
        value_parser = clap::value_parser!(u32).range(1..=86_400),
        hide_short_help = true
    )]
    pub claim_seconds: u32,
}

/// How the connection to the SMTP server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SmtpTls {
    /// Not at all: for a server on the same machine.
    None,
    /// In clear first, then TLS is required (STARTTLS).
    Starttls,
    /// TLS from the first byte.
    Implicit,
}

impl Default for MailSettings {
    /// What the command line gives where nothing is set.
    fn default() -> Self {
        Self {
            sender: "ne-pas-repondre@ens.invalid".to_owned(),
            bounces: "retours@ens.invalid".to_owned(),
            smtp_host: None,
            smtp_port: None,
            smtp_tls: SmtpTls::Starttls,
            smtp_user: None,
            smtp_password_file: None,
            unread_bounces: None,
            professional_mailboxes: None,
            claim_seconds: 900,
        }
    }
}
