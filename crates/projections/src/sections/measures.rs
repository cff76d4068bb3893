//! The health measures of a space, newest first: one row a measure, whose value stays sealed.

use chrono::{DateTime, Utc};
use ens_domain::event::{Event, LogEvent, StreamKind};
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::personal::Personal;
use ens_domain::sections::measures::{MeasureEvent, MeasureType, Reading};
use ens_domain::stream::KeyEffect;
use ens_store::{Partition, Recorded, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::json_text;
use crate::newest_first::{PageEnd, Wanted, newest_first};
use crate::projection::Projection;
use crate::row::{Row, RowKey, SpaceKey};

/// The health measures of each space.
#[derive(Debug)]
pub struct Measures;

/// The key of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MeasureKey {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// The measure.
    pub item: ItemId,
}

impl RowKey for MeasureKey {
    const COLUMNS: &'static [&'static str] = &["partition", "space", "item"];

    fn space(&self) -> SpaceKey {
        SpaceKey { partition: self.partition, space: self.space }
    }
}

/// One measure that was recorded and not removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasureRow {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// The measure.
    pub item: ItemId,
    /// What was measured.
    pub measure: MeasureType,
    /// When it was measured.
    pub taken_at: DateTime<Utc>,
    /// The value, sealed under the key of the space.
    #[serde(with = "json_text")]
    pub value: Personal<Reading>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The role of who recorded it.
    pub given_by: String,
}

impl Row for MeasureRow {
    type Key = MeasureKey;

    fn key(&self) -> MeasureKey {
        MeasureKey { partition: self.partition, space: self.space, item: self.item }
    }
}

impl Projection for Measures {
    const NAME: &'static str = "measures";
    const COLUMNS: &'static [&'static str] = &["partition", "space", "item", "measure", "taken_at", "value", "recorded_at", "given_by"];
    const KINDS: &'static [StreamKind] = &[StreamKind::Space, StreamKind::Measure];
    type Event = Event;
    type Row = MeasureRow;

    fn project(seen: &Recorded<&Event>) -> Vec<Change<MeasureRow>> {
        // A space that was destroyed, or begins anew, holds nothing.
        match seen.event.key_effect() {
            KeyEffect::Destroy | KeyEffect::Renew => return vec![Change::Wipe(SpaceKey::of(seen))],
            KeyEffect::Keep => {}
        }
        match (MeasureEvent::within(seen.event), seen.stream.id.item()) {
            (Some(event), Some(item)) => vec![of_measure(event, SpaceKey::of(seen), item)],
            (None, Some(_) | None) | (Some(_), None) => Vec::new(),
        }
    }
}

fn of_measure(event: &MeasureEvent, SpaceKey { partition, space }: SpaceKey, item: ItemId) -> Change<MeasureRow> {
    match event {
        MeasureEvent::MeasureRecorded { at, by, measure, taken_at, value, .. } => Change::Put(MeasureRow {
            partition,
            space,
            item,
            measure: *measure,
            taken_at: *taken_at,
            value: value.clone(),
            recorded_at: *at,
            given_by: by.role().to_owned(),
        }),
        MeasureEvent::MeasureRemoved { .. } => Change::Remove(MeasureKey { partition, space, item }),
    }
}

impl From<&MeasureRow> for PageEnd {
    fn from(row: &MeasureRow) -> Self {
        Self { at: row.taken_at, item: row.item }
    }
}

/// The measures of one space, newest first, after the one that ended the page before.
///
/// # Errors
/// The store could not be read.
pub async fn measures(store: &Store, space: SpaceId, after: Option<PageEnd>, limit: u32) -> Result<Vec<MeasureRow>, StoreError> {
    newest_first::<Measures>(store, space, "taken_at", Wanted { after, limit }).await
}
