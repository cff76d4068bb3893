//! The grammar of the tests of projections: given events, then rows — the same in one batch, event by event, two by two, and with every column that the table has.

mod actions;
mod campaign_progress;
mod change;
mod contents;
mod deadlines;
mod documents;
mod grants;
mod history;
mod legacy_documents;
mod measures;
mod messages_due;
mod names;
mod notices_due;
mod openings_due;
mod page;
mod space_status;
mod space_summary;

use std::collections::BTreeMap;
use std::fmt::Debug;

use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::calendar::paris;
use ens_domain::event::{Event, StreamKey};
use ens_domain::ids::{GrantId, MessageId, SpaceId};
use ens_domain::party::Party;
use ens_domain::space::terms::{
    Channel, ClosingGround, CodePurpose, MedicalRecordOrigin, NotificationFailure, OpeningGround, OppositionChannel, Stage,
};
use ens_domain::space::{AdmissionEvent, ClosingEvent, CodeEvent, NoticeEvent, OpeningEvent, OppositionEvent, SpaceEvent};
use ens_domain::stream::StreamId;
use ens_store::{Partition, Recorded};
use serde_json::json;
use uuid::Uuid;

use crate::change::{Fold, groups_to_load, rows_to_load};
use crate::projection::Projection;
use crate::read_model::narrowed;
use crate::row::{Row, RowKey};

pub(super) const NOTICE: u128 = 1;
pub(super) const REISSUE: u128 = 2;

/// A day of 2026.
pub(super) fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

/// Ten o'clock in the morning, in Paris or an hour or two later.
pub(super) fn at(day: NaiveDate) -> DateTime<Utc> {
    paris::start_of(day) + chrono::TimeDelta::hours(10)
}

pub(super) fn space() -> SpaceId {
    SpaceId::from(Uuid::from_u128(0x0189_0a5d_ac96_774b_bcce_b302_099a_8057))
}

pub(super) fn message(number: u128) -> MessageId {
    MessageId::from(Uuid::from_u128(number))
}

pub(super) fn grant(number: u128) -> GrantId {
    GrantId::from(Uuid::from_u128(number))
}

/// Events of one space, as the log numbers them.
pub(super) struct Given(Vec<Recorded<Event>>);

/// Events of the life of a space.
pub(super) fn given(events: impl IntoIterator<Item = SpaceEvent>) -> Given {
    given_in_streams(events.into_iter().map(|event| (StreamKey::of_space(space()), event.into())))
}

/// Events of several streams of a space.
pub(super) fn given_in_streams(events: impl IntoIterator<Item = (StreamKey, Event)>) -> Given {
    let mut sequences: BTreeMap<StreamId, u64> = BTreeMap::new();
    let numbered = events.into_iter().zip(101..).map(|((stream, event), position)| {
        let sequence = sequences.entry(stream.id).or_default();
        *sequence += 1;
        Recorded { recorded_at: event.at(), event, partition: Partition::new(3), position, sequence: *sequence, stream }
    });
    Given(numbered.collect())
}

impl Given {
    /// The rows that the events leave, whichever way they are cut into batches.
    pub(super) fn rows<P: Projection>(&self) -> Vec<P::Row> {
        let at_once = replay::<P>(self.0.len().max(1), &self.0);
        assert_eq!(at_once, replay::<P>(1, &self.0), "event by event");
        assert_eq!(at_once, replay::<P>(2, &self.0), "two by two");
        at_once
    }

    /// What matters of the rows is this.
    pub(super) fn then<P: Projection, T: PartialEq + Debug>(&self, matters: impl Fn(&P::Row) -> T, expected: impl IntoIterator<Item = T>) {
        let rows: Vec<T> = self.rows::<P>().iter().map(matters).collect();
        assert_eq!(rows, expected.into_iter().collect::<Vec<T>>());
    }
}

fn replay<P: Projection>(batch: usize, events: &[Recorded<Event>]) -> Vec<P::Row> {
    let mut table: BTreeMap<<P::Row as Row>::Key, P::Row> = BTreeMap::new();
    for batch in events.chunks(batch) {
        let own = batch.iter().filter_map(narrowed::<P::Event>);
        let changes: Vec<_> = own.map(|event| (event.position, P::project(&event))).collect();
        let wanted = rows_to_load(changes.iter().flat_map(|(_, changes)| changes));
        let groups = groups_to_load(changes.iter().flat_map(|(_, changes)| changes));
        let of_groups = table.values().filter(|row| groups.iter().any(|group| group.holds(&row.key())));
        let mut fold = Fold::over(wanted.iter().filter_map(|key| table.get(key)).chain(of_groups).cloned().collect());
        for (position, changes) in changes {
            fold.take(position, changes).unwrap();
        }
        let writes = fold.finish();
        table.retain(|key, _| !writes.wiped.contains(&key.space()) && !writes.removed.contains(key));
        table.extend(writes.put.into_iter().map(|row| (row.key(), row)));
    }
    for row in table.values() {
        let json = serde_json::to_value(row).unwrap();
        let columns: Vec<&String> = json.as_object().unwrap().keys().collect();
        assert!(P::COLUMNS.iter().all(|column| columns.iter().any(|name| name == column)) && columns.len() == P::COLUMNS.len());
    }
    table.into_values().collect()
}

