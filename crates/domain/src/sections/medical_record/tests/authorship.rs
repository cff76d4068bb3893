//! What an author does with a document afterwards: new versions, corrections, taking it back, moving it out.

use crate::access::{AccessRefusal, Announcement, Reader};
use crate::guarded::Guarded;
use crate::sections::medical_record::{ActDays, Correction, DocumentEvent, DocumentRefusal, DocumentRequest, NewVersion, Standing};

use super::grammar::{given_a_report, given_an_own_document, given_deposit, given_nothing};
use super::persons::{content, content_id, day, doctor, document_type, result, stranger, title, version};

fn every_act_of_an_author() -> [DocumentRequest; 4] {
    let correction = Correction { title: Some(title()), ..Correction::default() };
    [
        DocumentRequest::Replace(version(2)),
        DocumentRequest::CorrectMetadata(correction),
        DocumentRequest::Withdraw,
        DocumentRequest::MoveOut,
    ]
}

#[test]
fn only_the_author_replaces_corrects_and_withdraws() {
    for request in every_act_of_an_author() {
        assert!(given_a_report().when(doctor(), request.clone()).0.is_ok_and(|events| events.len() == 1), "{request:?}");
        given_a_report().when(stranger(), request.clone()).then_refused(AccessRefusal::NotTheAuthor);
        given_an_own_document().when(doctor(), request.clone()).then_refused(AccessRefusal::NotTheAuthor);
        // A holder who finds another person's document tells its author.
        let never = request == DocumentRequest::MoveOut;
        let refused = if never { AccessRefusal::NotForThisRole } else { AccessRefusal::NotTheAuthor };
        given_a_report().when(Reader::Holder, request).then_refused(refused);
    }
}

#[test]
fn the_holder_alters_what_they_entered() {
    given_an_own_document().when(Reader::Holder, DocumentRequest::Replace(version(2))).then("DocumentReplaced");
    let corrected = Correction { document_type: Some(document_type("DOCPAT04")), ..Correction::default() };
    given_an_own_document().when(Reader::Holder, DocumentRequest::CorrectMetadata(corrected)).then("MetadataCorrected");
}

#[test]
fn a_replacement_supersedes_the_version_before_and_keeps_it() {
    let event = given_a_report().when(doctor(), DocumentRequest::Replace(version(2))).then("DocumentReplaced");
    assert!(matches!(event, DocumentEvent::DocumentReplaced { content: replaced, .. } if replaced == content(2)));
    let replaced = given_a_report().and(doctor(), DocumentRequest::Replace(version(2))).and(doctor(), DocumentRequest::Replace(version(3)));
    assert_eq!(replaced.document().versions().collect::<Vec<_>>(), [1, 2, 3].map(content_id));
    for known in [1, 2, 3] {
        replaced.when(doctor(), DocumentRequest::Replace(version(known))).then_quiet();
    }
}

#[test]
fn a_replacement_does_not_prolong_the_wait_for_an_announcement() {
    let deposited = given_deposit(doctor(), result(1));
    let before = deposited.document().facts().unwrap();
    let replaced = deposited.and(doctor(), DocumentRequest::Replace(version(2)));
    assert_eq!(replaced.document().facts(), Some(before));
    let announced = replaced.and(doctor(), DocumentRequest::Announce).and(doctor(), DocumentRequest::Replace(version(3)));
    assert_eq!(announced.document().facts().unwrap().announcement, Announcement::Made);
}

#[test]
fn a_correction_says_what_differs_only() {
    let correct = |correction| DocumentRequest::CorrectMetadata(correction);
    let (same_type, same_act) = (Some(document_type("11488-4")), Some(ActDays::on(day("2026-03-05"))));
    for nothing in [Correction::default(), Correction { document_type: same_type, act: same_act, ..Correction::default() }] {
        given_a_report().when(doctor(), correct(nothing)).then_quiet();
    }
    let other = Correction { document_type: Some(document_type("11502-2")), act: same_act, ..Correction::default() };
    let event = given_a_report().when(doctor(), correct(other.clone())).then("MetadataCorrected");
    let DocumentEvent::MetadataCorrected { title: None, document_type: Some(corrected), act: None, .. } = event else {
        panic!("{event:?}")
    };
    assert_eq!(corrected, Guarded::new(document_type("11502-2")));
    let corrected = given_a_report().and(doctor(), correct(other.clone()));
    assert_eq!(corrected.document().facts().unwrap().document_type, document_type("11502-2"));
    corrected.when(doctor(), correct(other)).then_quiet();
    // No rule reads a title, so none can tell that it is the same.
    let titled = Correction { title: Some(title()), ..Correction::default() };
    given_a_report().and(doctor(), correct(titled.clone())).when(doctor(), correct(titled)).then("MetadataCorrected");
}

