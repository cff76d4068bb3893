//! What anybody may do who holds a provisional code, and the request for a new one: no token, no way to learn who has a space.
//!
//! INS + code --right--> done, with a receipt        anything else --> one and the same refusal
//! A wrong code, an unknown person, a locked code and a rule that says no answer with one status and one body, and an unknown person
//! costs the same reading of the log as a known one.
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
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::problem::{Kind, Problem, Success};

use super::answer::{Done, Written};
use super::json::Reading;
use super::lookup::digest_of;
use super::reissue;
use super::request::Asked;

/// No answer here leaves before this: longer than the work takes, so that its length tells nothing.
pub(super) const EVENLY: Duration = Duration::from_millis(150);

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(request_code))
        .routes(routes!(oppose_opening))
        .routes(routes!(withdraw_opposition))
        .routes(routes!(activate_space))
        .routes(routes!(deny_representation))
}

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
pub(super) struct Taken {
    /// What to expect, in French.
    message: &'static str,
}

/// Says nothing about whether there is such a person.
const TAKEN: Taken = Taken {
    message: "Votre demande est prise en compte. Si ces informations correspondent à un espace et qu’un contact y est déclaré, \
        un nouveau code provisoire est envoyé à ce contact ; il remplace le précédent. Sans message sous quelques jours, appelez le 3422.",
};

/// Ask for a new code; it goes to the contact declared to the insurer.
#[utoipa::path(post, path = "/v1/codes", tag = "with a code", request_body = CodeRequestBody,
    responses((status = 202, description = "taken, whoever it is for", body = Taken)))]
pub(super) async fn request_code(State(app): State<App>, asked: Asked<CodeRequestBody>) -> Result<Response, Problem> {
    let mut reading = Reading::default();
    let digest = reading.keep("/ins", digest_of(&app, &asked.body.ins));
    let born_on = reading.day("/born_on", Some(asked.body.born_on), app.horizon());
    let (digest, work) = reading.all(digest.zip(born_on))?;
    let space = place_of(&app, &digest).await?;
    let (done, ()) = tokio::join!(reissue::reissue_to(&app, space, work, asked.idempotency), tokio::time::sleep(EVENLY));
    done?;
    Ok((Success::Accepted.status(), Json(TAKEN)).into_response())
}

/// Oppose the opening of the space.
#[utoipa::path(post, path = "/v1/oppositions", tag = "with a code", request_body = ProofBody,
    responses((status = 200, description = "recorded; keep `receipt`", body = Done)))]
pub(super) async fn oppose_opening(State(app): State<App>, asked: Asked<ProofBody>) -> Result<Written, Problem> {
    let (at, by, via) = (app.now(), asked.body.acting.into(), OppositionChannel::Web);
    prove(&app, &asked, |digest| Oppose { at, by, via, proof: Proof::Code(digest) }.into()).await
}

/// Withdraw the opposition; the space opens at once.
#[utoipa::path(post, path = "/v1/oppositions/withdrawals", tag = "with a code", request_body = ProofBody,
    responses((status = 200, description = "withdrawn, and opened", body = Done)))]
pub(super) async fn withdraw_opposition(State(app): State<App>, asked: Asked<ProofBody>) -> Result<Written, Problem> {
    let (at, by, via) = (app.now(), asked.body.acting.into(), OppositionChannel::Web);
    prove(&app, &asked, |digest| WithdrawOpposition { at, by, via, proof: Proof::Code(digest) }.into()).await
}

/// Sign up; before the opening, this opens the space.
#[utoipa::path(post, path = "/v1/activations", tag = "with a code", request_body = ProofBody,
    responses((status = 200, description = "active", body = Done)))]
pub(super) async fn activate_space(State(app): State<App>, asked: Asked<ProofBody>) -> Result<Written, Problem> {
    let (at, by) = (app.now(), asked.body.acting.into());
    prove(&app, &asked, |code| Activate { at, by, code }.into()).await
}

/// Declare that one is not this child's representative; the creation waits.
#[utoipa::path(post, path = "/v1/representation-denials", tag = "with a code", request_body = ProofBody,
    responses((status = 200, description = "recorded", body = Done)))]
pub(super) async fn deny_representation(State(app): State<App>, asked: Asked<ProofBody>) -> Result<Written, Problem> {
    let (at, by) = (app.now(), asked.body.acting.into());
    prove(&app, &asked, |digest| DenyRepresentation { at, by, proof: Proof::Code(digest) }.into()).await
}

/// Has a command decided under the code, in even time, and tells a stranger nothing.
async fn prove(app: &App, asked: &Asked<ProofBody>, command: impl FnOnce(CodeDigest) -> SpaceCommand) -> Result<Written, Problem> {
    let mut reading = Reading::default();
    let digest = reading.keep("/ins", digest_of(app, &asked.body.ins));
    let code = reading.text::<ProvisionalCode>("/code", &asked.body.code);
    let (digest, code) = reading.all(digest.zip(code))?;
    let (answer, ()) = tokio::join!(decide(app, asked, (digest, code), command), tokio::time::sleep(EVENLY));
    answer
}

async fn decide(
    app: &App,
    asked: &Asked<ProofBody>,
    (digest, code): (InsDigest, ProvisionalCode),
    command: impl FnOnce(CodeDigest) -> SpaceCommand,
) -> Result<Written, Problem> {
    let space = place_of(app, &digest).await?;
    let order = asked.draw_up(space, command(code.digest(app.store.code_key(), space)), "public");
    match app.store.commands().execute(order, &app.policy).await {
        Ok(outcome) if outcome.refusal().is_none() && !outcome.is_quiet() => Ok(Written::done(space, &outcome)),
        Ok(_) | Err(Rejection::Refused(_) | Rejection::NoSuchSpace | Rejection::Stale { .. }) => Err(Problem::new(Kind::CodeNotAccepted)),
        // The content is part of a key here, and only a space that exists can be contended: neither may show.
        Err(Rejection::KeyReused) => Err(Problem::new(Kind::CodeNotAccepted).logged("a key met another content")),
        Err(Rejection::Store(error @ StoreError::Contended { .. })) => Err(Problem::new(Kind::CodeNotAccepted).logged(error)),
        Err(Rejection::Store(error)) => Err(Problem::from(error)),
    }
}

/// The person's space; for an unknown person a place where no space is, so that the same is read for both.
async fn place_of(app: &App, digest: &InsDigest) -> Result<SpaceId, Problem> {
    let nowhere = || {
        let (half, _) = digest.as_bytes().split_at(16);
        SpaceId::from(Uuid::from_slice(half).unwrap_or_default())
    };
    Ok(app.store.commands().find_space(digest).await?.unwrap_or_else(nowhere))
}
