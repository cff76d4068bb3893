//! A new provisional code, sent at the request of an agent or from within the space.

use axum::extract::State;
use ens_notices::envelopes;

use crate::app::App;
use crate::http::gate::{Access, Declaration, post};
use crate::http::wire::{ChangeHeaders, Done, EmptyBody, SpaceChange, SpacePath, WriteAnswer};
use crate::problem::{Problem, Success};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        post("/v1/spaces/{space}/codes", Access::HOLDER_SIDE_OR_AGENTS)
            .operation("reissue_code", "codes", "Have a new code sent to the declared contact; the one before is revoked.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .optional_body::<EmptyBody>()
            .answers::<Done>(Success::Created, "on its way")
            .handled_by(reissue_code),
    ]
}

async fn reissue_code(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let loaded = request.load(&app).await?;
    let envelope = envelopes::reissue(&app, &loaded, request.party()?)?;
    let outcome = request.execute_envelope(&app, envelope).await?;
    Ok(WriteAnswer::created(request.space(), &outcome, |_| None))
}
