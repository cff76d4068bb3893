//! What is gone: withdrawn, deleted or moved out. Nothing brings it back, and nothing of it is lost from the log.

use crate::access::{AccessRefusal, DocumentState, Reader};
use crate::sections::medical_record::{Correction, DocumentRefusal, DocumentRequest};

use super::grammar::{Given, given_a_report, given_an_own_document};
use super::persons::{content_id, doctor, title, version};

fn every_request_but_the_deposit() -> [DocumentRequest; 14] {
    [
        DocumentRequest::Replace(version(2)),
        DocumentRequest::CorrectMetadata(Correction { title: Some(title()), ..Correction::default() }),
        DocumentRequest::Withdraw,
        DocumentRequest::MoveOut,
        DocumentRequest::Hide,
        DocumentRequest::Show,
        DocumentRequest::HideFromRepresentatives,
        DocumentRequest::ShowToRepresentatives,
        DocumentRequest::Announce,
        DocumentRequest::Archive,
        DocumentRequest::Unarchive,
        DocumentRequest::Pin,
        DocumentRequest::Unpin,
        DocumentRequest::Delete,
    ]
}

/// The ways in which a document goes, each with a document that went so and the one who may.
fn gone() -> [(Given, Reader, DocumentRequest); 4] {
    let own = |request: DocumentRequest| (given_an_own_document().and(Reader::Holder, request.clone()), Reader::Holder, request);
    let others = |request: DocumentRequest| (given_a_report().and(doctor(), request.clone()), doctor(), request);
    [own(DocumentRequest::Withdraw), own(DocumentRequest::Delete), others(DocumentRequest::Withdraw), others(DocumentRequest::MoveOut)]
}

#[test]
fn a_document_that_is_gone_stays_gone() {
    for (document, by, way) in gone() {
        for request in every_request_but_the_deposit() {
            let then = document.when(by.clone(), request.clone());
            let as_author = by != Reader::Holder;
            match (&way, &request) {
                (way, request) if way == request => then.then_quiet(),
                // To take back what is another person's is not enough: those who had read it are told when it is moved out.
                (DocumentRequest::Withdraw, DocumentRequest::MoveOut) if as_author => drop(then.then("DocumentMovedOut")),
                (DocumentRequest::Withdraw, DocumentRequest::Delete) if !as_author => {
                    then.then_refused(DocumentRefusal::DocumentWithdrawn);
                }
                (DocumentRequest::Delete, DocumentRequest::Withdraw) => then.then_refused(DocumentRefusal::DocumentDeleted),
                (DocumentRequest::MoveOut, DocumentRequest::Withdraw) => then.then_refused(DocumentRefusal::DocumentMovedOut),
                (_, request) if is_for(as_author, request) => then.then_refused(AccessRefusal::DocumentWithdrawn),
                (_, _) => then.then_refused(AccessRefusal::NotForThisRole),
            }
        }
    }
}

/// Whether the gate lets this role ask it of any document.
const fn is_for(as_author: bool, request: &DocumentRequest) -> bool {
    match request {
        DocumentRequest::Deposit(_) | DocumentRequest::Replace(_) | DocumentRequest::CorrectMetadata(_) => true,
        DocumentRequest::Withdraw | DocumentRequest::Archive | DocumentRequest::Unarchive => true,
        DocumentRequest::MoveOut | DocumentRequest::Announce => as_author,
        DocumentRequest::HideFromRepresentatives | DocumentRequest::ShowToRepresentatives => as_author,
        DocumentRequest::Hide | DocumentRequest::Show | DocumentRequest::Pin | DocumentRequest::Unpin | DocumentRequest::Delete => {
            !as_author
        }
    }
}

#[test]
fn nobody_reads_what_is_gone_and_its_versions_are_still_known() {
    for (document, ..) in gone() {
        assert_eq!(document.document().facts().unwrap().state, DocumentState::Withdrawn);
        assert_eq!(document.document().versions().collect::<Vec<_>>(), [content_id(1)]);
    }
}
