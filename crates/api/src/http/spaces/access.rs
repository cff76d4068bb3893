//! Authorisations: who the holder lets in, takes back, blocks and unblocks.

use axum::extract::State;
use chrono::NaiveDate;
use ens_domain::calendar::Horizon;
use ens_domain::finess::Finess;
use ens_domain::ids::GrantId;
use ens_domain::party::Grantee;
use ens_domain::rpps::Rpps;
use ens_domain::space::commands::{BlockProfessional, GrantAccess, RevokeAccess, UnblockProfessional};
use ens_domain::space::terms::{Scope, Section};
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
        .routes(routes!(grant_access))
        .routes(routes!(revoke_access))
        .routes(routes!(block_professional))
        .routes(routes!(unblock_professional))
}

/// Whom to let in, to what, until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GrantBody {
    /// A professional's RPPS number; else a structure is named.
    #[schema(example = "10003456783")]
    rpps: Option<String>,
    /// A structure's FINESS number; else a professional is named.
    finess: Option<String>,
    /// The sections to open; absent for the whole space.
    #[schema(value_type = Option<Vec<String>>, example = json!(["medical_record", "agenda"]))]
    sections: Option<Vec<Section>>,
    /// The last day, at most 150 years ahead; absent where there is none.
    until: Option<NaiveDate>,
}

/// Which professional.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfessionalBody {
    /// The RPPS number.
    #[schema(example = "10003456783")]
    rpps: String,
}

impl GrantBody {
    fn grantee(&self) -> Result<Grantee, Problem> {
        let mut reading = Reading::default();
        let rpps = reading.optional::<Rpps>("/rpps", self.rpps.as_deref()).map(|rpps| Grantee::Professional { rpps });
        let finess = reading.optional::<Finess>("/finess", self.finess.as_deref()).map(|finess| Grantee::Structure { finess });
        match (self.rpps.is_some(), self.finess.is_some()) {
            (true, false) => reading.all(rpps),
            (false, true) => reading.all(finess),
            (true, true) | (false, false) => Err(Problem::field("/rpps", &"name either a professional (rpps) or a structure (finess)")),
        }
    }

    /// The last day. A day that is over, or too far for a grant, is the rule's to refuse.
    fn until(&self, horizon: Horizon) -> Result<Option<NaiveDate>, Problem> {
        let mut reading = Reading::default();
        let until = reading.day("/until", self.until, horizon);
        reading.all(Some(until))
    }

    fn scope(&self) -> Scope {
        match &self.sections {
            Some(sections) => Scope::Sections { sections: sections.iter().copied().collect() },
            None => Scope::All,
        }
    }
}

/// Let a professional or a structure see all or part of the space.
#[utoipa::path(post, path = "/v1/spaces/{space}/authorisations", tag = "authorisations", params(SpacePath, ChangeHeaders), request_body = GrantBody,
    responses((status = 201, description = "let in; `grant` names the authorisation", body = Done)))]
pub(super) async fn grant_access(State(app): State<App>, asked: Change<GrantBody>) -> Result<Written, Problem> {
    let (to, scope, until) = (asked.body.grantee()?, asked.body.scope(), asked.body.until(app.horizon())?);
    let command = GrantAccess { at: app.now(), by: asked.party()?, grant: app.new_id()?, to, scope, until };
    let outcome = asked.order(&app, command).await?;
    let space = asked.space();
    Ok(Written::created(space, &outcome, |done| done.grant.map(|grant| format!("/v1/spaces/{space}/authorisations/{grant}"))))
}

/// Take an authorisation back.
#[utoipa::path(delete, path = "/v1/spaces/{space}/authorisations/{grant}", tag = "authorisations",
    params(SpacePath, ("grant" = uuid::Uuid, Path, description = "the authorisation"), ChangeHeaders), responses((status = 200, description = "taken back", body = Done)))]
pub(super) async fn revoke_access(State(app): State<App>, asked: Change<Nothing>) -> Result<Written, Problem> {
    let grant: GrantId = asked.target.param("grant")?;
    let outcome = asked.order(&app, RevokeAccess { at: app.now(), by: asked.party()?, grant }).await?;
    Ok(Written::done(asked.space(), &outcome))
}

/// Block a professional; what was granted to them ends for good.
#[utoipa::path(post, path = "/v1/spaces/{space}/blocked-professionals", tag = "authorisations", params(SpacePath, ChangeHeaders), request_body = ProfessionalBody,
    responses((status = 201, description = "blocked", body = Done)))]
pub(super) async fn block_professional(State(app): State<App>, asked: Change<ProfessionalBody>) -> Result<Written, Problem> {
    let mut reading = Reading::default();
    let professional = reading.text::<Rpps>("/rpps", &asked.body.rpps);
    let professional = reading.all(professional)?;
    let location = format!("/v1/spaces/{}/blocked-professionals/{professional}", asked.space());
    let outcome = asked.order(&app, BlockProfessional { at: app.now(), by: asked.party()?, professional }).await?;
    Ok(Written::created(asked.space(), &outcome, |_| Some(location)))
}

/// Unblock a professional; old authorisations do not come back.
#[utoipa::path(delete, path = "/v1/spaces/{space}/blocked-professionals/{rpps}", tag = "authorisations",
    params(SpacePath, ("rpps" = String, Path, description = "the RPPS number"), ChangeHeaders), responses((status = 200, description = "unblocked", body = Done)))]
pub(super) async fn unblock_professional(State(app): State<App>, asked: Change<Nothing>) -> Result<Written, Problem> {
    let professional: Rpps = asked.target.param("rpps")?;
    let outcome = asked.order(&app, UnblockProfessional { at: app.now(), by: asked.party()?, professional }).await?;
    Ok(Written::done(asked.space(), &outcome))
}
