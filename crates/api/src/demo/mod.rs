//! The demonstration: an invented cohort lives through its whole campaign in a minute, on the service's own code.
//!
//! persons --file--> import --spaces--> campaign, day by day --> counts that add up --> a service to look at
//! - the same seed gives the same counts, on every engine
//! - everybody can be imported, and nobody twice
//! - a demonstration writes over nobody
//!
//! Nobody is real: test INS only, in real communes of Haute-Garonne, Loire-Atlantique and Somme. A person costs a few bytes of memory:
//! who they are and what befalls them is computed from the seed.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use chrono::{Datelike, Days, NaiveDate, Utc};
use ens_domain::calendar::paris;
use ens_domain::ids::SpaceId;
use ens_projections::campaign_progress::{Dimension, ProgressFilter, campaign_progress};
use ens_store::{Store, StoreError, StoreOptions};

use crate::app::App;
use crate::cli::DemoArgs;
use crate::clock::Clock;
use crate::config::{self, FolderError, KeyError, Settings};
use crate::import::{self, ImportError};
use crate::notify::{BounceError, letters::StatusImportError};
use crate::serve::{self, ServeError};

use campaign::Campaign;
use chance::Chance;
use fate::Fates;
use outside::Outside;
use population::Population;

pub use progress::Progress;
pub use report::DemoReport;

mod acts;
mod agenda;
mod campaign;
mod chance;
mod fate;
mod names;
mod outside;
mod places;
mod population;
mod progress;
mod report;
mod tour;

/// Readers of an embedded store: a thread of its own serves each, and holds on to memory of its own.
const EMBEDDED_READERS: u32 = 3;
/// The year of the first spaces, and of the earliest campaign.
const EARLIEST: i32 = 2022;

