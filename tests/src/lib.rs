//! What the tests share: storage of their own, an S3 server, the real binary, polling instead of sleep, and the workspace's files as data.

pub mod cohort;
pub mod deposits;
pub mod http_client;
pub mod modules;
pub mod nesting;
pub mod polling;
pub mod rules;
pub mod s3_server;
pub mod service;
pub mod source;
pub mod test_storage;

pub use http_client::http_client;
pub use polling::{eventually, long, times};
pub use s3_server::TestBucket;
pub use service::{Launch, Service, ens_binary, example};
pub use test_storage::{Database, Engine, TestStorage};
