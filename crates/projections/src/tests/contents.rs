//! Which contents events name, and which they gave up: versions, withdrawals, deletions, destructions.

use ens_domain::event::{Event, StreamKey, StreamKind};
use ens_domain::ids::{ContentId, ItemId};
use ens_domain::party::Party;
use ens_domain::sections::medical_record::DocumentEvent;
use ens_domain::space::terms::{ClosingGround, DestructionGround};
use ens_domain::space::{AdmissionEvent, DestructionEvent, SpaceEvent};
use ens_domain::stream::StreamId;
use ens_store::ContentFate::{Gone, Named};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Given, at, closed, created, day, given_in_streams, open_space, space};
use crate::projection::Projection;
use crate::sections::contents::{ContentRow, Contents};

fn content(number: u128) -> ContentId {
    ContentId::from(Uuid::from_u128(number))
}

/// An event of the document of this number.
fn of_document(number: u128, name: &str, rest: &Value) -> (StreamKey, Event) {
    let mut fields = json!({ "at": at(day(5, 5)), "by": { "role": "holder" }, "ground": "own_space" });
    fields.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    let event: DocumentEvent = serde_json::from_value(json!({ name: fields })).unwrap();
    let item = ItemId::from(Uuid::from_u128(number));
    (StreamKey { kind: StreamKind::Document, id: StreamId::of_item(space(), item) }, event.into())
}

fn of_life(event: SpaceEvent) -> (StreamKey, Event) {
    (StreamKey::of_space(space()), event.into())
}

fn destroyed() -> SpaceEvent {
    SpaceEvent::Destruction(DestructionEvent::Destroyed { at: at(day(9, 1)), ground: DestructionGround::Request })
}

fn content_json(number: u128) -> Value {
    let digest = "72f7ddf8a16a19bf76ccb158e0e6a36b17032f8fe9803ac5bce8d600571f08af";
    let clear = json!({ "$sealed": "s1", "kind": "content_digest" });
    json!({ "id": content(number).uuid(), "media_type": "pdf", "size": 10, "clear_digest": clear, "sealed_digest": digest })
}

fn deposited(document: u128, of: u128) -> (StreamKey, Event) {
    let fields = json!({
        "title": { "$sealed": "s2", "kind": "document_title" },
        "document_type": { "$guarded": "s3", "kind": "document_type" },
        "act": { "first": "2026-05-05", "last": "2026-05-05" },
        "content": content_json(of),
        "visibility": "shown",
        "to_representatives": "shown",
        "announcement": null,
    });
    of_document(document, "DocumentDeposited", &fields)
}

fn replaced(document: u128, by: u128) -> (StreamKey, Event) {
    let title = json!({ "$sealed": "s2", "kind": "document_title" });
    let act = json!({ "first": "2026-05-05", "last": "2026-05-05" });
    of_document(document, "DocumentReplaced", &json!({ "title": title, "act": act, "content": content_json(by) }))
}

fn handled(document: u128, name: &str) -> (StreamKey, Event) {
    of_document(document, name, &json!({}))
}

fn in_an_open_space(events: impl IntoIterator<Item = (StreamKey, Event)>) -> Given {
    given_in_streams(open_space().into_iter().map(of_life).chain(events))
}

fn fate(row: &ContentRow) -> (ContentId, ens_store::ContentFate) {
    (row.content, row.fate)
}

#[test]
fn every_version_of_a_document_is_named_by_it() {
    let events = [deposited(1, 11), replaced(1, 12), replaced(1, 13), handled(1, "DocumentArchived"), handled(1, "DocumentHidden")];
    in_an_open_space(events).then::<Contents, _>(fate, [11, 12, 13].map(|number| (content(number), Named)));
}

#[test]
fn what_its_author_withdrew_is_kept() {
    let events = [deposited(1, 11), replaced(1, 12), handled(1, "DocumentWithdrawn")];
    in_an_open_space(events).then::<Contents, _>(fate, [(content(11), Named), (content(12), Named)]);
}

#[test]
fn contents_are_given_up_with_a_document_that_was_deleted_or_moved_out_or_a_space_that_was_destroyed() {
    for end in ["DocumentDeleted", "DocumentMovedOut"] {
        let events = [deposited(1, 11), deposited(2, 21), replaced(1, 12), handled(1, end)];
        in_an_open_space(events).then::<Contents, _>(fate, [(content(11), Gone), (content(12), Gone), (content(21), Named)]);
    }
    let withdrawn = [deposited(1, 11), handled(1, "DocumentWithdrawn"), handled(1, "DocumentMovedOut")];
    in_an_open_space(withdrawn).then::<Contents, _>(fate, [(content(11), Gone)]);
    let end = [closed(ClosingGround::Request), destroyed()].map(of_life);
    let events = [deposited(1, 11), deposited(2, 21)].into_iter().chain(end);
    in_an_open_space(events).then::<Contents, _>(fate, [(content(11), Gone), (content(21), Gone)]);
}

#[test]
fn a_space_that_begins_anew_names_only_its_new_contents() {
    let SpaceEvent::Admission(AdmissionEvent::SpaceCreated { admission, .. }) = created() else { unreachable!() };
    let renewed = SpaceEvent::Destruction(DestructionEvent::SpaceRenewed { at: at(day(10, 1)), by: Party::Cnam, admission });
    let anew = [of_life(closed(ClosingGround::Request)), of_life(destroyed()), of_life(renewed), deposited(2, 21)];
    in_an_open_space([deposited(1, 11)].into_iter().chain(anew)).then::<Contents, _>(fate, [(content(11), Gone), (content(21), Named)]);
}

#[test]
fn the_documents_and_the_life_are_read() {
    assert_eq!(Contents::KINDS, [StreamKind::Space, StreamKind::Document]);
}
