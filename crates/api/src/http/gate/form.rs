//! The form of a route's answer, and what follows from it: content type, headers, the form of a refusal, whether lengths are limited.

use axum::http::HeaderValue;
use axum::response::Response;

use crate::problem::{PROBLEM_JSON, Problem};

/// What a page or an answer may load: nothing, but for the documentation, which loads from this service alone.
const LOADS_NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const LOADS_FROM_HERE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The form of a route's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One JSON value.
    Json,
    /// One JSON object a line, to a body of any length.
    JsonLines,
    /// A file, as an attachment.
    File,
    /// Metrics, as Prometheus reads them.
    Metrics,
    /// The page that documents the API, with its scripts and styles.
    Documentation,
}

impl Form {
    /// The content type of every answer but a refusal; `None` where each file has its own.
    pub const fn content_type(self) -> Option<&'static str> {
        match self {
            Self::Json => Some("application/json"),
            Self::JsonLines => Some("application/x-ndjson"),
            Self::Metrics => Some("text/plain; version=0.0.4; charset=utf-8"),
            Self::File | Self::Documentation => None,
        }
    }

    /// The media type as the OpenAPI document names it.
    pub(crate) const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::JsonLines => "application/x-ndjson",
            Self::File => "application/octet-stream",
            Self::Metrics => "text/plain",
            Self::Documentation => "text/html",
        }
    }

    /// The content type of a refusal.
    pub const fn refusal_content_type(self) -> &'static str {
        match self {
            Self::Json | Self::JsonLines | Self::File | Self::Metrics | Self::Documentation => PROBLEM_JSON,
        }
    }

    /// A refusal in the form that suits the route, in place of the `original` answer, with the id of the request.
    pub(crate) fn refuse(self, problem: &Problem, original: &Response, request_id: &str) -> Response {
        match self {
            Self::Json | Self::JsonLines | Self::File | Self::Metrics | Self::Documentation => {
                problem.respond_like(original, Some(request_id))
            }
        }
    }

    /// What the answer may load (`Content-Security-Policy`).
    pub(crate) const fn content_security_policy(self) -> HeaderValue {
        match self {
            Self::Json | Self::JsonLines | Self::File | Self::Metrics => HeaderValue::from_static(LOADS_NOTHING),
            Self::Documentation => HeaderValue::from_static(LOADS_FROM_HERE),
        }
    }

    /// Who may keep a copy of the answer (`Cache-Control`), unless the handler says otherwise.
    pub(crate) const fn cache_control(self) -> HeaderValue {
        match self {
            Self::Json | Self::JsonLines | Self::File | Self::Metrics | Self::Documentation => HeaderValue::from_static("no-store"),
        }
    }

    /// Whether bodies of any length are read and answered, in any time.
    pub(crate) const fn is_unlimited(self) -> bool {
        match self {
            Self::JsonLines => true,
            Self::Json | Self::File | Self::Metrics | Self::Documentation => false,
        }
    }
}
