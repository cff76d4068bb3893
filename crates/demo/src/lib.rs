//! The demonstration: an invented cohort lives through its whole campaign in a minute, on the code of the service itself.
//!
//! persons --file--> import --spaces--> campaign and care, day by day --> counts that add up
//!
//! Nobody is real: test INS only, in real communes of Haute-Garonne, Loire-Atlantique and Somme. A person takes a few bytes of memory:
//! who they are and what they do is computed from the seed. What the service does by itself, it does through [`Service`].

pub use care::Tour;
pub use care_counts::CareCounts;
pub use error::DemoError;
pub use persons::write_persons;
pub use plan::Plan;
pub use progress::Progress;
pub use report::DemoReport;
pub use service::{Service, ServiceError};
pub use simulation::{Simulated, simulate};

mod behaviour;
mod campaign;
mod care;
mod care_counts;
mod commands;
mod communes;
mod error;
mod mailboxes;
mod names;
mod persons;
mod plan;
mod population;
mod professionals;
mod progress;
mod random;
mod report;
mod schedule;
mod service;
mod simulation;
