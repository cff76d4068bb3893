//! The life of the space: what is accepted and answered where it is not open and in use, as a table that runs.

use crate::access::{AccessRefusal, Reader};
use crate::sections::medical_record::DocumentRequest;
use crate::space::tests::spaces_out_of_service;

use super::grammar::{Given, given_a_report, given_an_own_document, given_nothing};
use super::persons::{doctor, own_document, report};

/// Each place in the life of a space, and what is answered there to everything that is asked of the record.
const ANSWERS: [(&str, AccessRefusal); 12] = [
    ("none", AccessRefusal::NotOpened),
    ("created", AccessRefusal::NotOpened),
    ("notified", AccessRefusal::NotOpened),
    ("unreachable", AccessRefusal::NotOpened),
    ("blocked", AccessRefusal::NotOpened),
    ("opposed", AccessRefusal::OpeningOpposed),
    ("suspended", AccessRefusal::SpaceSuspended),
    ("closed", AccessRefusal::SpaceClosed),
    ("to be destroyed", AccessRefusal::SpaceClosed),
    ("destroyed", AccessRefusal::SpaceDestroyed),
    ("closed by death", AccessRefusal::HolderDied),
    ("ended by death", AccessRefusal::HolderDied),
];

/// What somebody may ask where the space is open, each with the document that it is asked of.
fn asked() -> Vec<(Given, Reader, DocumentRequest)> {
    let (holder, own, others) = (|| Reader::Holder, given_an_own_document, given_a_report);
    vec![
        (given_nothing(), doctor(), DocumentRequest::Deposit(report(1))),
        (given_nothing(), holder(), DocumentRequest::Deposit(own_document(1))),
        (others(), doctor(), DocumentRequest::Withdraw),
        (others(), doctor(), DocumentRequest::MoveOut),
        (others(), doctor(), DocumentRequest::HideFromRepresentatives),
        (others(), holder(), DocumentRequest::Hide),
        (others(), holder(), DocumentRequest::Archive),
        (others(), holder(), DocumentRequest::Pin),
        (own(), holder(), DocumentRequest::Delete),
    ]
}

#[test]
fn nothing_is_done_with_a_document_but_in_a_space_that_is_open_and_in_use() {
    for (document, by, request) in asked() {
        assert!(document.when(by, request.clone()).0.is_ok_and(|events| events.len() == 1), "{request:?}");
    }
    let spaces = spaces_out_of_service();
    assert_eq!(spaces.iter().map(|(place, _)| *place).collect::<Vec<_>>(), ANSWERS.map(|(place, _)| place));
    for ((place, space), (_, refusal)) in spaces.into_iter().zip(ANSWERS) {
        for (document, by, request) in asked() {
            let answer = document.in_space(space.clone()).when(by, request.clone());
            assert_eq!(answer.0, Err(refusal.into()), "{place}: {request:?}");
        }
    }
}
