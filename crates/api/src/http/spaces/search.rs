//! From a person to the space: the INS travels in the body, never in an address.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::http::auth::Caller;
use crate::http::json::Reading;
use crate::http::lookup::digest_of;
use crate::http::request::{Asked, is_member};
use crate::problem::{Kind, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(find_space))
}

/// Whose space.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchBody {
    /// The INS: 13 characters and the key.
    #[schema(example = "279035121518989")]
    ins: String,
}

/// The space that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Found {
    /// Its id, for every other route.
    space: Uuid,
}

/// Find a person's space by the INS.
#[utoipa::path(post, path = "/v1/spaces/search", tag = "spaces", request_body = SearchBody, responses((status = 200, description = "found", body = Found)))]
pub(super) async fn find_space(State(app): State<App>, caller: Caller, asked: Asked<SearchBody>) -> Result<Json<Found>, Problem> {
    let mut reading = Reading::default();
    let digest = reading.keep("/ins", digest_of(&app, &asked.body.ins));
    let found = app.store.commands().find_space(&reading.all(digest)?).await?;
    let space = found.ok_or_else(|| Problem::new(Kind::NotFound))?;
    if is_member(&app, &caller, space).await? { Ok(Json(Found { space: space.uuid() })) } else { Err(Problem::new(Kind::NotFound)) }
}
