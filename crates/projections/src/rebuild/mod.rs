//! Rebuilding a read model from the log: a fresh table is filled beside the live one, catches up with it, and takes its place.
//!
//! bounds --space by space, leaves side by side--> full --indexed--> settled --followers' turns--> caught up with the live one --swap--> live
//!                                                                             the old one answers until then, and is kept afterwards
//! - rebuilt rows equal live rows
//! - a rebuild that is killed goes on where it was
//! - of two rebuilds of one read model the second is refused

mod error;
mod fresh_table;
mod leaf_filling;
mod progress;

use ens_store::{Purpose, Store, StoreError};
use serde::Serialize;

pub use error::RebuildError;
pub(crate) use fresh_table::FreshTable;
pub use progress::FoldProgress;

/// How often a swap is tried against followers of other processes, where the engine cannot hold them.
const ATTEMPTS: u32 = 100;

/// A rebuild that is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rebuilt {
    /// The projection's name.
    pub projection: &'static str,
    /// How many events were folded or passed over.
    pub events: u64,
}

/// Folds a read model from the log into a fresh table, and puts it in the place of the live one, which is kept as the previous one.
/// Resumes a rebuild that was cut off.
///
/// # Errors
/// [`RebuildError`]: the live table stays.
pub async fn rebuild(store: &Store, name: &str) -> Result<Rebuilt, RebuildError> {
    rebuild_watched(store, name, &FoldProgress::default()).await
}

/// The same; `folded` shows the progress meanwhile.
///
/// # Errors
/// [`RebuildError`]: the live table stays.
pub async fn rebuild_watched(store: &Store, name: &str, folded: &FoldProgress) -> Result<Rebuilt, RebuildError> {
    let fresh = FreshTable::of(store, name, Purpose::Replace).await?;
    let built = build(store, &fresh, folded).await;
    if let Err(RebuildError::Stopped(_)) = &built {
        // Another version of the program will fold otherwise, so nothing of this one is worth keeping.
        fresh.table_rebuild().clear().await?;
    }
    built
}

async fn build(store: &Store, fresh: &FreshTable, folded: &FoldProgress) -> Result<Rebuilt, RebuildError> {
    fresh.fill(folded).await?;
    for _ in 0..ATTEMPTS {
        fresh.follow_all(&store.log().heads().await?).await?;
        // From here on the live table's followers are held for a moment, so that no reader of the new table sees an older state.
        let swap = fresh.table_rebuild().hold_live().await?;
        fresh.follow_all(swap.positions()).await?;
        let reached = store.read_models().checkpoints(&fresh.table().name).await?;
        match swap.put_in_place().await {
            Ok(()) => {
                let events = reached.into_iter().map(|(_, position)| position).sum();
                return Ok(Rebuilt { projection: fresh.read_model().name(), events });
            }
            Err(StoreError::Overtaken) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Contended { attempts: ATTEMPTS }.into())
}

/// Puts the table that the last rebuild replaced back in its place; the one that is live now is kept in turn. The answer is how many
/// events the rows are behind, until followers have caught up.
///
/// # Errors
/// [`RebuildError`]: the live table stays.
pub async fn roll_back(store: &Store, name: &str) -> Result<u64, RebuildError> {
    let fresh = FreshTable::of(store, name, Purpose::Replace).await?;
    let previous = fresh.read_model().table().previous();
    let reached: u64 = store.read_models().checkpoints(&previous.name).await?.into_iter().map(|(_, position)| position).sum();
    let head: u64 = store.log().heads().await?.into_iter().map(|(_, head)| head).sum();
    for _ in 0..ATTEMPTS {
        match fresh.table_rebuild().roll_back().await {
            Ok(true) => return Ok(head.saturating_sub(reached)),
            Ok(false) => return Err(RebuildError::NothingKept(fresh.read_model().name())),
            Err(StoreError::Overtaken) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Contended { attempts: ATTEMPTS }.into())
}

/// Drops the table that the last rebuild replaced.
///
/// # Errors
/// [`RebuildError`]: it may still be there.
pub async fn drop_previous(store: &Store, name: &str) -> Result<(), RebuildError> {
    Ok(FreshTable::of(store, name, Purpose::Replace).await?.table_rebuild().drop_previous().await?)
}
