//! What each refusal of a measure is for a client, in the order of `MeasureRefusal`.

use ens_domain::event::Refusal;
use ens_domain::sections::measures::MeasureRefusal;

use super::details::Problem;
use super::refusals::refusals;
use super::types::ProblemType;

refusals! {
    /// The types of problem that the rules of measures answer.
    MEASURE_REFUSALS of MeasureRefusal [Access] {}
    // The fields that become members of the problem, then type, status, title and remedy.
    TakenInTheFuture {} = "measure-in-the-future", UNPROCESSABLE_ENTITY, "nothing is measured in the future", "give the instant at which it was measured";
    NoSuchMeasure {} = "no-such-measure", NOT_FOUND, "no such measure", "read the measures again";
    MeasureRemoved {} = "measure-removed", CONFLICT, "the measure was removed", "record it again, as a new measure";
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Space(refusal) => Self::from(refusal),
            Refusal::Measure(refusal) => Self::from(refusal),
            Refusal::Document(refusal) => Self::from(refusal),
            Refusal::Consultation(refusal) => Self::from(refusal),
            Refusal::OtherKind => Self::new(ProblemType::NOT_FOUND),
        }
    }
}
