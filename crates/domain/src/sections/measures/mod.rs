//! Health measures (*mesures de santé*): values that were measured of the holder's body, each a stream of its own.
//!
//! nothing --recorded--> kept --removed--> removed, for good
//! - the gate decides who records a measure
//! - a measure is recorded in a space that is open and in use
//! - a measure is removed by the side that recorded it
//! - a measure was not taken in the future
//! - recording the same measure again changes nothing
//! - a removed measure stays removed

mod commands;
mod events;
mod measure_type;
mod reading;
mod state;
#[cfg(test)]
mod tests;

use super::item::{DecisionContext, Item, aggregate_of_item};

pub use commands::*;
pub use events::MeasureEvent;
pub use measure_type::MeasureType;
pub use reading::{Quantity, Reading, ReadingError};
pub use state::Measure;

impl Item for Measure {
    fn decide(&self, command: MeasureCommand, context: &DecisionContext<'_>) -> Result<Vec<MeasureEvent>, MeasureRefusal> {
        command.decide(self, context)
    }
}

aggregate_of_item!(Measure, "measure", MeasureCommand, MeasureEvent, MeasureRefusal);
