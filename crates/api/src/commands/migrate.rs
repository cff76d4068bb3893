//! `ens migrate`: the store's tables, up to date.

use crate::config::Settings;

use super::{Failure, open_store, print};

/// Opens the store, which brings its tables up to date, and says what it holds.
pub(super) async fn run(settings: Settings) -> Result<(), Failure> {
    let store = open_store(&settings).await?;
    let heads = store.heads().await?;
    let events: u64 = heads.iter().map(|(_, position)| position).sum();
    print(&format!("up to date: {} partitions, {events} events", store.partitions().count()))?;
    store.close().await;
    Ok(())
}
