//! The sweep: objects that are older than a day and that no event names are removed.
//!
//! put --its event within a day--> named: stays          put --no event in a day--> removed          named, space destroyed --> removed
//! - a content that was put within the last day is never swept

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use ens_domain::ids::ContentId;
use futures::stream::{self, StreamExt, TryStreamExt};
use object_store::path::Path;

use super::place::{OpenPlace, content_of, path_of, prefix_of, trouble};
use crate::ground::{Partition, StoreError, count};

/// How long an object may be there before an event names it.
const GRACE: TimeDelta = TimeDelta::days(1);
/// How many ids are asked for at once; S3 removes as many by one request.
const BATCH: usize = 1_000;

/// What a sweep of a partition did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Contents older than a day that an event names.
    pub kept: u64,
    /// Contents older than a day that no event named; they are gone.
    pub removed: u64,
    /// Files in a folder that a process had begun to write, and did not end; they are gone.
    pub abandoned: u64,
    /// Objects whose name is none of ours; they were left alone.
    pub unknown: u64,
}

/// Sweeps a partition.
pub(super) async fn sweep<F>(
    place: &OpenPlace,
    partition: Partition,
    now: DateTime<Utc>,
    named: impl Fn(Vec<ContentId>) -> F + Send + Sync,
) -> Result<Swept, StoreError>
where
    F: Future<Output = Result<HashSet<ContentId>, StoreError>> + Send,
{
    let before = now - GRACE;
    let mut swept = Swept::default();
    let objects = place.objects().list(Some(&prefix_of(partition)));
    let old = objects.try_filter(move |object| std::future::ready(object.last_modified <= before));
    let mut batches = old.map_ok(|object| object.location).map_err(trouble).chunks(BATCH);
    while let Some(batch) = batches.next().await {
        let paths = batch.into_iter().collect::<Result<Vec<Path>, StoreError>>()?;
        let ids: Vec<ContentId> = paths.iter().filter_map(content_of).collect();
        swept.unknown += count(paths.len() - ids.len());
        if ids.is_empty() {
            continue;
        }
        let kept = named(ids.clone()).await?;
        let (stay, go): (Vec<ContentId>, Vec<ContentId>) = ids.into_iter().partition(|id| kept.contains(id));
        swept.kept += count(stay.len());
        swept.removed += remove(place, partition, go).await?;
    }
    if let Some(folder) = place.folder() {
        swept.abandoned = folder.remove_abandoned(partition, before).await?;
    }
    Ok(swept)
}

/// Removes objects, and says how many; one that is gone already is no error.
async fn remove(place: &OpenPlace, partition: Partition, contents: Vec<ContentId>) -> Result<u64, StoreError> {
    let paths = stream::iter(contents).map(move |content| Ok(path_of(partition, content))).boxed();
    let removed = place.objects().delete_stream(paths).map(|removed| match removed.map_err(trouble) {
        Ok(_) => Ok(1),
        Err(StoreError::ContentMissing) => Ok(0),
        Err(other) => Err(other),
    });
    removed.try_fold(0, |sum, one| std::future::ready(Ok(sum + one))).await
}

/// Removes one object; one that is gone already is no error.
pub(super) async fn delete(place: &OpenPlace, partition: Partition, content: ContentId) -> Result<(), StoreError> {
    remove(place, partition, vec![content]).await.map(drop)
}
