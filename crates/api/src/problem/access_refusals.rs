//! What a refusal of the gate is for a client: one type of problem, with the reason as a member and in a French sentence for the person.

use axum::http::StatusCode;
use ens_domain::access::AccessRefusal;

use super::details::Problem;
use super::refusals::{problem, with_member};
use super::types::ProblemType;

const ACCESS_REFUSED: &ProblemType = &ProblemType {
    slug: "access-refused",
    status: StatusCode::FORBIDDEN,
    title: "the gate refuses this access",
    remedy: "`reason` says which rule refuses it, and `sentence` says it to the person",
};

/// The types of problem that the gate answers.
pub(super) const ACCESS_REFUSALS: &[&ProblemType] = &[ACCESS_REFUSED];

impl From<AccessRefusal> for Problem {
    fn from(refusal: AccessRefusal) -> Self {
        with_member(problem(ACCESS_REFUSED, refusal.to_string()), "reason", &refusal).member("sentence", refusal.sentence())
    }
}

/// Whether this is a refusal of the gate.
pub(crate) fn is_refused_by_gate(problem: &Problem) -> bool {
    problem.problem_type() == ACCESS_REFUSED
}
