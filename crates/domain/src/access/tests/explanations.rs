//! What a holder is told: who could read, and what somebody could read.

use crate::access::{
    AccessMode, AccessRefusal, Choice, DocumentType, EmergencyAccess, Grant, Grantee, Ground, Period, PossibleReader, Profession, Purpose,
    Reader, Scope, ServiceConsent, Target, TeamMember, Who, what_could_read, who_could_read,
};
use crate::space::terms::Section;

use super::scene::{Scene, a_document, a_grant, by_the_doctor, caregiver, day, doctor, hidden, id, rpps, service, structure, the_doctor};

fn told(scene: &Scene) -> Vec<PossibleReader> {
    let target = scene.document.as_ref().map_or(Target::Section(scene.section), Target::Document);
    who_could_read(target, scene.at, &scene.view(), scene.matrix)
}

fn whos(scene: &Scene) -> Vec<(Who, Ground)> {
    told(scene).into_iter().map(|one| (one.who, one.ground)).collect()
}

fn a_full_directory() -> Scene {
    Scene::of(the_doctor()).with(|directory| {
        directory.grant(id(1), a_grant());
        directory.grant(id(2), Grant { to: Grantee::Structure { finess: structure(1) }, ..a_grant() });
        directory.grant(id(3), Grant { to: Grantee::Professional { rpps: rpps(3) }, purpose: Purpose::OccupationalHealth, ..a_grant() });
        directory.consent_to_care_team(day("2026-01-01"));
        directory.join_care_team(TeamMember::Professional { rpps: rpps(4) });
        directory.declare_attending_doctor(rpps(5));
        directory.delegate(caregiver(), Period::from(day("2026-01-01")));
        directory.block(&rpps(6));
        let consent = ServiceConsent { sections: [Section::MedicalRecord].into(), period: Period::from(day("2026-01-01")) };
        directory.consent_to_service(service(), Purpose::Prevention, consent);
        directory.choose_for_emergency(EmergencyAccess::DispatchCentre, Choice::Refused);
    })
}

#[test]
fn who_could_read_this_now_is_what_the_decision_says_of_each_of_them() {
    let named = |number| Who::Professional { rpps: rpps(number) };
    let expected = [
        (Who::Holder, Ground::OwnSpace),
        (Who::Caregiver { caregiver: caregiver() }, Ground::CaregiverDelegation),
        (named(5), Ground::AttendingDoctor),
        (named(1), Ground::GrantToProfessional),
        (Who::ProfessionalOf { finess: structure(1) }, Ground::GrantToStructure),
        (named(3), Ground::GrantToProfessional),
        (named(4), Ground::CareTeamConsent),
        (Who::Service { service: service() }, Ground::ServiceConsent),
        (Who::AnyProfessional { mode: AccessMode::BreakGlass }, Ground::BreakGlass),
    ];
    assert_eq!(whos(&a_full_directory()), expected);
    let occupational = told(&a_full_directory()).into_iter().find(|one| one.who == named(3)).unwrap();
    assert_eq!(occupational.purpose, Purpose::OccupationalHealth);
}

#[test]
fn of_a_document_the_professions_are_told_and_hiding_shortens_the_list() {
    let document = a_full_directory().asking(by_the_doctor());
    let readers = told(&document);
    let doctor = readers.iter().find(|one| one.who == Who::Professional { rpps: rpps(5) }).unwrap();
    assert_eq!(doctor.professions, [Profession::Doctor], "the matrix opens a report of consultation to doctors alone");
    let author = readers.iter().find(|one| one.who == Who::Professional { rpps: rpps(1) }).unwrap();
    assert_eq!((author.ground, author.professions.len()), (Ground::Author, Profession::ALL.len()));
    let kept: Vec<Ground> = told(&a_full_directory().asking(hidden(a_document()))).into_iter().map(|one| one.ground).collect();
    assert_eq!(kept, [Ground::OwnSpace, Ground::Author, Ground::AttendingDoctor, Ground::BreakGlass]);
}

#[test]
fn what_a_professional_could_read_is_what_the_decision_says_of_each_section_and_type() {
    let sections = Scope::Sections { sections: [Section::MedicalRecord, Section::Agenda].into() };
    let scene = Scene::of(the_doctor()).with(|directory| directory.grant(id(1), Grant { scope: sections, ..a_grant() }));
    let reach = what_could_read(&doctor(1), Purpose::Care, scene.at, &scene.view(), scene.matrix);
    assert_eq!(reach.sections.len(), Section::ALL.len());
    for one in &reach.sections {
        assert_eq!(one.decided, scene.clone().within(one.section).decided(), "{:?}", one.section);
    }
    assert_eq!(reach.documents.len(), DocumentType::all().count());
    let closed: Vec<&str> = reach.documents.iter().filter(|one| one.decided.is_err()).map(|one| one.document_type.as_str()).collect();
    assert_eq!(closed, ["ATTEST-RESID"]);
    let research = what_could_read(&doctor(1), Purpose::Research, scene.at, &scene.view(), scene.matrix);
    assert!(research.documents.iter().all(|one| one.decided == Err(AccessRefusal::PurposeNotCovered)));
    let nobody = Reader::Representative;
    assert!(Scene::of(nobody).decided().is_err());
}
