//! Pages of the items of one space, newest first: each page goes on after the item that ended the one before.

use chrono::{DateTime, Utc};
use ens_domain::ids::{ItemId, SpaceId};
use ens_store::{Arg, Store, StoreError};
use uuid::Uuid;

use crate::projection::Projection;

/// Later than any item: the last second of the year 9999.
const AFTER_ALL: DateTime<Utc> = match DateTime::from_timestamp(253_402_300_799, 0) {
    Some(at) => at,
    None => DateTime::<Utc>::MAX_UTC,
};

/// Where a page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageEnd {
    /// The instant by which its last item is ordered.
    pub at: DateTime<Utc>,
    /// Its last item.
    pub item: ItemId,
}

/// Which page.
pub(crate) struct Wanted {
    pub(crate) after: Option<PageEnd>,
    pub(crate) limit: u32,
}

/// A page of the rows of `P` about one space, in the order of this column of instants.
pub(crate) async fn newest_first<P: Projection>(
    store: &Store,
    space: SpaceId,
    column: &'static str,
    wanted: Wanted,
) -> Result<Vec<P::Row>, StoreError> {
    let partition = store.partition_of(space);
    // The first page compares as well: PostgreSQL then reads in the order of the index even if it knows nothing of the table yet.
    let (at, item) = wanted.after.map_or((AFTER_ALL, Uuid::max()), |end| (end.at, end.item.uuid()));
    let (table, columns) = (P::NAME, P::COLUMNS.join(", "));
    let sql = format!(
        "SELECT {columns} FROM {table} WHERE partition = {partition} AND space = $1 AND ({column}, item) < ($2, $3) \
         ORDER BY {column} DESC, item DESC LIMIT $4"
    );
    let args = [Arg::Uuid(space.uuid()), Arg::Instant(at), Arg::Uuid(item), Arg::Int(i64::from(wanted.limit))];
    store.read_models().select(&sql, &args).await
}
