//! Every status that the service answers, chosen in this folder and nowhere else: successes, and problems in the form of RFC 9457.
//!
//! `types.rs` lists the types of problem that any route can answer; each enum of refusals has its list in a file of its own.
//! - a type stands once
//! - every problem says what to do about it

pub use details::{FieldError, PROBLEM_JSON, Problem, ProblemBody};
pub use success::Success;
pub use types::{ProblemType, TOO_SLOW};

use access_refusals::ACCESS_REFUSALS;
pub(crate) use access_refusals::is_refused_by_gate;
use consultation_refusals::CONSULTATION_REFUSALS;
use document_refusals::DOCUMENT_REFUSALS;
use measure_refusals::MEASURE_REFUSALS;
use space_refusals::SPACE_REFUSALS;

mod access_refusals;
mod consultation_refusals;
mod details;
mod document_refusals;
mod measure_refusals;
mod refusals;
mod space_refusals;
mod store_errors;
mod success;
mod types;

/// Every type of problem: first the general ones, then what the rules refuse.
pub fn every_type() -> impl Iterator<Item = &'static ProblemType> {
    [ProblemType::GENERAL, SPACE_REFUSALS, MEASURE_REFUSALS, ACCESS_REFUSALS, DOCUMENT_REFUSALS, CONSULTATION_REFUSALS]
        .into_iter()
        .flatten()
        .copied()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_type_stands_once() {
        let mut seen = HashSet::new();
        assert!(every_type().all(|known| seen.insert(known.slug)));
        let plain = |slug: &str| slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        assert!(every_type().all(|known| plain(known.slug)));
    }

    #[test]
    fn every_problem_says_what_to_do_about_it() {
        assert!(every_type().all(|known| !known.remedy.is_empty() && !known.title.is_empty()));
    }

    #[test]
    fn a_problem_is_an_error() {
        assert!(every_type().all(|known| known.status.is_client_error() || known.status.is_server_error()));
    }
}
