//! A problem in the form of RFC 9457 (problem details), with what the client reads and what the log reads.
//!
//! Neither ever holds an INS, a name, an address, a code or a token. Clients match on the type, never on a text.
//! - what the log reads is not told to the client

use std::borrow::Cow;
use std::fmt;

use axum::Json;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::types::ProblemType;

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// One field of the request that has to be mended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where it stands in the request body, as a JSON pointer (RFC 6901); a header or a parameter by its name.
    pub pointer: String,
    /// What to mend, without the value.
    pub detail: String,
}

/// What went wrong, for the client and for the log.
#[derive(Clone)]
pub struct Problem(Box<Content>);

/// Boxed, because every handler's result has room for one.
#[derive(Clone)]
struct Content {
    problem_type: &'static ProblemType,
    detail: Option<Cow<'static, str>>,
    fields: Vec<FieldError>,
    members: Map<String, Value>,
    retry_after: Option<HeaderValue>,
    log: Option<String>,
}

/// The problem's form on the wire (`application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    /// The stable type, such as `urn:ens:problem:stale-version`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The type in words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// This occurrence in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do about it.
    pub remedy: &'static str,
    /// The request id, which the log holds too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The fields to mend.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// What the type adds, such as `current_version`.
    #[serde(flatten)]
    pub members: Map<String, Value>,
}

impl Problem {
    /// A problem of this type.
    pub fn new(problem_type: &'static ProblemType) -> Self {
        let retry_after = problem_type.retry_after().map(HeaderValue::from);
        Self(Box::new(Content { problem_type, detail: None, fields: Vec::new(), members: Map::new(), retry_after, log: None }))
    }

    /// Fields that have to be mended.
    pub fn fields(fields: Vec<FieldError>) -> Self {
        let mut problem = Self::new(ProblemType::INVALID_FIELDS);
        problem.0.fields = fields;
        problem
    }

    /// One field that has to be mended.
    pub fn field(pointer: &str, mend: &dyn fmt::Display) -> Self {
        Self::fields(vec![FieldError { pointer: pointer.to_owned(), detail: mend.to_string() }])
    }

    /// Something of ours went wrong; `why` is for the log alone.
    pub fn internal(why: impl fmt::Display) -> Self {
        Self::new(ProblemType::INTERNAL).logged(why)
    }

    /// What the client reads of this occurrence.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// A member that the type adds for the client.
    #[must_use]
    pub fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// When the client may try again, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(HeaderValue::from(seconds));
        self
    }

    /// The instant from which the client may try again, to the second above.
    #[must_use]
    pub fn retry_at(mut self, from: DateTime<Utc>) -> Self {
        let from = from + TimeDelta::milliseconds(999);
        // A date has no letter that a header refuses.
        self.0.retry_after = HeaderValue::from_str(&from.format("%a, %d %b %Y %H:%M:%S GMT").to_string()).ok();
        self
    }

    /// What the log reads.
    #[must_use]
    pub fn logged(mut self, why: impl fmt::Display) -> Self {
        self.0.log = Some(why.to_string());
        self
    }

    /// Its type.
    pub fn problem_type(&self) -> &'static ProblemType {
        self.0.problem_type
    }

    /// What the log reads, if there is more to say than the type.
    pub fn log(&self) -> Option<&str> {
        self.0.log.as_deref()
    }

    /// The problem that stands for a bare status, such as the framework's own refusals; `None` for a success.
    pub fn of_status(status: StatusCode) -> Option<Self> {
        ProblemType::of_status(status).map(Self::new)
    }

    /// What the client reads, with the request id it answers.
    pub fn body(&self, instance: Option<&str>) -> ProblemBody {
        ProblemBody {
            kind: self.0.problem_type.uri(),
            title: self.0.problem_type.title,
            status: self.0.problem_type.status.as_u16(),
            detail: self.0.detail.as_deref().map(str::to_owned),
            remedy: self.0.problem_type.remedy,
            instance: instance.map(|id| format!("urn:uuid:{id}")),
            errors: self.0.fields.clone(),
            members: self.0.members.clone(),
        }
    }

    /// The response, with the request id it answers.
    pub fn respond(&self, instance: Option<&str>) -> Response {
        let mut response = (self.0.problem_type.status, Json(self.body(instance))).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(retry_after) = &self.0.retry_after {
            headers.insert(RETRY_AFTER, retry_after.clone());
        }
        if self.0.problem_type == ProblemType::UNAUTHENTICATED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }

    /// The response in place of `original`, whose `Allow` it keeps: a 405 must have one.
    #[must_use]
    pub fn respond_like(&self, original: &Response, instance: Option<&str>) -> Response {
        let mut response = self.respond(instance);
        if let Some(allow) = original.headers().get(ALLOW) {
            response.headers_mut().insert(ALLOW, allow.clone());
        }
        response
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Problem").field("type", &self.0.problem_type.slug).field("log", &self.0.log).finish_non_exhaustive()
    }
}

impl IntoResponse for Problem {
    /// The request id is added on the way out, where it is known.
    fn into_response(self) -> Response {
        let mut response = self.respond(None);
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_log_reads_is_not_told_to_the_client() {
        let problem = Problem::internal("the disk of the third cupboard");
        assert!(!serde_json::to_string(&problem.body(None)).unwrap().contains("cupboard"));
        assert_eq!(problem.log(), Some("the disk of the third cupboard"));
    }

    #[test]
    fn an_instant_to_try_again_is_never_too_early() {
        let problem = Problem::new(ProblemType::TOO_MANY_REQUESTS).retry_at("2026-03-02T09:00:00.200Z".parse().unwrap());
        assert_eq!(problem.respond(None).headers()[RETRY_AFTER], "Mon, 02 Mar 2026 09:00:01 GMT");
    }
}
