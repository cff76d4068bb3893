//! The documents of a space: deposited, replaced, hidden, read by the holder, gone with the content; and one of them as the log has it.

use ens_domain::access::{Action, DocumentType, Ground, Purpose, Reader, Visibility};
use ens_domain::event::{Event, StreamKey, StreamKind};
use ens_domain::guarded::Guarded;
use ens_domain::ids::ItemId;
use ens_domain::sections::Actor;
use ens_domain::sections::consultations::{ConsultationEvent, Subject};
use ens_domain::sections::medical_record::{ActDays, Content, DocumentEvent, Standing};
use ens_domain::space::terms::DestructionGround;
use ens_domain::space::{DestructionEvent, SpaceEvent};
use ens_domain::stream::StreamId;
use serde_json::json;
use uuid::Uuid;

use super::{Given, at, day, given_in_streams, open_space, space};
use crate::sections::document_in_log::{folded, versions};
use crate::sections::documents::{DocumentRow, Documents};

fn item(number: u128) -> ItemId {
    ItemId::from(Uuid::from_u128(number))
}

fn of_document(number: u128, event: DocumentEvent) -> (StreamKey, Event) {
    (StreamKey { kind: StreamKind::Document, id: StreamId::of_item(space(), item(number)) }, event.into())
}

fn content(number: u128) -> Content {
    let digest = "72f7ddf8a16a19bf76ccb158e0e6a36b17032f8fe9803ac5bce8d600571f08af";
    let sealed = json!({"$sealed": format!("d{number}"), "kind": "content_digest"});
    let content = json!({"id": Uuid::from_u128(number), "media_type": "pdf", "size": 5, "clear_digest": sealed, "sealed_digest": digest});
    serde_json::from_value(content).unwrap()
}

fn deposited(number: u128) -> (StreamKey, Event) {
    of_document(
        number,
        DocumentEvent::DocumentDeposited {
            at: at(day(5, 5)),
            by: Actor::Holder,
            ground: Ground::OwnSpace,
            title: serde_json::from_value(json!({"$sealed": "t1", "kind": "document_title"})).unwrap(),
            document_type: Guarded::new(DocumentType::parse("11488-4").unwrap()),
            act: ActDays::on(day(5, 4)),
            content: content(1),
            visibility: Visibility::Shown,
            to_representatives: Visibility::Shown,
            announcement: None,
            first_deposited_at: None,
        },
    )
}

fn replaced(number: u128) -> (StreamKey, Event) {
    let (by, ground, act) = (Actor::Holder, Ground::OwnSpace, ActDays::on(day(5, 6)));
    let title = serde_json::from_value(json!({"$sealed": "t2", "kind": "document_title"})).unwrap();
    of_document(number, DocumentEvent::DocumentReplaced { at: at(day(5, 7)), by, ground, title, act, content: content(2) })
}

fn hidden(number: u128) -> (StreamKey, Event) {
    of_document(number, DocumentEvent::DocumentHidden { at: at(day(5, 8)), by: Actor::Holder, ground: Ground::OwnSpace })
}

fn read_by(reader: Reader, document: u128) -> (StreamKey, Event) {
    let event = ConsultationEvent::AccessMade {
        at: at(day(5, 6)),
        by: Guarded::new(reader),
        action: Action::Read,
        subject: Subject::Document { document: item(document) },
        purpose: Purpose::PersonalUse,
        reason: None,
        ground: Ground::OwnSpace,
        matrix: "1".to_owned(),
    };
    (StreamKey { kind: StreamKind::Consultation, id: StreamId::of_item(space(), item(900)) }, event.into())
}

fn in_an_open_space(events: impl IntoIterator<Item = (StreamKey, Event)>) -> Given {
    given_in_streams(open_space().into_iter().map(|event| (StreamKey::of_space(space()), event.into())).chain(events))
}

#[test]
fn a_document_stands_as_its_last_event_left_it() {
    let matters = |row: &DocumentRow| (row.item, row.versions, row.content_id(), row.visibility, row.act_first, row.standing);
    let content = |number| content(number).id;
    let expected = [
        (item(1), 2, content(2), Visibility::Hidden, day(5, 6), Standing::Current),
        (item(2), 1, content(1), Visibility::Shown, day(5, 4), Standing::Current),
    ];
    in_an_open_space([deposited(1), deposited(2), replaced(1), hidden(1)]).then::<Documents, _>(matters, expected);
}

#[test]
fn the_first_reading_of_the_holder_counts_until_there_is_a_new_version() {
    let read = |row: &DocumentRow| row.read_at;
    let by_holder = || read_by(Reader::Holder, 1);
    in_an_open_space([deposited(1), read_by(Reader::Representative, 1)]).then::<Documents, _>(read, [None]);
    in_an_open_space([deposited(1), by_holder()]).then::<Documents, _>(read, [Some(at(day(5, 6)))]);
    in_an_open_space([deposited(1), by_holder(), replaced(1)]).then::<Documents, _>(read, [None]);
}

#[test]
fn nothing_is_left_of_the_documents_once_the_content_is_destroyed() {
    let destroyed = DestructionEvent::Destroyed { at: at(day(9, 1)), ground: DestructionGround::Request };
    let end = (StreamKey::of_space(space()), SpaceEvent::Destruction(destroyed).into());
    in_an_open_space([deposited(1), end]).then::<Documents, _>(|row| row.item, []);
}

#[test]
fn a_document_in_the_log_is_the_row_that_the_read_model_will_hold() {
    let given = in_an_open_space([deposited(1), replaced(1), hidden(1)]);
    let [row] = given.rows::<Documents>().try_into().expect("one document");
    let own: Vec<_> = given.0.iter().filter(|seen| seen.stream.kind == StreamKind::Document).cloned().collect();
    assert_eq!(folded(&own), Some(row));
    let contents: Vec<_> = versions(&own).into_iter().map(|version| (version.at, version.content.id)).collect();
    assert_eq!(contents, [(at(day(5, 5)), content(1).id), (at(day(5, 7)), content(2).id)]);
    assert_eq!(folded(&own[1..]), None, "nothing begins without a deposit");
}
