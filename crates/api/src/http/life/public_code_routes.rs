//! The public routes that take a provisional code in place of a token, and the request for a new code. They tell nobody who has a space.
//!
//! INS + code --right--> done, with a receipt        anything else --> the same refusal
//! A wrong code, an unknown person, a locked code and a refusal by a rule have one status and one body. An unknown person costs the same
//! read of the log as a known one.
//! - whoever guesses learns nothing
//! - no answer leaves early

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use ens_domain::code::{CodeDigest, ProvisionalCode};
use ens_domain::ids::SpaceId;
use ens_domain::ins::InsDigest;
use ens_domain::party::Party;
use ens_domain::space::SpaceCommand;
use ens_domain::space::commands::{Activate, DenyRepresentation, Oppose, Proof, WithdrawOpposition};
use ens_domain::space::terms::OppositionChannel;
use ens_store::{Rejection, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::gate::{Access, Declaration, post};
use crate::http::wire::{BodyRequest, Done, FieldChecks, WriteAnswer};
use crate::problem::{Problem, ProblemType, Success};

use super::ins_lookup::ins_digest;
use super::public_reissue::reissue_to;

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        post("/v1/codes", Access::WithCode)
            .operation("request_code", "with a code", "Ask for a new code; it goes to the contact declared to the insurer.")
            .body::<CodeRequestBody>()
            .answers::<CodeRequestTaken>(Success::Accepted, "taken, whoever it is for")
            .handled_by(request_code),
        post("/v1/oppositions", Access::WithCode)
            .operation("oppose_opening", "with a code", "Oppose the opening of the space.")
            .body::<ProofBody>()
            .answers::<Done>(Success::Done, "recorded; keep `receipt`")
            .handled_by(oppose_opening),
        post("/v1/oppositions/withdrawals", Access::WithCode)
            .operation("withdraw_opposition", "with a code", "Withdraw the opposition; the space opens at once.")
            .body::<ProofBody>()
            .answers::<Done>(Success::Done, "withdrawn, and opened")
            .handled_by(withdraw_opposition),
        post("/v1/activations", Access::WithCode)
            .operation("activate_space", "with a code", "Sign up; before the opening, this opens the space.")
            .body::<ProofBody>()
            .answers::<Done>(Success::Done, "active")
            .handled_by(activate_space),
        post("/v1/representation-denials", Access::WithCode)
            .operation("deny_representation", "with a code", "Declare that one is not this child's representative; the creation waits.")
            .body::<ProofBody>()
            .answers::<Done>(Success::Done, "recorded")
            .handled_by(deny_representation),
    ]
}

/// No answer leaves earlier: longer than the work takes, so that the time tells nothing.
const LEAST_TIME: Duration = Duration::from_millis(150);

/// Who the person is, and the code that proves it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProofBody {
    /// The INS: 13 characters and the key.
    #[schema(example = "279035121518989")]
    ins: String,
    /// The code of the last message, without regard to case, spaces or dashes.
    #[schema(example = "ABCD-EFGH-JKMN")]
    code: String,
    /// Who acts: the holder where it is not said.
    #[serde(default)]
    acting: Acting,
}

/// Who acts for the space.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Acting {
    /// The person whose space it is.
    #[default]
    Holder,
    /// Who acts for a minor or a protected adult.
    Representative,
}

impl From<Acting> for Party {
    fn from(acting: Acting) -> Self {
        match acting {
            Acting::Holder => Self::Holder,
            Acting::Representative => Self::Representative,
        }
    }
}

/// Who asks for a new code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeRequestBody {
    /// The INS: 13 characters and the key.
    #[schema(example = "279035121518989")]
    ins: String,
    /// The day of birth.
    born_on: chrono::NaiveDate,
}

/// The one answer to a request for a code.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Taken)]
pub(super) struct CodeRequestTaken {
    /// What to expect, in French.
    message: &'static str,
}

/// Says nothing about whether there is such a person.
const TAKEN: CodeRequestTaken = CodeRequestTaken {
    message: "Votre demande est prise en compte. Si ces informations correspondent à un espace et qu’un contact y est déclaré, \
        un nouveau code provisoire est envoyé à ce contact ; il remplace le précédent. Sans message sous quelques jours, appelez le 3422.",
};

