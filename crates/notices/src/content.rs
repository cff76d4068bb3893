//! What an outbox row holds of a message: the code, sealed, or the facts of the day on which the message was ordered.

use chrono::NaiveDate;
use ens_domain::access::Reader;
use ens_domain::code::ProvisionalCode;
use ens_domain::personal::Personal;
use ens_domain::rpps::Rpps;
use ens_domain::space::terms::SuspensionGround;
use serde::{Deserialize, Serialize};

/// The content of an outbox row. Names and addresses are not in it: they are read from the space when the message is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "content", rename_all = "snake_case")]
pub(crate) enum MessageContent {
    /// A prior notice, or a new code that was asked for.
    Code { code: Personal<ProvisionalCode> },
    /// A technical block: nothing but its kind.
    Nothing {},
    /// A suspension.
    Suspension { ground: SuspensionGround, last_day: NaiveDate },
    /// Information after the fact: to whom, and who read on which day, where it is about a reading.
    Information { to: InformationTo, reading: Option<Reading> },
}

/// Who is told after the fact.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub(crate) enum InformationTo {
    /// The holder, or who acts for them.
    Holder,
    /// A professional, by their secure mailbox.
    Professional { rpps: Personal<Rpps> },
}

/// The readings of one reader on one day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Reading {
    pub(crate) reader: Personal<Reader>,
    pub(crate) day: NaiveDate,
}
