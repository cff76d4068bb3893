//! The log of a process: lines on the error output, as text or as JSON, and never what belongs to a person.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::config::LogSettings;

/// Why the log cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// `--log` is no filter.
    #[error("--log: {0}; write it as info, or as ens_api=debug,info")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Somebody has started one.
    #[error("the log was started twice")]
    Twice,
}

/// Starts the log of this process; `usual` says what is logged where the operator does not.
///
/// # Errors
/// [`LogError`] where the filter cannot be read.
pub fn start(settings: &LogSettings, usual: &str) -> Result<(), LogError> {
    let filter = EnvFilter::try_new(settings.filter.as_deref().unwrap_or(usual))?;
    let lines = fmt().with_env_filter(filter).with_writer(io::stderr);
    let started = if settings.json {
        lines.json().flatten_event(true).try_init()
    } else {
        lines.with_ansi(io::stderr().is_terminal()).with_target(false).try_init()
    };
    started.map_err(|_| LogError::Twice)
}
