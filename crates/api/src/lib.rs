//! The service around the log: the REST API, the command line, the import, and what happens by itself every day.

pub mod app;
pub mod background;
pub mod cli;
pub mod commands;
pub mod config;
pub mod http;
pub mod import;
pub mod logging;
pub mod problem;
pub mod recent_refusals;
pub mod serve;
pub mod unread_bounces;
