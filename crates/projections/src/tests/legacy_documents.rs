//! Documents that came with an older medical record, in the read model: at the date of their first deposit, with the day they were brought.

use ens_domain::access::Ground;
use ens_domain::event::{Event, StreamKey, StreamKind};
use ens_domain::ids::ItemId;
use ens_domain::sections::medical_record::DocumentEvent;
use ens_domain::space::SpaceEvent;
use ens_domain::stream::StreamId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{at, day, given_in_streams, open_space, space};
use crate::sections::documents::{DocumentRow, Documents};

fn of_life(event: SpaceEvent) -> (StreamKey, Event) {
    (StreamKey::of_space(space()), event.into())
}

/// The holder's document, brought on 5 May where it was first deposited before.
fn deposited(first_deposited_at: &Value) -> (StreamKey, Event) {
    let sealed = |kind: &str| json!({ "$sealed": "s1", "kind": kind });
    let event: DocumentEvent = serde_json::from_value(json!({ "DocumentDeposited": {
        "at": at(day(5, 5)), "by": { "role": "holder" }, "ground": Ground::LegacyRecord, "title": sealed("document_title"),
        "document_type": { "$guarded": "s2", "kind": "document_type" }, "act": { "first": "2019-12-01", "last": "2019-12-01" },
        "content": {
            "id": Uuid::from_u128(9), "media_type": "pdf", "size": 10, "clear_digest": sealed("content_digest"), "sealed_digest": "00".repeat(32),
        },
        "visibility": "shown", "to_representatives": "shown", "announcement": null, "first_deposited_at": first_deposited_at,
    }}))
    .unwrap();
    let key = StreamKey { kind: StreamKind::Document, id: StreamId::of_item(space(), ItemId::from(Uuid::from_u128(1))) };
    (key, event.into())
}

fn row(first_deposited_at: &Value) -> DocumentRow {
    let told = open_space().into_iter().map(of_life).chain([deposited(first_deposited_at)]);
    let rows = given_in_streams(told).rows::<Documents>();
    rows.into_iter().next().unwrap()
}

#[test]
fn a_document_of_an_older_record_stands_at_its_first_deposit() {
    let legacy = row(&json!("2019-12-03T08:30:00Z"));
    assert_eq!((legacy.deposited_at.to_rfc3339().as_str(), legacy.joined_at), ("2019-12-03T08:30:00+00:00", Some(at(day(5, 5)))));
}

#[test]
fn a_document_that_was_deposited_here_joined_with_nothing() {
    let here = row(&Value::Null);
    assert_eq!((here.deposited_at, here.joined_at), (at(day(5, 5)), None));
}
