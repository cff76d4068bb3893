//! Conditional requests (RFC 9110): `If-Match` on changes, `If-None-Match` on reads.
//!
//! - a change names the version it has seen; `If-Match: *` says that any will do

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};

use crate::problem::{Problem, ProblemType};

use super::answer::etag;

/// The version in `If-Match`; `None` for `*`.
pub(super) fn expected_version(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let value = headers.get(IF_MATCH).ok_or_else(|| Problem::new(ProblemType::PRECONDITION_REQUIRED))?;
    let refused = || Problem::new(ProblemType::MALFORMED).detail("If-Match: expected the ETag of a space, such as \"7\", or *");
    let text = value.to_str().map_err(|_| refused())?.trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).ok_or_else(refused)?;
    version.parse().map(Some).map_err(|_| refused())
}

/// The version that the client has already, from `If-None-Match`.
pub(crate) struct IfNoneMatch(Option<HeaderValue>);

impl IfNoneMatch {
    /// Whether the client has this version.
    pub(crate) fn is(&self, version: u64) -> bool {
        self.0.as_ref().is_some_and(|known| *known == etag(version))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.headers.get(IF_NONE_MATCH).cloned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(value: &'static str) -> Result<Option<u64>, &'static ProblemType> {
        let headers = HeaderMap::from_iter([(IF_MATCH, value.parse().unwrap())]);
        expected_version(&headers).map_err(|problem| problem.problem_type())
    }

    #[test]
    fn a_version_is_an_etag_of_ours() {
        assert_eq!(version("\"7\""), Ok(Some(7)));
        assert_eq!(version("*"), Ok(None));
        assert_eq!(version("7"), Err(ProblemType::MALFORMED));
        assert_eq!(version("W/\"7\""), Err(ProblemType::MALFORMED));
        assert_eq!(expected_version(&HeaderMap::new()).map_err(|problem| problem.problem_type()), Err(ProblemType::PRECONDITION_REQUIRED));
    }
}
