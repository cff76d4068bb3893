//! What each refusal of a consultation is for a client, in the order of `ConsultationRefusal`.

use ens_domain::sections::consultations::ConsultationRefusal;

use super::details::Problem;
use super::refusals::refusals;

refusals! {
    /// The types of problem that the rules of consultations answer.
    CONSULTATION_REFUSALS of ReadingRefusal {}
    // The fields that become members of the problem, then type, status, title and remedy.
    NotAReading {} = "not-a-reading", UNPROCESSABLE_ENTITY, "only reading is a consultation", "send the request that does what you want to do";
    NoStatedReason {} = "no-stated-reason", FORBIDDEN, "break-glass needs a stated reason", "send the reason in `Ens-Reason`, or in the token";
}

/// The refusals of a consultation that are its own.
#[derive(Debug, Clone, Copy, thiserror::Error)]
enum ReadingRefusal {
    #[error("only reading is a consultation")]
    NotAReading,
    #[error("break-glass needs a stated reason")]
    NoStatedReason,
}

impl From<ConsultationRefusal> for Problem {
    fn from(refusal: ConsultationRefusal) -> Self {
        match refusal {
            ConsultationRefusal::NoTie(because) | ConsultationRefusal::Refused(because) => Self::from(because),
            ConsultationRefusal::NoSuchDocument => Self::from(ens_domain::sections::medical_record::DocumentRefusal::NoSuchDocument),
            ConsultationRefusal::NotAReading => Self::from(ReadingRefusal::NotAReading),
            ConsultationRefusal::NoStatedReason => Self::from(ReadingRefusal::NoStatedReason),
        }
    }
}
