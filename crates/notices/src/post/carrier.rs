//! What a postal carrier takes and answers: a batch of letters, each a page with an address.
//!
//! dispatcher --hand over--> carrier --posted, delivered, returned--> `letters` (statuses imported back)
//! - a repeated hand-over of the same message never makes a second letter

use std::fmt;

use async_trait::async_trait;
use chrono::NaiveDate;

use crate::reference::MessageRef;

/// Somebody who prints, posts, and says later what became of each letter.
#[async_trait]
pub trait PostalCarrier: Send + Sync {
    /// Hands a batch over. When it answers, every letter of the batch is safe with the carrier.
    ///
    /// # Errors
    /// Nothing is known to be handed over; the same batch may be handed over again.
    async fn hand_over(&self, letters: &[OutgoingLetter]) -> Result<HandedOver, CarrierError>;
}

/// What a carrier made of a batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HandedOver {
    /// Letters that it took.
    pub taken: u64,
    /// Letters that it had already.
    pub repeated: u64,
}

/// A carrier that does not answer, or not well.
#[derive(Debug, thiserror::Error)]
pub enum CarrierError {
    /// The folder of the letters.
    #[error("the letters' folder does not take the batch")]
    Folder(#[from] std::io::Error),
    /// A line of the manifest.
    #[error("the manifest of the batch cannot be written")]
    Manifest(#[from] serde_json::Error),
    /// The task that writes was cancelled.
    #[error("the writing of the batch was broken off")]
    BrokenOff,
}

/// One letter, ready to print.
#[derive(Clone)]
pub struct OutgoingLetter {
    /// Its reference, the same over every repeat.
    pub reference: MessageRef,
    /// The address block: at most six lines of 38 characters.
    pub address: Vec<String>,
    /// The letter as a page of HTML.
    pub page: String,
    /// The day on which it was written.
    pub written_on: NaiveDate,
}

impl fmt::Debug for OutgoingLetter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OutgoingLetter({})", self.reference)
    }
}
