//! The order of refusals as a table: everything is wrong at first, and mended one thing after the other.

use std::collections::BTreeSet;

use crate::access::{
    AccessMode, AccessRefusal, Action, Availability, Choice, DocumentAuthor, EmergencyAccess, Grant, Period, Profession, Professional,
    Purpose, Reader, Scope, ServiceConsent,
};
use crate::space::terms::Section;

use super::scene::{
    Scene, a_document, a_grant, a_nurse, awaiting, by, by_the_doctor, caregiver, day, doctor, hidden, id, kept_from_representatives, rpps,
    service, strangers, the_doctor, withdrawn,
};

/// Mends one thing.
type Mend = fn(&mut Scene);

/// The refusals in turn; after each, what mends it.
fn climbs(name: &str, mut scene: Scene, steps: &[(AccessRefusal, Mend)]) -> BTreeSet<AccessRefusal> {
    let order: Vec<AccessRefusal> = steps.iter().map(|(refusal, _)| *refusal).collect();
    assert!(order.is_sorted(), "{name}: {order:?} is not the order of the list");
    for (refusal, mend) in steps {
        assert_eq!(scene.decided(), Err(*refusal), "{name}");
        mend(&mut scene);
    }
    assert!(scene.decided().is_ok(), "{name}: {:?}", scene.decided());
    order.into_iter().collect()
}

#[test]
fn refusals_are_found_in_the_order_of_their_list() {
    let mut found = BTreeSet::from([AccessRefusal::RoleNeverReads]);
    found.extend(availabilities());
    found.extend(professionals());
    found.extend(emergencies());
    found.extend(representatives());
    found.extend(caregivers());
    found.extend(holders());
    found.extend(services());
    found.extend(cnam());
    let never: Vec<AccessRefusal> = AccessRefusal::ALL.into_iter().filter(|one| !found.contains(one)).collect();
    assert_eq!(never, [], "refusals that no table finds");
    assert!(AccessRefusal::ALL.is_sorted());
    for reader in strangers() {
        let scene = Scene { availability: Availability::Opposed, ..Scene::of(reader) };
        assert_eq!(scene.decided(), Err(AccessRefusal::RoleNeverReads), "a stranger hears nothing of the space");
        assert_eq!(Scene { purpose: Purpose::Bank, ..scene }.decided(), Err(AccessRefusal::ForbiddenPurpose));
    }
}

fn availabilities() -> Vec<AccessRefusal> {
    let refused = |availability: Availability| Scene { availability, ..Scene::of(the_doctor()) }.decided().unwrap_err();
    let closed: Vec<Availability> = Availability::ALL.into_iter().filter(|one| *one != Availability::InService).collect();
    closed.into_iter().map(refused).collect()
}

fn professionals() -> BTreeSet<AccessRefusal> {
    let late = Grant { period: Period { from: day("2026-01-01"), until: Some(day("2026-06-14")) }, ..a_grant() };
    let narrow = Grant { scope: Scope::Sections { sections: [Section::Agenda].into() }, ..a_grant() };
    let other = Grant { purpose: Purpose::Research, ..a_grant() };
    let grants = [late, narrow, other, a_grant()];
    let wrong = Scene { purpose: Purpose::Bank, availability: Availability::Suspended, ..Scene::of(a_nurse()) };
    let wrong = wrong.with(|directory| directory.block(&rpps(1))).to(Action::Pin).asking(withdrawn(hidden(a_document())));
    let mut found = climbs(
        "professional",
        wrong.clone(),
        &[
            (AccessRefusal::ForbiddenPurpose, |scene| scene.purpose = Purpose::Care),
            (AccessRefusal::SpaceSuspended, |scene| scene.availability = Availability::InService),
            (AccessRefusal::ProfessionalBlocked, |scene| scene.directory.unblock(&rpps(1))),
            (AccessRefusal::NotForThisRole, |scene| scene.action = Action::Read),
            (AccessRefusal::NotAuthorised, |scene| {
                let to_come = Period::from(day("2026-06-16"));
                scene.directory.grant(id(9), Grant { period: to_come, ..a_grant() });
            }),
            (AccessRefusal::AccessNotBegun, |scene| scene.directory.grant(id(8), a_grant())),
            (AccessRefusal::DocumentWithdrawn, |scene| scene.document = Some(hidden(a_document()))),
            (AccessRefusal::HiddenByHolder, |scene| scene.document = Some(a_document())),
            (AccessRefusal::NotInMatrix, |scene| scene.reader = the_doctor()),
        ],
    );
    let refusals = [AccessRefusal::NotAuthorised, AccessRefusal::AccessOver, AccessRefusal::OutsideScope, AccessRefusal::PurposeNotCovered];
    let mut scene = Scene::of(the_doctor());
    for (number, (refusal, grant)) in (1..).zip(refusals.into_iter().zip(grants)) {
        assert_eq!(scene.decided(), Err(refusal));
        scene.directory.grant(id(number), grant);
        found.insert(refusal);
    }
    assert!(scene.decided().is_ok());
    let corrects = Scene { purpose: Purpose::Research, ..Scene::of(the_doctor()) }.to(Action::Replace);
    found.extend(climbs(
        "author",
        corrects,
        &[
            (AccessRefusal::DocumentNotNamed, |scene| scene.document = Some(withdrawn(a_document()))),
            (AccessRefusal::PurposeNotCovered, |scene| scene.purpose = Purpose::Care),
            (AccessRefusal::NotTheAuthor, |scene| scene.document = Some(withdrawn(by_the_doctor()))),
            (AccessRefusal::DocumentWithdrawn, |scene| scene.document = Some(by_the_doctor())),
        ],
    ));
    found
}

