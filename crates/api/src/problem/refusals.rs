//! From an enum of refusals to problems: one line a refusal says all that a client reads of it.
//!
//! Each enum of refusals has one list, in a file of its own. A refusal that is missing from it does not compile.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::details::Problem;
use super::types::ProblemType;

/// Declares what each refusal of an enum is for a client.
///
/// `Refusal { fields } = type, status, title, remedy;` where `fields` are those that become members of the problem, each under its own name.
/// `, retry field` at the end names the instant from which the client may try again. The braces of the head hold what has a general type:
/// `Refusal is TYPE;`. Brackets before them name the refusal that holds another rule's.
macro_rules! refusals {
    (
        $(#[$doc:meta])* $types:ident of $refusal:ident $([$nested:ident])? { $($known:ident is $general:ident;)* }
        $($variant:ident { $($member:ident),* } = $slug:literal, $status:ident, $title:literal, $remedy:literal $(, retry $retry:ident)?;)*
    ) => {
        $(#[$doc])*
        pub(super) const $types: &[&$crate::problem::types::ProblemType] = &[$(&$crate::problem::types::ProblemType {
            slug: $slug,
            status: ::axum::http::StatusCode::$status,
            title: $title,
            remedy: $remedy,
        }),*];

        impl From<$refusal> for $crate::problem::details::Problem {
            fn from(refusal: $refusal) -> Self {
                let detail = refusal.to_string();
                match &refusal {
                    $($refusal::$nested(refusal) => Self::from(refusal.clone()),)?
                    $($refusal::$known { .. } => $crate::problem::refusals::problem($crate::problem::types::ProblemType::$general, detail),)*
                    $($refusal::$variant { $($member,)* $($retry,)? .. } => {
                        let problem = $crate::problem::refusals::problem(&$crate::problem::types::ProblemType {
                            slug: $slug,
                            status: ::axum::http::StatusCode::$status,
                            title: $title,
                            remedy: $remedy,
                        }, detail);
                        $(let problem = $crate::problem::refusals::with_member(problem, stringify!($member), $member);)*
                        $(let problem = $crate::problem::refusals::with_retry(problem, stringify!($retry), *$retry);)?
                        problem
                    })*
                }
            }
        }
    };
}

pub(super) use refusals;

/// A problem of this type, with the refusal in words.
pub(super) fn problem(problem_type: &'static ProblemType, detail: impl Into<Cow<'static, str>>) -> Problem {
    Problem::new(problem_type).detail(detail)
}

/// A field of the refusal as a member of the problem, spelled as everywhere in the API. What is not known is no member.
pub(super) fn with_member(problem: Problem, name: &str, value: &impl Serialize) -> Problem {
    match serde_json::to_value(value) {
        Ok(Value::Null) => problem,
        Ok(value) => problem.member(name, value),
        // A term of the domain is a word, a number or a date, which JSON takes.
        Err(error) => problem.logged(error),
    }
}

/// The instant from which the request may be repeated, as a member and as `Retry-After`.
pub(super) fn with_retry(problem: Problem, name: &str, from: DateTime<Utc>) -> Problem {
    problem.member(name, from.to_rfc3339()).retry_at(from)
}
