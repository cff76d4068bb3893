//! The sentences of the record's events, and what they keep to themselves.

use crate::access::{Ground, Reader};
use crate::ids::{CaregiverId, ServiceId};
use crate::sections::medical_record::{Actor, DocumentCommand, DocumentEvent, DocumentRequest};
use crate::stream::NamedEvent;

use super::grammar::given_nothing;
use super::persons::{asked, doctor, now, report, version};

#[test]
fn a_sentence_names_the_role_and_nobody() {
    let readers = [
        (Reader::Holder, "Un document a été masqué aux professionnels par vous."),
        (Reader::Representative, "Un document a été masqué aux professionnels par votre représentant."),
        (Reader::Caregiver { caregiver: CaregiverId::at(now(), [1; 10]) }, "Un document a été masqué aux professionnels par un aidant."),
        (doctor(), "Un document a été masqué aux professionnels par un professionnel de santé."),
        (
            Reader::Service { service: ServiceId::at(now(), [2; 10]) },
            "Un document a été masqué aux professionnels par un service référencé.",
        ),
    ];
    for (reader, sentence) in readers {
        let by = Actor::of(&reader).unwrap();
        assert!(by.author().is_some());
        assert_eq!(DocumentEvent::DocumentHidden { at: now(), by, ground: Ground::OwnSpace }.sentence(), sentence);
    }
}

#[test]
fn nothing_that_says_who_treats_a_person_stands_in_an_event_in_clear() {
    let event = given_nothing().when(doctor(), DocumentRequest::Deposit(report(1))).then("DocumentDeposited");
    assert_eq!(event.by(), &Actor::of(&doctor()).unwrap());
    let stored = serde_json::to_value(event).unwrap();
    let fields = &stored["DocumentDeposited"];
    for guarded in [&fields["by"]["professional"], &fields["document_type"]] {
        assert_eq!(guarded["guarded"], true, "{guarded}");
    }
    for personal in [&fields["title"], &fields["content"]["clear_digest"]] {
        assert!(personal.get("$clear").is_some() && personal.get("guarded").is_none(), "{personal}");
    }
}

#[test]
fn only_a_deposit_may_be_the_first_request() {
    let begins = |request: DocumentRequest| asked(doctor(), request).may_begin();
    assert!(begins(DocumentRequest::Deposit(report(1))));
    assert!(!begins(DocumentRequest::Replace(version(1))) && !begins(DocumentRequest::Withdraw));
    let name = |request: DocumentRequest| DocumentCommand::name(&asked(doctor(), request));
    assert_eq!([name(DocumentRequest::MoveOut), name(DocumentRequest::Show)], ["MoveDocumentOut", "ShowDocument"]);
    assert_eq!(DocumentEvent::NAMES.len(), 15);
}