#[test]
fn a_correction_keeps_to_the_rules_of_the_deposit() {
    let of_type = |code| DocumentRequest::CorrectMetadata(Correction { document_type: Some(document_type(code)), ..Correction::default() });
    given_a_report().when(doctor(), of_type("DOCPAT03")).then_refused(DocumentRefusal::PatientTypeReserved);
    given_an_own_document().when(Reader::Holder, of_type("11488-4")).then_refused(DocumentRefusal::PatientTypeNeeded);
    let of_day = Correction { act: Some(ActDays::on(day("2026-06-03"))), ..Correction::default() };
    let impossible = DocumentRefusal::ActDaysImpossible { earliest: day("1876-06-02"), latest: day("2026-06-02") };
    given_a_report().when(doctor(), DocumentRequest::CorrectMetadata(of_day)).then_refused(impossible);
}

#[test]
fn a_new_version_and_a_correction_move_the_days_of_the_act() {
    let act = ActDays::on(day("2026-03-06"));
    let replaced = given_a_report().and(doctor(), DocumentRequest::Replace(NewVersion { act, ..version(2) }));
    let same = Correction { act: Some(act), ..Correction::default() };
    replaced.when(doctor(), DocumentRequest::CorrectMetadata(same.clone())).then_quiet();
    let corrected = given_a_report().and(doctor(), DocumentRequest::CorrectMetadata(same.clone()));
    corrected.when(doctor(), DocumentRequest::CorrectMetadata(same)).then_quiet();
}

#[test]
fn an_author_takes_a_document_back_once() {
    given_a_report().when(doctor(), DocumentRequest::Withdraw).then("DocumentWithdrawn");
    let withdrawn = given_a_report().and(doctor(), DocumentRequest::Withdraw);
    withdrawn.when(doctor(), DocumentRequest::Withdraw).then_quiet();
    assert_eq!(withdrawn.document().standing(), Some(Standing::Withdrawn));
}

#[test]
fn what_is_another_persons_is_moved_out_once_also_after_it_was_withdrawn() {
    given_a_report().when(doctor(), DocumentRequest::MoveOut).then("DocumentMovedOut");
    let withdrawn = given_a_report().and(doctor(), DocumentRequest::Withdraw);
    withdrawn.when(doctor(), DocumentRequest::MoveOut).then("DocumentMovedOut");
    let moved = withdrawn.and(doctor(), DocumentRequest::MoveOut);
    moved.when(doctor(), DocumentRequest::MoveOut).then_quiet();
    assert_eq!(moved.document().standing(), Some(Standing::MovedOut));
}

#[test]
fn an_author_acts_on_an_archived_document_too() {
    for request in every_act_of_an_author() {
        let archived = given_a_report().and(doctor(), DocumentRequest::Archive);
        assert!(archived.when(doctor(), request.clone()).0.is_ok_and(|events| events.len() == 1), "{request:?}");
    }
    let archived = given_a_report().and(doctor(), DocumentRequest::Archive);
    let replaced = archived.and(doctor(), DocumentRequest::Replace(version(2)));
    assert_eq!(replaced.document().standing(), Some(Standing::Archived));
}

#[test]
fn what_was_never_deposited_is_told_to_those_only_who_might_see_it() {
    for request in every_act_of_an_author() {
        given_nothing().when(stranger(), request).then_refused(AccessRefusal::NotAuthorised);
    }
    given_nothing().when(Reader::Holder, DocumentRequest::Hide).then_refused(DocumentRefusal::NoSuchDocument);
}
