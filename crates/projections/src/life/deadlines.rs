//! What falls due by itself after the notice, and when: suspensions over, destructions, archives over, comings of age, ends of grants.

use chrono::NaiveDate;
use ens_domain::ids::{GrantId, SpaceId};
use ens_domain::space::SpaceEvent;
use ens_domain::space::{AccessEvent, AdmissionEvent, ClosingEvent, DestructionEvent, RepresentationEvent, SuspensionEvent};
use ens_store::{Arg, Partition, Recorded, Store, StoreError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::change::Change;
use crate::projection::Projection;
use crate::row::{Row, RowKey, SpaceKey};
use crate::token::token;

/// What falls due by itself, and when.
#[derive(Debug)]
pub struct Deadlines;

/// What falls due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadlineKind {
    /// Nobody opposed the closing of a suspended space: it is closed.
    SuspensionOver,
    /// The destruction that was expressly asked for.
    DestructionDue,
    /// The archive is over: the content is destroyed.
    ArchiveOver,
    /// The holder turns eighteen.
    ComingOfAge,
    /// A grant comes to its end.
    GrantEnd,
}

/// The name of a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeadlineKey {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// What falls due.
    pub kind: DeadlineKind,
    /// The grant that ends; the space itself for the other kinds.
    pub subject: Uuid,
}

impl RowKey for DeadlineKey {
    const COLUMNS: &'static [&'static str] = &["partition", "space", "kind", "subject"];

    fn space(&self) -> SpaceKey {
        SpaceKey { partition: self.partition, space: self.space }
    }
}

/// One thing that falls due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// What falls due.
    pub kind: DeadlineKind,
    /// The grant that ends; the space itself for the other kinds.
    pub subject: Uuid,
    /// From the first instant of this day in Paris.
    pub due_on: NaiveDate,
}

impl Deadline {
    /// The grant that comes to its end.
    pub fn grant(&self) -> Option<GrantId> {
        (self.kind == DeadlineKind::GrantEnd).then(|| GrantId::from(self.subject))
    }
}

impl Row for Deadline {
    type Key = DeadlineKey;

    fn key(&self) -> DeadlineKey {
        DeadlineKey { partition: self.partition, space: self.space, kind: self.kind, subject: self.subject }
    }
}

impl Projection for Deadlines {
    const NAME: &'static str = "deadlines";
    const COLUMNS: &'static [&'static str] = &["partition", "space", "kind", "subject", "due_on"];
    type Event = SpaceEvent;
    type Row = Deadline;

    fn project(seen: &Recorded<&SpaceEvent>) -> Vec<Change<Deadline>> {
        use DeadlineKind::{ArchiveOver, ComingOfAge, DestructionDue, SuspensionOver};
        match seen.event {
            SpaceEvent::Admission(AdmissionEvent::SpaceCreated { admission, .. }) => {
                falls_due(seen, ComingOfAge, admission.comes_of_age_on)
            }
            SpaceEvent::Destruction(DestructionEvent::SpaceRenewed { admission, .. }) => {
                [Change::Wipe(SpaceKey::of(seen))].into_iter().chain(falls_due(seen, ComingOfAge, admission.comes_of_age_on)).collect()
            }
            SpaceEvent::Representation(RepresentationEvent::CameOfAge { .. }) => vec![settled(seen, ComingOfAge)],
            SpaceEvent::Access(AccessEvent::AccessGranted { grant, until, .. }) => {
                let due = until.map(day_after);
                due.map(|due_on| Change::Put(deadline(grant_end(seen, *grant), due_on))).into_iter().collect()
            }
            SpaceEvent::Access(AccessEvent::AccessRevoked { grant, .. }) | SpaceEvent::Access(AccessEvent::AccessExpired { grant, .. }) => {
                vec![Change::Remove(grant_end(seen, *grant))]
            }
            SpaceEvent::Access(AccessEvent::ProfessionalBlocked { ended, .. }) => {
                ended.iter().map(|grant| Change::Remove(grant_end(seen, *grant))).collect()
            }
            SpaceEvent::Suspension(SuspensionEvent::Suspended { last_day, .. }) => {
                falls_due(seen, SuspensionOver, Some(day_after(*last_day)))
            }
            SpaceEvent::Suspension(SuspensionEvent::ClosingOpposed { .. } | SuspensionEvent::SuspensionLifted { .. }) => {
                vec![settled(seen, SuspensionOver)]
            }
            SpaceEvent::Closing(ClosingEvent::DeathRecorded { .. }) => vec![settled(seen, ComingOfAge), settled(seen, SuspensionOver)],
            SpaceEvent::Closing(ClosingEvent::Closed { archived_until, .. }) => {
                [settled(seen, SuspensionOver)].into_iter().chain(falls_due(seen, ArchiveOver, Some(day_after(*archived_until)))).collect()
            }
            SpaceEvent::Closing(ClosingEvent::Reopened { .. }) => vec![settled(seen, ArchiveOver), settled(seen, DestructionDue)],
            SpaceEvent::Destruction(DestructionEvent::DestructionRequested { destroy_on, .. }) => {
                falls_due(seen, DestructionDue, Some(*destroy_on))
            }
            SpaceEvent::Destruction(DestructionEvent::DestructionCancelled { .. }) => vec![settled(seen, DestructionDue)],
            SpaceEvent::Destruction(DestructionEvent::Destroyed { .. }) => vec![Change::Wipe(SpaceKey::of(seen))],
            SpaceEvent::Admission(AdmissionEvent::ContactsDeclared { .. } | AdmissionEvent::InsReplaced { .. })
            | SpaceEvent::Access(AccessEvent::ProfessionalUnblocked { .. })
            | SpaceEvent::Directory(_)
            | SpaceEvent::Information(_)
            | SpaceEvent::Representation(
                RepresentationEvent::RepresentationDeclared { .. } | RepresentationEvent::RepresentationEnded { .. },
            )
            | SpaceEvent::Notice(_)
            | SpaceEvent::Code(_)
            | SpaceEvent::Opposition(_)
            | SpaceEvent::Opening(_) => Vec::new(),
        }
    }
}

