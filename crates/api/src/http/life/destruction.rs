//! The routes that request or cancel the destruction of a closed space's archive, and that renew a destroyed space, empty, under its id.
//!
//! A request only sets the day of the destruction; `background/deadlines.rs` destroys the archive on that day.

use axum::extract::State;
use ens_domain::calendar::paris;
use ens_domain::space::commands::{CancelDestruction, RenewSpace, RequestDestruction};

use crate::app::App;
use crate::http::gate::{Access, Declaration, delete, post};
use crate::http::wire::{ChangeHeaders, Done, EmptyBody, SpaceChange, SpacePath, WriteAnswer};
use crate::problem::{Problem, Success};

use super::creation::{PersonBody, admit};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        post("/v1/spaces/{space}/destruction", Access::HOLDER_SIDE_OR_SUPPORT)
            .operation("request_destruction", "closing", "Ask for the archive to be destroyed, within three months.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .optional_body::<EmptyBody>()
            .answers::<Done>(Success::Done, "asked for; `destroy_on` is the day")
            .handled_by(request_destruction),
        delete("/v1/spaces/{space}/destruction", Access::HOLDER_SIDE_OR_SUPPORT)
            .operation("cancel_destruction", "closing", "Take that request back while it is pending.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .answers::<Done>(Success::Done, "taken back")
            .handled_by(cancel_destruction),
        post("/v1/spaces/{space}/renewal", Access::CNAM)
            .operation("renew_space", "closing", "Create a new, empty space where the old one was destroyed; it keeps the id.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<PersonBody>()
            .answers::<Done>(Success::Done, "open again, empty")
            .handled_by(renew_space),
    ]
}

async fn request_destruction(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let outcome = request.execute(&app, RequestDestruction { at: app.now(), by: request.party()? }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn cancel_destruction(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let outcome = request.execute(&app, CancelDestruction { at: app.now(), by: request.party()? }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn renew_space(State(app): State<App>, request: SpaceChange<PersonBody>) -> Result<WriteAnswer, Problem> {
    let (digest, admitted) = admit(&app, &request.body, paris::day_of(app.now()))?;
    if app.store.commands().find_space(&digest).await? != Some(request.space()) {
        return Err(Problem::field("/ins", &"another person's: this space belongs to somebody else"));
    }
    let command = RenewSpace { at: app.now(), by: request.party()?, admission: admitted.admission };
    let outcome = request.execute(&app, command).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}
