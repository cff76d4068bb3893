//! `ens open`: opens every space that is due by a given day; with `--dry-run`, only counts these spaces by department.

use std::time::Duration;

use chrono::NaiveDate;
use ens_domain::calendar::paris;
use ens_projections::Followers;
use ens_projections::openings_due::{DepartmentCount, openings_by_department};
use serde_json::json;

use crate::app::App;
use crate::background::SweepCounts;
use crate::background::openings::open_due;
use crate::cli::OpenArgs;
use crate::config::Settings;

use super::failure::Failure;
use super::store::{app, open_existing};
use super::streams::print;

/// How soon to look again at what another process is opening.
const SHARED_EVERY: Duration = Duration::from_secs(1);

/// Counts, or opens. The read models catch up first, so that the count is of the log as it stands.
pub(super) async fn run(settings: Settings, args: OpenArgs) -> Result<(), Failure> {
    let app = app(open_existing(&settings).await?, settings);
    app.horizon().admit(args.on).map_err(|outside| Failure::Asked(format!("--on: {outside}")))?;
    Followers::new(app.store.clone()).catch_up().await?;
    if args.dry_run {
        count(&app, &args).await?
    } else {
        open(&app, &args).await?
    }
    app.store.close().await;
    Ok(())
}

async fn count(app: &App, args: &OpenArgs) -> Result<(), Failure> {
    let counts = openings_by_department(&app.store, args.on).await?;
    let total: u64 = counts.iter().map(|count| count.spaces).sum();
    if args.json {
        return print(&json!({ "on": args.on, "departments": counts, "total": total }).to_string());
    }
    for DepartmentCount { department, spaces } in &counts {
        print(&format!("{department:<3} {spaces:>12}"))?;
    }
    print(&format!("{:<3} {total:>12}   would be opened on {}", "all", args.on))
}

async fn open(app: &App, args: &OpenArgs) -> Result<(), Failure> {
    let today = paris::day_of(app.now());
    if args.on > today {
        return Err(future(args.on, today));
    }
    if args.accept_clock {
        app.store.accept_clock(app.now()).await?;
    }
    let done = open_all(app, args.on).await?;
    if args.json {
        let (opened, kept) = (done.done, done.refused);
        return print(
            &json!({ "on": args.on, "opened": opened, "already": done.quiet, "kept_closed": kept, "failed": done.failed }).to_string(),
        );
    }
    print(&format!("{} opened, {} open already", done.done, done.quiet))?;
    print(&format!("{} kept closed by a rule, {} failed and stay due", done.refused, done.failed))
}

/// Opens until nothing is left to another process: it may be at a part, and may not get through with it.
async fn open_all(app: &App, on: NaiveDate) -> Result<SweepCounts, Failure> {
    let mut all = SweepCounts::default();
    loop {
        let done = open_due(app, on).await?;
        all.done += done.done;
        all = SweepCounts { done: all.done, ..done };
        if done.elsewhere == 0 {
            return Ok(all);
        }
        tokio::time::sleep(SHARED_EVERY).await;
    }
}

fn future(on: NaiveDate, today: NaiveDate) -> Failure {
    Failure::Asked(format!("--on: nothing is opened before its day ({on}; today is {today}); --dry-run counts"))
}
