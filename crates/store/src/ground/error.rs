//! What can go wrong in the store, said without ever repeating a stored or bound value.
//!
//! A database error carries the SQLSTATE and the server's short message; the detail and the failing row, which PostgreSQL adds and
//! `Debug` of sqlx's own error shows, are dropped at this border because they can hold what belongs to a person.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::events::DecodeError;
use super::partition::{NotAPartition, Partition};

/// Why a seal stays closed. Says which kind, never what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The space was destroyed, and its key with it: nobody can read this any more.
    #[error("destroyed: the key of this space no longer exists")]
    Destroyed,
    /// No key was ever made for this space, or not of this generation.
    #[error("no key is known for this space")]
    NoKey,
    /// The value was never sealed; what comes from the store always is.
    #[error("not sealed")]
    NotSealed,
    /// The seal was altered, belongs to another space or another field, or was made under another key.
    #[error("this seal does not belong here")]
    Foreign,
    /// The master key is not the one that the store was made with.
    #[error("the master key is not the one that this store was made with: open it with that one")]
    WrongMaster,
}

/// An operation of the store that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The address of the store is not one.
    #[error("not a store address: expected sqlite:PATH, sqlite::memory: or postgres://…")]
    Address,
    /// The database does not answer, or the connection broke; nothing was acknowledged.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// Commit was sent and no answer came: the work may have been done. An idempotency key makes asking again safe.
    #[error("the connection was lost during commit: the outcome is unknown")]
    OutcomeUnknown,
    /// The database refused a statement.
    #[error("the database refused a statement: {message} (SQLSTATE {code})")]
    Database {
        /// The SQLSTATE, or SQLite's extended result code.
        code: String,
        /// The server's short message, without detail or row.
        message: String,
    },
    /// Every attempt lost against another writer, a deadlock or a lock.
    #[error("too many writers on the same rows: gave up after {attempts} attempts")]
    Contended {
        /// How many times it was tried.
        attempts: u32,
    },
    /// More commands wait than the queue holds; nothing was begun.
    #[error("too many commands are waiting")]
    Overloaded,
    /// A migration could not be applied.
    #[error("the database could not be brought up to date: {0}")]
    Migration(String),
    /// The log has a hole or a repeated position: it was altered from outside.
    #[error("partition {partition} has position {found} where {expected} was due: the log was altered")]
    Broken {
        /// In which partition.
        partition: Partition,
        /// The position that had to come.
        expected: u64,
        /// The position that came.
        found: u64,
    },
    /// A stored event could not be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A seal could not be made or opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Something in the database is not what the store writes.
    #[error("stored data is malformed: {0}")]
    Malformed(&'static str),
    /// A value given by the caller cannot be stored.
    #[error("cannot be stored: {0}")]
    Unstorable(&'static str),
    /// The store was opened without a place for contents.
    #[error("this store has no place for contents: open it with one")]
    NoContents,
    /// The place of contents does not have one that an event names.
    #[error("a content is missing: look for it in a backup of the place of contents")]
    ContentMissing,
    /// The place of contents cannot be reached, is full, or refuses what was asked.
    #[error("the place of contents has trouble: {0}")]
    Contents(String),
    /// The operating system gave no randomness.
    #[error("no randomness from the operating system")]
    NoRandomness,
    /// The position of a checkpoint moved under its follower: another one works on the same projection.
    #[error("another follower moved this checkpoint")]
    Overtaken,
    /// The clock of this process cannot be trusted: nothing that acts by date was done.
    #[error(transparent)]
    Clock(#[from] ClockFault),
}

/// Why the clock of this process cannot be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClockFault {
    /// It and the database's clock are more than two minutes apart.
    #[error("this process's clock is {seconds} s ahead of the database's (less than 0: behind): set the one that is wrong")]
    ApartFromDatabase {
        /// How far ahead this process is; negative where it is behind.
        seconds: i64,
    },
    /// It has jumped by more than a day since the store last saw it, or the machine was off for so long.
    #[error(
        "more than a day has passed on this machine's clock since {last_seen}, when the store last saw it: if the clock is right, say so by --accept-clock"
    )]
    Jumped {
        /// The last instant that the store saw.
        last_seen: DateTime<Utc>,
    },
}

