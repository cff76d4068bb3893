//! `ens demo`: a demonstration on this service, its table, then the service itself to look at.

use std::path::Path;

use chrono::{NaiveDate, Utc};
use ens_demo::{Plan, Progress, Service, ServiceError, Simulated, simulate};
use ens_domain::calendar::paris;
use ens_domain::ids::SpaceId;
use ens_notices::MailSettings;
use ens_store::{Clock, CommandContext, Store, StoreOptions};

use crate::app::App;
use crate::background::{deadlines, openings};
use crate::cli::DemoArgs;
use crate::config::{self, Settings};
use crate::import;
use crate::serve;

use super::failure::Failure;
use super::next_steps;
use super::store::matrix_of_today;
use super::streams::print;

/// Readers of an embedded store: each has a thread of its own, and keeps memory of its own.
const EMBEDDED_READERS: u32 = 3;

/// Runs the demonstration, prints its counts, and serves unless told otherwise.
pub(super) async fn run(mut settings: Settings, args: DemoArgs) -> Result<(), Failure> {
    let folder = settings.store.data.join(format!("demo-{}", Utc::now().format("%Y%m%d-%H%M%S")));
    if settings.store.url.is_none() {
        // A fresh folder each time: keys, store and files of one demonstration stay together.
        settings.store.data.clone_from(&folder);
    }
    // What is printed to be tried begins with `ens token`; production is refused below.
    settings.tokens.development = true;
    let today = paris::day_of(Utc::now());
    let from = args.from.unwrap_or_else(|| Plan::latest(today));
    let plan = Plan { persons: args.persons, seed: args.seed, from }.checked(today)?;
    let progress = if args.json { Progress::hidden() } else { Progress::shown() };
    let (store, simulated) = run_simulation(&settings, &folder, plan, progress).await?;
    if args.json {
        print(&serde_json::to_string(&simulated.report).unwrap_or_default())?;
    } else {
        print(&next_steps::after_the_campaign(&settings, &folder, plan, &simulated.report))?;
    }
    if args.no_serve {
        store.close().await;
        return Ok(());
    }
    if !args.json {
        print(&next_steps::while_it_serves(&settings, simulated.tour.as_ref()))?;
    }
    let matrix = matrix_of_today(&settings)?;
    Ok(serve::run(App::new(store, Clock::machine(), settings).deciding_by(matrix), None).await?)
}

/// Runs a whole demonstration on the store of the settings, which must be empty; the file of persons goes to `folder`.
///
/// # Errors
/// A [`Failure`], to be printed as it is.
pub async fn run_simulation(settings: &Settings, folder: &Path, plan: Plan, progress: Progress) -> Result<(Store, Simulated), Failure> {
    if settings.site.production {
        return Err(Failure::Asked("a demonstration invents test identities, which production refuses".to_owned()));
    }
    let matrix = matrix_of_today(settings)?;
    settings.make_folders()?;
    let store = open(settings).await?;
    let app = App::new(store.clone(), Clock::simulated(paris::start_of(plan.from)), settings.clone()).deciding_by(matrix);
    let simulated = simulate(&app, folder, plan, progress).await?;
    Ok((store, simulated))
}

/// Ids, codes and keys are random as ever: only persons and what they do come from the seed.
async fn open(settings: &Settings) -> Result<Store, Failure> {
    let (url, options) = (settings.store_url(), StoreOptions::new(config::master_key(settings)?).with_contents(settings.content_place()));
    let options = if url.starts_with("sqlite:") { options.with_connections(EMBEDDED_READERS) } else { options };
    Ok(Store::open(&url, options).await?)
}

impl Service for App {
    fn context(&self) -> &CommandContext {
        &self.context
    }

    fn mail_settings(&self) -> &MailSettings {
        &self.settings.mail
    }

    fn site(&self) -> &str {
        &self.settings.site.url
    }

    async fn import(&self, persons: &Path, mut on_line: impl FnMut() + Send) -> Result<Vec<SpaceId>, ServiceError> {
        let file = tokio::fs::File::open(persons).await.map_err(ServiceError::new)?;
        let mut spaces = Vec::new();
        let watch = |_, verdict: &import::Verdict| {
            on_line();
            spaces.extend(verdict.space());
        };
        import::import_watched(self, tokio::io::BufReader::new(file), watch).await.map_err(ServiceError::new)?;
        Ok(spaces)
    }

    async fn settle_due(&self, day: NaiveDate) -> Result<(), ServiceError> {
        openings::open_due(self, day).await.map_err(ServiceError::new)?;
        deadlines::settle_due(self, day).await.map_err(ServiceError::new)?;
        Ok(())
    }
}
