//! Which spaces fall due, and when: one row for every space that was never opened, with the last day of its window.

use chrono::NaiveDate;
use ens_domain::ids::SpaceId;
use ens_domain::organism::Department;
use ens_domain::space::SpaceEvent;
use ens_domain::space::terms::Stage;
use ens_domain::space::{AdmissionEvent, ClosingEvent, NoticeEvent, OpeningEvent, OppositionEvent};
use ens_store::{Arg, Partition, Recorded, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::projection::Projection;
use crate::row::{Row, SpaceKey};

/// Which spaces fall due, and when.
#[derive(Debug)]
pub struct OpeningsDue;

/// One space that was never opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningDue {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// Where the person lives, for the count of a day before the day comes.
    pub department: Department,
    /// Only `notified` falls due; an opposition, a block or a void notice holds the rest.
    pub stage: Stage,
    /// The last day in which to oppose; the space falls due on the day after.
    pub last_day: Option<NaiveDate>,
}

/// How many spaces would open, in one department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepartmentCount {
    /// The department.
    pub department: Department,
    /// Spaces that would open.
    pub spaces: u64,
}

impl Row for OpeningDue {
    type Key = SpaceKey;

    fn key(&self) -> SpaceKey {
        SpaceKey { partition: self.partition, space: self.space }
    }
}

impl Projection for OpeningsDue {
    const NAME: &'static str = "openings_due";
    const COLUMNS: &'static [&'static str] = &["partition", "space", "department", "stage", "last_day"];
    type Event = SpaceEvent;
    type Row = OpeningDue;

    fn project(seen: &Recorded<&SpaceEvent>) -> Vec<Change<OpeningDue>> {
        let key = SpaceKey::of(seen);
        let windowed = |last_day: Option<NaiveDate>, stage: Option<Stage>| {
            Change::amend_where_kept(key, move |row: &mut OpeningDue| {
                row.last_day = last_day;
                row.stage = stage.unwrap_or(row.stage);
            })
        };
        match seen.event {
            SpaceEvent::Admission(AdmissionEvent::SpaceCreated { admission, .. }) => vec![Change::Put(OpeningDue {
                partition: key.partition,
                space: key.space,
                department: admission.department.clone(),
                stage: seen.event.stage().unwrap_or(Stage::Created),
                last_day: None,
            })],
            SpaceEvent::Notice(NoticeEvent::NotifiedByEmail { last_day, .. })
            | SpaceEvent::Notice(NoticeEvent::NotifiedByPost { last_day, .. })
            | SpaceEvent::Notice(NoticeEvent::DeliveryRecorded { last_day, .. }) => vec![windowed(Some(*last_day), seen.event.stage())],
            SpaceEvent::Notice(NoticeEvent::NotificationFailed { .. } | NoticeEvent::FoundUnreachable { .. }) => {
                vec![windowed(None, seen.event.stage())]
            }
            // Another block still holds it, or the window that the event names counts again.
            SpaceEvent::Opening(OpeningEvent::OpeningUnblocked { stage: Stage::Blocked, .. }) => Vec::new(),
            SpaceEvent::Opening(OpeningEvent::OpeningUnblocked { last_day, .. }) => vec![windowed(*last_day, seen.event.stage())],
            SpaceEvent::Admission(AdmissionEvent::ContactsDeclared { .. })
            | SpaceEvent::Opposition(OppositionEvent::Opposed { .. } | OppositionEvent::OppositionWithdrawn { .. })
            | SpaceEvent::Opening(OpeningEvent::OpeningBlocked { .. }) => held_or_let_go(key, seen.event.stage()),
            SpaceEvent::Opening(OpeningEvent::OpenedByCnam { .. } | OpeningEvent::Activated { .. })
            | SpaceEvent::Closing(ClosingEvent::DeathRecorded { .. }) => vec![Change::Remove(key)],
            SpaceEvent::Admission(AdmissionEvent::InsReplaced { .. })
            | SpaceEvent::Opening(OpeningEvent::LegacyRecordJoined { .. })
            | SpaceEvent::Closing(ClosingEvent::Closed { .. } | ClosingEvent::Reopened { .. })
            | SpaceEvent::Code(_)
            | SpaceEvent::Access(_)
            | SpaceEvent::Directory(_)
            | SpaceEvent::Information(_)
            | SpaceEvent::Representation(_)
            | SpaceEvent::Suspension(_)
            | SpaceEvent::Destruction(_) => Vec::new(),
        }
    }
}

/// The window stays what it is; only the stage says whether it still leads to an opening.
fn held_or_let_go(key: SpaceKey, stage: Option<Stage>) -> Vec<Change<OpeningDue>> {
    let Some(stage) = stage else { return Vec::new() };
    vec![Change::amend_where_kept(key, move |row: &mut OpeningDue| row.stage = stage)]
}

/// The spaces of one partition that fall due on this day or fell due before: oldest window first, then in the order of
/// their ids, after the row that ended the page before.
///
/// # Errors
/// The store could not be read.
pub async fn openings_due(
    store: &Store,
    partition: Partition,
    on: NaiveDate,
    after: Option<&OpeningDue>,
    limit: u32,
) -> Result<Vec<OpeningDue>, StoreError> {
    let (from_day, from_space) = after.map(|row| (row.last_day.unwrap_or_default(), row.space.uuid())).unwrap_or_default();
    // The partition is part of the text, so PostgreSQL plans for one leaf and locks no other.
    let sql = format!(
        "SELECT partition, space, department, stage, last_day FROM openings_due \
         WHERE partition = {partition} AND stage = 'notified' AND last_day < $1 AND (last_day, space) > ($2, $3) \
         ORDER BY last_day, space LIMIT $4"
    );
    store.read_models().select(&sql, &[Arg::Date(on), Arg::Date(from_day), Arg::Uuid(from_space), Arg::Int(i64::from(limit))]).await
}

/// Who would open on this day, counted by department: all that falls due up to it.
///
/// # Errors
/// The store could not be read.
pub async fn openings_by_department(store: &Store, on: NaiveDate) -> Result<Vec<DepartmentCount>, StoreError> {
    store
        .read_models()
        .select(
            "SELECT department, count(*) AS spaces FROM openings_due \
             WHERE stage = 'notified' AND last_day < $1 GROUP BY department ORDER BY department",
            &[Arg::Date(on)],
        )
        .await
}
