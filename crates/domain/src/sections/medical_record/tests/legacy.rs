//! Documents of a record that is older than the space: brought by CNAM, and from then on their author's.

use chrono::{DateTime, Utc};

use crate::access::{AccessRefusal, Announcement, Ground, Purpose, Reader, Visibility};
use crate::guarded::Guarded;
use crate::sections::medical_record::{
    ActDays, DocumentCommand, DocumentEvent, DocumentRefusal, DocumentRequest, LegacyDocument, NewDocument,
};
use crate::sections::{Actor, Practitioner};
use crate::space::tests::{
    a_doctor, a_shared_space, a_space_with_a_legacy_record, a_space_with_a_legacy_record_that_was_opposed, instant, spaces_out_of_service,
};

use super::grammar::{Given, given_nothing_in};
use super::persons::{asked, content, day, doctor, document_type, now, own_document, report, result, stranger, version};

fn first_deposit() -> DateTime<Utc> {
    instant("2020-02-03 10:00")
}

fn the_author() -> Actor {
    Actor::Professional { professional: Guarded::new(Practitioner { rpps: a_doctor(1), structure: None }) }
}

/// A report of the doctor, whose bytes have this number here.
fn legacy_report(number: u8) -> NewDocument {
    of(the_author(), NewDocument { act: ActDays::on(day("2020-02-01")), ..report(number) })
}

fn of(author: Actor, document: NewDocument) -> NewDocument {
    NewDocument { legacy: Some(LegacyDocument { author, deposited_at: first_deposit() }), ..document }
}

fn brought(document: NewDocument) -> DocumentRequest {
    DocumentRequest::Deposit(document)
}

fn given_a_legacy_report() -> Given {
    given_nothing_in(a_space_with_a_legacy_record()).and(Reader::Cnam, brought(legacy_report(1)))
}

#[test]
fn a_legacy_document_is_its_authors() {
    let event = given_nothing_in(a_space_with_a_legacy_record()).when(Reader::Cnam, brought(legacy_report(1))).then("DocumentDeposited");
    let DocumentEvent::DocumentDeposited { at, by, ground, content: stored, first_deposited_at, announcement, .. } = &event else {
        panic!("a deposit")
    };
    assert_eq!((at, by, ground, first_deposited_at), (&now(), &the_author(), &Ground::LegacyRecord, &Some(first_deposit())));
    assert_eq!((stored, announcement), (&content(1), &None));
    let sentence = "Un document de votre ancien dossier médical, déposé par un professionnel de santé le 3 février 2020, a été repris par \
                    l’Assurance maladie.";
    assert_eq!(event.sentence(), sentence);
    let legacy = given_a_legacy_report();
    legacy.when(doctor(), DocumentRequest::Replace(version(2))).then("DocumentReplaced");
    legacy.when(doctor(), DocumentRequest::Withdraw).then("DocumentWithdrawn");
    legacy.when(stranger(), DocumentRequest::Withdraw).then_refused(AccessRefusal::NotTheAuthor);
    legacy.when(Reader::Holder, DocumentRequest::Withdraw).then_refused(AccessRefusal::NotTheAuthor);
    legacy.when(Reader::Holder, DocumentRequest::Hide).then("DocumentHidden");
    for request in [DocumentRequest::Replace(version(2)), DocumentRequest::Withdraw, DocumentRequest::MoveOut, DocumentRequest::Hide] {
        legacy.when(Reader::Cnam, request).then_refused(AccessRefusal::RoleNeverReads);
    }
}

#[test]
fn a_legacy_document_of_the_holder_is_the_holders() {
    let own = of(Actor::Holder, own_document(1));
    let given = given_nothing_in(a_space_with_a_legacy_record()).and(Reader::Cnam, brought(own));
    given.when(Reader::Holder, DocumentRequest::Delete).then("DocumentDeleted");
    let given = given_nothing_in(a_space_with_a_legacy_record());
    given.when(Reader::Cnam, brought(of(Actor::Holder, report(1)))).then_refused(DocumentRefusal::PatientTypeNeeded);
    let patients = NewDocument { document_type: document_type("DOCPAT03"), ..legacy_report(1) };
    given.when(Reader::Cnam, brought(patients)).then_refused(DocumentRefusal::PatientTypeReserved);
}

#[test]
fn a_legacy_document_is_as_old_as_its_first_deposit() {
    assert_eq!(given_a_legacy_report().document().facts().unwrap().deposited_at, first_deposit());
    let announced = |deposited_at| NewDocument { legacy: Some(LegacyDocument { author: the_author(), deposited_at }), ..result(1) };
    let facts = |deposited_at| {
        let given = given_nothing_in(a_space_with_a_legacy_record()).and(Reader::Cnam, brought(announced(deposited_at)));
        given.document().facts().unwrap()
    };
    // On 2 June, the month of what was deposited on 2 May is over; that of 3 May has a day left.
    let (over, awaited) = (facts(instant("2026-05-02 23:59")), facts(instant("2026-05-03 00:00")));
    assert_eq!((over.announcement, awaited.announcement), (Announcement::NotAsked, Announcement::Awaited));
    assert!(awaited.awaits_announcement_on(day("2026-06-02")) && !awaited.awaits_announcement_on(day("2026-06-03")));
    let own = NewDocument { explanation: result(1).explanation, ..of(Actor::Holder, own_document(1)) };
    let given = given_nothing_in(a_space_with_a_legacy_record());
    given.when(Reader::Cnam, brought(own)).then_refused(DocumentRefusal::AnnouncementReserved);
}

