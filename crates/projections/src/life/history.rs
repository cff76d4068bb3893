//! The life of a space in plain French words, one sentence an event, for its holder; nothing in it says who the person is.

use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::calendar::paris;
use ens_domain::ids::SpaceId;
use ens_domain::space::SpaceEvent;
use ens_store::{Arg, Partition, Recorded, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::projection::Projection;
use crate::row::{Row, RowKey, SpaceKey};

/// The life of a space in plain French words.
#[derive(Debug)]
pub struct History;

/// The name of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LineKey {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// The sequence of the event within the life of the space.
    pub sequence: u64,
}

impl RowKey for LineKey {
    const COLUMNS: &'static [&'static str] = &["partition", "space", "sequence"];

    fn space(&self) -> SpaceKey {
        SpaceKey { partition: self.partition, space: self.space }
    }
}

/// One line of the history of a space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// The partition of the log that holds the events of the space.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// The sequence of the event within the life of the space.
    pub sequence: u64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// On which day, in Paris.
    pub day: NaiveDate,
    /// The name of the event, for programs.
    pub event: String,
    /// The event in French, for people.
    pub sentence: String,
}

impl Row for HistoryLine {
    type Key = LineKey;

    fn key(&self) -> LineKey {
        LineKey { partition: self.partition, space: self.space, sequence: self.sequence }
    }
}

impl Projection for History {
    const NAME: &'static str = "history";
    const COLUMNS: &'static [&'static str] = &["partition", "space", "sequence", "at", "day", "event", "sentence"];
    type Event = SpaceEvent;
    type Row = HistoryLine;

    fn project(seen: &Recorded<&SpaceEvent>) -> Vec<Change<HistoryLine>> {
        let at = seen.event.at();
        vec![Change::Put(HistoryLine {
            partition: seen.partition,
            space: seen.space(),
            sequence: seen.sequence,
            at,
            day: paris::day_of(at),
            event: seen.event.name().to_owned(),
            sentence: seen.event.sentence(),
        })]
    }
}

/// The history of one space, oldest line first, after the sequence that ended the page before (0 for the first page).
///
/// # Errors
/// The store could not be read.
pub async fn history(store: &Store, space: SpaceId, after: u64, limit: u32) -> Result<Vec<HistoryLine>, StoreError> {
    let partition = store.partition_of(space);
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let sql = format!(
        "SELECT partition, space, sequence, at, day, event, sentence FROM history \
         WHERE partition = {partition} AND space = $1 AND sequence > $2 ORDER BY sequence LIMIT $3"
    );
    store.read_models().select(&sql, &[Arg::Uuid(space.uuid()), Arg::Int(after), Arg::Int(i64::from(limit))]).await
}
