//! What a professional does with the authorisations of a space: takes the person's consent for a colleague, and blocks as administrator.

use axum::extract::State;
use ens_domain::access::Professional;
use ens_domain::space::commands::{BlockAsAdministrator, TakeConsent};

use crate::app::App;
use crate::http::gate::{Access, Actor, Caller, Declaration, post};
use crate::http::wire::{ChangeHeaders, Done, SpaceChange, SpacePath, WriteAnswer};
use crate::problem::{Problem, ProblemType, Success};

use super::grants::{ColleagueBody, ProfessionalBody};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        post("/v1/spaces/{space}/consents-for-colleagues", Access::PROFESSIONALS)
            .operation(
                "take_consent",
                "authorisations",
                "Let a colleague in, with the consent of the person whom the professional informed (article L. 1111-17 II).",
            )
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<ColleagueBody>()
            .answers::<Done>(Success::Created, "let in; `grant` names the authorisation")
            .handled_by(take_consent),
        post("/v1/spaces/{space}/blocks-by-administrator", Access::PROFESSIONALS)
            .operation("block_as_administrator", "authorisations", "Block a professional, as one whom the holder chose as administrator.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<ProfessionalBody>()
            .answers::<Done>(Success::Created, "blocked; the holder alone unblocks")
            .handled_by(block_as_administrator),
    ]
}

async fn take_consent(State(app): State<App>, request: SpaceChange<ColleagueBody>) -> Result<WriteAnswer, Problem> {
    let (to, scope, until) = (request.body.grantee()?, request.body.scope(), request.body.until(app.horizon())?);
    let by = professional(&request.target.caller)?;
    let outcome = request.execute(&app, TakeConsent { at: app.now(), by, grant: app.new_id()?, to, scope, until }).await?;
    let space = request.space();
    Ok(WriteAnswer::created(space, &outcome, |done| done.grant.map(|grant| format!("/v1/spaces/{space}/authorisations/{grant}"))))
}

async fn block_as_administrator(State(app): State<App>, request: SpaceChange<ProfessionalBody>) -> Result<WriteAnswer, Problem> {
    let (by, professional) = (professional(&request.target.caller)?, request.body.professional()?);
    let location = format!("/v1/spaces/{}/blocked-professionals/{professional}", request.space());
    let outcome = request.execute(&app, BlockAsAdministrator { at: app.now(), by, professional }).await?;
    Ok(WriteAnswer::created(request.space(), &outcome, |_| Some(location)))
}

/// The caller, with profession and structure.
fn professional(caller: &Caller) -> Result<Professional, Problem> {
    match caller.actor() {
        Actor::Professional(professional) => Ok(professional.clone()),
        Actor::Holder { .. }
        | Actor::Representative { .. }
        | Actor::Caregiver { .. }
        | Actor::Cnam
        | Actor::Insurer { .. }
        | Actor::Support { .. }
        | Actor::Service { .. }
        | Actor::Auditor
        | Actor::Admin => Err(Problem::new(ProblemType::FORBIDDEN)),
    }
}
