//! What an agent records before the opening: an opposition and its withdrawal at a desk, by letter or by phone, and what blocks an opening.

use axum::extract::State;
use ens_domain::code::ProvisionalCode;
use ens_domain::space::commands::{DenyRepresentation, MendTechnicalBlock, Oppose, Proof, WithdrawOpposition};
use ens_domain::space::terms::OppositionChannel;
use ens_notices::orders;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::answer::{Done, Written};
use crate::http::json::Reading;
use crate::http::request::{Change, Nothing};
use crate::problem::Problem;

use super::{ChangeHeaders, SpacePath};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(record_opposition))
        .routes(routes!(record_withdrawal))
        .routes(routes!(record_denial))
        .routes(routes!(report_block, mend_block))
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

impl<T> Change<T> {
    /// What proves who the person is: the code that they gave, or else the agent's own check.
    fn proof(&self, app: &App, code: Option<&str>) -> Result<Proof, Problem> {
        let Some(text) = code else {
            return Ok(Proof::IdentityProved);
        };
        let mut reading = Reading::default();
        let code = reading.text::<ProvisionalCode>("/code", text);
        Ok(Proof::Code(reading.all(code)?.digest(app.store.code_key(), self.space())))
    }
}

/// Record an opposition for a person.
#[utoipa::path(post, path = "/v1/spaces/{space}/opposition", tag = "opposition", params(SpacePath, ChangeHeaders), request_body = ContactBody,
    responses((status = 200, description = "recorded; `receipt` is for the person", body = Done)))]
pub(super) async fn record_opposition(State(app): State<App>, asked: Change<ContactBody>) -> Result<Written, Problem> {
    let proof = asked.proof(&app, asked.body.code.as_deref())?;
    let outcome = asked.order(&app, Oppose { at: app.now(), by: asked.party()?, via: asked.body.via, proof }).await?;
    Ok(Written::done(asked.space(), &outcome))
}

/// Record that the person withdraws the opposition; the space opens at once.
#[utoipa::path(post, path = "/v1/spaces/{space}/opposition/withdrawal", tag = "opposition", params(SpacePath, ChangeHeaders), request_body = ContactBody,
    responses((status = 200, description = "withdrawn, and opened", body = Done)))]
pub(super) async fn record_withdrawal(State(app): State<App>, asked: Change<ContactBody>) -> Result<Written, Problem> {
    let proof = asked.proof(&app, asked.body.code.as_deref())?;
    let outcome = asked.order(&app, WithdrawOpposition { at: app.now(), by: asked.party()?, via: asked.body.via, proof }).await?;
    Ok(Written::done(asked.space(), &outcome))
}

/// What proves who the person is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DenialBody {
    /// The code that the person reads out; absent where the identity was proved.
    #[schema(value_type = Option<String>, example = "ABCD-EFGH-JKMN")]
    code: Option<String>,
}

/// Record that the addressee is not this child's representative; the creation waits.
#[utoipa::path(post, path = "/v1/spaces/{space}/representation-denial", tag = "opposition", params(SpacePath, ChangeHeaders), request_body = DenialBody,
    responses((status = 200, description = "recorded", body = Done)))]
pub(super) async fn record_denial(State(app): State<App>, asked: Change<DenialBody>) -> Result<Written, Problem> {
    let proof = asked.proof(&app, asked.body.code.as_deref())?;
    let outcome = asked.order(&app, DenyRepresentation { at: app.now(), by: asked.party()?, proof }).await?;
    Ok(Written::done(asked.space(), &outcome))
}

/// Report that the space cannot be opened for a technical reason; the person is told without delay.
#[utoipa::path(post, path = "/v1/spaces/{space}/technical-block", tag = "opening", params(SpacePath, ChangeHeaders), request_body(content = Option<Nothing>),
    responses((status = 200, description = "reported", body = Done)))]
pub(super) async fn report_block(State(app): State<App>, asked: Change<Nothing>) -> Result<Written, Problem> {
    let order = orders::technical_block(&app, &asked.load(&app).await?)?;
    let outcome = asked.place(&app, order).await?;
    Ok(Written::done(asked.space(), &outcome))
}

/// Report that it was mended; the opening is tried again.
#[utoipa::path(delete, path = "/v1/spaces/{space}/technical-block", tag = "opening", params(SpacePath, ChangeHeaders),
    responses((status = 200, description = "mended", body = Done)))]
pub(super) async fn mend_block(State(app): State<App>, asked: Change<Nothing>) -> Result<Written, Problem> {
    let outcome = asked.order(&app, MendTechnicalBlock { at: app.now() }).await?;
    Ok(Written::done(asked.space(), &outcome))
}
