//! `ens migrate`: the store's tables, up to date, and on Citus laid over its nodes.

use ens_store::Layout;

use crate::cli::MigrateArgs;
use crate::config::Settings;

use super::failure::Failure;
use super::store::open;
use super::streams::print;

/// Opens the store, which brings its tables up to date, and says what it holds; with `--citus`, lays it out as well.
pub(super) async fn run(settings: Settings, args: MigrateArgs) -> Result<(), Failure> {
    let url = settings.store_url();
    if args.citus && !url.starts_with("postgres") {
        return Err(Failure::Asked("Citus is an extension of PostgreSQL: give the coordinator's address as --store".to_owned()));
    }
    let store = open(&settings).await?;
    let heads = store.log().heads().await?;
    let partitions = store.partitions().count();
    store.close().await;
    if args.print {
        for statement in Layout::of(&url).await?.statements() {
            print(&format!("{statement};"))?;
        }
        return Ok(());
    }
    let events: u64 = heads.iter().map(|(_, position)| position).sum();
    print(&format!("up to date: {partitions} partitions, {events} events"))?;
    if args.citus {
        let layout = Layout::carry_out(&url).await?;
        print(&format!("laid out on Citus: {} statements", layout.statements().len()))?;
    }
    Ok(())
}
