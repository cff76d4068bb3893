//! What the tests stand on: a database each, the real binary, a poller instead of sleep, and the workspace read as data.

pub mod cohort;
pub mod modules;
pub mod nesting;
pub mod patience;
pub mod place;
pub mod rules;
pub mod service;
pub mod source;

pub use patience::{eventually, long, times};
pub use place::{Database, Engine, Place};
pub use service::{Launch, Service, ens_binary};
