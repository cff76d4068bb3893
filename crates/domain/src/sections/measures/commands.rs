//! What may be asked of a measure, and the rules that decide it.

use chrono::{DateTime, Utc};

use crate::access::{AccessRefusal, AccessRequest, Action, Purpose, Reader, Target};
use crate::personal::Personal;
use crate::sections::item::DecisionContext;
use crate::sections::permitted::Permitted;
use crate::space::terms::Section;

use super::events::MeasureEvent;
use super::measure_type::MeasureType;
use super::reading::Reading;
use super::state::Measure;

/// Any request to a measure.
#[derive(Debug, Clone, PartialEq)]
pub enum MeasureCommand {
    /// See [`RecordMeasure`].
    Record(RecordMeasure),
    /// See [`RemoveMeasure`].
    Remove(RemoveMeasure),
}

/// Record a value that was measured at `taken_at`. Asking again under the same id changes nothing.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]
pub struct RecordMeasure {
    pub at: DateTime<Utc>,
    pub by: Reader,
    pub purpose: Purpose,
    pub measure: MeasureType,
    pub taken_at: DateTime<Utc>,
    pub value: Personal<Reading>,
}

/// Take a measure away again.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]
pub struct RemoveMeasure {
    pub at: DateTime<Utc>,
    pub by: Reader,
    pub purpose: Purpose,
}

/// Why a request to a measure is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MeasureRefusal {
    /// The gate refuses it.
    #[error(transparent)]
    Access(#[from] AccessRefusal),
    /// Nothing is measured in the future.
    #[error("the measure would have been taken after it was recorded")]
    TakenInTheFuture,
    /// No such measure was ever recorded.
    #[error("no such measure")]
    NoSuchMeasure,
    /// What was removed does not come back; record it anew.
    #[error("the measure was removed")]
    MeasureRemoved,
}

impl MeasureCommand {
    pub(super) fn decide(self, measure: &Measure, context: &DecisionContext<'_>) -> Result<Vec<MeasureEvent>, MeasureRefusal> {
        match self {
            Self::Record(command) => command.decide(measure, context),
            Self::Remove(command) => command.decide(measure, context),
        }
    }

    /// The instant at which it is asked.
    pub const fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Record(command) => command.at,
            Self::Remove(command) => command.at,
        }
    }

    /// The name of the request, for logs and metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Record(_) => "RecordMeasure",
            Self::Remove(_) => "RemoveMeasure",
        }
    }

    /// Whether it may be the first thing that is asked of a measure.
    pub const fn may_begin(&self) -> bool {
        match self {
            Self::Record(_) => true,
            Self::Remove(_) => false,
        }
    }
}

impl RecordMeasure {
    fn decide(self, measure: &Measure, context: &DecisionContext<'_>) -> Result<Vec<MeasureEvent>, MeasureRefusal> {
        let request = in_measures(&self.by, Action::Deposit, self.purpose, self.at);
        let Permitted { at, by, ground } = Permitted::by_gate(&request, context.space, context.policy)?;
        match measure {
            Measure::Absent => {}
            Measure::Kept { .. } => return Ok(Vec::new()),
            Measure::Removed => return Err(MeasureRefusal::MeasureRemoved),
        }
        if self.taken_at > at {
            return Err(MeasureRefusal::TakenInTheFuture);
        }
        let Self { measure, taken_at, value, .. } = self;
        Ok(vec![MeasureEvent::MeasureRecorded { at, by, ground, measure, taken_at, value }])
    }
}

impl RemoveMeasure {
    fn decide(self, measure: &Measure, context: &DecisionContext<'_>) -> Result<Vec<MeasureEvent>, MeasureRefusal> {
        let request = in_measures(&self.by, Action::Delete, self.purpose, self.at);
        let Permitted { at, by, ground } = Permitted::by_gate(&request, context.space, context.policy)?;
        match measure {
            Measure::Absent => Err(MeasureRefusal::NoSuchMeasure),
            // The gate lets the holder's side delete, and nobody else.
            Measure::Kept { by: recorded } if !recorded.author().is_some_and(|author| author.is_of_holder_side()) => {
                Err(AccessRefusal::NotTheAuthor.into())
            }
            Measure::Kept { .. } => Ok(vec![MeasureEvent::MeasureRemoved { at, by, ground }]),
            Measure::Removed => Ok(Vec::new()),
        }
    }
}

/// What the gate is asked of a measure.
const fn in_measures(reader: &Reader, action: Action, purpose: Purpose, at: DateTime<Utc>) -> AccessRequest<'_> {
    AccessRequest { reader, action, target: Target::Section(Section::Measures), purpose, at }
}

impl From<RecordMeasure> for MeasureCommand {
    fn from(command: RecordMeasure) -> Self {
        Self::Record(command)
    }
}

impl From<RemoveMeasure> for MeasureCommand {
    fn from(command: RemoveMeasure) -> Self {
        Self::Remove(command)
    }
}
