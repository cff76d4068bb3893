//! The statuses of requests that succeed.

use axum::http::StatusCode;

/// How a request that succeeds is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Success {
    /// Read, or done.
    Done,
    /// A part of what was asked for, as asked.
    Partial,
    /// A resource was created.
    Created,
    /// Accepted; the outcome is not told here.
    Accepted,
    /// The client's copy is still up to date.
    Unchanged,
    /// Another address has the answer.
    Elsewhere,
    /// Answered in full, by a service that cannot serve everything.
    Degraded,
}

impl Success {
    /// The HTTP status.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Done => StatusCode::OK,
            Self::Partial => StatusCode::PARTIAL_CONTENT,
            Self::Created => StatusCode::CREATED,
            Self::Accepted => StatusCode::ACCEPTED,
            Self::Unchanged => StatusCode::NOT_MODIFIED,
            Self::Elsewhere => StatusCode::SEE_OTHER,
            Self::Degraded => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}