async fn request_code(State(app): State<App>, request: BodyRequest<CodeRequestBody>) -> Result<Response, Problem> {
    let mut fields = FieldChecks::default();
    let digest = fields.check("/ins", ins_digest(&app, &request.body.ins));
    let born_on = fields.day("/born_on", Some(request.body.born_on), app.horizon());
    let (digest, born_on) = fields.finish(digest.zip(born_on))?;
    let space = space_or_decoy(&app, &digest).await?;
    let (done, ()) = tokio::join!(reissue_to(&app, space, born_on, request.idempotency), tokio::time::sleep(LEAST_TIME));
    done?;
    Ok((Success::Accepted.status(), Json(TAKEN)).into_response())
}

async fn oppose_opening(State(app): State<App>, request: BodyRequest<ProofBody>) -> Result<WriteAnswer, Problem> {
    let (at, by, via) = (app.now(), request.body.acting.into(), OppositionChannel::Web);
    execute_with_code(&app, &request, |digest| Oppose { at, by, via, proof: Proof::Code(digest) }.into()).await
}

async fn withdraw_opposition(State(app): State<App>, request: BodyRequest<ProofBody>) -> Result<WriteAnswer, Problem> {
    let (at, by, via) = (app.now(), request.body.acting.into(), OppositionChannel::Web);
    execute_with_code(&app, &request, |digest| WithdrawOpposition { at, by, via, proof: Proof::Code(digest) }.into()).await
}

async fn activate_space(State(app): State<App>, request: BodyRequest<ProofBody>) -> Result<WriteAnswer, Problem> {
    let (at, by) = (app.now(), request.body.acting.into());
    execute_with_code(&app, &request, |code| Activate { at, by, code }.into()).await
}

async fn deny_representation(State(app): State<App>, request: BodyRequest<ProofBody>) -> Result<WriteAnswer, Problem> {
    let (at, by) = (app.now(), request.body.acting.into());
    execute_with_code(&app, &request, |digest| DenyRepresentation { at, by, proof: Proof::Code(digest) }.into()).await
}

/// Executes a command with the code as proof, in the same time whatever comes of it.
async fn execute_with_code(
    app: &App,
    request: &BodyRequest<ProofBody>,
    command: impl FnOnce(CodeDigest) -> SpaceCommand,
) -> Result<WriteAnswer, Problem> {
    let mut fields = FieldChecks::default();
    let digest = fields.check("/ins", ins_digest(app, &request.body.ins));
    let code = fields.parse::<ProvisionalCode>("/code", &request.body.code);
    let (digest, code) = fields.finish(digest.zip(code))?;
    let (answer, ()) = tokio::join!(execute_quietly(app, request, (digest, code), command), tokio::time::sleep(LEAST_TIME));
    answer
}

async fn execute_quietly(
    app: &App,
    request: &BodyRequest<ProofBody>,
    (digest, code): (InsDigest, ProvisionalCode),
    command: impl FnOnce(CodeDigest) -> SpaceCommand,
) -> Result<WriteAnswer, Problem> {
    let space = space_or_decoy(app, &digest).await?;
    let envelope = request.envelope_for(space, command(code.digest(app.store.code_key(), space)), "public");
    match app.store.commands().execute(envelope, &app.policy).await {
        Ok(outcome) if outcome.refusal().is_none() && !outcome.is_quiet() => Ok(WriteAnswer::done(space, &outcome)),
        Ok(_) | Err(Rejection::Refused(_) | Rejection::NoSuchSpace | Rejection::Stale { .. }) => {
            Err(Problem::new(ProblemType::CODE_NOT_ACCEPTED))
        }
        // The content is part of a key here, and only a space that exists can be contended: neither may show.
        Err(Rejection::KeyReused) => Err(Problem::new(ProblemType::CODE_NOT_ACCEPTED).logged("a key met another content")),
        Err(Rejection::Store(error @ StoreError::Contended { .. })) => Err(Problem::new(ProblemType::CODE_NOT_ACCEPTED).logged(error)),
        Err(Rejection::Store(error)) => Err(Problem::from(error)),
    }
}

/// The person's space; for an unknown person an id that no space has, so that the same is read for both.
async fn space_or_decoy(app: &App, digest: &InsDigest) -> Result<SpaceId, Problem> {
    let decoy = || {
        let (half, _) = digest.as_bytes().split_at(16);
        SpaceId::from(Uuid::from_slice(half).unwrap_or_default())
    };
    Ok(app.store.commands().find_space(digest).await?.unwrap_or_else(decoy))
}
