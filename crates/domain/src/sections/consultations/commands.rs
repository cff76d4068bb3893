//! What may be asked of a consultation: to read, or to note that something else was refused. The gate decides it; the trace is the event.

use chrono::{DateTime, Utc};

use crate::access::{AccessRefusal, AccessRequest, Action, Ground, Overseen, Purpose, Reader, Target, decide, has_tie, oversee};
use crate::guarded::Guarded;
use crate::ids::ItemId;
use crate::personal::Personal;
use crate::sections::item::DecisionContext;
use crate::space::terms::{Section, Stage};

use super::events::ConsultationEvent;
use super::state::Consultation;
use super::subject::{StatedReason, Subject};

/// Any request to a consultation.
#[derive(Debug, Clone, PartialEq)]
pub enum ConsultationCommand {
    /// See [`Consult`].
    Consult(Consult),
}

/// Read something; or attempt something else, which leaves a trace where the gate refuses it, and nothing where it does not: what is
/// permitted is a command on the thing itself. Who asks the same again under the same id leaves one trace.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]
pub struct Consult {
    pub at: DateTime<Utc>,
    pub by: Reader,
    pub action: Action,
    pub subject: Subject,
    pub purpose: Purpose,
    /// What a professional states in an emergency.
    pub reason: Option<Personal<StatedReason>>,
}

/// Why nothing is read, and nothing is traced either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConsultationRefusal {
    /// The gate refuses somebody who has no tie to the space. It is counted, and not stored: nobody fills another person's log.
    #[error("{0}")]
    NoTie(AccessRefusal),
    /// The gate refuses, and the attempt was traced.
    #[error("{0}")]
    Refused(AccessRefusal),
    /// No such document.
    #[error("no such document")]
    NoSuchDocument,
    /// The gate permits it, and it is no reading: a command on the thing itself does it.
    #[error("only reading is a consultation")]
    NotAReading,
    /// Who comes in by break-glass states why.
    #[error("break-glass needs a stated reason")]
    NoStatedReason,
}

impl ConsultationCommand {
    pub(super) fn decide(
        self,
        consultation: Consultation,
        context: &DecisionContext<'_>,
    ) -> Result<Vec<ConsultationEvent>, ConsultationRefusal> {
        match self {
            Self::Consult(command) => command.decide(consultation, context),
        }
    }

    /// The document that the decision looks at.
    pub(super) const fn document(&self) -> Option<ItemId> {
        match self {
            Self::Consult(command) => command.subject.document(),
        }
    }

    /// The instant at which it is asked.
    pub const fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Consult(command) => command.at,
        }
    }

    /// The name of the request, for logs and metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Consult(_) => "Consult",
        }
    }

    /// Whether it may be the first thing that is asked of a consultation.
    pub const fn may_begin(&self) -> bool {
        match self {
            Self::Consult(_) => true,
        }
    }
}

impl Consult {
    fn decide(self, consultation: Consultation, context: &DecisionContext<'_>) -> Result<Vec<ConsultationEvent>, ConsultationRefusal> {
        if self.action.is_reading() && self.by.breaks_the_glass() && self.reason.is_none() {
            return Err(ConsultationRefusal::NoStatedReason);
        }
        let target = match (self.subject, context.document) {
            (Subject::Section { section }, _) => Target::Section(section),
            (Subject::Document { .. }, Some(facts)) => Target::Document(facts),
            (Subject::Document { .. }, None) => return self.about_nothing(context),
            (Subject::Life, _) => return self.oversee(Overseen::Life, consultation, context),
            (Subject::Directory { .. }, _) => return self.oversee(Overseen::Directory, consultation, context),
        };
        let request = AccessRequest { reader: &self.by, action: self.action, target, purpose: self.purpose, at: self.at };
        let decided = decide(&request, context.space, context.matrix());
        self.traced(decided, consultation, context)
    }

    /// What those look at who look after spaces. A space that was destroyed has no key under which a trace could be sealed, and nobody who
    /// could read one: its life, which names nobody, is read without.
    fn oversee(
        self,
        overseen: Overseen,
        consultation: Consultation,
        context: &DecisionContext<'_>,
    ) -> Result<Vec<ConsultationEvent>, ConsultationRefusal> {
        if self.by == Reader::Admin && self.reason.is_none() {
            return Err(ConsultationRefusal::NoStatedReason);
        }
        match oversee(&self.by, overseen) {
            Ok(_) if context.space.stage() == Some(Stage::Destroyed) => Ok(Vec::new()),
            decided => self.traced(decided, consultation, context),
        }
    }

    /// The trace of what was decided, unless the same was traced already.
    fn traced(
        self,
        decided: Result<Ground, AccessRefusal>,
        consultation: Consultation,
        context: &DecisionContext<'_>,
    ) -> Result<Vec<ConsultationEvent>, ConsultationRefusal> {
        let matrix = || context.matrix().version().to_owned();
        match decided {
            Ok(_) if !self.action.is_reading() => Err(ConsultationRefusal::NotAReading),
            Ok(ground) if consultation == Consultation::Permitted(ground) => Ok(Vec::new()),
            Ok(ground) => {
                let Self { at, by, action, subject, purpose, reason } = self;
                let (by, matrix) = (Guarded::new(by), matrix());
                Ok(vec![ConsultationEvent::AccessMade { at, by, action, subject, purpose, reason, ground, matrix }])
            }
            Err(because) if !has_tie(&self.by, context.space) => Err(ConsultationRefusal::NoTie(because)),
            Err(because) if consultation == Consultation::Refused(because) => Err(ConsultationRefusal::Refused(because)),
            Err(because) => {
                let Self { at, by, action, subject, purpose, reason } = self;
                let (by, matrix) = (Guarded::new(by), matrix());
                Ok(vec![ConsultationEvent::AccessRefused { at, by, action, subject, purpose, reason, because, matrix }])
            }
        }
    }

    /// A document that is not there is told only to who may read the medical record: the others learn what they would of any document.
    fn about_nothing(self, context: &DecisionContext<'_>) -> Result<Vec<ConsultationEvent>, ConsultationRefusal> {
        let target = Target::Section(Section::MedicalRecord);
        let request = AccessRequest { reader: &self.by, action: Action::List, target, purpose: self.purpose, at: self.at };
        match decide(&request, context.space, context.matrix()) {
            Ok(_) => Err(ConsultationRefusal::NoSuchDocument),
            Err(because) => Err(ConsultationRefusal::NoTie(because)),
        }
    }
}

impl From<Consult> for ConsultationCommand {
    fn from(command: Consult) -> Self {
        Self::Consult(command)
    }
}
