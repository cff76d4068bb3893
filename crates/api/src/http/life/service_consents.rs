//! The holder's consents to services of the national catalogue: for some categories of data and one purpose each, withdrawn at any time.

use std::collections::BTreeSet;

use axum::extract::State;
use chrono::NaiveDate;
use ens_domain::access::Purpose;
use ens_domain::ids::ServiceId;
use ens_domain::space::commands::{ConsentToService, WithdrawServiceConsent};
use ens_domain::space::terms::Section;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::http::gate::{Access, Declaration, delete, put};
use crate::http::wire::{ChangeHeaders, Done, EmptyBody, FieldChecks, SpaceChange, SpacePath, WriteAnswer};
use crate::problem::{Problem, ProblemType, Success};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        put("/v1/spaces/{space}/service-consents/{service}/{purpose}", Access::HOLDER_SIDE)
            .operation("consent_to_service", "directory", "Consent to a service, for these categories of data and this purpose.")
            .params::<SpacePath>()
            .params::<ConsentPath>()
            .params::<ChangeHeaders>()
            .body::<ConsentBody>()
            .answers::<Done>(Success::Done, "consented; what was consented to for this purpose before is replaced")
            .handled_by(consent_to_service),
        delete("/v1/spaces/{space}/service-consents/{service}/{purpose}", Access::HOLDER_SIDE)
            .operation("withdraw_service_consent", "directory", "Take the consent to a service back, for this purpose.")
            .params::<SpacePath>()
            .params::<ConsentPath>()
            .params::<ChangeHeaders>()
            .answers::<Done>(Success::Done, "taken back")
            .handled_by(withdraw_service_consent),
    ]
}

/// Which consent.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "read by the OpenAPI document alone; the handlers read the path themselves")]
pub(super) struct ConsentPath {
    /// the service
    service: Uuid,
    /// what for: `personal_use`, `care`, `prevention` or `research`
    purpose: String,
}

/// What is consented to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConsentBody {
    /// The categories of data.
    #[schema(value_type = Vec<String>, example = json!(["measures", "agenda"]))]
    sections: BTreeSet<Section>,
    /// The last day; absent for until it is taken back.
    until: Option<NaiveDate>,
}

fn purpose<T>(request: &SpaceChange<T>) -> Result<Purpose, Problem> {
    let name: String = request.target.param("purpose")?;
    Purpose::named(&name).ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))
}

async fn consent_to_service(State(app): State<App>, request: SpaceChange<ConsentBody>) -> Result<WriteAnswer, Problem> {
    let service: ServiceId = request.target.param("service")?;
    let mut fields = FieldChecks::default();
    let until = fields.day("/until", request.body.until, app.horizon());
    let until = fields.finish(Some(until))?;
    let (by, purpose, sections) = (request.party()?, purpose(&request)?, request.body.sections.clone());
    let outcome = request.execute(&app, ConsentToService { at: app.now(), by, service, purpose, sections, until }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}

async fn withdraw_service_consent(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let service: ServiceId = request.target.param("service")?;
    let (by, purpose) = (request.party()?, purpose(&request)?);
    let outcome = request.execute(&app, WithdrawServiceConsent { at: app.now(), by, service, purpose }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}
