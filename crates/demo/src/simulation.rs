//! One demonstration from the file of persons to the counts at the end, on the store of a service.
//!
//! - the same seed gives the same counts, on every engine
//! - everybody can be imported, and nobody twice
//! - a demonstration writes over nobody

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use ens_domain::ids::SpaceId;
use ens_projections::campaign_progress::{Dimension, ProgressCount, ProgressFilter, campaign_progress};
use ens_store::{Store, StoreError};

use crate::behaviour::Behaviour;
use crate::campaign::Campaign;
use crate::care::{Care, Tour};
use crate::care_counts::CareCounts;
use crate::error::DemoError;
use crate::mailboxes::Mailboxes;
use crate::persons::write_persons;
use crate::plan::{DAYS, Plan};
use crate::population::Population;
use crate::progress::Progress;
use crate::random::SeededRandom;
use crate::report::{self, DemoReport};
use crate::service::Service;

/// A demonstration that is over.
#[derive(Debug, Clone)]
pub struct Simulated {
    /// The counts at its end.
    pub report: DemoReport,
    /// A space that was cared for, to look at; nothing where none was opened.
    pub tour: Option<Tour>,
}

/// What the days of the campaign left.
struct Lived {
    refused: u64,
    counts: CareCounts,
    tour: Option<Tour>,
}

/// Runs a whole demonstration on the store of this service, which must be empty; the file of persons goes to `folder`.
///
/// # Errors
/// A [`DemoError`].
pub async fn simulate<S: Service>(service: &S, folder: &Path, plan: Plan, progress: Progress) -> Result<Simulated, DemoError> {
    let started = Instant::now();
    let store = &service.context().store;
    match events(store).await? {
        0 => {}
        events => return Err(DemoError::NotEmpty(events)),
    }
    let persons = folder.join("persons.ndjson");
    std::fs::create_dir_all(folder).map_err(|source| DemoError::File { path: folder.to_owned(), source })?;
    let bar = progress.bar("inventing persons", plan.persons);
    write_persons(plan, &persons, || bar.inc(1))?;
    bar.finish();

    let bar = progress.bar("importing the file", plan.persons);
    let spaces = Arc::new(service.import(&persons, || bar.inc(1)).await?);
    bar.finish();
    let created = spaces.len() as u64;
    if created < plan.persons {
        return Err(DemoError::Refused { refused: plan.persons - created });
    }

    let Lived { refused, counts, tour } = live(service, plan, spaces, progress).await?;
    if refused > 0 {
        return Err(DemoError::Refused { refused });
    }
    Ok(Simulated { report: count(store, plan, counts, started).await?, tour })
}

/// Runs the campaign, with the care in some of the spaces that it opens.
async fn live<S: Service>(service: &S, plan: Plan, spaces: Arc<Vec<SpaceId>>, progress: Progress) -> Result<Lived, DemoError> {
    let random = SeededRandom::new(plan.seed);
    let population = Population::new(random, plan.persons, plan.from);
    let numbers = spaces.iter().zip(0..).map(|(space, number)| (*space, number)).collect::<HashMap<SpaceId, u32>>();
    let mailboxes = Mailboxes::new(Behaviour(random), Arc::new(numbers));
    let mut care = Care::new(service.context().clone(), population, Behaviour(random), Arc::clone(&spaces), plan.from);
    let mut campaign = Campaign::new(service, population, Behaviour(random), mailboxes, spaces);
    let bar = progress.bar("living the campaign, day by day", DAYS);
    for day in plan.days() {
        campaign.live(day).await?;
        care.live(day).await?;
        bar.inc(1);
    }
    bar.finish();
    let (refused, counts) = (campaign.refused() + care.refused(), campaign.counts().plus(care.counts()));
    Ok(Lived { refused, counts, tour: care.tour()? })
}

async fn events(store: &Store) -> Result<u64, StoreError> {
    Ok(store.log().heads().await?.iter().map(|(_, position)| position).sum())
}

async fn count(store: &Store, plan: Plan, care: CareCounts, started: Instant) -> Result<DemoReport, DemoError> {
    let counts = campaign_progress(store, &[Dimension::State], &ProgressFilter::default()).await?;
    let by_state = |count: &ProgressCount| {
        let state = serde_json::to_value(count.state).unwrap_or_default();
        (state.as_str().unwrap_or("unknown").to_owned(), count.spaces)
    };
    let report = DemoReport {
        persons: plan.persons,
        by_state: counts.iter().map(by_state).collect(),
        care,
        events: events(store).await?,
        seconds: report::seconds(started.elapsed()),
        peak_memory_bytes: report::peak_memory_bytes(),
    };
    if report.adds_up() {
        return Ok(report);
    }
    Err(DemoError::DoesNotAddUp { counted: report.by_state.values().sum(), persons: plan.persons })
}
