//! E-mail as files in a folder: what a machine without an SMTP server does, so that every message can be read.
//!
//! - a folder takes every e-mail whole

use std::path::PathBuf;

use async_trait::async_trait;

use super::addresses::{SenderAddressError, SenderAddresses};
use super::transport::{MailTransport, OutgoingMail, SendOutcome};
use crate::settings::MailSettings;

/// A folder that takes every e-mail as `REFERENCE.eml`; a repeat takes the place of the first.
#[derive(Debug)]
pub struct FolderTransport {
    folder: PathBuf,
    addresses: SenderAddresses,
}

impl FolderTransport {
    /// Drops e-mails in this folder, which is made when the first one comes.
    ///
    /// # Errors
    /// A setting that should be an e-mail address is none.
    pub fn new(folder: PathBuf, settings: &MailSettings) -> Result<Self, SenderAddressError> {
        Ok(Self { folder, addresses: SenderAddresses::new(settings)? })
    }

    /// Written under another name, then renamed: a program that watches the folder never sees half a message.
    async fn write(&self, name: &str, text: &[u8]) -> std::io::Result<()> {
        // Messages carry codes: nobody else on this machine reads them.
        tokio::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder).await?;
        let part = self.folder.join(format!(".{name}.part"));
        tokio::fs::write(&part, text).await?;
        tokio::fs::rename(&part, self.folder.join(format!("{name}.eml"))).await
    }
}

#[async_trait]
impl MailTransport for FolderTransport {
    async fn send(&self, mail: &OutgoingMail) -> SendOutcome {
        let Ok(text) = self.addresses.format(mail) else {
            return SendOutcome::Refused { code: "5.1.3".to_owned() };
        };
        match self.write(&mail.reference.to_string(), &text).await {
            Ok(()) => SendOutcome::Accepted,
            Err(error) => {
                tracing::warn!(kind = %error.kind(), "the mail folder did not take a message");
                SendOutcome::Deferred
            }
        }
    }
}
