//! The destruction of an archive on express request, and the new, empty space that may be asked for afterwards.

use axum::extract::State;
use ens_domain::calendar::paris;
use ens_domain::space::commands::{CancelDestruction, RenewSpace, RequestDestruction};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::answer::{Done, Written};
use crate::http::request::{Change, Nothing};
use crate::problem::Problem;

use super::creation::{PersonBody, admit};
use super::{ChangeHeaders, SpacePath};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(request_destruction, cancel_destruction)).routes(routes!(renew_space))
}

/// Ask for the archive to be destroyed, within three months.
#[utoipa::path(post, path = "/v1/spaces/{space}/destruction", tag = "closing", params(SpacePath, ChangeHeaders), request_body(content = Option<Nothing>),
    responses((status = 200, description = "asked for; `destroy_on` is the day", body = Done)))]
pub(super) async fn request_destruction(State(app): State<App>, asked: Change<Nothing>) -> Result<Written, Problem> {
    let outcome = asked.order(&app, RequestDestruction { at: app.now(), by: asked.party()? }).await?;
    Ok(Written::done(asked.space(), &outcome))
}

/// Take that request back while it is pending.
#[utoipa::path(delete, path = "/v1/spaces/{space}/destruction", tag = "closing", params(SpacePath, ChangeHeaders),
    responses((status = 200, description = "taken back", body = Done)))]
pub(super) async fn cancel_destruction(State(app): State<App>, asked: Change<Nothing>) -> Result<Written, Problem> {
    let outcome = asked.order(&app, CancelDestruction { at: app.now(), by: asked.party()? }).await?;
    Ok(Written::done(asked.space(), &outcome))
}

/// Create a new, empty space where the old one was destroyed; it keeps the id.
#[utoipa::path(post, path = "/v1/spaces/{space}/renewal", tag = "closing", params(SpacePath, ChangeHeaders), request_body = PersonBody,
    responses((status = 200, description = "open again, empty", body = Done)))]
pub(super) async fn renew_space(State(app): State<App>, asked: Change<PersonBody>) -> Result<Written, Problem> {
    let (digest, admitted) = admit(&app, &asked.body, paris::day_of(app.now()))?;
    if app.store.commands().find_space(&digest).await? != Some(asked.space()) {
        return Err(Problem::field("/ins", &"another person's: this space belongs to somebody else"));
    }
    let command = RenewSpace { at: app.now(), by: asked.party()?, admission: admitted.admission };
    let outcome = asked.order(&app, command).await?;
    Ok(Written::done(asked.space(), &outcome))
}
