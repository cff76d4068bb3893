//! A new provisional code for a person who asks for one, through an agent or from within the space.

use axum::extract::State;
use ens_notices::orders;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::answer::{Done, Written};
use crate::http::request::{Change, Nothing};
use crate::problem::Problem;

use super::{ChangeHeaders, SpacePath};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(reissue_code))
}

/// Have a new code sent to the declared contact; the one before is revoked.
#[utoipa::path(post, path = "/v1/spaces/{space}/codes", tag = "codes", params(SpacePath, ChangeHeaders), request_body(content = Option<Nothing>),
    responses((status = 201, description = "on its way", body = Done)))]
pub(super) async fn reissue_code(State(app): State<App>, asked: Change<Nothing>) -> Result<Written, Problem> {
    let loaded = asked.load(&app).await?;
    let order = orders::reissue(&app, &loaded, asked.party()?)?;
    let outcome = asked.place(&app, order).await?;
    Ok(Written::created(asked.space(), &outcome, |_| None))
}
