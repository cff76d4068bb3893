//! The deposit: by whom, of what, once; the acts that a document may be about.

use chrono::TimeDelta;

use crate::access::{AccessRefusal, Announcement, Ground, Purpose, Reader, Visibility};
use crate::guarded::Guarded;
use crate::sections::medical_record::{
    ActDays, AnnouncementDays, DocumentCommand, DocumentEvent, DocumentRefusal, DocumentRequest, NewDocument,
};
use crate::sections::{Actor, Practitioner};
use crate::space::tests::{a_doctor, a_space_that_blocks};

use super::grammar::{given_a_report, given_an_own_document, given_deposit, given_nothing, given_nothing_in};
use super::persons::{asked, content, content_id, day, doctor, document_type, now, own_document, report, result, stranger, title};

#[test]
fn a_professional_and_the_holder_deposit_documents() {
    let by = Actor::Professional { professional: Guarded::new(Practitioner { rpps: a_doctor(1), structure: None }) };
    let deposited = |by, ground, document_type| DocumentEvent::DocumentDeposited {
        at: now(),
        by,
        ground,
        title: title(),
        document_type: Guarded::new(document_type),
        act: ActDays::on(day("2026-03-05")),
        content: content(1),
        visibility: Visibility::Shown,
        to_representatives: Visibility::Shown,
        announcement: None,
        first_deposited_at: None,
    };
    let by_doctor = given_nothing().when(doctor(), DocumentRequest::Deposit(report(1))).then("DocumentDeposited");
    assert_eq!(by_doctor, deposited(by, Ground::DutyToFeed, document_type("11488-4")));
    let by_holder = given_nothing().when(Reader::Holder, DocumentRequest::Deposit(own_document(1))).then("DocumentDeposited");
    assert_eq!(by_holder, deposited(Actor::Holder, Ground::OwnSpace, document_type("DOCPAT03")));
}

#[test]
fn a_deposit_is_what_the_gate_looks_at_from_then_on() {
    let hidden = NewDocument { visibility: Some(Visibility::Hidden), to_representatives: Visibility::Hidden, ..result(1) };
    let facts = given_deposit(doctor(), hidden).document().facts().unwrap();
    assert_eq!((facts.visibility, facts.to_representatives), (Visibility::Hidden, Visibility::Hidden));
    assert_eq!((facts.announcement, facts.deposited_at), (Announcement::Awaited, now()));
    assert_eq!(facts.document_type, document_type("11488-4"));
    assert!(facts.author.is_professional(&a_doctor(1)));
    let own = given_an_own_document().document().facts().unwrap();
    assert_eq!((own.visibility, own.announcement), (Visibility::Shown, Announcement::NotAsked));
    assert!(own.author.is_of_holder_side());
    assert_eq!(given_nothing().document().facts(), None);
}

#[test]
fn the_holders_side_deposits_the_types_of_the_patient_and_nobody_else_does() {
    for code in ["DOCPAT01", "DOCPAT09", "EXPPAT_1", "EXPPAT_3"] {
        let patients = NewDocument { document_type: document_type(code), ..report(1) };
        given_nothing().when(Reader::Holder, DocumentRequest::Deposit(patients.clone())).then("DocumentDeposited");
        given_nothing().when(doctor(), DocumentRequest::Deposit(patients)).then_refused(DocumentRefusal::PatientTypeReserved);
    }
    for code in ["11488-4", "60591-5", "57833-6"] {
        let trades = NewDocument { document_type: document_type(code), ..report(1) };
        given_nothing().when(Reader::Holder, DocumentRequest::Deposit(trades)).then_refused(DocumentRefusal::PatientTypeNeeded);
    }
}

