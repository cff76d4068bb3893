//! What a projection is: a name, a row, and a pure fold from one fact to changes of rows.

use std::fmt::Debug;

use ens_domain::ids::SpaceId;
use ens_domain::space::SpaceEvent;
use ens_store::{Partition, Recorded, Table};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::change::Change;

/// A question that read models answer, named by the question. `NAME` is the file, the table and the checkpoint.
pub trait Projection: Send + Sync + 'static {
    /// The file, the table and the checkpoint.
    const NAME: &'static str;
    /// Every column of the table, those of the key among them.
    const COLUMNS: &'static [&'static str];
    /// One row of the table.
    type Row: Row;

    /// What this fact changes. Pure: the same fact gives the same changes, today and at any rebuild.
    fn project(seen: &Recorded<SpaceEvent>) -> Vec<Change<Self::Row>>;

    /// The table that holds the rows.
    fn table() -> Table {
        Table::new(Self::NAME, <Self::Row as Row>::Key::COLUMNS, Self::COLUMNS)
    }
}

/// One row of a read model.
pub trait Row: Serialize + DeserializeOwned + Clone + PartialEq + Debug + Send + Sync + 'static {
    /// What names the row.
    type Key: RowKey;

    /// The name of this row.
    fn key(&self) -> Self::Key;
}

/// The name of a row: it begins with the partition and the space, so that every statement names the shard.
pub trait RowKey: Serialize + DeserializeOwned + Clone + Ord + Debug + Send + Sync + 'static {
    /// The columns of the key, in the order of the table's primary key.
    const COLUMNS: &'static [&'static str];

    /// The space that the row is about.
    fn space(&self) -> SpaceKey;
}

/// A space and the partition that its facts stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SpaceKey {
    /// The partition of the log.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
}

impl SpaceKey {
    /// The space that this fact is about.
    pub fn of(seen: &Recorded<SpaceEvent>) -> Self {
        Self { partition: seen.partition, space: seen.space() }
    }
}

impl RowKey for SpaceKey {
    const COLUMNS: &'static [&'static str] = &["partition", "space"];

    fn space(&self) -> SpaceKey {
        *self
    }
}
