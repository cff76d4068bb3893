//! The measures of a space: recorded, removed, gone with the content; the life of the space is read beside them.

use ens_domain::access::Ground;
use ens_domain::event::{Event, StreamKey, StreamKind};
use ens_domain::ids::ItemId;
use ens_domain::party::Party;
use ens_domain::sections::Actor;
use ens_domain::sections::measures::{MeasureEvent, MeasureType};
use ens_domain::space::SpaceEvent;
use ens_domain::space::terms::{ClosingGround, DestructionGround};
use ens_domain::space::{AdmissionEvent, DestructionEvent};
use ens_domain::stream::StreamId;
use serde_json::json;
use uuid::Uuid;

use super::{Given, at, closed, created, day, given_in_streams, open_space, space};
use crate::projection::Projection;
use crate::sections::measures::{MeasureRow, Measures};

fn item(number: u128) -> ItemId {
    ItemId::from(Uuid::from_u128(number))
}

fn of_item(number: u128, event: MeasureEvent) -> (StreamKey, Event) {
    (StreamKey { kind: StreamKind::Measure, id: StreamId::of_item(space(), item(number)) }, event.into())
}

fn recorded(number: u128) -> (StreamKey, Event) {
    let value = serde_json::from_value(json!({"$sealed": format!("s{number}"), "kind": "measure"})).unwrap();
    let (at, taken_at) = (at(day(5, 5)), at(day(5, 4)));
    of_item(
        number,
        MeasureEvent::MeasureRecorded { at, by: Actor::Holder, ground: Ground::OwnSpace, measure: MeasureType::Weight, taken_at, value },
    )
}

fn removed(number: u128) -> (StreamKey, Event) {
    of_item(number, MeasureEvent::MeasureRemoved { at: at(day(5, 6)), by: Actor::Representative, ground: Ground::Representation })
}

fn of_life(event: SpaceEvent) -> (StreamKey, Event) {
    (StreamKey::of_space(space()), event.into())
}

fn destroyed() -> SpaceEvent {
    SpaceEvent::Destruction(DestructionEvent::Destroyed { at: at(day(9, 1)), ground: DestructionGround::Request })
}

fn in_an_open_space(events: impl IntoIterator<Item = (StreamKey, Event)>) -> Given {
    given_in_streams(open_space().into_iter().map(of_life).chain(events))
}

fn items(row: &MeasureRow) -> ItemId {
    row.item
}

#[test]
fn a_measure_is_kept_sealed_with_its_type_and_its_two_instants() {
    let rows = in_an_open_space([recorded(1)]).rows::<Measures>();
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((row.space, row.item, row.measure), (space(), item(1), MeasureType::Weight));
    assert_eq!((row.taken_at, row.recorded_at, row.given_by.as_str()), (at(day(5, 4)), at(day(5, 5)), "holder"));
    assert_eq!(row.value.seal(), Some("s1"));
    let stored = serde_json::to_value(row).unwrap();
    assert!(stored["value"].as_str().is_some_and(|text| text.contains("$sealed")), "a nested value is stored as text: {stored}");
}

#[test]
fn a_measure_that_was_removed_is_not_listed() {
    in_an_open_space([recorded(1), recorded(2), removed(1)]).then::<Measures, _>(items, [item(2)]);
}

#[test]
fn nothing_is_left_of_the_measures_once_the_content_is_destroyed() {
    let end = [closed(ClosingGround::Request), destroyed()].map(of_life);
    in_an_open_space([recorded(1), recorded(2)].into_iter().chain(end)).then::<Measures, _>(items, []);
}

#[test]
fn a_space_that_begins_anew_has_only_its_new_measures() {
    let SpaceEvent::Admission(AdmissionEvent::SpaceCreated { admission, .. }) = created() else { unreachable!() };
    let renewed = SpaceEvent::Destruction(DestructionEvent::SpaceRenewed { at: at(day(10, 1)), by: Party::Cnam, admission });
    let anew = [of_life(closed(ClosingGround::Request)), of_life(destroyed()), of_life(renewed), recorded(2)];
    in_an_open_space([recorded(1)].into_iter().chain(anew)).then::<Measures, _>(items, [item(2)]);
}

#[test]
fn two_kinds_of_stream_are_read() {
    assert_eq!(Measures::KINDS, [StreamKind::Space, StreamKind::Measure]);
}