fn emergencies() -> BTreeSet<AccessRefusal> {
    let nurse = Professional { profession: Profession::Nurse, mode: AccessMode::DispatchCentre, ..doctor(1) };
    let wrong = Scene { purpose: Purpose::Research, ..Scene::of(Reader::Professional(nurse)) };
    let refused = |scene: Scene, access| scene.with(|directory| directory.choose_for_emergency(access, Choice::Refused));
    let wrong = refused(wrong, EmergencyAccess::DispatchCentre).within(Section::Messaging);
    let wrong = refused(refused(wrong, EmergencyAccess::HiddenDocuments), EmergencyAccess::BreakGlass);
    let mut found = climbs(
        "dispatch centre",
        wrong.clone(),
        &[
            (AccessRefusal::NotADispatchDoctor, |scene| {
                scene.reader = Reader::Professional(Professional { mode: AccessMode::DispatchCentre, ..doctor(1) });
            }),
            (AccessRefusal::DispatchCentreRefused, |scene| {
                scene.directory.choose_for_emergency(EmergencyAccess::DispatchCentre, Choice::Permitted);
            }),
            (AccessRefusal::OutsideEmergency, |scene| scene.document = Some(withdrawn(hidden(a_document())))),
            (AccessRefusal::PurposeNotCovered, |scene| scene.purpose = Purpose::Emergency),
            (AccessRefusal::DocumentWithdrawn, |scene| scene.document = Some(hidden(a_document()))),
            (AccessRefusal::HiddenInEmergency, |scene| scene.document = Some(a_document())),
        ],
    );
    let nurse = Professional { profession: Profession::Nurse, mode: AccessMode::BreakGlass, ..doctor(1) };
    let wrong = Scene { reader: Reader::Professional(nurse), purpose: Purpose::Emergency, ..wrong }.asking(hidden(a_document()));
    found.extend(climbs(
        "break-glass",
        wrong,
        &[
            (AccessRefusal::BreakGlassRefused, |scene| {
                scene.directory.choose_for_emergency(EmergencyAccess::BreakGlass, Choice::Permitted);
            }),
            (AccessRefusal::HiddenInEmergency, |scene| scene.document = Some(a_document())),
            (AccessRefusal::NotInMatrix, |scene| {
                scene.reader = Reader::Professional(Professional { mode: AccessMode::BreakGlass, ..doctor(1) });
            }),
        ],
    ));
    found
}

fn representatives() -> BTreeSet<AccessRefusal> {
    let wrong = Scene { availability: Availability::Closed, ..Scene::of(Reader::Representative) }.to(Action::Delete);
    climbs(
        "representative",
        wrong,
        &[
            (AccessRefusal::SpaceClosed, |scene| scene.availability = Availability::InService),
            (AccessRefusal::NoRepresentation, |scene| scene.represented = true),
            (AccessRefusal::DocumentNotNamed, |scene| scene.document = Some(a_document())),
            (AccessRefusal::NotTheAuthor, |scene| {
                scene.document = Some(withdrawn(awaiting(kept_from_representatives(by(DocumentAuthor::Holder)))));
                scene.action = Action::Replace;
            }),
            (AccessRefusal::DocumentWithdrawn, |scene| {
                scene.document = Some(awaiting(kept_from_representatives(by(DocumentAuthor::Holder))));
            }),
            (AccessRefusal::HiddenFromRepresentatives, |scene| scene.document = Some(awaiting(by(DocumentAuthor::Holder)))),
            (AccessRefusal::AwaitsAnnouncement, |scene| scene.document = Some(by(DocumentAuthor::Holder))),
        ],
    )
}

