//! Health measures (*mesures de santé*): what a holder measures of their own body, each value a stream of its own.
//!
//! nothing --recorded--> kept --removed--> removed, for good
//! - only the holder or a representative records a measure
//! - a measure is recorded in a space that is open and in use
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
        command.decide(*self, context.space)
    }
}

aggregate_of_item!(Measure, "measure", MeasureCommand, MeasureEvent, MeasureRefusal);
