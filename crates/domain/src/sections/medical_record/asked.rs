//! A request to the record as its decision sees it: who asks, when and what for, of which space, under which policy.

use chrono::{DateTime, Utc};

use crate::access::{AccessRefusal, AccessRequest, Action, DocumentFacts, DocumentType, Purpose, Reader, Target};
use crate::calendar::{Horizon, paris};
use crate::policy::Policy;
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
    /// What the gate says of a document with these facts.
    pub(super) fn of_facts(&self, action: Action, facts: &DocumentFacts) -> Result<Permitted, DocumentRefusal> {
        Ok(self.ask(action, Target::Document(facts))?)
    }

    /// The document, once the gate let through what is to be done with it. That there is none is told to those only who may list the record.
    pub(super) fn of<'d>(&self, action: Action, document: &'d Document) -> Result<(&'d Deposited, Permitted), DocumentRefusal> {
        let found = document.deposited().ok_or(DocumentRefusal::NoSuchDocument);
        let opened = found.and_then(|deposited| Ok((deposited, deposited.facts().ok_or(DocumentRefusal::DocumentSealed)?)));
        match opened {
            Ok((deposited, facts)) => Ok((deposited, self.of_facts(action, &facts)?)),
            Err(refusal) => {
                self.ask(Action::List, Target::Section(Section::MedicalRecord))?;
                Err(refusal)
            }
        }
    }

    fn ask(&self, action: Action, target: Target<'_>) -> Result<Permitted, AccessRefusal> {
        let request = AccessRequest { reader: self.by, action, target, purpose: self.purpose, at: self.at };
        Permitted::by_gate(&request, self.space, self.policy)
    }

    /// Whether the one who asks puts documents of this type into the record: the patient's types are the holder's side's, and theirs alone.
    pub(super) fn admit_type(&self, document_type: DocumentType) -> Result<(), DocumentRefusal> {
        match (self.is_for_the_holder(), document_type.is_deposited_by_holder()) {
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

    pub(super) const fn is_professional(&self) -> bool {
        matches!(self.by, Reader::Professional(_))
    }

    const fn is_for_the_holder(&self) -> bool {
        matches!(self.by, Reader::Holder | Reader::Representative | Reader::Caregiver { .. })
    }
}