/// Why a demonstration broke off.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// No key to start with.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No folder to work in.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A demonstration writes over nobody's log.
    #[error("this store holds {0} events already: a demonstration begins with an empty one")]
    NotEmpty(u64),
    /// The campaign would not be over yet, or be older than the first spaces.
    #[error("--from: a campaign takes {days} days and must be over; name a day from {EARLIEST}-01-01 to {latest}", days = campaign::DAYS)]
    NotOver {
        /// The last day on which one could have begun.
        latest: NaiveDate,
    },
    /// Nobody invented has a place in production.
    #[error("a demonstration invents test identities, which production refuses")]
    Production,
    /// The file of persons, or its folder.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The import.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// Invented persons were refused, which shows a defect of the demonstration.
    #[error("{refused} of the invented lines or acts were refused")]
    Refused {
        /// How many.
        refused: u64,
    },
    /// The counts do not add up, which shows a defect.
    #[error("{counted} spaces were counted for {persons} persons")]
    DoesNotAddUp {
        /// In the read model.
        counted: u64,
        /// Invented.
        persons: u64,
    },
    /// A read model stands still.
    #[error(transparent)]
    NotCaughtUp(#[from] ens_projections::NotCaughtUp),
    /// The carrier's report.
    #[error(transparent)]
    Letters(#[from] StatusImportError),
    /// A bounce.
    #[error(transparent)]
    Bounce(#[from] BounceError),
    /// Something invented is not what it should be.
    #[error("an invented {0} has the wrong form")]
    Invented(&'static str),
    /// The service that follows the demonstration.
    #[error(transparent)]
    Serve(#[from] ServeError),
}

/// What a demonstration is made of.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many persons.
    pub persons: u64,
    /// Which ones.
    pub seed: u64,
    /// The campaign's first day.
    pub from: NaiveDate,
}

/// A demonstration that is over.
#[derive(Debug, Clone)]
pub struct Staged {
    /// What it came to.
    pub report: DemoReport,
    /// The space of the first person in the file, to look at.
    pub first: Option<SpaceId>,
}

/// `ens demo`: the demonstration, its table, then the service.
///
/// # Errors
/// A [`DemoError`], to be printed as it is.
pub async fn run(mut settings: Settings, args: DemoArgs) -> Result<(), DemoError> {
    let folder = settings.store.data.join(format!("demo-{}", Utc::now().format("%Y%m%d-%H%M%S")));
    if settings.store.url.is_none() {
        // A fresh folder each time: keys, store and files of one demonstration stay together.
        settings.store.data.clone_from(&folder);
    }
    let latest = paris::day_of(Utc::now()) - Days::new(campaign::DAYS);
    let from = args.from.unwrap_or(latest);
    if from.year() < EARLIEST || from > latest {
        return Err(DemoError::NotOver { latest });
    }
    let plan = Plan { persons: args.persons, seed: args.seed, from };
    let progress = if args.json { Progress::hidden() } else { Progress::shown() };
    let (store, staged) = rehearse(&settings, &folder, plan, progress).await?;
    if args.json {
        println!("{}", serde_json::to_string(&staged.report).unwrap_or_default());
    } else {
        println!("{}", tour::of_the_campaign(&settings, &folder, plan, &staged.report));
    }
    if args.no_serve {
        store.close().await;
        return Ok(());
    }
    if !args.json {
        println!("{}", tour::of_the_service(&settings, staged.first));
    }
    Ok(serve::run(App::new(store, Clock::machine(), settings), None).await?)
}

/// Runs a whole demonstration on the store of the settings, which must be empty; the file of persons goes to `folder`.
///
/// # Errors
/// A [`DemoError`].
pub async fn rehearse(settings: &Settings, folder: &Path, plan: Plan, progress: Progress) -> Result<(Store, Staged), DemoError> {
    let started = Instant::now();
    if settings.site.production {
        return Err(DemoError::Production);
    }
    let file = |path: &Path| {
        let path = path.to_owned();
        move |source| DemoError::File { path, source }
    };
    std::fs::create_dir_all(folder).map_err(file(folder))?;
    settings.make_folders()?;
    let store = open(settings).await?;
    let chance = Chance::of_seed(plan.seed);
    let population = Population::new(chance, plan.persons, plan.from);
    let clock = Clock::simulated(paris::start_of(plan.from));
    let app = App::new(store.clone(), clock, settings.clone());

    let persons = folder.join("persons.ndjson");
    let bar = progress.bar("inventing persons", plan.persons);
    population.write(&persons, || bar.inc(1)).map_err(file(&persons))?;
    bar.finish();
    let spaces = Arc::new(admit(&app, &persons, plan, progress).await?);
    let numbers = spaces.iter().zip(0..).map(|(space, number)| (*space, number)).collect::<HashMap<SpaceId, u32>>();
    let outside = Outside::new(Fates(chance), Arc::new(numbers));

    let first = spaces.first().copied();
    let mut campaign = Campaign::new(app.clone(), population, Fates(chance), outside.clone(), spaces);
    let bar = progress.bar("living the campaign, day by day", campaign::DAYS);
    for day in campaign::days(plan.from) {
        campaign.live(day).await?;
        bar.inc(1);
    }
    bar.finish();
    let refused = campaign.refused + outside.strays();
    if refused > 0 {
        return Err(DemoError::Refused { refused });
    }
    let report = count(&store, plan, started).await?;
    Ok((store, Staged { report, first }))
}

/// The store, empty. Ids, codes and keys are drawn as ever: only persons and lives come from the seed.
async fn open(settings: &Settings) -> Result<Store, DemoError> {
    let (url, options) = (settings.store_url(), StoreOptions::new(config::master_key(settings)?));
    let options = if url.starts_with("sqlite:") { options.with_connections(EMBEDDED_READERS) } else { options };
    let store = Store::open(&url, options).await?;
    match store.heads().await?.iter().map(|(_, position)| position).sum() {
        0 => Ok(store),
        events => Err(DemoError::NotEmpty(events)),
    }
}

/// Imports the file, and gives the spaces in the order of its lines.
async fn admit(app: &App, persons: &Path, plan: Plan, progress: Progress) -> Result<Vec<SpaceId>, DemoError> {
    let bar = progress.bar("importing the file", plan.persons);
    let opened = tokio::fs::File::open(persons).await.map_err(|source| DemoError::File { path: persons.to_owned(), source })?;
    let mut spaces = Vec::new();
    let report = import::import_watched(app, tokio::io::BufReader::new(opened), |_, verdict| {
        bar.inc(1);
        spaces.extend(verdict.space());
    })
    .await?;
    bar.finish();
    if report.created == plan.persons { Ok(spaces) } else { Err(DemoError::Refused { refused: plan.persons - report.created }) }
}

async fn count(store: &Store, plan: Plan, started: Instant) -> Result<DemoReport, DemoError> {
    let counts = campaign_progress(store, &[Dimension::State], &ProgressFilter::default()).await?;
    let word = |count: &ens_projections::campaign_progress::ProgressCount| {
        let state = serde_json::to_value(count.state).unwrap_or_default();
        (state.as_str().unwrap_or("unknown").to_owned(), count.spaces)
    };
    let report = DemoReport {
        persons: plan.persons,
        by_state: counts.iter().map(word).collect(),
        events: store.heads().await?.iter().map(|(_, position)| position).sum(),
        seconds: report::seconds(started.elapsed()),
        peak_memory_bytes: report::peak_memory_bytes(),
    };
    if report.adds_up() {
        return Ok(report);
    }
    Err(DemoError::DoesNotAddUp { counted: report.by_state.values().sum(), persons: plan.persons })
}
