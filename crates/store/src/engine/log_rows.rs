//! Rows of the log, as both engines read them.

use chrono::{DateTime, Utc};
use sqlx::{ColumnIndex, Decode, Row};
use uuid::Uuid;

use super::contract::StreamName;
use super::numbers::number;
use crate::ground::Partition;
use crate::ground::StoreError;
use crate::ground::{EventRow, StoredEvent};
use crate::ground::{Remembered, Request};

/// A row of [`text::STORED`](super::text::STORED).
pub(crate) type StoredRow = (String, String, i64, String, String, String, String, i16, i64, DateTime<Utc>);

/// A row of `idempotency_keys`: key, digest, partition, space, version before, version, position.
pub(crate) type RememberedRow = (Uuid, Uuid, i16, Uuid, i64, i64, i64);

/// A row of [`text::written_after`](super::text::written_after).
pub(crate) type WrittenRow = (String, String, i64);

/// A stream that was written to, and where, by its row.
pub(crate) fn written((kind, id, position): WrittenRow) -> Result<(StreamName, u64), StoreError> {
    Ok(((kind, id), number(position)?))
}

/// A partition and a position in it, by its row.
pub(crate) fn placed((partition, position): (i16, i64)) -> Result<(Partition, u64), StoreError> {
    Ok((Partition::from_column(partition)?, number(position)?))
}

/// An event, by its row.
pub(crate) fn stored(row: StoredRow) -> Result<StoredEvent, StoreError> {
    let (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, partition, position, recorded_at) = row;
    Ok(StoredEvent {
        aggregate_type,
        aggregate_id,
        sequence: number(sequence)?,
        event_type,
        event_version,
        payload,
        metadata,
        partition: Partition::from_column(partition)?,
        position: number(position)?,
        recorded_at,
    })
}

/// What a key remembers, by its row.
pub(crate) fn remembered(row: RememberedRow) -> Result<Remembered, StoreError> {
    let (key, digest, partition, space, version_before, version, position) = row;
    Ok(Remembered {
        request: Request { key, digest, space: space.into() },
        partition: Partition::from_column(partition)?,
        version_before: number(version_before)?,
        version: number(version)?,
        position: number(position)?,
    })
}

/// A row of [`text::span`](super::text::span), whose texts stay where the driver has them.
pub(crate) fn borrowed<'r, R: Row>(row: &'r R, partition: Partition) -> Result<EventRow<'r>, StoreError>
where
    usize: ColumnIndex<R>,
    &'r str: Decode<'r, R::Database>,
    i64: Decode<'r, R::Database>,
    DateTime<Utc>: Decode<'r, R::Database>,
{
    Ok(EventRow {
        aggregate_type: row.try_get_unchecked(0)?,
        aggregate_id: row.try_get_unchecked(1)?,
        sequence: number(row.try_get_unchecked(2)?)?,
        event_type: row.try_get_unchecked(3)?,
        event_version: row.try_get_unchecked(4)?,
        payload: row.try_get_unchecked(5)?,
        metadata: row.try_get_unchecked(6)?,
        partition,
        position: number(row.try_get_unchecked(7)?)?,
        recorded_at: row.try_get_unchecked(8)?,
    })
}
