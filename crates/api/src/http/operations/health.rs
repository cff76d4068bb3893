//! Probes: whether the process lives, whether it can serve requests, and which version it is.

use axum::Json;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use ens_domain::space::terms::Channel;
use ens_projections::{Followers, Lag};
use ens_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::background::stock::{LastStock, Late};
use crate::http::gate::{Access, Declaration, get};
use crate::problem::{Problem, ProblemType, Success};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        get("/livez", Access::Anyone)
            .operation("probe_life", "operation", "Whether the process lives.")
            .answers::<Alive>(Success::Done, "it lives")
            .handled_by(probe_life),
        get("/version", Access::Anyone)
            .operation("show_version", "operation", "Which version this is.")
            .answers::<Version>(Success::Done, "name and version")
            .handled_by(show_version),
        get("/readyz", Access::Anyone)
            .operation("probe_readiness", "operation", "Whether the store answers, its tables are up to date and the read models go on.")
            .answers::<Readiness>(Success::Done, "it can serve; `late` where something has been overdue for long")
            .answers::<Readiness>(Success::Degraded, "it cannot: the store does not answer, or a read model stands still")
            .handled_by(probe_readiness),
    ]
}

/// A process that answers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Alive {
    /// Always `alive`.
    status: &'static str,
}

/// Which program this is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Version {
    /// Its name.
    name: &'static str,
    /// Its version.
    version: &'static str,
}

/// Whether requests can be served.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Readiness {
    /// `ready`; `late` where something has been overdue for more than two hours; `degraded` where a read model stands still.
    status: &'static str,
    /// What should have been done by now and is not, as the read models see it.
    overdue: OverdueBody,
    /// How far each read model is behind the log, all partitions together.
    read_models: Vec<ReadModelHealth>,
    /// What stands still in this process, and why.
    faults: Vec<FaultBody>,
}

/// What is overdue.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OverdueBody {
    /// Spaces that should be open.
    openings: LateBody,
    /// Deadlines that should be settled.
    deadlines: LateBody,
}

/// How much is overdue, and for how long.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LateBody {
    /// How many.
    count: u64,
    /// Seconds since the first instant, in Paris, of the day on which the oldest was due.
    age_seconds: u64,
}

impl From<Late> for LateBody {
    fn from(late: Late) -> Self {
        Self { count: late.count, age_seconds: late.age_seconds }
    }
}

/// How far one read model is behind.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReadModelHealth {
    /// Its name.
    name: &'static str,
    /// Events that it does not reflect yet.
    behind: u64,
}

/// A read model that stands still.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FaultBody {
    /// Its name.
    read_model: &'static str,
    /// In which partition.
    partition: u16,
    /// Before which position.
    position: u64,
    /// Why.
    reason: String,
}

async fn probe_life() -> Json<Alive> {
    Json(Alive { status: "alive" })
}

async fn show_version() -> Json<Version> {
    Json(Version { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") })
}

async fn probe_readiness(
    State(app): State<App>,
    Extension(last): Extension<LastStock>,
    followers: Option<Extension<Followers>>,
) -> Result<Response, Problem> {
    let unavailable = |error| Problem::new(ProblemType::UNAVAILABLE).logged(error);
    let (lags, stock) = tokio::try_join!(lag(&app), last.recent(&app)).map_err(unavailable)?;
    let faults = followers.map(|followers| followers.health().faults).unwrap_or_default();
    let faults: Vec<FaultBody> = faults
        .into_iter()
        .map(|fault| FaultBody {
            read_model: fault.projection,
            partition: fault.partition.number(),
            position: fault.position,
            reason: fault.reason,
        })
        .collect();
    // What is overdue takes no process out of service: requests are answered, and an idle worker opens nothing sooner.
    let (success, status) = match (faults.is_empty(), stock.is_too_late()) {
        (false, _) => (Success::Degraded, "degraded"),
        (true, true) => (Success::Done, "late"),
        (true, false) => (Success::Done, "ready"),
    };
    let overdue = OverdueBody { openings: stock.openings().into(), deadlines: stock.deadlines().into() };
    Ok((success.status(), Json(Readiness { status, overdue, read_models: summed_up(&lags), faults })).into_response())
}

fn summed_up(lags: &[Lag]) -> Vec<ReadModelHealth> {
    let mut models: Vec<ReadModelHealth> = Vec::new();
    for lag in lags {
        match models.iter_mut().find(|model| model.name == lag.projection) {
            Some(model) => model.behind = model.behind.saturating_add(lag.behind),
            None => models.push(ReadModelHealth { name: lag.projection, behind: lag.behind }),
        }
    }
    models
}

/// How far the read models are behind. The store was brought up to date when it was opened: tables that are missing show here.
pub(super) async fn lag(app: &App) -> Result<Vec<Lag>, StoreError> {
    Followers::new(app.store.clone()).lag().await
}

/// A channel as a label.
pub(super) const fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Post => "post",
    }
}
