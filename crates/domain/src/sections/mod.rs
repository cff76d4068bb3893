//! The sections of a space: what it contains, each thing a small aggregate of its own under the space.
//!
//! A decision about an item is a function of the item, the command, the life of its space and the policy; both are as they stand at one
//! position of the log. Every section is a folder with the same files: `mod.rs`, `events.rs`, `commands.rs`, `tests.rs`.

mod actor;
pub mod consultations;
mod item;
pub mod measures;
pub mod medical_record;
mod permitted;

pub use actor::{Actor, Practitioner};
pub use item::{Circumstances, DecisionContext, Item};
