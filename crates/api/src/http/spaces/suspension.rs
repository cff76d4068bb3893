//! The suspension by CNAM, its lifting, and the person's opposition to the closing that would follow.

use axum::extract::State;
use ens_domain::space::commands::{LiftSuspension, OpposeClosing};
use ens_domain::space::terms::SuspensionGround;
use ens_notices::orders;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::answer::{Done, Written};
use crate::http::request::{Change, Nothing};
use crate::problem::Problem;

use super::{ChangeHeaders, SpacePath};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(suspend_space, lift_suspension)).routes(routes!(oppose_closing))
}

/// Why the space is suspended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SuspensionBody {
    /// `fraud` or `malfunction`.
    #[schema(value_type = String, example = "fraud")]
    ground: SuspensionGround,
}

/// Suspend the space; the person is told, and has six weeks to oppose the closing.
#[utoipa::path(post, path = "/v1/spaces/{space}/suspension", tag = "suspension", params(SpacePath, ChangeHeaders), request_body = SuspensionBody,
    responses((status = 200, description = "suspended; `last_day` is the last day to oppose the closing", body = Done)))]
pub(super) async fn suspend_space(State(app): State<App>, asked: Change<SuspensionBody>) -> Result<Written, Problem> {
    let order = orders::suspension(&app, &asked.load(&app).await?, asked.body.ground)?;
    let outcome = asked.place(&app, order).await?;
    Ok(Written::done(asked.space(), &outcome))
}

/// Lift the suspension: what made it necessary was mended.
#[utoipa::path(delete, path = "/v1/spaces/{space}/suspension", tag = "suspension", params(SpacePath, ChangeHeaders),
    responses((status = 200, description = "lifted", body = Done)))]
pub(super) async fn lift_suspension(State(app): State<App>, asked: Change<Nothing>) -> Result<Written, Problem> {
    let outcome = asked.order(&app, LiftSuspension { at: app.now() }).await?;
    Ok(Written::done(asked.space(), &outcome))
}

/// Oppose the closing of the suspended space.
#[utoipa::path(post, path = "/v1/spaces/{space}/suspension/opposition", tag = "suspension", params(SpacePath, ChangeHeaders), request_body(content = Option<Nothing>),
    responses((status = 200, description = "opposed: the space is back", body = Done)))]
pub(super) async fn oppose_closing(State(app): State<App>, asked: Change<Nothing>) -> Result<Written, Problem> {
    let outcome = asked.order(&app, OpposeClosing { at: app.now(), by: asked.party()? }).await?;
    Ok(Written::done(asked.space(), &outcome))
}
