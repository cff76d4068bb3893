//! A request to the record as its decision sees it: who asks, when and what for, of which space, under which policy.

use chrono::{DateTime, Utc};

use crate::access::{self, AccessRefusal, AccessRequest, Action, DocumentFacts, DocumentType, Ground, Purpose, Reader, Target};
use crate::calendar::{Horizon, paris};
use crate::policy::Policy;
use crate::sections::actor::Actor;
use crate::sections::permitted::Permitted;
use crate::space::HealthSpace;
use crate::space::terms::Section;

use super::act::ActDays;
use super::refusal::DocumentRefusal;
use super::state::{Deposited, Document};

/// Everything that a decision looks at besides the document and what is asked of it.
pub(super) struct Asked<'a> {
    pub(super) at: DateTime<Utc>,
    pub(super) by: &'a Reader,
    pub(super) purpose: Purpose,
    pub(super) space: &'a HealthSpace,
    pub(super) policy: &'a Policy,
}

impl Asked<'_> {
    /// On which ground a document with these facts may be deposited; in whose name is the deposit's to say.
    pub(super) fn ground_of_deposit(&self, facts: &DocumentFacts) -> Result<Ground, AccessRefusal> {
        access::decide(&self.request(Action::Deposit, Target::Document(facts)), self.space, &self.policy.matrix)
    }

    /// The document, once the gate let through what is to be done with it. That there is none is told to those only who may list the record.
    pub(super) fn of<'d>(&self, action: Action, document: &'d Document) -> Result<(&'d Deposited, Permitted), DocumentRefusal> {
        let found = document.deposited().ok_or(DocumentRefusal::NoSuchDocument);
        let opened = found.and_then(|deposited| Ok((deposited, deposited.facts().ok_or(DocumentRefusal::DocumentSealed)?)));
        match opened {
            Ok((deposited, facts)) => Ok((deposited, self.ask(action, Target::Document(&facts))?)),
            Err(refusal) => {
                self.ask(Action::List, Target::Section(Section::MedicalRecord))?;
                Err(refusal)
            }
        }
    }

    fn ask(&self, action: Action, target: Target<'_>) -> Result<Permitted, AccessRefusal> {
        Permitted::by_gate(&self.request(action, target), self.space, self.policy)
    }

    fn request<'r>(&'r self, action: Action, target: Target<'r>) -> AccessRequest<'r> {
        AccessRequest { reader: self.by, action, target, purpose: self.purpose, at: self.at }
    }

    /// Whether documents of this author have this type: the patient's types are the holder's side's, and theirs alone.
    pub(super) fn admit_type(document_type: DocumentType, author: &Actor) -> Result<(), DocumentRefusal> {
        match (author.is_of_holder_side(), document_type.is_deposited_by_holder()) {
            (true, true) | (false, false) => Ok(()),
            (true, false) => Err(DocumentRefusal::PatientTypeNeeded),
            (false, true) => Err(DocumentRefusal::PatientTypeReserved),
        }
    }

    /// Whether the act can have taken place, and not while the person opposed: for those days only the holder's side adds anything.
    pub(super) fn admit_act(&self, act: ActDays) -> Result<(), DocumentRefusal> {
        let horizon = Horizon::past(paris::day_of(self.at), self.policy);
        for day in [act.first(), act.last()] {
            horizon.admit(day).map_err(|beyond| DocumentRefusal::ActDaysImpossible { earliest: beyond.earliest, latest: beyond.latest })?;
        }
        match self.space.opposed_within(act.first(), act.last()) {
            Some(period) if !self.is_for_the_holder() => Err(DocumentRefusal::ActWhileOpposed { since: period.since, until: period.until }),
            Some(_) | None => Ok(()),
        }
    }

    const fn is_for_the_holder(&self) -> bool {
        matches!(self.by, Reader::Holder | Reader::Representative | Reader::Caregiver { .. })
    }
}
