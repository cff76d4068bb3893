//! Messages to persons: ordered with the event that needs them, sent through the outbox, and followed until they arrived or failed.
//!
//! command (event + message) --outbox--> dispatcher --e-mail--> accepted | refused | deferred      bounce --> space
//!                                                --letter--> carrier --statuses--> posted | delivered | returned --> space
//! Names, addresses and codes are opened to write one message, and never logged. A *notice* is the prior notice (information préalable)
//! and nothing else; anything that is sent to a person is a *message*.
//! - every sending of one message has the same reference and the same code

pub mod bounce;
mod content;
pub mod dispatch;
pub mod envelopes;
pub mod french;
pub mod information;
pub mod letters;
pub mod mail;
pub mod post;
pub mod prior_notices;
pub mod professional_mailboxes;
pub mod recipient;
pub mod reference;
pub mod settings;
pub mod wording;

pub use bounce::{BounceError, Bounced, Unreadable};
pub use dispatch::{Dispatched, Dispatcher, Pace};
pub use information::{Information, Informed};
pub use mail::{FolderTransport, MailTransport, OutgoingMail, SendOutcome, SmtpTransport};
pub use post::{CarrierError, DirectoryCarrier, HandedOver, OutgoingLetter, PostalCarrier};
pub use professional_mailboxes::{MailboxesError, ProfessionalMailboxes};
pub use reference::MessageRef;
pub use settings::{MailSettings, SmtpTls};