#[test]
fn the_same_deposit_again_changes_nothing_and_another_content_under_the_same_id_is_refused() {
    given_a_report().when(doctor(), DocumentRequest::Deposit(report(1))).then_quiet();
    given_an_own_document().when(Reader::Holder, DocumentRequest::Deposit(own_document(1))).then_quiet();
    given_a_report().when(doctor(), DocumentRequest::Deposit(report(2))).then_refused(DocumentRefusal::DocumentIdTaken);
    given_a_report().when(Reader::Holder, DocumentRequest::Deposit(own_document(1))).then_refused(DocumentRefusal::DocumentIdTaken);
    let replaced = given_a_report().and(doctor(), DocumentRequest::Replace(super::persons::version(2)));
    replaced.when(doctor(), DocumentRequest::Deposit(report(1))).then_quiet();
    replaced.when(doctor(), DocumentRequest::Deposit(report(2))).then_refused(DocumentRefusal::DocumentIdTaken);
    assert_eq!(replaced.document().versions().collect::<Vec<_>>(), [content_id(1), content_id(2)]);
    // What is gone does not come back by a late repeat.
    let withdrawn = given_a_report().and(doctor(), DocumentRequest::Withdraw);
    withdrawn.when(doctor(), DocumentRequest::Deposit(report(1))).then_quiet();
}

#[test]
fn only_a_professionals_document_awaits_an_announcement() {
    let event = given_nothing().when(doctor(), DocumentRequest::Deposit(result(1))).then("DocumentDeposited");
    let DocumentEvent::DocumentDeposited { announcement, .. } = event else { panic!("a deposit") };
    let days = AnnouncementDays { invite_on: day("2026-06-16"), visible_from: day("2026-07-02") };
    assert_eq!(announcement, Some(days));
    let own = NewDocument { explanation: result(1).explanation, ..own_document(1) };
    given_nothing().when(Reader::Holder, DocumentRequest::Deposit(own)).then_refused(DocumentRefusal::AnnouncementReserved);
}

#[test]
fn an_act_took_place_and_not_so_long_ago_that_it_must_be_a_slip() {
    let of = |first, last| NewDocument { act: ActDays::between(day(first), day(last)).unwrap(), ..report(1) };
    for (first, last) in [("2026-06-02", "2026-06-02"), ("1876-06-02", "1876-06-02"), ("2026-01-02", "2026-03-09")] {
        given_nothing().when(doctor(), DocumentRequest::Deposit(of(first, last))).then("DocumentDeposited");
    }
    let impossible = DocumentRefusal::ActDaysImpossible { earliest: day("1876-06-02"), latest: day("2026-06-02") };
    for (first, last) in
        [("2026-06-03", "2026-06-03"), ("1876-06-01", "2026-06-01"), ("2026-06-01", "2026-06-03"), ("0001-01-01", "+99999-01-01")]
    {
        given_nothing().when(doctor(), DocumentRequest::Deposit(of(first, last))).then_refused(impossible.clone());
        given_a_report()
            .when(
                doctor(),
                DocumentRequest::Replace(crate::sections::medical_record::NewVersion {
                    act: of(first, last).act,
                    ..super::persons::version(2)
                }),
            )
            .then_refused(impossible.clone());
    }
    let late =
        DocumentCommand { at: now() + TimeDelta::hours(15), ..asked(doctor(), DocumentRequest::Deposit(of("2026-06-03", "2026-06-03"))) };
    given_nothing().when_asked(late).then("DocumentDeposited");
}

#[test]
fn nobody_deposits_against_the_gate() {
    let deposit = || DocumentRequest::Deposit(report(1));
    for purpose in [Purpose::Insurance, Purpose::Bank, Purpose::Employment] {
        let forbidden = DocumentCommand { purpose, ..asked(doctor(), deposit()) };
        given_nothing().when_asked(forbidden).then_refused(AccessRefusal::ForbiddenPurpose);
    }
    given_nothing_in(a_space_that_blocks()).when(doctor(), deposit()).then_refused(AccessRefusal::ProfessionalBlocked);
    for role in [Reader::Cnam, Reader::Auditor, Reader::Admin] {
        given_nothing().when(role, deposit()).then_refused(AccessRefusal::RoleNeverReads);
    }
    given_nothing().when(stranger(), deposit()).then("DocumentDeposited");
}
