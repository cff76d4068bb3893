//! E-mail as files in a folder: what a machine without an SMTP server does, so that every message can be read.
//!
//! - a folder takes every e-mail whole

use std::path::PathBuf;

use async_trait::async_trait;

use super::{MailTransport, OutgoingMail, Postmark, PostmarkError, SendOutcome};
use crate::config::MailSettings;

/// A folder that takes every e-mail as `REFERENCE.eml`; a repeat takes the place of the first.
#[derive(Debug)]
pub struct FolderTransport {
    folder: PathBuf,
    postmark: Postmark,
}

impl FolderTransport {
    /// Drops e-mails in this folder, which is made when the first one comes.
    ///
    /// # Errors
    /// A configured address is none.
    pub fn new(folder: PathBuf, settings: &MailSettings) -> Result<Self, PostmarkError> {
        Ok(Self { folder, postmark: Postmark::new(settings)? })
    }

    /// Written beside, then renamed: whoever watches the folder never sees half a message.
    async fn drop_off(&self, name: &str, text: &[u8]) -> std::io::Result<()> {
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
        let Ok(text) = self.postmark.stamp(mail) else {
            return SendOutcome::Refused { code: "5.1.3".to_owned() };
        };
        match self.drop_off(&mail.reference.to_string(), &text).await {
            Ok(()) => SendOutcome::Accepted,
            Err(error) => {
                tracing::warn!(kind = %error.kind(), "the mail folder did not take a message");
                SendOutcome::Deferred
            }
        }
    }
}
