//! What agents record before the opening: oppositions and withdrawals by desk, letter or phone, denied representations, technical blocks.

use axum::extract::State;
use ens_domain::code::ProvisionalCode;
use ens_domain::space::commands::{DenyRepresentation, MendTechnicalBlock, Oppose, Proof, WithdrawOpposition};
use ens_domain::space::terms::OppositionChannel;
use ens_notices::envelopes;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::gate::{Access, Declaration, delete, post};
use crate::http::wire::{ChangeHeaders, Done, EmptyBody, FieldChecks, SpaceChange, SpacePath, WriteAnswer};
use crate::problem::{Problem, Success};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        post("/v1/spaces/{space}/opposition", Access::AGENTS)
            .operation("record_opposition", "opposition", "Record an opposition for a person.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<ContactBody>()
            .answers::<Done>(Success::Done, "recorded; `receipt` is for the person")
            .handled_by(record_opposition),
        post("/v1/spaces/{space}/opposition/withdrawal", Access::AGENTS)
            .operation("record_withdrawal", "opposition", "Record that the person withdraws the opposition; the space opens at once.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<ContactBody>()
            .answers::<Done>(Success::Done, "withdrawn, and opened")
            .handled_by(record_withdrawal),
        post("/v1/spaces/{space}/representation-denial", Access::AGENTS)
            .operation("record_denial", "opposition", "Record that the addressee is not this child's representative; the creation waits.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<DenialBody>()
            .answers::<Done>(Success::Done, "recorded")
            .handled_by(record_denial),
        post("/v1/spaces/{space}/technical-block", Access::CNAM)
            .operation(
                "report_block",
                "opening",
                "Report that the space cannot be opened for a technical reason; the person is told without delay.",
            )
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .optional_body::<EmptyBody>()
            .answers::<Done>(Success::Done, "reported")
            .handled_by(report_block),
        delete("/v1/spaces/{space}/technical-block", Access::CNAM)
            .operation("mend_block", "opening", "Report that it was mended; the opening is tried again.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .answers::<Done>(Success::Done, "mended")
            .handled_by(mend_block),
    ]
}

/// How the person came, and what proves who they are.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ContactBody {
    /// `phone` with the code that the person reads out; `desk` or `letter` without, the identity being proved to the agent.
    #[schema(value_type = String, example = "desk")]
    via: OppositionChannel,
    /// The code, by phone.
    #[schema(value_type = Option<String>, example = "ABCD-EFGH-JKMN")]
    code: Option<String>,
}

/// What proves who the person is: the code that they gave, or else the agent's own check.
fn proof_of<T>(app: &App, request: &SpaceChange<T>, code: Option<&str>) -> Result<Proof, Problem> {
    let Some(text) = code else {
        return Ok(Proof::IdentityProved);
    };
    let mut fields = FieldChecks::default();
    let code = fields.parse::<ProvisionalCode>("/code", text);
    Ok(Proof::Code(fields.finish(code)?.digest(app.store.code_key(), request.space())))
}

async fn record_opposition(State(app): State<App>, request: SpaceChange<ContactBody>) -> Result<WriteAnswer, Problem> {
    let proof = proof_of(&app, &request, request.body.code.as_deref())?;
    let outcome = request.execute(&app, Oppose { at: app.now(), by: request.party()?, via: request.body.via, proof }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn record_withdrawal(State(app): State<App>, request: SpaceChange<ContactBody>) -> Result<WriteAnswer, Problem> {
    let proof = proof_of(&app, &request, request.body.code.as_deref())?;
    let outcome = request.execute(&app, WithdrawOpposition { at: app.now(), by: request.party()?, via: request.body.via, proof }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

/// What proves who the person is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DenialBody {
    /// The code that the person reads out; absent where the identity was proved.
    #[schema(value_type = Option<String>, example = "ABCD-EFGH-JKMN")]
    code: Option<String>,
}

async fn record_denial(State(app): State<App>, request: SpaceChange<DenialBody>) -> Result<WriteAnswer, Problem> {
    let proof = proof_of(&app, &request, request.body.code.as_deref())?;
    let outcome = request.execute(&app, DenyRepresentation { at: app.now(), by: request.party()?, proof }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn report_block(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let envelope = envelopes::technical_block(&app, &request.load(&app).await?)?;
    let outcome = request.execute_envelope(&app, envelope).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn mend_block(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let outcome = request.execute(&app, MendTechnicalBlock { at: app.now() }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}
