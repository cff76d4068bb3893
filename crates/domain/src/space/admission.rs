//! Who gets a space, and what CNAM and the insurer say of the person afterwards.
//!
//! - one insured person has one space for ever
//! - a space is created together with its representatives
//! - a person without any contact is unreachable
//! - contacts declared for an unreachable person let the notice go
#![expect(missing_docs, reason = "a request's sentence says what its fields are: when, by whom, what")]

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::ids::SpaceId;
use crate::ins::Ins;
use crate::party::Party;
use crate::personal::Personal;
use crate::policy::Policy;

use super::command_group::command_group;
use super::events::{AdmissionEvent, NoticeEvent, SpaceEvent};
use super::life::Life;
use super::person::{Admission, Contacts};
use super::refusal::{Parties, SpaceRefusal};
use super::representation::NewRepresentation;
use super::terms::{Stage, UnreachableReason};

command_group! {
    /// What may be asked about who the person is and how to reach them.
    AdmissionCommand {
        DeclareContacts,
        ReplaceIns,
    }
}

/// Create the space of an eligible person, with those who act for them. Asking again changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateSpace {
    pub at: DateTime<Utc>,
    pub space: SpaceId,
    pub by: Party,
    pub admission: Admission,
    /// Who acts for a minor or a protected adult; most adults act for themselves.
    pub representatives: Vec<NewRepresentation>,
}

/// Declare where the person can be reached. The domain cannot read contacts, so each declaration is an event.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclareContacts {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub contacts: Contacts,
}

/// Replace the INS by the one that the national identity service now gives.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplaceIns {
    pub at: DateTime<Utc>,
    pub by: Party,
    pub ins: Personal<Ins>,
}

impl CreateSpace {
    pub(super) fn decide(self, existing: Option<&Life>) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        if !Parties::Registrar.include(&self.by) {
            return Err(SpaceRefusal::PartyNotAllowed { expected: Parties::Registrar });
        }
        if existing.is_some() {
            return Ok(Vec::new());
        }
        let Self { at, space, by, admission, mut representatives } = self;
        let (notice_by, birthday) = (admission.contacts.first_channel(), admission.comes_of_age_on);
        let mut named = BTreeSet::new();
        representatives.retain(|new| named.insert(new.representation));
        let declared = representatives.into_iter().map(|new| new.declared(at, by.clone(), birthday)).collect::<Result<Vec<_>, _>>()?;
        let unreachable = NoticeEvent::FoundUnreachable { at, reason: UnreachableReason::NoContact };
        let mut events = vec![SpaceEvent::Admission(AdmissionEvent::SpaceCreated { at, space, by, admission, notice_by })];
        events.extend(declared);
        events.extend(notice_by.is_none().then_some(SpaceEvent::Notice(unreachable)));
        Ok(events)
    }
}

impl DeclareContacts {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::Declarant, &self.by, self.at)?;
        life.still_lives()?;
        let Self { at, by, contacts } = self;
        let first = contacts.first_channel();
        let stage = life.stage();
        // A notice is owed that no message carries yet, or it was impossible.
        let waits = stage == Stage::Unreachable || (stage == Stage::Created && life.messages.notice().sending().is_none());
        let declared = SpaceEvent::Admission(AdmissionEvent::ContactsDeclared { at, by, contacts, notice_by: first.filter(|_| waits) });
        if waits && first.is_none() && stage == Stage::Created {
            return Ok(vec![declared, SpaceEvent::Notice(NoticeEvent::FoundUnreachable { at, reason: UnreachableReason::NoContact })]);
        }
        Ok(vec![declared])
    }
}

impl ReplaceIns {
    pub(super) fn decide(self, life: &Life, _: &Policy) -> Result<Vec<SpaceEvent>, SpaceRefusal> {
        life.allow(Parties::Registrar, &self.by, self.at)?;
        life.still_lives()?;
        Ok(vec![SpaceEvent::Admission(AdmissionEvent::InsReplaced { at: self.at, by: self.by, ins: self.ins })])
    }
}
