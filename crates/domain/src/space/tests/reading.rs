//! What every reader asks of an event, tried on one event of each kind.

use crate::space::events::{AccessEvent, AdmissionEvent, ClosingEvent, CodeEvent, DestructionEvent, RepresentationEvent, SuspensionEvent};
use std::collections::BTreeSet;

use cqrs_es::DomainEvent;

use crate::event::{EventType, StreamKind, event_types};
use crate::party::Party;
use crate::space::terms::{
    Channel, CodePurpose, DestructionGround, NotificationFailure, OpeningGround, OppositionChannel, RepresentationEnd, RepresentationKind,
    Stage, UnreachableReason,
};
use crate::space::{SpaceEvent, SpaceRefusal};

use super::persons::{adult, at, both, day, doctor, grant_id, ins, insurer, representation_id};
use super::stories::{
    CREATED, LAST_DAY, LATER, MEANWHILE, OPENING, TOLD, activated, closed, closing, code_received, code_undelivered, created, death,
    delivered, doomed, email_failed, found_unreachable, granted, issued, mended, notified_by_email, opened, opposition, posted,
    represented, suspension, technical_block, withdrawn,
};

/// One event of each kind, in the order of the contract.
pub(super) fn one_of_each() -> Vec<SpaceEvent> {
    let (at, by) = (at(LATER), || Party::Holder);
    let mut events = created();
    events.extend([
        found_unreachable(CREATED, UnreachableReason::NoContact),
        SpaceEvent::Admission(AdmissionEvent::ContactsDeclared { at, by: insurer(), contacts: both(), notice_by: Some(Channel::Email) }),
        SpaceEvent::Admission(AdmissionEvent::InsReplaced { at, by: Party::Cnam, ins: ins() }),
        issued(1, TOLD, Channel::Email, CodePurpose::Notice),
        code_received(1, TOLD, "2026-03-02", LAST_DAY),
        code_undelivered(1, TOLD, Channel::Email, NotificationFailure::Undeliverable),
        SpaceEvent::Code(CodeEvent::WrongCodeEntered { at, left: 0 }),
        SpaceEvent::Code(CodeEvent::CodeLocked { at }),
        notified_by_email(1, TOLD, LAST_DAY),
        posted(1, TOLD, "2026-03-02", ("2026-03-09", "2026-04-20")),
        delivered(MEANWHILE, "2026-03-04", "2026-04-15"),
        email_failed(MEANWHILE, NotificationFailure::Bounced, Some(Channel::Post), Stage::Created),
        opposition(MEANWHILE, OppositionChannel::Letter),
        withdrawn(MEANWHILE),
        technical_block(MEANWHILE),
        mended(MEANWHILE, Stage::Notified, None, Some(LAST_DAY)),
        opened(OPENING, OpeningGround::WindowOver),
        activated(LATER, None),
        granted(1, None),
        SpaceEvent::Access(AccessEvent::AccessRevoked { at, by: by(), grant: grant_id(1) }),
        SpaceEvent::Access(AccessEvent::AccessExpired { at, grant: grant_id(1) }),
        SpaceEvent::Access(AccessEvent::ProfessionalBlocked { at, by: by(), professional: doctor(1), ended: vec![grant_id(1)] }),
        SpaceEvent::Access(AccessEvent::ProfessionalUnblocked { at, by: by(), professional: doctor(1) }),
        represented(1, RepresentationKind::Minor),
        SpaceEvent::Representation(RepresentationEvent::RepresentationEnded {
            at,
            representation: representation_id(1),
            reason: RepresentationEnd::Ended,
        }),
        SpaceEvent::Representation(RepresentationEvent::CameOfAge { at, on: day("2026-09-15") }),
        suspension(LATER, "2026-07-13"),
        SpaceEvent::Suspension(SuspensionEvent::ClosingOpposed { at, by: by(), stage: Stage::Active }),
        SpaceEvent::Suspension(SuspensionEvent::SuspensionLifted { at, stage: Stage::Open }),
        death(LATER, Stage::Ended),
        closing(LATER, crate::space::terms::ClosingGround::Request, "2036-06-01"),
        SpaceEvent::Closing(ClosingEvent::Reopened { at, by: by(), stage: Stage::Open }),
    ]);
    events.extend(doomed().pop());
    events.extend([
        SpaceEvent::Destruction(DestructionEvent::DestructionCancelled { at, by: by() }),
        SpaceEvent::Destruction(DestructionEvent::Destroyed { at, ground: DestructionGround::ArchiveOver }),
        SpaceEvent::Destruction(DestructionEvent::SpaceRenewed { at, by: by(), admission: adult(both()) }),
    ]);
    events
}

#[test]
fn every_event_is_listed_once_under_its_variants_name() {
    let names: Vec<&str> = one_of_each().iter().map(SpaceEvent::name).collect();
    assert_eq!(names.iter().copied().collect::<BTreeSet<_>>(), SpaceEvent::names().collect());
    assert_eq!(names.len(), SpaceEvent::names().count());
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    for event in one_of_each() {
        let stored = serde_json::to_value(&event).unwrap();
        assert_eq!(stored.as_object().unwrap().keys().collect::<Vec<_>>(), [&event.event_type()], "the tag is the name");
        assert!(EventType::is_known(StreamKind::Space, event.name(), &event.event_version()));
    }
    assert_eq!(event_types().filter(|known| known.kind == StreamKind::Space).count(), names.len());
    assert!(!EventType::is_known(StreamKind::Space, "StatusChanged", "1.0") && !EventType::is_known(StreamKind::Space, "Opposed", "0.9"));
}

#[test]
fn every_event_comes_back_from_its_stored_form() {
    for event in one_of_each() {
        let stored = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<SpaceEvent>(&stored).unwrap(), event, "{stored}");
    }
}

#[test]
fn only_attempts_record_a_refusal() {
    let refusals: Vec<SpaceRefusal> = one_of_each().iter().filter_map(SpaceEvent::refusal).collect();
    assert_eq!(refusals, [SpaceRefusal::WrongCode { left: 0 }, SpaceRefusal::CodeLocked]);
}

#[test]
fn an_event_names_the_stage_that_it_leads_to() {
    assert_eq!(closed().last().and_then(SpaceEvent::stage), Some(Stage::Closed));
}