fn admission(comes_of_age_on: Option<NaiveDate>) -> serde_json::Value {
    json!({
        "ins": {"$sealed": "s1", "kind": "ins"},
        "identity": {"$sealed": "s2", "kind": "identity"},
        "contacts": {"email": {"$sealed": "s3", "kind": "email"}, "address": null, "phone": null},
        "insurer": "CPAM-31",
        "department": "31",
        "comes_of_age_on": comes_of_age_on,
        "medical_record_since": null,
    })
}

pub(super) fn created_for(comes_of_age_on: Option<NaiveDate>, notice_by: Option<Channel>) -> SpaceEvent {
    let admission = serde_json::from_value(admission(comes_of_age_on)).unwrap();
    SpaceEvent::Admission(AdmissionEvent::SpaceCreated { at: at(day(3, 1)), space: space(), by: Party::Cnam, admission, notice_by })
}

pub(super) fn created() -> SpaceEvent {
    created_for(None, Some(Channel::Email))
}

pub(super) fn code_issued(number: u128, purpose: CodePurpose) -> SpaceEvent {
    SpaceEvent::Code(CodeEvent::CodeIssued {
        at: at(day(3, 2)),
        message: message(number),
        channel: Channel::Email,
        purpose,
        digest: serde_json::from_value(json!("ab".repeat(32))).unwrap(),
        wrong_codes_allowed: 5,
        reissue_from: at(day(3, 2)),
    })
}

pub(super) fn notified() -> SpaceEvent {
    SpaceEvent::Notice(NoticeEvent::NotifiedByEmail {
        at: at(day(3, 2)),
        message: message(NOTICE),
        received_on: day(3, 2),
        last_day: day(4, 13),
        code_valid_until: day(4, 13),
    })
}

pub(super) fn bounced(retry_by: Option<Channel>) -> SpaceEvent {
    SpaceEvent::Notice(NoticeEvent::NotificationFailed {
        at: at(day(3, 4)),
        message: message(NOTICE),
        channel: Channel::Email,
        failure: NotificationFailure::Bounced,
        retry_by,
        stage: Stage::Created,
    })
}

/// The delivery of the letter on 12 March, recorded on another day.
pub(super) fn delivered(month: u32, on: u32) -> SpaceEvent {
    SpaceEvent::Notice(NoticeEvent::DeliveryRecorded {
        at: at(day(month, on)),
        message: message(NOTICE),
        delivered_on: day(3, 12),
        last_day: day(4, 23),
        code_valid_until: day(4, 23),
    })
}

pub(super) fn posted() -> SpaceEvent {
    SpaceEvent::Notice(NoticeEvent::NotifiedByPost {
        at: at(day(3, 10)),
        message: message(NOTICE),
        posted_on: day(3, 9),
        received_on: day(3, 16),
        last_day: day(4, 27),
        code_valid_until: day(4, 27),
    })
}

pub(super) fn opposed(via: OppositionChannel) -> SpaceEvent {
    let receipt = serde_json::from_value(json!({"number": "OPP-7F3K-M2QX-04ZD", "on": day(3, 20)})).unwrap();
    SpaceEvent::Opposition(OppositionEvent::Opposed { at: at(day(3, 20)), by: Party::Holder, via, receipt })
}

pub(super) fn opened() -> SpaceEvent {
    SpaceEvent::Opening(OpeningEvent::OpenedByCnam {
        at: at(day(4, 14)),
        opened_on: day(4, 14),
        ground: OpeningGround::WindowOver,
        medical_record: MedicalRecordOrigin::Created,
    })
}

pub(super) fn activated() -> SpaceEvent {
    SpaceEvent::Opening(OpeningEvent::Activated { at: at(day(5, 4)), by: Party::Holder, medical_record: None })
}

pub(super) fn closed(ground: ClosingGround) -> SpaceEvent {
    let archived_until = NaiveDate::from_ymd_opt(2036, 6, 1).unwrap();
    SpaceEvent::Closing(ClosingEvent::Closed { at: at(day(6, 1)), by: Party::Holder, ground, closed_on: day(6, 1), archived_until })
}

pub(super) fn notified_space() -> [SpaceEvent; 3] {
    [created(), code_issued(NOTICE, CodePurpose::Notice), notified()]
}

pub(super) fn open_space() -> Vec<SpaceEvent> {
    notified_space().into_iter().chain([opened()]).collect()
}
