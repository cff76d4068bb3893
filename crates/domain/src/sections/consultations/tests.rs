//! The rules of a consultation, one test a rule and named by it: permitted, refused, traced or not.

use cqrs_es::Aggregate;

use crate::access::{
    AccessMode, AccessRefusal, Action, Announcement, DocumentAuthor, DocumentFacts, DocumentState, DocumentType, Ground, Profession,
    Professional, Purpose, Reader, Visibility,
};
use crate::ids::ItemId;
use crate::personal::Personal;
use crate::policy::Policy;
use crate::sections::{Circumstances, Item};
use crate::space::HealthSpace;
use crate::space::terms::Section;
use crate::space::tests::{a_destroyed_space, a_doctor, a_shared_space, a_space_that_blocks, instant};

use super::{Consult, Consultation, ConsultationEvent, ConsultationRefusal, StatedReason, StatedReasonError, Subject};

const NOW: &str = "2026-06-02 12:00";
const RECORD: Subject = Subject::Section { section: Section::MedicalRecord };

fn doctor(number: u32, mode: AccessMode) -> Reader {
    Reader::Professional(Professional { rpps: a_doctor(number), profession: Profession::Doctor, structure: None, mode })
}

fn list(by: Reader) -> Consult {
    Consult { at: instant(NOW), purpose: by.usual_purpose(), by, action: Action::List, subject: RECORD, reason: None }
}

fn read(by: Reader) -> Consult {
    let document = ItemId::at(instant(NOW), [7; 10]);
    Consult { action: Action::Read, subject: Subject::Document { document }, ..list(by) }
}

fn report() -> DocumentFacts {
    DocumentFacts {
        document_type: DocumentType::parse("11488-4").unwrap(),
        author: DocumentAuthor::Professional { rpps: a_doctor(3), structure: None },
        visibility: Visibility::Shown,
        to_representatives: Visibility::Shown,
        deposited_at: instant(NOW),
        announcement: Announcement::NotAsked,
        state: DocumentState::Current,
    }
}

type Decided = Result<Vec<ConsultationEvent>, ConsultationRefusal>;

fn decided(past: Consultation, command: Consult, space: HealthSpace, document: Option<DocumentFacts>) -> Decided {
    past.decide(command.into(), &Circumstances { space, document, policy: Policy::default() }.context())
}

/// The ground of the one access that was traced.
fn ground(decided: Decided) -> Ground {
    match decided.as_deref() {
        Ok([ConsultationEvent::AccessMade { ground, .. }]) => *ground,
        other => panic!("expected a trace of an access: {other:?}"),
    }
}

fn reason(decided: Decided) -> AccessRefusal {
    match decided.as_deref() {
        Ok([ConsultationEvent::AccessRefused { because, .. }]) => *because,
        other => panic!("expected a trace of a refusal: {other:?}"),
    }
}

#[test]
fn an_access_that_is_permitted_is_traced_with_its_ground() {
    let by = || doctor(1, AccessMode::Ordinary);
    assert_eq!(ground(decided(Consultation::Absent, list(by()), a_shared_space(), None)), Ground::GrantToProfessional);
    assert_eq!(ground(decided(Consultation::Absent, read(by()), a_shared_space(), Some(report()))), Ground::GrantToProfessional);
    assert_eq!(ground(decided(Consultation::Absent, list(Reader::Holder), a_shared_space(), None)), Ground::OwnSpace);
}

#[test]
fn an_access_that_is_refused_is_traced_with_its_reason() {
    let by = || doctor(1, AccessMode::Ordinary);
    let blocked = decided(Consultation::Absent, list(by()), a_space_that_blocks(), None);
    assert_eq!(blocked.as_ref().unwrap()[0].because(), Some(AccessRefusal::ProfessionalBlocked));
    assert_eq!(Consultation::refusal(&blocked.unwrap()[0]), Some(ConsultationRefusal::Refused(AccessRefusal::ProfessionalBlocked)));
    let hidden = DocumentFacts { visibility: Visibility::Hidden, ..report() };
    assert_eq!(reason(decided(Consultation::Absent, read(by()), a_shared_space(), Some(hidden))), AccessRefusal::HiddenByHolder);
}

#[test]
fn a_refusal_of_a_stranger_to_the_space_is_not_stored() {
    let stranger = doctor(9, AccessMode::Ordinary);
    let refused = Err(ConsultationRefusal::NoTie(AccessRefusal::NotAuthorised));
    assert_eq!(decided(Consultation::Absent, list(stranger.clone()), a_shared_space(), None), refused);
    assert_eq!(decided(Consultation::Absent, read(stranger), a_shared_space(), Some(report())), refused);
    let insurer = Err(ConsultationRefusal::NoTie(AccessRefusal::RoleNeverReads));
    assert_eq!(decided(Consultation::Absent, list(Reader::Cnam), a_shared_space(), None), insurer);
}

