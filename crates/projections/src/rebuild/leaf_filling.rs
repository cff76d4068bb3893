//! Filling one leaf of a fresh table: space by space, so that every row is final when it is written.
//!
//! streams of a space, side by side in the log --merged by position--> folded --> rows of the space, added with the progress that they make
//! - a projection that reads two kinds of stream gives the same rows in a rebuild as live

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ens_domain::event::Event;
use ens_store::{After, Progress, Recorded, Rows, Store, StoreError, StoredEvent, TableRebuild};

use crate::health::{Fault, FaultKind};
use crate::read_model::ReadModel;

use super::error::RebuildError;
use super::progress::FoldProgress;

/// Events read at once, and written with the progress that they make. A space with more events is read whole all the same.
const PAGE: u32 = 5_000;
/// The length of a space's id, with which the id of each of its streams begins.
const SPACE_ID: usize = 36;

/// What it takes to fill a leaf.
pub(super) struct LeafFilling {
    pub(super) store: Store,
    pub(super) read_model: &'static dyn ReadModel,
    pub(super) table_rebuild: Arc<TableRebuild>,
    pub(super) folded: FoldProgress,
    /// Set when another leaf could not be filled: this one then ends after the page that is under way.
    pub(super) halt: Arc<AtomicBool>,
}

impl LeafFilling {
    /// Goes on from the progress up to its bound, then lets followers take over.
    pub(super) async fn run(self, mut progress: Progress) -> Result<(), RebuildError> {
        let mut limit = PAGE;
        while !self.halt.load(Ordering::Relaxed) {
            let page = self.store.read_models().lives(progress.partition, &progress.after, progress.bound, limit).await?;
            let whole = whole_spaces(&page, limit);
            let Some(last) = whole.last() else {
                if page.is_empty() {
                    return self.settle(&progress).await;
                }
                limit = limit.saturating_mul(2);
                continue;
            };
            limit = PAGE;
            let mut rows = Rows::of(self.table_rebuild.fresh());
            for space in whole.chunk_by(same_space) {
                self.read_model.fold_space(&self.decoded(space)?, &mut rows)?;
            }
            // Events that the read model passes over count as well: every position was seen.
            let events = u64::try_from(whole.len()).unwrap_or(u64::MAX);
            progress.events += events;
            progress.after = After { aggregate_type: last.aggregate_type.clone(), aggregate_id: last.aggregate_id.clone() };
            self.table_rebuild.fill(&rows, &progress).await?;
            self.folded.add(events);
        }
        Ok(())
    }

    /// Checks that every position up to the bound was seen, and makes the leaf part of the fresh table.
    async fn settle(&self, progress: &Progress) -> Result<(), RebuildError> {
        if progress.events != progress.bound {
            return Err(StoreError::Malformed("a partition that does not hold as many events as its head says").into());
        }
        Ok(self.table_rebuild.settle(progress).await?)
    }

    /// The events of one space that the read model reads, in the order of their positions.
    fn decoded(&self, space: &[StoredEvent]) -> Result<Vec<Recorded<Event>>, RebuildError> {
        let kinds = self.read_model.kinds();
        let mut own: Vec<&StoredEvent> = space.iter().filter(|event| event.kind().is_some_and(|kind| kinds.contains(&kind))).collect();
        own.sort_unstable_by_key(|event| event.position);
        own.into_iter()
            .map(|event| event.decode().map_err(|error| RebuildError::Stopped(self.unreadable(event, error.to_string()))))
            .collect()
    }

    fn unreadable(&self, event: &StoredEvent, reason: String) -> Fault {
        let (projection, partition, position) = (self.read_model.name(), event.partition, event.position);
        Fault { projection, partition, position, kind: FaultKind::UnknownEvent, reason }
    }
}

/// Whether two neighbours belong to the same space. Only the beginning of the id is compared: an id of an unknown kind may be any text,
/// and must not come between the streams of a space.
fn same_space(one: &StoredEvent, other: &StoredEvent) -> bool {
    space_part(one) == space_part(other)
}

fn space_part(event: &StoredEvent) -> &str {
    event.aggregate_id.get(..SPACE_ID).unwrap_or(&event.aggregate_id)
}

/// The spaces of a page that are there to their last event: all but the last one of a full page.
fn whole_spaces(page: &[StoredEvent], limit: u32) -> &[StoredEvent] {
    if page.len() < usize::try_from(limit).unwrap_or(usize::MAX) {
        return page;
    }
    let cut = page.chunk_by(same_space).next_back().map_or(0, <[StoredEvent]>::len);
    page.get(..page.len() - cut).unwrap_or_default()
}
