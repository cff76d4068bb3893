//! Death, closing on request, and reopening of a space.

use axum::extract::State;
use chrono::NaiveDate;
use ens_domain::space::commands::{Close, RecordDeath, Reopen};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::gate::{Access, Declaration, delete, post};
use crate::http::wire::{ChangeHeaders, Done, EmptyBody, FieldChecks, SpaceChange, SpacePath, WriteAnswer};
use crate::problem::{Problem, Success};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        post("/v1/spaces/{space}/death", Access::REGISTRARS)
            .operation(
                "record_death",
                "closing",
                "Record the holder's death: before an opening the process ends, after it the space is closed.",
            )
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<DeathBody>()
            .answers::<Done>(Success::Done, "recorded")
            .handled_by(record_death),
        post("/v1/spaces/{space}/closing", Access::HOLDER_SIDE_OR_SUPPORT)
            .operation("close_space", "closing", "Close the space; its content is archived for ten years.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .optional_body::<EmptyBody>()
            .answers::<Done>(Success::Done, "closed")
            .handled_by(close_space),
        delete("/v1/spaces/{space}/closing", Access::HOLDER_SIDE_OR_SUPPORT)
            .operation("reopen_space", "closing", "Reopen a closed space: the archive comes back.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .answers::<Done>(Success::Done, "reopened")
            .handled_by(reopen_space),
    ]
}

/// When the person died.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeathBody {
    /// The day.
    died_on: NaiveDate,
}

async fn record_death(State(app): State<App>, request: SpaceChange<DeathBody>) -> Result<WriteAnswer, Problem> {
    let mut fields = FieldChecks::default();
    let died_on = fields.day("/died_on", Some(request.body.died_on), app.horizon());
    let command = RecordDeath { at: app.now(), by: request.party()?, died_on: fields.finish(died_on)? };
    let outcome = request.execute(&app, command).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn close_space(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let outcome = request.execute(&app, Close { at: app.now(), by: request.party()? }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn reopen_space(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let outcome = request.execute(&app, Reopen { at: app.now(), by: request.party()? }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}