#[test]
fn the_same_access_in_the_same_minute_is_traced_once() {
    let by = || doctor(1, AccessMode::Ordinary);
    let mut consultation = Consultation::Absent;
    let first = decided(consultation, read(by()), a_shared_space(), Some(report())).unwrap();
    first.into_iter().for_each(|event| consultation.apply(event));
    assert_eq!(decided(consultation, read(by()), a_shared_space(), Some(report())), Ok(Vec::new()));
    // A block that came between shows at once, and once.
    let refused = decided(consultation, read(by()), a_space_that_blocks(), Some(report())).unwrap();
    refused.into_iter().for_each(|event| consultation.apply(event));
    let again = decided(consultation, read(by()), a_space_that_blocks(), Some(report()));
    assert_eq!(again, Err(ConsultationRefusal::Refused(AccessRefusal::ProfessionalBlocked)));
}

#[test]
fn a_trace_names_the_version_of_the_matrix_that_decided_it() {
    let version = Policy::default().matrix.version().to_owned();
    let made = decided(Consultation::Absent, list(Reader::Holder), a_shared_space(), None).unwrap();
    assert!(matches!(&made[..], [ConsultationEvent::AccessMade { matrix, .. }] if *matrix == version));
}

#[test]
fn who_comes_in_by_break_glass_states_why_and_is_traced_with_it() {
    let unstated = list(doctor(9, AccessMode::BreakGlass));
    let purpose = Purpose::Emergency;
    assert_eq!(decided(Consultation::Absent, unstated.clone(), a_shared_space(), None), Err(ConsultationRefusal::NoStatedReason));
    let reason = Some(Personal::new(StatedReason::parse("inconscient, rue des Essais").unwrap()));
    let stated = Consult { reason: reason.clone(), purpose, ..unstated };
    let made = decided(Consultation::Absent, stated, a_shared_space(), None).unwrap();
    let [ConsultationEvent::AccessMade { ground: Ground::BreakGlass, reason: traced, .. }] = &made[..] else { panic!("{made:?}") };
    assert!(*traced == reason);
}

#[test]
fn a_document_that_is_not_there_is_told_to_who_may_list_the_record_only() {
    let absent = |by| decided(Consultation::Absent, read(by), a_shared_space(), None);
    assert_eq!(absent(doctor(1, AccessMode::Ordinary)), Err(ConsultationRefusal::NoSuchDocument));
    assert_eq!(absent(doctor(9, AccessMode::Ordinary)), Err(ConsultationRefusal::NoTie(AccessRefusal::NotAuthorised)));
}

#[test]
fn only_reading_is_a_consultation() {
    let deposit = Consult { action: Action::Deposit, ..list(Reader::Holder) };
    assert_eq!(decided(Consultation::Absent, deposit, a_shared_space(), None), Err(ConsultationRefusal::NotAReading));
}

#[test]
fn a_stated_reason_is_one_line_of_a_few_words_and_never_shown() {
    assert_eq!(StatedReason::parse("  "), Err(StatedReasonError::Empty));
    assert_eq!(StatedReason::parse(&"a".repeat(301)), Err(StatedReasonError::TooLong));
    assert_eq!(StatedReason::parse("a\nb"), Err(StatedReasonError::NotOneLine));
    assert_eq!(format!("{:?}", StatedReason::parse("malaise").unwrap()), "StatedReason(…)");
}

fn overseen(by: Reader, subject: Subject, reason: Option<&str>) -> Consult {
    let reason = reason.map(|text| Personal::new(StatedReason::parse(text).unwrap()));
    Consult { action: Action::Read, subject, reason, ..list(by) }
}

#[test]
fn who_looks_after_spaces_reads_a_life_and_leaves_a_trace() {
    let by_auditor = || overseen(Reader::Auditor, Subject::Life, None);
    for space in [a_shared_space(), HealthSpace::default()] {
        assert_eq!(ground(decided(Consultation::Absent, by_auditor(), space, None)), Ground::Audit);
    }
    let again = decided(Consultation::Permitted(Ground::Audit), by_auditor(), a_shared_space(), None);
    assert_eq!(again, Ok(Vec::new()));
    let made = decided(Consultation::Absent, by_auditor(), a_shared_space(), None).unwrap();
    assert!(made[0].sentence().starts_with("Un accès a eu lieu\u{a0}: vie de l’espace. Un auditeur"), "{}", made[0].sentence());
    let who_treats = overseen(Reader::Auditor, Subject::Directory { document: None }, None);
    let refused = Err(ConsultationRefusal::NoTie(AccessRefusal::RoleNeverReads));
    assert_eq!(decided(Consultation::Absent, who_treats, a_shared_space(), None), refused);
}

#[test]
fn the_life_of_a_destroyed_space_is_read_without_a_trace() {
    let read = decided(Consultation::Absent, overseen(Reader::Auditor, Subject::Life, None), a_destroyed_space(), None);
    assert_eq!(read, Ok(Vec::new()));
    let refused = decided(Consultation::Absent, overseen(Reader::Admin, Subject::Life, Some("ticket 7")), a_destroyed_space(), None);
    assert_eq!(refused, Err(ConsultationRefusal::NoTie(AccessRefusal::RoleNeverReads)));
}

#[test]
fn the_operator_says_why() {
    let unstated = overseen(Reader::Admin, Subject::Directory { document: None }, None);
    assert_eq!(decided(Consultation::Absent, unstated, a_shared_space(), None), Err(ConsultationRefusal::NoStatedReason));
    let stated = overseen(Reader::Admin, Subject::Directory { document: None }, Some("ticket 7"));
    assert_eq!(ground(decided(Consultation::Absent, stated, a_shared_space(), None)), Ground::Operation);
}
