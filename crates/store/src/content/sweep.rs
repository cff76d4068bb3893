//! The sweep: what no event names is removed after a day, and what events give up is removed at once.
//!
//! put --its event within a day--> named: stays          put --no event in a day--> removed          given up, or its space destroyed --> removed
//! - a content that was put within the last day is never swept
//! - a content that events gave up is swept whatever its age

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use ens_domain::ids::ContentId;
use futures::stream::{self, StreamExt, TryStreamExt};
use object_store::ObjectMeta;
use object_store::path::Path;

use super::place::{OpenPlace, content_of, path_of, prefix_of, trouble};
use super::sweep_order::{ContentFate, SweepOrder, SweepTask};
use crate::ground::{Partition, StoreError, count};

/// How long an object may be there before an event names it.
const GRACE: TimeDelta = TimeDelta::days(1);
/// How many ids are asked for at once; S3 removes as many by one request.
const BATCH: usize = 1_000;

/// What a sweep found; a sweep that only counts has removed nothing of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Contents that an event names.
    pub kept: u64,
    /// Contents younger than a day that no event names: their deposit may be under way.
    pub waiting: u64,
    /// Contents that are gone: given up by an event, or named by none in a day.
    pub removed: u64,
    /// How many bytes these had, sealed.
    pub removed_bytes: u64,
    /// Files in a folder that a process had begun to write, and did not end; they are gone.
    pub abandoned: u64,
    /// Objects whose name is none of ours; they were left alone.
    pub unknown: u64,
}

impl Swept {
    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            kept: self.kept + other.kept,
            waiting: self.waiting + other.waiting,
            removed: self.removed + other.removed,
            removed_bytes: self.removed_bytes + other.removed_bytes,
            abandoned: self.abandoned + other.abandoned,
            unknown: self.unknown + other.unknown,
        }
    }
}

/// An object that may be a content.
struct Listed {
    content: ContentId,
    size: u64,
    /// When it came, by the later of two clocks: the place's, and the one that drew its id.
    since: DateTime<Utc>,
}

impl Listed {
    /// Nothing where the name is none of ours.
    fn of(object: &ObjectMeta) -> Option<Self> {
        let content = content_of(&object.location)?;
        let since = drawn_at(content).map_or(object.last_modified, |drawn| drawn.max(object.last_modified));
        Some(Self { content, size: object.size, since })
    }
}

/// Sweeps a partition.
pub(super) async fn sweep<F, E>(place: &OpenPlace, order: SweepOrder, fates: impl Fn(Vec<ContentId>) -> F + Send + Sync) -> Result<Swept, E>
where
    F: Future<Output = Result<HashMap<ContentId, ContentFate>, E>> + Send,
    E: From<StoreError>,
{
    let before = order.now - GRACE;
    let mut swept = Swept::default();
    let mut batches = place.objects().list(Some(&prefix_of(order.partition))).map_err(trouble).chunks(BATCH);
    while let Some(batch) = batches.next().await {
        let objects = batch.into_iter().collect::<Result<Vec<ObjectMeta>, StoreError>>()?;
        let listed: Vec<Listed> = objects.iter().filter_map(Listed::of).collect();
        swept.unknown += count(objects.len() - listed.len());
        if listed.is_empty() {
            continue;
        }
        let fates = fates(listed.iter().map(|each| each.content).collect()).await?;
        let mut go = Vec::new();
        for each in listed {
            match fates.get(&each.content) {
                Some(ContentFate::Named) => swept.kept += 1,
                Some(ContentFate::Gone) => go.push(each),
                None if each.since <= before => go.push(each),
                None => swept.waiting += 1,
            }
        }
        swept = swept.and(remove(place, &order, &go).await?);
    }
    if let Some(folder) = place.folder() {
        swept.abandoned = folder.take_abandoned(order.partition, before, order.task).await?;
    }
    Ok(swept)
}

/// When the id of a content was drawn; nothing where it says no instant.
fn drawn_at(content: ContentId) -> Option<DateTime<Utc>> {
    let (seconds, nanoseconds) = content.uuid().get_timestamp()?.to_unix();
    // An instant beyond every calendar is none.
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanoseconds)
}

/// Removes objects, or counts them; one that is gone already is no error, and not counted.
async fn remove(place: &OpenPlace, order: &SweepOrder, contents: &[Listed]) -> Result<Swept, StoreError> {
    let sizes: HashMap<Path, u64> = contents.iter().map(|each| (path_of(order.partition, each.content), each.size)).collect();
    match order.task {
        SweepTask::Count => Ok(Swept { removed: count(sizes.len()), removed_bytes: sizes.values().sum(), ..Swept::default() }),
        SweepTask::Remove => {
            let removed = delete_all(place, sizes.keys().cloned().collect()).await?;
            let bytes = removed.iter().filter_map(|path| sizes.get(path)).sum();
            Ok(Swept { removed: count(removed.len()), removed_bytes: bytes, ..Swept::default() })
        }
    }
}

/// Removes objects, and names those that were there.
async fn delete_all(place: &OpenPlace, paths: Vec<Path>) -> Result<Vec<Path>, StoreError> {
    let removed = place.objects().delete_stream(stream::iter(paths).map(Ok).boxed()).map(|removed| match removed.map_err(trouble) {
        Ok(path) => Ok(Some(path)),
        Err(StoreError::ContentMissing) => Ok(None),
        Err(other) => Err(other),
    });
    removed.try_filter_map(|path| std::future::ready(Ok(path))).try_collect().await
}

/// Removes one object; one that is gone already is no error.
pub(super) async fn delete(place: &OpenPlace, partition: Partition, content: ContentId) -> Result<(), StoreError> {
    delete_all(place, vec![path_of(partition, content)]).await.map(drop)
}
