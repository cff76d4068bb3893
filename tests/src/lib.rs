//! What the tests share: storage of their own, the real binary, polling instead of sleep, and the workspace's files as data.

pub mod cohort;
pub mod modules;
pub mod nesting;
pub mod polling;
pub mod rules;
pub mod service;
pub mod source;
pub mod test_storage;

pub use polling::{eventually, long, times};
pub use service::{Launch, Service, ens_binary};
pub use test_storage::{Database, Engine, TestStorage};
