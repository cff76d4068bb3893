//! Messages to persons: ordered with the event that needs them, sent through the outbox, and followed until they arrived or failed.
//!
//! order (event + draft) --outbox--> dispatcher --e-mail--> accepted | refused | deferred      bounce --> space
//!                                              --letter--> carrier --statuses--> posted | delivered | returned --> space
//! Names, addresses and codes are opened for one sending, and never logged.
//! - every sending of one message has the same reference and the same code

pub mod bounce;
pub mod dispatch;
mod enclosed;
pub mod french;
pub mod letters;
pub mod mail;
pub mod orders;
pub mod post;
pub mod recipient;
pub mod reference;
pub mod wording;

pub use bounce::{BounceError, Bounced};
pub use dispatch::{Dispatched, Dispatcher, Pace};
pub use mail::{FolderTransport, MailTransport, OutgoingMail, SendOutcome, SmtpTransport};
pub use post::{CarrierError, DirectoryCarrier, HandedOver, OutgoingLetter, PostalCarrier};
pub use reference::MessageRef;
