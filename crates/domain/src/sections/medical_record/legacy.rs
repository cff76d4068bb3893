//! A document of a medical record that is older than the space: CNAM brings it, in the name of its author.
//!
//! - a legacy document is its authors
//! - a legacy document is as old as its first deposit
//! - a legacy document was first deposited between the creation of its record and now

use chrono::{DateTime, Utc};

use crate::calendar::paris;
use crate::sections::actor::Actor;

use super::asked::Asked;
use super::refusal::DocumentRefusal;

/// What the older record says of a document, besides what every deposit says.
#[derive(Debug, Clone, PartialEq)]
pub struct LegacyDocument {
    /// Who put it into that record: a professional or the holder.
    pub author: Actor,
    /// When they did.
    pub deposited_at: DateTime<Utc>,
}

impl LegacyDocument {
    pub(super) fn admit(&self, asked: &Asked<'_>) -> Result<(), DocumentRefusal> {
        let latest = paris::day_of(asked.at);
        // CNAM is let in where a record has joined, so there is its day.
        let earliest = asked.space.legacy_record_since().unwrap_or(latest);
        let possible = paris::start_of(earliest) <= self.deposited_at && self.deposited_at <= asked.at;
        if possible { Ok(()) } else { Err(DocumentRefusal::FirstDepositImpossible { earliest, latest }) }
    }
}
