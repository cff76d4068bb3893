//! What somebody is to be told of after the fact, folded from readings, documents and what was told.

use chrono::NaiveDate;
use ens_domain::access::{AccessMode, Action, DocumentType, Ground, Profession, Professional, Purpose, Reader, Visibility};
use ens_domain::event::{Event, StreamKey, StreamKind};
use ens_domain::guarded::Guarded;
use ens_domain::ids::ItemId;
use ens_domain::party::Party;
use ens_domain::rpps::Rpps;
use ens_domain::sections::Actor;
use ens_domain::sections::consultations::{ConsultationEvent, Subject};
use ens_domain::sections::medical_record::{ActDays, AnnouncementDays, DocumentEvent};
use ens_domain::space::telling::InformationOccasion;
use ens_domain::space::terms::{ClosingGround, DestructionGround, ReaderMessages, Section};
use ens_domain::space::{DestructionEvent, InformationEvent, SpaceEvent};
use ens_domain::stream::StreamId;
use serde_json::json;
use uuid::Uuid;

use super::{at, closed, day, given_in_streams, open_space, space};
use crate::sections::messages_due::{MessageDue, MessageDueKind, MessagesDue};

const DOCUMENT: u128 = 0x51;

fn of_life(event: SpaceEvent) -> (StreamKey, Event) {
    (StreamKey::of_space(space()), event.into())
}

fn document() -> ItemId {
    ItemId::from(Uuid::from_u128(DOCUMENT))
}

fn of_document(event: DocumentEvent) -> (StreamKey, Event) {
    (StreamKey { kind: StreamKind::Document, id: StreamId::of_item(space(), document()) }, event.into())
}

fn doctor(number: u32, mode: AccessMode) -> Reader {
    let rpps = Rpps::from_first10(&format!("81{number:08}")).unwrap();
    Reader::Professional(Professional { rpps, profession: Profession::Doctor, structure: None, mode })
}

/// A reading of the whole record, each in a stream of its own.
fn read(number: u128, by: Reader, on: NaiveDate) -> (StreamKey, Event) {
    let ground = if by.breaks_the_glass() { Ground::BreakGlass } else { Ground::AttendingDoctor };
    let event = ConsultationEvent::AccessMade {
        at: at(on),
        by: Guarded::new(by),
        action: Action::List,
        subject: Subject::Section { section: Section::MedicalRecord },
        purpose: Purpose::Care,
        reason: None,
        ground,
        matrix: "1".to_owned(),
    };
    let item = ItemId::from(Uuid::from_u128(0x900 + number));
    (StreamKey { kind: StreamKind::Consultation, id: StreamId::of_item(space(), item) }, event.into())
}

fn told(occasion: InformationOccasion, on: NaiveDate) -> (StreamKey, Event) {
    of_life(InformationEvent::InformationSent { at: at(on), occasion, told: Vec::new(), wording: "1".to_owned() }.into())
}

fn told_emergency(number: u32, on: NaiveDate) -> (StreamKey, Event) {
    let reader = Guarded::new(doctor(number, AccessMode::BreakGlass));
    told(InformationOccasion::EmergencyReading { reader, day: on }, on)
}

fn chosen(messages: ReaderMessages) -> (StreamKey, Event) {
    of_life(InformationEvent::ReaderMessagesChosen { at: at(day(6, 1)), by: Party::Holder, messages }.into())
}

fn opened_then(events: impl IntoIterator<Item = (StreamKey, Event)>) -> super::Given {
    given_in_streams(open_space().into_iter().map(of_life).chain(events))
}

fn author() -> Actor {
    serde_json::from_value(json!({"role": "professional", "professional": {"$guarded": "s", "kind": "practitioner"}})).unwrap()
}

fn deposited(announcement: Option<AnnouncementDays>) -> (StreamKey, Event) {
    of_document(DocumentEvent::DocumentDeposited {
        at: at(day(6, 1)),
        by: author(),
        ground: Ground::DutyToFeed,
        title: serde_json::from_value(json!({"$sealed": "s", "kind": "document_title"})).unwrap(),
        document_type: Guarded::new(DocumentType::parse("11488-4").unwrap()),
        act: ActDays::on(day(6, 1)),
        content: serde_json::from_value(json!({
            "id": Uuid::from_u128(7), "media_type": "pdf", "size": 100,
            "clear_digest": {"$sealed": "s", "kind": "content_digest"}, "sealed_digest": "ab".repeat(32),
        }))
        .unwrap(),
        visibility: Visibility::Shown,
        to_representatives: Visibility::Shown,
        announcement,
        first_deposited_at: None,
    })
}