fn caregivers() -> BTreeSet<AccessRefusal> {
    let wrong = Scene::of(Reader::Caregiver { caregiver: caregiver() }).to(Action::Share);
    climbs(
        "caregiver",
        wrong,
        &[
            (AccessRefusal::NotACaregiver, |scene| scene.directory.delegate(caregiver(), Period::from(day("2026-06-15")))),
            (AccessRefusal::CaregiverMayNot, |scene| scene.action = Action::Announce),
            (AccessRefusal::NotForThisRole, |scene| {
                scene.action = Action::Read;
                scene.document = Some(awaiting(hidden(a_document())));
            }),
            (AccessRefusal::AwaitsAnnouncement, |scene| scene.document = Some(hidden(a_document()))),
            (AccessRefusal::HiddenByHolder, |scene| scene.document = Some(a_document())),
        ],
    )
}

fn holders() -> BTreeSet<AccessRefusal> {
    let wrong = Scene { minor: true, ..Scene::of(Reader::Holder) }.asking(awaiting(a_document()));
    climbs(
        "holder",
        wrong,
        &[
            (AccessRefusal::MinorDoesNotAct, |scene| scene.minor = false),
            (AccessRefusal::AwaitsAnnouncement, |scene| scene.document = Some(a_document())),
        ],
    )
}

fn cnam() -> BTreeSet<AccessRefusal> {
    let wrong = Scene { availability: Availability::Suspended, purpose: Purpose::Bank, ..Scene::of(Reader::Cnam) };
    climbs(
        "cnam",
        wrong.asking(withdrawn(a_document())),
        &[
            (AccessRefusal::ForbiddenPurpose, |scene| scene.purpose = Purpose::Research),
            (AccessRefusal::RoleNeverReads, |scene| scene.action = Action::Deposit),
            (AccessRefusal::SpaceSuspended, |scene| scene.availability = Availability::InService),
            (AccessRefusal::NotAuthorised, |scene| scene.legacy_record = true),
            (AccessRefusal::PurposeNotCovered, |scene| scene.purpose = Purpose::Administration),
            (AccessRefusal::DocumentWithdrawn, |scene| scene.document = Some(a_document())),
        ],
    )
}

fn services() -> BTreeSet<AccessRefusal> {
    let consent = |section: Section, from: &str| ServiceConsent { sections: [section].into(), period: Period::from(day(from)) };
    let wrong =
        Scene::of(Reader::Service { service: service() }).to(Action::Hide).asking(withdrawn(kept_from_representatives(a_document())));
    assert_eq!(
        wrong
            .clone()
            .with(|directory| directory.consent_to_service(service(), Purpose::Care, consent(Section::Agenda, "2026-01-01")))
            .to(Action::Read)
            .decided(),
        Err(AccessRefusal::OutsideScope)
    );
    climbs(
        "service",
        wrong,
        &[
            (AccessRefusal::NotForThisRole, |scene| scene.action = Action::Replace),
            (AccessRefusal::NotAuthorised, |scene| {
                let record = ServiceConsent { sections: [Section::MedicalRecord].into(), period: Period::from(day("2026-01-01")) };
                scene.directory.consent_to_service(service(), Purpose::Prevention, record);
            }),
            (AccessRefusal::PurposeNotCovered, |scene| scene.purpose = Purpose::Prevention),
            (AccessRefusal::NotTheAuthor, |scene| scene.action = Action::Read),
            (AccessRefusal::DocumentWithdrawn, |scene| scene.document = Some(awaiting(hidden(kept_from_representatives(a_document()))))),
            (AccessRefusal::HiddenFromRepresentatives, |scene| scene.document = Some(awaiting(hidden(a_document())))),
            (AccessRefusal::AwaitsAnnouncement, |scene| scene.document = Some(hidden(a_document()))),
            (AccessRefusal::HiddenByHolder, |scene| scene.document = Some(a_document())),
        ],
    )
}
