//! The end of a space: a death, a closing that is asked for, an archive that comes back.

use axum::extract::State;
use chrono::NaiveDate;
use ens_domain::space::commands::{Close, RecordDeath, Reopen};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::answer::{Done, Written};
use crate::http::json::Reading;
use crate::http::request::{Change, Nothing};
use crate::problem::Problem;

use super::{ChangeHeaders, SpacePath};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(record_death)).routes(routes!(close_space, reopen_space))
}

/// When the person died.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeathBody {
    /// The day.
    died_on: NaiveDate,
}

/// Record the holder's death: before an opening the process ends, after it the space is closed.
#[utoipa::path(post, path = "/v1/spaces/{space}/death", tag = "closing", params(SpacePath, ChangeHeaders), request_body = DeathBody,
    responses((status = 200, description = "recorded", body = Done)))]
pub(super) async fn record_death(State(app): State<App>, asked: Change<DeathBody>) -> Result<Written, Problem> {
    let mut reading = Reading::default();
    let died_on = reading.day("/died_on", Some(asked.body.died_on), app.horizon());
    let command = RecordDeath { at: app.now(), by: asked.party()?, died_on: reading.all(died_on)? };
    let outcome = asked.order(&app, command).await?;
    Ok(Written::done(asked.space(), &outcome))
}

/// Close the space; its content is archived for ten years.
#[utoipa::path(post, path = "/v1/spaces/{space}/closing", tag = "closing", params(SpacePath, ChangeHeaders), request_body(content = Option<Nothing>),
    responses((status = 200, description = "closed", body = Done)))]
pub(super) async fn close_space(State(app): State<App>, asked: Change<Nothing>) -> Result<Written, Problem> {
    let outcome = asked.order(&app, Close { at: app.now(), by: asked.party()? }).await?;
    Ok(Written::done(asked.space(), &outcome))
}

/// Reopen a closed space: the archive comes back.
#[utoipa::path(delete, path = "/v1/spaces/{space}/closing", tag = "closing", params(SpacePath, ChangeHeaders),
    responses((status = 200, description = "reopened", body = Done)))]
pub(super) async fn reopen_space(State(app): State<App>, asked: Change<Nothing>) -> Result<Written, Problem> {
    let outcome = asked.order(&app, Reopen { at: app.now(), by: asked.party()? }).await?;
    Ok(Written::done(asked.space(), &outcome))
}