fn awaiting() -> (StreamKey, Event) {
    deposited(Some(AnnouncementDays { invite_on: day(6, 15), visible_from: day(7, 1) }))
}

fn due(row: &MessageDue) -> (MessageDueKind, Option<NaiveDate>, usize) {
    (row.kind, row.due_on, row.readers.owed().count())
}

const EMERGENCY: MessageDueKind = MessageDueKind::EmergencyReadings;
const NEW: MessageDueKind = MessageDueKind::NewReaders;

#[test]
fn a_reading_in_an_emergency_is_to_be_told_once_a_day_and_reader() {
    let (one, other) = (|| doctor(1, AccessMode::BreakGlass), || doctor(2, AccessMode::BreakGlass));
    let today = day(6, 2);
    let twice = || [read(1, one(), today), read(2, one(), today)];
    opened_then(twice()).then::<MessagesDue, _>(due, [(EMERGENCY, Some(today), 1)]);
    opened_then(twice().into_iter().chain([read(3, other(), today)])).then::<MessagesDue, _>(due, [(EMERGENCY, Some(today), 2)]);
    let after = [told_emergency(1, today), read(3, one(), today)];
    opened_then(twice().into_iter().chain(after.clone())).then::<MessagesDue, _>(due, [(EMERGENCY, None, 0)]);
    let next = read(4, one(), day(6, 3));
    opened_then(twice().into_iter().chain(after).chain([next])).then::<MessagesDue, _>(due, [(EMERGENCY, Some(day(6, 3)), 1)]);
}

#[test]
fn a_new_reader_is_to_be_told_only_where_the_holder_asked() {
    let doctor = || read(1, doctor(1, AccessMode::Ordinary), day(6, 2));
    opened_then([doctor()]).then::<MessagesDue, _>(due, []);
    opened_then([chosen(ReaderMessages::Wanted), doctor()]).then::<MessagesDue, _>(due, [(NEW, Some(day(6, 2)), 1)]);
    let left = [chosen(ReaderMessages::Wanted), doctor(), chosen(ReaderMessages::Unwanted), doctor()];
    opened_then(left).then::<MessagesDue, _>(due, [(NEW, None, 0)]);
    let own = [chosen(ReaderMessages::Wanted), read(1, Reader::Holder, day(6, 2)), read(2, Reader::Representative, day(6, 2))];
    opened_then(own).then::<MessagesDue, _>(due, [(NEW, None, 0)]);
}

#[test]
fn a_document_that_awaits_its_announcement_is_due_two_weeks_after() {
    let announced = || of_document(DocumentEvent::DocumentAnnounced { at: at(day(6, 5)), by: author(), ground: Ground::Author });
    let withdrawn = || of_document(DocumentEvent::DocumentWithdrawn { at: at(day(6, 5)), by: author(), ground: Ground::Author });
    let due_then = [(MessageDueKind::Announcement, Some(day(6, 15)), 0)];
    opened_then([awaiting()]).then::<MessagesDue, _>(due, due_then);
    opened_then([deposited(None)]).then::<MessagesDue, _>(due, []);
    for settled in [announced(), withdrawn()] {
        opened_then([awaiting(), settled]).then::<MessagesDue, _>(due, []);
    }
    let invited = InformationOccasion::AnnouncementAwaited { document: document(), visible_from: day(7, 1) };
    opened_then([awaiting(), told(invited, day(6, 15))]).then::<MessagesDue, _>(due, []);
}

#[test]
fn a_document_that_was_moved_out_is_due_at_once() {
    let moved = || of_document(DocumentEvent::DocumentMovedOut { at: at(day(6, 5)), by: author(), ground: Ground::Author });
    let due_then = [(MessageDueKind::WrongPatient, Some(day(6, 5)), 0)];
    opened_then([awaiting(), moved()]).then::<MessagesDue, _>(due, due_then);
    opened_then([deposited(None), moved()]).then::<MessagesDue, _>(due, due_then);
    let settled = told(InformationOccasion::WrongPatient { document: document() }, day(6, 5));
    opened_then([deposited(None), moved(), settled]).then::<MessagesDue, _>(due, []);
}

#[test]
fn a_space_that_is_destroyed_has_nothing_to_tell() {
    let destroyed = SpaceEvent::Destruction(DestructionEvent::Destroyed { at: at(day(9, 1)), ground: DestructionGround::Request });
    let story =
        [awaiting(), read(1, doctor(1, AccessMode::BreakGlass), day(6, 2)), of_life(closed(ClosingGround::Request)), of_life(destroyed)];
    opened_then(story).then::<MessagesDue, _>(due, []);
}
