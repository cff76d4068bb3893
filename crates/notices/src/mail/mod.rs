//! E-mails: a message in Internet format, and the two transports that take it, an SMTP server or a folder.

pub use addresses::{FormatError, SenderAddressError, SenderAddresses};
pub use folder::FolderTransport;
pub use smtp::{SmtpTransport, TransportError};
pub use transport::{MailTransport, OutgoingMail, SendOutcome};

mod addresses;
mod folder;
mod server;
mod smtp;
mod transport;
