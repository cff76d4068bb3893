//! The rows of read models: each has a key, and every key begins with the partition and the space, so that a statement names one shard.

use std::fmt::Debug;

use ens_domain::ids::{ItemId, SpaceId};
use ens_store::{Partition, Recorded};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// One row of a read model.
pub trait Row: Serialize + DeserializeOwned + Clone + PartialEq + Debug + Send + Sync + 'static {
    /// What names the row.
    type Key: RowKey;

    /// The key of this row.
    fn key(&self) -> Self::Key;
}

/// The key of a row.
pub trait RowKey: Serialize + DeserializeOwned + Clone + Ord + Debug + Send + Sync + 'static {
    /// The columns of the key: the partition, the space, and what tells the rows of one space apart.
    const COLUMNS: &'static [&'static str];

    /// The space that the row is about.
    fn space(&self) -> SpaceKey;

    /// The item of the space that the row is about; nothing where it is about the space.
    fn item(&self) -> Option<ItemKey> {
        None
    }
}

/// A space and the partition that holds its events; the key of a read model with one row a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SpaceKey {
    /// The partition of the log.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
}

impl SpaceKey {
    /// The space that this event is about.
    pub fn of<E>(seen: &Recorded<E>) -> Self {
        Self { partition: seen.partition, space: seen.space() }
    }
}

impl RowKey for SpaceKey {
    const COLUMNS: &'static [&'static str] = &["partition", "space"];

    fn space(&self) -> SpaceKey {
        *self
    }
}

/// An item of a space: a document, a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ItemKey {
    /// The partition of the log.
    pub partition: Partition,
    /// The space.
    pub space: SpaceId,
    /// The item.
    pub item: ItemId,
}

impl ItemKey {
    /// The columns that tell the rows of one item.
    pub const COLUMNS: &'static [&'static str] = &["partition", "space", "item"];
}
