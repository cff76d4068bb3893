//! A page of the log: who can read what of it.

use chrono::DateTime;
use ens_domain::event::StreamKind;
use ens_store::{Partition, StoredEvent};
use serde_json::json;

use super::{at, day, space};
use crate::page::Page;

const BOTH: [StreamKind; 2] = [StreamKind::Space, StreamKind::Measure];

fn stored(position: u64, kind: &str, payload: &serde_json::Value) -> StoredEvent {
    let item = if kind == "health_space" { String::new() } else { "/00000000-0000-0000-0000-000000000001".to_owned() };
    StoredEvent {
        aggregate_type: kind.to_owned(),
        aggregate_id: format!("{}{item}", space()),
        sequence: position,
        event_type: payload.as_object().unwrap().keys().next().unwrap().clone(),
        event_version: "1.0".to_owned(),
        payload: payload.to_string(),
        metadata: "{}".to_owned(),
        partition: Partition::new(3),
        position,
        recorded_at: DateTime::UNIX_EPOCH,
    }
}

/// The life of a space at 1 and 5, a measure at 2, one that cannot be read at 3, an unknown kind at 4.
fn page(kinds: &[StreamKind]) -> Page {
    let (locked, removed) = (
        json!({"CodeLocked": {"at": at(day(3, 1))}}),
        json!({"MeasureRemoved": {"at": at(day(3, 1)), "by": {"role": "holder"}, "ground": "own_space"}}),
    );
    let log = [
        stored(1, "health_space", &locked),
        stored(2, "measure", &removed),
        stored(3, "measure", &json!({"MeasureTeleported": {}})),
        stored(4, "something_else", &json!({"SomethingHappened": {}})),
        stored(5, "health_space", &locked),
    ];
    Page::decode(&log, kinds)
}

fn readable(page: &Page, kinds: &[StreamKind]) -> (Vec<u64>, Option<u64>) {
    let readable = page.readable(kinds);
    (readable.events.iter().map(|event| event.position).collect(), readable.stopped_by.map(|event| event.position))
}

#[test]
fn an_event_that_cannot_be_read_stops_only_the_read_models_that_read_its_kind() {
    let page = page(&BOTH);
    assert_eq!(readable(&page, &[StreamKind::Space]), (vec![1, 5], None));
    assert_eq!(readable(&page, &[StreamKind::Measure]), (vec![2], Some(3)));
    assert_eq!(readable(&page, &BOTH), (vec![1, 2], Some(3)));
}

#[test]
fn an_unknown_kind_is_named_and_a_page_ends_with_its_last_event_whoever_reads_it() {
    let page = page(&[StreamKind::Space]);
    let unknown: Vec<_> = page.unknown().iter().map(|event| (event.kind.as_str(), event.position)).collect();
    assert_eq!((unknown, page.last()), (vec![("something_else", 4)], Some(5)));
    assert_eq!(readable(&page, &BOTH), (vec![1, 5], None), "what nobody reads is not decoded");
}
