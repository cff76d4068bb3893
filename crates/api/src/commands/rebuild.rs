//! `ens rebuild`: a read model built anew from the log, compared with what the log says, or put back to what it was before.

use std::time::Duration;

use ens_projections::{FoldProgress, ReadModel, RebuildError, compare, drop_previous, read_models, rebuild_watched, roll_back};
use ens_store::Store;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::{Instant, interval};

use crate::cli::{RebuildArgs, RebuildTask};
use crate::config::Settings;

use super::failure::Failure;
use super::store::open_existing;
use super::streams::print;

/// Differences that are printed one by one.
const SHOWN: usize = 20;
/// How often a bar moves.
const BEAT: Duration = Duration::from_millis(200);
/// How often a line says how far it is where nobody watches a bar.
const LINE: Duration = Duration::from_secs(30);

/// Does what is asked with one read model, or with all of them one after the other.
pub(super) async fn run(settings: Settings, args: RebuildArgs) -> Result<(), Failure> {
    let store = open_existing(&settings).await?;
    let (mut differing, mut kept) = (0, 0);
    for name in chosen(&args.name)? {
        match args.task() {
            RebuildTask::Rebuild => rebuild(&store, name).await?,
            RebuildTask::Check => differing += check(&store, name).await?,
            RebuildTask::RollBack => kept += u32::from(bring_back(&store, name).await?),
            RebuildTask::DropPrevious => {
                drop_previous(&store, name).await?;
                print(&format!("{name}: no version before is kept"))?;
            }
        }
    }
    store.close().await;
    if differing > 0 {
        return Err(Failure::Differs(differing));
    }
    if args.task() == RebuildTask::RollBack && kept == 0 {
        return Err(Failure::Asked("no earlier version is kept: a rebuild keeps one, until --drop-previous or the next".to_owned()));
    }
    Ok(())
}

/// Whether a version before was kept.
async fn bring_back(store: &Store, name: &str) -> Result<bool, Failure> {
    match roll_back(store, name).await {
        Ok(behind) => {
            print(&format!("{name}: the version before is back, {behind} events behind; followers bring it up to date")).map(|()| true)
        }
        Err(RebuildError::NothingKept(_)) => print(&format!("{name}: no earlier version is kept, and it stays as it is")).map(|()| false),
        Err(error) => Err(error.into()),
    }
}

async fn rebuild(store: &Store, name: &'static str) -> Result<(), Failure> {
    let progress = FoldProgress::default();
    let work = rebuild_watched(store, name, &progress);
    tokio::pin!(work);
    let mut shown = Shown::new(name);
    let mut beat = interval(BEAT);
    let rebuilt = loop {
        tokio::select! {
            done = &mut work => break done,
            _ = beat.tick() => shown.look(&progress),
        }
    };
    shown.bar.finish_and_clear();
    print(&format!("{name}: rebuilt from {} events; the version before is kept, --rollback brings it back", rebuilt?.events))
}

async fn check(store: &Store, name: &'static str) -> Result<usize, Failure> {
    let differences = compare(store, name).await?;
    print(&format!("{name}: {} rows differ", differences.len()))?;
    for difference in differences.iter().take(SHOWN) {
        print(&format!("  {}: {}", difference.key, difference.columns.join(", ")))?;
    }
    Ok(differences.len())
}

/// How far a rebuild is: a bar on a terminal, elsewhere a line now and then.
struct Shown {
    name: &'static str,
    bar: ProgressBar,
    /// Where this run began, and when: the estimate is of its own pace, whatever an earlier run had done.
    began: Option<(u64, Instant)>,
    said: Instant,
}

impl Shown {
    fn new(name: &'static str) -> Self {
        let bar = ProgressBar::no_length().with_message(name);
        let style = ProgressStyle::with_template("{msg:<34} {bar:30} {human_pos:>10}/{human_len}  {eta}");
        // Without its style a bar serves as well: no reason to stop.
        let bar = style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style));
        Self { name, bar, began: None, said: Instant::now() }
    }

    fn look(&mut self, progress: &FoldProgress) {
        let (folded, total) = (progress.folded(), progress.total());
        if total == 0 {
            return;
        }
        let (from, since) = *self.began.get_or_insert_with(|| {
            self.bar.set_length(total);
            self.bar.set_position(folded);
            self.bar.reset_eta();
            (folded, Instant::now())
        });
        self.bar.set_position(folded);
        if folded >= total {
            self.bar.set_message(format!("{}: catching up", self.name));
        }
        if self.bar.is_hidden() && self.said.elapsed() >= LINE {
            self.said = Instant::now();
            let seconds = left(folded.saturating_sub(from), total.saturating_sub(folded), since.elapsed());
            tracing::info!(read_model = self.name, folded, total, seconds_left = seconds, "rebuilding");
        }
    }
}

/// Seconds for what is left, at the pace of what was done; nothing where nothing was done yet.
fn left(done: u64, left: u64, within: Duration) -> Option<u64> {
    let milliseconds = (u128::from(left) * within.as_millis()).checked_div(u128::from(done))?;
    // An estimate too large for a number is left out.
    u64::try_from(milliseconds / 1_000).ok()
}

fn chosen(name: &str) -> Result<Vec<&'static str>, Failure> {
    let known: Vec<&'static str> = read_models().map(ReadModel::name).collect();
    if name == "all" {
        return Ok(known);
    }
    match known.iter().find(|each| **each == name) {
        Some(found) => Ok(vec![*found]),
        None => Err(Failure::Asked(format!("no read model is called so; there are {}, and all for every one", known.join(", ")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_estimated_at_the_pace_of_this_run() {
        assert_eq!(left(1_000, 3_000, Duration::from_secs(10)), Some(30));
        assert_eq!(left(0, 3_000, Duration::from_secs(10)), None);
        assert_eq!(left(1_000, 0, Duration::from_secs(10)), Some(0));
    }
}
