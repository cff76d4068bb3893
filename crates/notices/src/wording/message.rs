//! The messages that are written to persons and professionals, with what each has to say; and one of them in words.

use chrono::NaiveDate;
use ens_domain::access::Reader;
use ens_domain::code::ProvisionalCode;
use ens_domain::policy::Policy;
use ens_domain::space::terms::SuspensionGround;

use super::blocks::Block;

/// A message that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the template of the message does not render")]
pub struct WordingError(#[from] askama::Error);

/// Why the person is written to.
#[derive(Debug, Clone)]
pub enum Occasion {
    /// The prior notice (article R. 1111-28).
    Notice {
        /// The code that it carries.
        code: ProvisionalCode,
        /// When it is received.
        received: ReceivedOn,
    },
    /// A code that the person asked for; it does not move the window.
    Code {
        /// The new code.
        code: ProvisionalCode,
        /// When it is received.
        received: ReceivedOn,
        /// The window's last day, while it runs.
        last_day: Option<NaiveDate>,
    },
    /// The opening waits for a technical reason (article R. 1111-28).
    TechnicalBlock,
    /// The space is suspended, and closes unless opposed (article R. 1111-36).
    Suspension {
        /// Why.
        ground: SuspensionGround,
        /// The last day on which the closing may be opposed.
        last_day: NaiveDate,
    },
    /// Somebody read in an emergency (article L. 1111-17 I).
    EmergencyReading {
        /// Who.
        reader: Reader,
        /// On which day.
        day: NaiveDate,
    },
    /// A document that the person had read was another person's.
    WrongPatient,
    /// A document awaits a consultation with a professional (article R. 1111-53).
    AnnouncementInvitation,
    /// Somebody read, and the person had asked to be told.
    NewReader {
        /// Who.
        reader: Reader,
        /// On which day.
        day: NaiveDate,
    },
}

/// The day on which a message is received, as far as it is known when it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceivedOn {
    /// An e-mail: the day on which it is sent.
    Known(NaiveDate),
    /// A letter: nobody knows, so the letter names this likely day as an example.
    Likely(NaiveDate),
}

/// What every message needs besides its recipient.
#[derive(Debug, Clone, Copy)]
pub struct WordingContext<'a> {
    /// The public address of the site.
    pub site: &'a str,
    /// How long windows and codes last.
    pub policy: &'a Policy,
}

/// A message in words, before it becomes plain text, HTML or a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// What it is about, without a word on the person.
    pub subject: String,
    /// Its text.
    pub blocks: Vec<Block>,
}
