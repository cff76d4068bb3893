//! What each refusal of a consultation is for a client. Those of the gate and of a document that is not there are problems already.

use axum::http::StatusCode;
use ens_domain::sections::consultations::ConsultationRefusal;
use ens_domain::sections::medical_record::DocumentRefusal;

use super::details::Problem;
use super::refusals::problem;
use super::types::ProblemType;

const NOT_A_READING: &ProblemType = &ProblemType {
    slug: "not-a-reading",
    status: StatusCode::UNPROCESSABLE_ENTITY,
    title: "only reading is a consultation",
    remedy: "send the request that does what you want to do",
};

const NO_STATED_REASON: &ProblemType = &ProblemType {
    slug: "no-stated-reason",
    status: StatusCode::FORBIDDEN,
    title: "break-glass needs a stated reason",
    remedy: "send the reason in `Ens-Reason`, or in the token",
};

/// The types of problem that the rules of consultations answer.
pub(super) const CONSULTATION_REFUSALS: &[&ProblemType] = &[NOT_A_READING, NO_STATED_REASON];

impl From<ConsultationRefusal> for Problem {
    fn from(refusal: ConsultationRefusal) -> Self {
        match refusal {
            ConsultationRefusal::NoTie(because) | ConsultationRefusal::Refused(because) => Self::from(because),
            ConsultationRefusal::NoSuchDocument => Self::from(DocumentRefusal::NoSuchDocument),
            ConsultationRefusal::NotAReading => problem(NOT_A_READING, refusal.to_string()),
            ConsultationRefusal::NoStatedReason => problem(NO_STATED_REASON, refusal.to_string()),
        }
    }
}
