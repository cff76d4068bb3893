//! A fresh table of a read model, beside the live one: filled from the log up to fixed bounds, then followed up to any position.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ens_store::{Leaf, Partition, Purpose, Store, StoreError, Table, TableRebuild};
use futures::{StreamExt, TryStreamExt, stream};
use tokio::task::JoinSet;

use crate::all::read_model;
use crate::follow::{Member, TurnBounds, TurnOutcome, take_turn};
use crate::read_model::ReadModel;

use super::error::RebuildError;
use super::leaf_filling::LeafFilling;
use super::progress::FoldProgress;

/// Events read in one transaction when the fresh table follows the log.
const BATCH: u32 = 2_000;
/// Leaves filled at the same time: while the database writes one, this process folds another.
const AT_ONCE: usize = 3;

/// A fresh table. Nobody else fills one of the same read model, for the same purpose, while this exists.
pub(crate) struct FreshTable {
    store: Store,
    read_model: &'static dyn ReadModel,
    table_rebuild: Arc<TableRebuild>,
}

impl FreshTable {
    /// The fresh table of the read model of this name; it is made when it is filled.
    pub(crate) async fn of(store: &Store, name: &str, purpose: Purpose) -> Result<Self, RebuildError> {
        let read_model = read_model(name).ok_or(RebuildError::NoSuchReadModel)?;
        let table_rebuild =
            store.read_models().table_rebuild(&read_model.table(), purpose).await?.ok_or(RebuildError::UnderWay(read_model.name()))?;
        Ok(Self { store: store.clone(), read_model, table_rebuild: Arc::new(table_rebuild) })
    }

    pub(crate) const fn read_model(&self) -> &'static dyn ReadModel {
        self.read_model
    }

    pub(crate) fn table(&self) -> &Table {
        self.table_rebuild.fresh()
    }

    pub(crate) fn table_rebuild(&self) -> &TableRebuild {
        &self.table_rebuild
    }

    /// Fills every leaf up to its bound.
    pub(crate) async fn fill(&self, folded: &FoldProgress) -> Result<(), RebuildError> {
        let leaves = self.table_rebuild.begin().await?;
        folded.begin(&leaves);
        let mut waiting = leaves.into_iter().filter(|leaf| leaf.leaf == Leaf::Filling);
        let halt = Arc::new(AtomicBool::new(false));
        let mut filling: JoinSet<Result<(), RebuildError>> = JoinSet::new();
        let mut stopped = None;
        loop {
            while stopped.is_none()
                && filling.len() < AT_ONCE
                && let Some(progress) = waiting.next()
            {
                filling.spawn(self.leaf(folded, &halt).run(progress));
            }
            let defect = || StoreError::Malformed("a defect of the program cut a rebuild short");
            match filling.join_next().await.map(|ended| ended.unwrap_or_else(|_| Err(defect().into()))) {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    // The others end with the page that is under way, so that no connection is cut off in the middle of a statement.
                    halt.store(true, Ordering::Relaxed);
                    stopped.get_or_insert(error);
                }
                None => return stopped.map_or(Ok(()), Err),
            }
        }
    }

    fn leaf(&self, folded: &FoldProgress, halt: &Arc<AtomicBool>) -> LeafFilling {
        let (store, table_rebuild) = (self.store.clone(), self.table_rebuild.clone());
        LeafFilling { store, read_model: self.read_model, table_rebuild, folded: folded.clone(), halt: halt.clone() }
    }

    /// Follows the log up to a position of each partition.
    pub(crate) async fn follow_all(&self, bounds: &[(Partition, u64)]) -> Result<(), RebuildError> {
        let each: Vec<_> = bounds.iter().map(|(partition, bound)| self.follow(*partition, *bound)).collect();
        stream::iter(each).buffer_unordered(AT_ONCE).try_collect().await
    }

    /// Follows the log in one partition, up to a position.
    pub(crate) async fn follow(&self, partition: Partition, bound: u64) -> Result<(), RebuildError> {
        let member = Member { read_model: self.read_model, table: self.table().clone() };
        loop {
            let turn = take_turn(&self.store, vec![member.clone()], TurnBounds { partition, batch: BATCH, bound }).await?;
            match turn.outcomes.into_iter().next() {
                Some(TurnOutcome::CaughtUp) | None => return Ok(()),
                Some(TurnOutcome::Advanced) => {}
                // A turn that was cut off is given back a moment later.
                Some(TurnOutcome::Elsewhere) => tokio::task::yield_now().await,
                Some(TurnOutcome::Stopped(fault)) => return Err(RebuildError::Stopped(fault)),
            }
        }
    }
}
