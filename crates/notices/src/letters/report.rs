//! What an import of letter statuses answers: how many were recorded, which lines are bad, and why it broke off.

use ens_store::StoreError;
use serde::Serialize;

/// What an import of statuses came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct StatusReport {
    /// Lines read, blank ones and headers left out.
    pub lines: u64,
    /// Statuses that told a space something new.
    pub recorded: u64,
    /// Statuses that the space knew, or that concern a message it no longer waits for.
    pub quiet: u64,
    /// Bad lines.
    pub rejected: u64,
}

/// The part of a line that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusField {
    /// The line as a whole.
    Line,
    /// The message's reference.
    Reference,
    /// What became of the letter.
    Status,
    /// The day.
    Date,
}

/// A line that was not recorded. It never repeats what the line held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadStatus {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong in it.
    pub field: StatusField,
    /// Why.
    pub reason: String,
}

/// What broke an import off; everything recorded before stays, and the file may be imported again.
#[derive(Debug, thiserror::Error)]
pub enum StatusImportError {
    /// The file.
    #[error("the statuses cannot be read")]
    Read(#[from] std::io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}