impl ClockFault {
    /// The word for it in probes; it never changes.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::ApartFromDatabase { .. } => "clock-apart-from-database",
            Self::Jumped { .. } => "clock-jumped",
        }
    }
}

impl StoreError {
    /// Whether asking again later may succeed.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(_)
            | Self::OutcomeUnknown
            | Self::Contended { .. }
            | Self::Overloaded
            | Self::Overtaken
            | Self::Contents(_) => true,
            Self::Address
            | Self::Database { .. }
            | Self::Migration(_)
            | Self::Broken { .. }
            | Self::Decode(_)
            | Self::Open(_)
            | Self::Malformed(_)
            | Self::Unstorable(_)
            | Self::NoContents
            | Self::ContentMissing
            | Self::NoRandomness
            | Self::Clock(_) => false,
        }
    }

    /// Whether the database threw this transaction out so that another could go on: serialisation failure, deadlock, busy file.
    pub(crate) fn lost_a_race(&self) -> bool {
        // 40001 and 40P01 are PostgreSQL's; 5 and 6 (and their extended forms) are SQLite's BUSY and LOCKED.
        matches!(self, Self::Database { code, .. } if matches!(code.as_str(), "40001" | "40P01" | "5" | "6" | "261" | "262" | "517"))
    }

    /// A row with the same key was there already.
    pub(crate) fn duplicate() -> Self {
        Self::Database { code: "23505".to_owned(), message: "a row with this key is there already".to_owned() }
    }

    /// Whether a row with the same key was there already.
    pub(crate) fn is_a_duplicate(&self) -> bool {
        // 23505 is PostgreSQL's, and XX000 what Citus makes of it in an INSERT … SELECT; 1555 and 2067 are SQLite's.
        matches!(self, Self::Database { code, .. } if matches!(code.as_str(), "23505" | "XX000" | "1555" | "2067"))
    }

    /// Whether PostgreSQL refused what was written (class 23), or another transaction was first (class 40), and the connection is as good
    /// as before.
    pub(crate) fn leaves_the_connection(&self) -> bool {
        matches!(self, Self::Database { code, .. } if code.starts_with("23") || code.starts_with("40"))
    }

    fn refused(code: String, message: String) -> Self {
        // Class 08 is about the connection; 53300 has no room for one more; 57P01 to 57P03 are shutting down, crashing and starting.
        let gone = code.starts_with("08") || code == "53300" || code.starts_with("57P0");
        if gone { Self::Unreachable(message) } else { Self::Database { code, message } }
    }

    /// What an error in answer to `COMMIT` means: a refusal undid the transaction, silence leaves its outcome unknown.
    pub(crate) fn at_commit(error: sqlx::Error) -> Self {
        let said = Self::from(error);
        if matches!(said, Self::Database { .. }) { said } else { Self::OutcomeUnknown }
    }
}

impl From<NotAPartition> for StoreError {
    fn from(NotAPartition(why): NotAPartition) -> Self {
        Self::Malformed(why)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if let Some(refused) = error.as_database_error() {
            let code = refused.code().map_or_else(|| "none".to_owned(), Cow::into_owned);
            return Self::refused(code, refused.message().to_owned());
        }
        if matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnNotFound(_)) {
            return Self::Malformed("a column holds another type than the store writes");
        }
        // All that is left is about the connection.
        Self::Unreachable(error.to_string())
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(refused) => Self::refused(refused.code().code().to_owned(), refused.message().to_owned()),
            // All that is left is about the connection: values are read and bound elsewhere.
            None => Self::Unreachable(error.to_string()),
        }
    }
}
