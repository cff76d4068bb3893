//! `ens sweep`: removes the contents that no event names any more, now; with `--dry-run`, only says what it would remove.

use std::time::Duration;

use ens_projections::Followers;
use ens_store::{SweepTask, Swept};
use serde_json::json;

use crate::app::App;
use crate::background::contents::{SweepRound, sweep_contents};
use crate::cli::SweepArgs;
use crate::config::Settings;

use super::failure::Failure;
use super::store::{app, open_existing};
use super::streams::print;

/// How soon to look again at what another process is sweeping.
const SHARED_EVERY: Duration = Duration::from_secs(1);

/// Counts, or removes. The read models catch up first: nothing is removed where one is behind.
pub(super) async fn run(settings: Settings, args: SweepArgs) -> Result<(), Failure> {
    let app = app(open_existing(&settings).await?, settings);
    if args.accept_clock {
        app.store.accept_clock(app.now()).await?;
    }
    Followers::new(app.store.clone()).catch_up().await?;
    let swept = sweep_all(&app, args.task()).await?;
    app.store.close().await;
    say(&args, &swept)
}

/// Sweeps every partition, also those that another process was at.
async fn sweep_all(app: &App, task: SweepTask) -> Result<Swept, Failure> {
    let (mut partitions, mut all) = (app.store.partitions().each().collect::<Vec<_>>(), Swept::default());
    loop {
        let SweepRound { swept, elsewhere } = sweep_contents(app, partitions, task).await?;
        all = all.and(swept);
        if elsewhere.is_empty() {
            return Ok(all);
        }
        partitions = elsewhere;
        tokio::time::sleep(SHARED_EVERY).await;
    }
}

fn say(args: &SweepArgs, swept: &Swept) -> Result<(), Failure> {
    let Swept { kept, waiting, removed, removed_bytes, abandoned, unknown } = *swept;
    let dry_run = args.task() == SweepTask::Count;
    if args.json {
        return print(
            &json!({
                "dry_run": dry_run, "contents": removed, "bytes": removed_bytes, "unfinished": abandoned,
                "kept": kept, "waiting": waiting, "unknown": unknown,
            })
            .to_string(),
        );
    }
    let done = if dry_run { "would be removed" } else { "removed" };
    print(&format!("{removed} contents of {removed_bytes} bytes and {abandoned} unfinished files {done}"))?;
    print(&format!("{kept} kept, {waiting} younger than a day that no event names yet, {unknown} files that are not ours"))
}
