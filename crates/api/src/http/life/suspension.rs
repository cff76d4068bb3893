//! The suspension by CNAM, its lifting, and the person's opposition to the closing that would follow.

use axum::extract::State;
use ens_domain::space::commands::{LiftSuspension, OpposeClosing};
use ens_domain::space::terms::SuspensionGround;
use ens_notices::envelopes;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::gate::{Access, Declaration, delete, post};
use crate::http::wire::{ChangeHeaders, Done, EmptyBody, SpaceChange, SpacePath, WriteAnswer};
use crate::problem::{Problem, Success};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        post("/v1/spaces/{space}/suspension", Access::CNAM)
            .operation("suspend_space", "suspension", "Suspend the space; the person is told, and has six weeks to oppose the closing.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<SuspensionBody>()
            .answers::<Done>(Success::Done, "suspended; `last_day` is the last day to oppose the closing")
            .handled_by(suspend_space),
        delete("/v1/spaces/{space}/suspension", Access::CNAM)
            .operation("lift_suspension", "suspension", "Lift the suspension: what made it necessary was mended.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .answers::<Done>(Success::Done, "lifted")
            .handled_by(lift_suspension),
        post("/v1/spaces/{space}/suspension/opposition", Access::HOLDER_SIDE_OR_SUPPORT)
            .operation("oppose_closing", "suspension", "Oppose the closing of the suspended space.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .optional_body::<EmptyBody>()
            .answers::<Done>(Success::Done, "opposed: the space is back")
            .handled_by(oppose_closing),
    ]
}

/// Why the space is suspended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SuspensionBody {
    /// `fraud` or `malfunction`.
    #[schema(value_type = String, example = "fraud")]
    ground: SuspensionGround,
}

async fn suspend_space(State(app): State<App>, request: SpaceChange<SuspensionBody>) -> Result<WriteAnswer, Problem> {
    let envelope = envelopes::suspension(&app, &request.load(&app).await?, request.body.ground)?;
    let outcome = request.execute_envelope(&app, envelope).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn lift_suspension(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let outcome = request.execute(&app, LiftSuspension { at: app.now() }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn oppose_closing(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let outcome = request.execute(&app, OpposeClosing { at: app.now(), by: request.party()? }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}
