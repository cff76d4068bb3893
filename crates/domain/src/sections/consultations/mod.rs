//! Consultations (*consultations, traces d'accès*): who read or tried to read what in a space, and on which ground. Reading is a command.
//!
//! nothing --consulted--> permitted | refused        permitted --consulted again--> as before, or refused
//! - an access that is permitted is traced with its ground
//! - an access that is refused is traced with its reason
//! - a refusal of a stranger to the space is not stored
//! - the same access in the same minute is traced once
//! - a trace names the version of the matrix that decided it
//! - who looks after spaces reads a life and leaves a trace
//! - the life of a destroyed space is read without a trace
//! - the operator says why

mod commands;
mod events;
mod state;
mod subject;
#[cfg(test)]
mod tests;

use crate::ids::ItemId;

use super::item::{DecisionContext, Item, aggregate_of_item};

pub use commands::*;
pub use events::ConsultationEvent;
pub use state::Consultation;
pub use subject::{StatedReason, StatedReasonError, Subject};

impl Item for Consultation {
    fn decide(&self, command: ConsultationCommand, context: &DecisionContext<'_>) -> Result<Vec<ConsultationEvent>, ConsultationRefusal> {
        command.decide(*self, context)
    }

    fn refusal(event: &ConsultationEvent) -> Option<ConsultationRefusal> {
        event.because().map(ConsultationRefusal::Refused)
    }

    fn document(command: &ConsultationCommand) -> Option<ItemId> {
        command.document()
    }
}

aggregate_of_item!(Consultation, "consultation", ConsultationCommand, ConsultationEvent, ConsultationRefusal);
