//! Bounces: e-mails that a mail server took and then sent back.

pub use error::{BounceError, Unreadable};
pub use record::{Bounced, record};
pub use report::{Action, Report};

mod error;
mod record;
mod report;
