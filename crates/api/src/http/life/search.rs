//! The search for a person's space by INS. The INS travels in the body, never in an address.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::gate::{Access, Caller, Declaration, Role, post};
use crate::http::wire::{BodyRequest, FieldChecks, is_member};
use crate::problem::{Problem, ProblemType, Success};

use super::ins_lookup::ins_digest;

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        post("/v1/spaces/search", Access::Roles(&[Role::Cnam, Role::Insurer, Role::Support]))
            .operation("find_space", "spaces", "Find a person's space by the INS.")
            .body::<SearchBody>()
            .answers::<Found>(Success::Done, "found")
            .handled_by(find_space),
    ]
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

async fn find_space(State(app): State<App>, caller: Caller, request: BodyRequest<SearchBody>) -> Result<Json<Found>, Problem> {
    let mut fields = FieldChecks::default();
    let digest = fields.check("/ins", ins_digest(&app, &request.body.ins));
    let found = app.store.commands().find_space(&fields.finish(digest)?).await?;
    let space = found.ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))?;
    if is_member(&app, &caller, space).await? { Ok(Json(Found { space: space.uuid() })) } else { Err(Problem::new(ProblemType::NOT_FOUND)) }
}
