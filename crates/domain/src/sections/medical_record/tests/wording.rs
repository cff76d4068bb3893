//! The sentences of the record's events, and what they keep to themselves.

use crate::access::{Ground, Reader};
use crate::ids::{CaregiverId, ServiceId};
use crate::sections::Actor;
use crate::sections::medical_record::{ActDays, DocumentCommand, DocumentEvent, DocumentRequest};
use crate::stream::NamedEvent;

use super::grammar::given_nothing;
use super::persons::{THE_DAY, asked, content, day, doctor, now, own_document, report, title, version};

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

/// One event of each kind, done by the holder, with its sentence.
fn every_event_with_its_sentence() -> Vec<(DocumentEvent, &'static str)> {
    let (at, by, ground) = (now(), || Actor::Holder, Ground::OwnSpace);
    let deposited = given_nothing().when(Reader::Holder, DocumentRequest::Deposit(own_document(1))).then("DocumentDeposited");
    let (title, act, content) = (title(), ActDays::on(day(THE_DAY)), content(2));
    vec![
        (deposited, "Un document a été déposé dans le dossier médical par vous."),
        (
            DocumentEvent::DocumentReplaced { at, by: by(), ground, title, act, content },
            "Un document a été remplacé par une nouvelle version, déposée par vous.",
        ),
        (
            DocumentEvent::MetadataCorrected { at, by: by(), ground, title: None, document_type: None, act: Some(act) },
            "Les informations d’un document ont été corrigées par vous.",
        ),
        (DocumentEvent::DocumentWithdrawn { at, by: by(), ground }, "Un document a été retiré du dossier médical par vous."),
        (DocumentEvent::DocumentHidden { at, by: by(), ground }, "Un document a été masqué aux professionnels par vous."),
        (DocumentEvent::DocumentShown { at, by: by(), ground }, "Un document a été rendu visible aux professionnels par vous."),
        (DocumentEvent::HiddenFromRepresentatives { at, by: by(), ground }, "Un document a été masqué aux représentants légaux par vous."),
        (
            DocumentEvent::ShownToRepresentatives { at, by: by(), ground },
            "Un document a été rendu visible aux représentants légaux par vous.",
        ),
        (DocumentEvent::DocumentAnnounced { at, by: by(), ground }, "La consultation d’annonce d’un document a été enregistrée par vous."),
        (DocumentEvent::DocumentArchived { at, by: by(), ground }, "Un document a été archivé par vous."),
        (
            DocumentEvent::DocumentUnarchived { at, by: by(), ground },
            "Un document archivé a été remis parmi les documents courants par vous.",
        ),
        (DocumentEvent::DocumentPinned { at, by: by(), ground }, "Un document a été épinglé par vous."),
        (DocumentEvent::DocumentUnpinned { at, by: by(), ground }, "Un document a été retiré des documents épinglés par vous."),
        (DocumentEvent::DocumentDeleted { at, by: by(), ground }, "Un document a été supprimé par vous."),
        (
            DocumentEvent::DocumentMovedOut { at, by: by(), ground },
            "Un document qui concernait une autre personne a été sorti du dossier médical par vous.",
        ),
    ]
}

#[test]
fn every_event_has_a_sentence_of_its_own() {
    let told = every_event_with_its_sentence();
    assert_eq!(told.iter().map(|(event, _)| event.name()).collect::<Vec<_>>(), DocumentEvent::NAMES);
    for (event, sentence) in told {
        assert_eq!((event.sentence().as_str(), event.by(), event.at()), (sentence, &Actor::Holder, now()));
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
}