/// What lasts until the end of a day falls due on the next one.
fn day_after(last_day: NaiveDate) -> NaiveDate {
    last_day.succ_opt().unwrap_or(NaiveDate::MAX)
}

fn of_space(seen: &Recorded<&SpaceEvent>, kind: DeadlineKind) -> DeadlineKey {
    let SpaceKey { partition, space } = SpaceKey::of(seen);
    DeadlineKey { partition, space, kind, subject: space.uuid() }
}

fn grant_end(seen: &Recorded<&SpaceEvent>, grant: GrantId) -> DeadlineKey {
    DeadlineKey { subject: grant.uuid(), ..of_space(seen, DeadlineKind::GrantEnd) }
}

fn deadline(key: DeadlineKey, due_on: NaiveDate) -> Deadline {
    let DeadlineKey { partition, space, kind, subject } = key;
    Deadline { partition, space, kind, subject, due_on }
}

fn falls_due(seen: &Recorded<&SpaceEvent>, kind: DeadlineKind, due_on: Option<NaiveDate>) -> Vec<Change<Deadline>> {
    due_on.map(|due_on| Change::Put(deadline(of_space(seen, kind), due_on))).into_iter().collect()
}

fn settled(seen: &Recorded<&SpaceEvent>, kind: DeadlineKind) -> Change<Deadline> {
    Change::Remove(of_space(seen, kind))
}

/// What falls due in one partition on this day or fell due before, earliest first, after the row that ended the page before.
///
/// # Errors
/// The store could not be read.
pub async fn deadlines_due(
    store: &Store,
    partition: Partition,
    on: NaiveDate,
    after: Option<&Deadline>,
    limit: u32,
) -> Result<Vec<Deadline>, StoreError> {
    let (day, space, kind, subject) = after.map(|row| (row.due_on, row.space.uuid(), token(&row.kind), row.subject)).unwrap_or_default();
    // The partition is part of the text, so PostgreSQL plans for one leaf and locks no other.
    let sql = format!(
        "SELECT partition, space, kind, subject, due_on FROM deadlines \
         WHERE partition = {partition} AND due_on <= $1 AND (due_on, space, kind, subject) > ($2, $3, $4, $5) \
         ORDER BY due_on, space, kind, subject LIMIT $6"
    );
    let args = [Arg::Date(on), Arg::Date(day), Arg::Uuid(space), Arg::Text(kind), Arg::Uuid(subject), Arg::Int(i64::from(limit))];
    store.read_models().select(&sql, &args).await
}
