//! Probes: whether the process lives, whether it can serve requests, and which version it is.

use axum::Json;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use ens_domain::space::terms::Channel;
use ens_projections::{Followers, Health, PassedOver, ReadModelLag};
use ens_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::background::backlog::{BacklogPart, RecentBacklog};
use crate::http::gate::{Access, Declaration, get};
use crate::problem::{Problem, ProblemType, Success};
use crate::unread_bounces::UnreadBounces;

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        get("/livez", Access::Anyone)
            .operation("probe_life", "operation", "Whether the process lives.")
            .answers::<Alive>(Success::Done, "it lives")
            .handled_by(probe_life),
        get("/version", Access::Anyone)
            .operation("show_version", "operation", "Which version this is, and by which access matrix it decides.")
            .answers::<Version>(Success::Done, "name and version, of the program and of the matrix")
            .handled_by(show_version),
        get("/readyz", Access::Anyone)
            .operation("probe_readiness", "operation", "Whether the store answers, its tables are up to date and the read models go on.")
            .answers::<Readiness>(
                Success::Done,
                "it can serve; `late` where something has been overdue for long, `degraded` where a part of it stands still",
            )
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
    /// The access matrix in force.
    access_matrix: MatrixBody,
}

/// An access matrix.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MatrixBody {
    /// Its version, which every trace names.
    #[schema(example = "2023-10-26")]
    version: String,
    /// The day from which its order is in force.
    effective_on: NaiveDate,
}

/// Whether requests can be served.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Readiness {
    /// `ready`; `late` where something has been overdue for more than two hours; `degraded` where a read model stands still, or the clock of
    /// this process cannot be trusted.
    status: &'static str,
    /// `right`; else why nothing is done that acts by date: `clock-apart-from-database` or `clock-jumped`.
    clock: &'static str,
    /// Bounces that `ens bounce` could not read, and that wait for somebody to look at them.
    unread_bounces: u64,
    /// What should have been done by now and is not, as the read models see it.
    overdue: OverdueBody,
    /// How far each read model is behind the log, all partitions together.
    read_models: Vec<ReadModelHealth>,
    /// What stands still in this process, and why.
    faults: Vec<FaultBody>,
    /// Events of kinds that this version of the program does not know, which every read model passes over; they stop nothing.
    passed_over: Vec<PassedOverBody>,
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

impl From<BacklogPart> for LateBody {
    fn from(late: BacklogPart) -> Self {
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

/// Events of an unknown kind of stream in one partition.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PassedOverBody {
    /// The kind, as the log names it.
    kind: String,
    /// In which partition.
    partition: u16,
    /// How many since this process started.
    events: u64,
    /// The position of the last of them.
    last_position: u64,
}

impl From<PassedOver> for PassedOverBody {
    fn from(passed: PassedOver) -> Self {
        let PassedOver { kind, partition, events, last_position } = passed;
        Self { kind, partition: partition.number(), events, last_position }
    }
}

async fn probe_life() -> Json<Alive> {
    Json(Alive { status: "alive" })
}

async fn show_version(State(app): State<App>) -> Json<Version> {
    let matrix = &app.policy.matrix;
    let access_matrix = MatrixBody { version: matrix.version().to_owned(), effective_on: matrix.effective_on() };
    Json(Version { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION"), access_matrix })
}

async fn probe_readiness(
    State(app): State<App>,
    Extension(last): Extension<RecentBacklog>,
    followers: Option<Extension<Followers>>,
) -> Result<Response, Problem> {
    let unavailable = |error| Problem::new(ProblemType::UNAVAILABLE).logged(error);
    let (lags, backlog, wrong) = tokio::try_join!(lag(&app), last.count(&app), app.clock_fault()).map_err(unavailable)?;
    let Health { faults, passed_over } = followers.map(|followers| followers.health()).unwrap_or_default();
    let faults: Vec<FaultBody> = faults
        .into_iter()
        .map(|fault| FaultBody {
            read_model: fault.projection,
            partition: fault.partition.number(),
            position: fault.position,
            reason: fault.reason,
        })
        .collect();
    // What is overdue or stands still takes no process out of service: all other requests are answered, and an idle process mends nothing.
    let status = match (faults.is_empty() && wrong.is_none(), backlog.is_too_late()) {
        (false, _) => "degraded",
        (true, true) => "late",
        (true, false) => "ready",
    };
    let clock = wrong.map_or("right", |fault| fault.word());
    let unread_bounces = UnreadBounces::new(app.settings.unread_bounces_folder()).count().await;
    let overdue = OverdueBody { openings: backlog.openings().into(), deadlines: backlog.deadlines().into() };
    let (read_models, passed_over) = (summed_up(&lags), passed_over.into_iter().map(PassedOverBody::from).collect());
    let readiness = Readiness { status, clock, unread_bounces, overdue, read_models, faults, passed_over };
    Ok((Success::Done.status(), Json(readiness)).into_response())
}

fn summed_up(lags: &[ReadModelLag]) -> Vec<ReadModelHealth> {
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
pub(super) async fn lag(app: &App) -> Result<Vec<ReadModelLag>, StoreError> {
    Followers::new(app.store.clone()).lag().await
}

/// A channel as a label.
pub(super) const fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Post => "post",
    }
}
