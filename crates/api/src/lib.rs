//! The service around the log: the REST face, the notices, the daily work, the import and the demonstration.

pub mod app;
pub mod background;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod demo;
pub mod http;
pub mod import;
pub mod logging;
pub mod notify;
pub mod problem;
pub mod serve;
pub mod unread_bounces;
