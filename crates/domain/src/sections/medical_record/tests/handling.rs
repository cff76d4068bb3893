//! What is done with a document that is there: who may, what is quiet, what is refused.

use crate::access::{AccessRefusal, Announcement, DocumentState, Reader, Visibility};
use crate::sections::medical_record::{DocumentRefusal, DocumentRequest, NewDocument, Standing};
use crate::space::tests::{a_childs_space, instant};

use super::grammar::{Given, given_a_report, given_an_own_document, given_deposit, given_nothing_in};
use super::persons::{asked_at, doctor, report, result, stranger};

/// Done once it gives this event, done again it is quiet; undone and undone again likewise.
fn there_and_back(by: &Reader, there: (DocumentRequest, &str), back: (DocumentRequest, &str)) -> Given {
    let document = given_a_report();
    document.when(by.clone(), back.0.clone()).then_quiet();
    document.when(by.clone(), there.0.clone()).then(there.1);
    let done = document.and(by.clone(), there.0.clone());
    done.when(by.clone(), there.0.clone()).then_quiet();
    done.when(by.clone(), back.0.clone()).then(back.1);
    let undone = done.and(by.clone(), back.0.clone());
    undone.when(by.clone(), back.0).then_quiet();
    undone.when(by.clone(), there.0).then(there.1);
    undone
}

#[test]
fn hiding_and_showing_can_be_repeated_and_undone_at_any_time() {
    let (hide, show) = (DocumentRequest::Hide, DocumentRequest::Show);
    there_and_back(&Reader::Holder, (hide.clone(), "DocumentHidden"), (show.clone(), "DocumentShown"));
    let hidden = given_a_report().and(Reader::Holder, hide.clone());
    assert_eq!(hidden.document().facts().unwrap().visibility, Visibility::Hidden);
    for request in [hide, show] {
        given_a_report().when(doctor(), request).then_refused(AccessRefusal::NotForThisRole);
    }
}

#[test]
fn a_professional_hides_a_minors_secret_care_from_representatives() {
    let (hide, show) = (DocumentRequest::HideFromRepresentatives, DocumentRequest::ShowToRepresentatives);
    there_and_back(&doctor(), (hide.clone(), "HiddenFromRepresentatives"), (show, "ShownToRepresentatives"));
    let hidden = given_a_report().and(doctor(), hide.clone());
    assert_eq!(hidden.document().facts().unwrap().to_representatives, Visibility::Hidden);
    given_a_report().when(stranger(), hide.clone()).then_refused(AccessRefusal::NotTheAuthor);
    given_a_report().when(Reader::Holder, hide).then_refused(AccessRefusal::NotForThisRole);
}

#[test]
fn a_representative_handles_nothing_that_is_hidden_from_representatives() {
    let secret = NewDocument { to_representatives: Visibility::Hidden, ..report(1) };
    let hidden = || given_nothing_in(a_childs_space()).and(doctor(), DocumentRequest::Deposit(secret.clone()));
    for request in [DocumentRequest::Hide, DocumentRequest::Archive, DocumentRequest::Pin] {
        hidden().when(Reader::Representative, request.clone()).then_refused(AccessRefusal::HiddenFromRepresentatives);
        let shown = hidden().and(doctor(), DocumentRequest::ShowToRepresentatives);
        assert!(shown.when(Reader::Representative, request.clone()).0.is_ok_and(|events| events.len() == 1), "{request:?}");
        shown.when(Reader::Holder, request.clone()).then_refused(AccessRefusal::MinorDoesNotAct);
        let at_eighteen = |by| asked_at(instant("2026-09-15 00:00"), by, request.clone());
        shown.when_asked(at_eighteen(Reader::Representative)).then_refused(AccessRefusal::NoRepresentation);
        assert!(shown.when_asked(at_eighteen(Reader::Holder)).0.is_ok_and(|events| events.len() == 1), "{request:?}");
    }
}

#[test]
fn a_document_is_put_aside_and_brought_back() {
    let (archive, unarchive) = (DocumentRequest::Archive, DocumentRequest::Unarchive);
    there_and_back(&Reader::Holder, (archive.clone(), "DocumentArchived"), (unarchive, "DocumentUnarchived"));
    there_and_back(&doctor(), (archive.clone(), "DocumentArchived"), (DocumentRequest::Unarchive, "DocumentUnarchived"));
    given_a_report().when(stranger(), archive.clone()).then_refused(AccessRefusal::NotTheAuthor);
    let archived = given_a_report().and(Reader::Holder, archive);
    assert_eq!(archived.document().facts().unwrap().state, DocumentState::Archived);
    assert_eq!(archived.document().standing(), Some(Standing::Archived));
}

#[test]
fn a_document_is_pinned_and_unpinned() {
    let unpin = (DocumentRequest::Unpin, "DocumentUnpinned");
    let unpinned = there_and_back(&Reader::Holder, (DocumentRequest::Pin, "DocumentPinned"), unpin);
    assert_eq!(unpinned.document(), given_a_report().document(), "a pin leaves nothing behind");
    given_a_report().when(doctor(), DocumentRequest::Pin).then_refused(AccessRefusal::NotForThisRole);
}

#[test]
fn a_document_is_announced_once_and_only_where_it_awaited_it() {
    let awaited = given_deposit(doctor(), result(1));
    awaited.when(doctor(), DocumentRequest::Announce).then("DocumentAnnounced");
    let announced = awaited.and(doctor(), DocumentRequest::Announce);
    announced.when(doctor(), DocumentRequest::Announce).then_quiet();
    assert_eq!(announced.document().facts().unwrap().announcement, Announcement::Made);
    given_a_report().when(doctor(), DocumentRequest::Announce).then_refused(DocumentRefusal::NothingToAnnounce);
    let after_its_day = asked_at(instant("2026-07-02 00:00"), doctor(), DocumentRequest::Announce);
    given_deposit(doctor(), result(1)).when_asked(after_its_day).then("DocumentAnnounced");
    given_deposit(doctor(), result(1)).when(stranger(), DocumentRequest::Announce).then_refused(AccessRefusal::NotTheAuthor);
}

#[test]
fn the_holder_handles_nothing_that_awaits_an_announcement() {
    let requests = [DocumentRequest::Hide, DocumentRequest::Archive, DocumentRequest::Pin];
    for request in requests {
        let awaited = given_deposit(doctor(), result(1));
        awaited.when(Reader::Holder, request.clone()).then_refused(AccessRefusal::AwaitsAnnouncement);
        let announced = awaited.and(doctor(), DocumentRequest::Announce);
        assert!(announced.when(Reader::Holder, request.clone()).0.is_ok_and(|events| events.len() == 1), "{request:?}");
        let on_its_day = asked_at(instant("2026-07-02 00:00"), Reader::Holder, request.clone());
        let shown = given_deposit(doctor(), result(1)).when_asked(on_its_day);
        assert!(shown.0.is_ok_and(|events| events.len() == 1), "{request:?}");
    }
}

#[test]
fn the_holders_side_deletes_its_own_documents_only() {
    given_an_own_document().when(Reader::Holder, DocumentRequest::Delete).then("DocumentDeleted");
    let deleted = given_an_own_document().and(Reader::Holder, DocumentRequest::Delete);
    deleted.when(Reader::Holder, DocumentRequest::Delete).then_quiet();
    assert_eq!(deleted.document().standing(), Some(Standing::Deleted));
    given_a_report().when(Reader::Holder, DocumentRequest::Delete).then_refused(AccessRefusal::NotTheAuthor);
    given_a_report().when(doctor(), DocumentRequest::Delete).then_refused(AccessRefusal::NotForThisRole);
}