#[test]
fn the_same_legacy_document_again_changes_nothing() {
    given_a_legacy_report().when(Reader::Cnam, brought(legacy_report(1))).then_quiet();
    given_a_legacy_report().when(Reader::Cnam, brought(legacy_report(9))).then_quiet();
    let withdrawn = given_a_legacy_report().and(doctor(), DocumentRequest::Withdraw);
    withdrawn.when(Reader::Cnam, brought(legacy_report(9))).then_quiet();
    let later = LegacyDocument { author: the_author(), deposited_at: first_deposit() + chrono::TimeDelta::seconds(1) };
    let others = Actor::Professional { professional: Guarded::new(Practitioner { rpps: a_doctor(2), structure: None }) };
    for another in [NewDocument { legacy: Some(later), ..legacy_report(1) }, of(others, report(1))] {
        given_a_legacy_report().when(Reader::Cnam, brought(another)).then_refused(DocumentRefusal::DocumentIdTaken);
    }
    let fresh = given_nothing_in(a_space_with_a_legacy_record()).and(doctor(), brought(report(1)));
    fresh.when(Reader::Cnam, brought(legacy_report(1))).then_refused(DocumentRefusal::DocumentIdTaken);
}

#[test]
fn nobody_but_cnam_brings_a_legacy_document() {
    let given = given_nothing_in(a_space_with_a_legacy_record());
    given.when(doctor(), brought(legacy_report(1))).then_refused(DocumentRefusal::LegacyReserved);
    given.when(Reader::Holder, brought(of(Actor::Holder, own_document(1)))).then_refused(DocumentRefusal::LegacyReserved);
    given_a_legacy_report().when(doctor(), brought(legacy_report(1))).then_refused(DocumentRefusal::LegacyReserved);
    for reader in [Reader::Auditor, Reader::Admin] {
        given.when(reader, brought(legacy_report(1))).then_refused(AccessRefusal::RoleNeverReads);
    }
    given.when(Reader::Cnam, brought(report(1))).then_refused(AccessRefusal::RoleNeverReads);
}

#[test]
fn cnam_brings_documents_once_the_record_has_joined_only() {
    given_nothing_in(a_shared_space()).when(Reader::Cnam, brought(legacy_report(1))).then_refused(AccessRefusal::NotAuthorised);
    for (place, space) in spaces_out_of_service() {
        assert!(given_nothing_in(space).when(Reader::Cnam, brought(legacy_report(1))).0.is_err(), "{place}");
    }
    let research = DocumentCommand { purpose: Purpose::Research, ..asked(Reader::Cnam, brought(legacy_report(1))) };
    given_nothing_in(a_space_with_a_legacy_record()).when_asked(research).then_refused(AccessRefusal::PurposeNotCovered);
}

#[test]
fn a_legacy_document_was_first_deposited_between_the_creation_of_its_record_and_now() {
    let at = |deposited_at| NewDocument { legacy: Some(LegacyDocument { author: the_author(), deposited_at }), ..legacy_report(1) };
    let given = given_nothing_in(a_space_with_a_legacy_record());
    for possible in [instant("2019-11-05 00:00"), now()] {
        given.when(Reader::Cnam, brought(at(possible))).then("DocumentDeposited");
    }
    let refusal = DocumentRefusal::FirstDepositImpossible { earliest: day("2019-11-05"), latest: day("2026-06-02") };
    for impossible in [
        instant("2019-11-05 00:00") - chrono::TimeDelta::nanoseconds(1),
        now() + chrono::TimeDelta::nanoseconds(1),
        DateTime::<Utc>::MIN_UTC,
        DateTime::<Utc>::MAX_UTC,
    ] {
        given.when(Reader::Cnam, brought(at(impossible))).then_refused(refusal.clone());
    }
}

#[test]
fn nothing_of_an_older_record_is_fed_for_the_time_in_which_the_person_opposed() {
    let of_day = |text, document: NewDocument| NewDocument { act: ActDays::on(day(text)), ..document };
    let given = given_nothing_in(a_space_with_a_legacy_record_that_was_opposed());
    let refusal = DocumentRefusal::ActWhileOpposed { since: day("2026-03-20"), until: Some(day("2026-06-01")) };
    for text in ["2026-03-20", "2026-05-31"] {
        given.when(Reader::Cnam, brought(of_day(text, legacy_report(1)))).then_refused(refusal.clone());
        given.when(Reader::Cnam, brought(of_day(text, of(Actor::Holder, own_document(1))))).then_refused(refusal.clone());
    }
    given.when(Reader::Cnam, brought(of_day("2026-03-19", legacy_report(1)))).then("DocumentDeposited");
}

#[test]
fn a_legacy_document_is_hidden_where_it_says_so_or_the_holder_chose_so() {
    let hidden = NewDocument { visibility: Some(Visibility::Hidden), ..legacy_report(1) };
    let given = given_nothing_in(a_space_with_a_legacy_record()).and(Reader::Cnam, brought(hidden));
    assert_eq!(given.document().facts().unwrap().visibility, Visibility::Hidden);
    let unsaid = NewDocument { visibility: None, ..legacy_report(1) };
    let given = given_nothing_in(a_space_with_a_legacy_record()).and(Reader::Cnam, brought(unsaid));
    assert_eq!(given.document().facts().unwrap().visibility, Visibility::Shown);
}
