//! Who acts for a minor or a protected adult: declared and ended by those who keep the persons' data.

use axum::extract::State;
use chrono::NaiveDate;
use ens_domain::calendar::Horizon;
use ens_domain::identity::{Identity, IdentityError, IdentityFields, Sex};
use ens_domain::ids::RepresentationId;
use ens_domain::personal::Personal;
use ens_domain::space::commands::{DeclareRepresentative, EndRepresentation};
use ens_domain::space::terms::RepresentationKind;
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
    OpenApiRouter::new().routes(routes!(declare_representative)).routes(routes!(end_representation))
}

/// Who acts for the holder, and as what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RepresentationBody {
    /// `minor` or `protected_adult`.
    #[schema(value_type = String, example = "minor")]
    kind: RepresentationKind,
    /// The name given at birth.
    birth_name: String,
    /// The name borne in daily life, where it differs.
    used_name: Option<String>,
    /// All first names.
    first_names: Vec<String>,
    /// `female`, `male` or `unknown`.
    #[schema(value_type = String, example = "female")]
    sex: Sex,
    /// The day of birth.
    born_on: NaiveDate,
    /// The INSEE code of the commune or country of birth.
    #[schema(example = "51215")]
    birthplace: String,
}

impl RepresentationBody {
    fn identity(&self, past: Horizon) -> Result<Identity, Problem> {
        let mut reading = Reading::default();
        let birthplace = reading.text("/birthplace", &self.birthplace);
        let born_on = reading.day("/born_on", Some(self.born_on), past);
        let fields = reading.all(birthplace.zip(born_on).map(|(birthplace, born_on)| IdentityFields {
            birth_name: self.birth_name.clone(),
            used_name: self.used_name.clone(),
            first_names: self.first_names.clone(),
            sex: self.sex,
            born_on,
            birthplace,
        }))?;
        Identity::parse(fields).map_err(|fault| {
            let field = match &fault {
                IdentityError::Name(name) => format!("/{name}"),
                IdentityError::FirstNames => "/first_names".to_owned(),
                IdentityError::BornOn => "/born_on".to_owned(),
            };
            Problem::field(&field, &fault)
        })
    }
}

/// Declare who acts for a minor or a protected adult.
#[utoipa::path(post, path = "/v1/spaces/{space}/representations", tag = "representation", params(SpacePath, ChangeHeaders), request_body = RepresentationBody,
    responses((status = 201, description = "declared; `representation` names it", body = Done)))]
pub(super) async fn declare_representative(State(app): State<App>, asked: Change<RepresentationBody>) -> Result<Written, Problem> {
    let representative = Personal::new(asked.body.identity(app.past())?);
    let command =
        DeclareRepresentative { at: app.now(), by: asked.party()?, representation: app.new_id()?, kind: asked.body.kind, representative };
    let outcome = asked.order(&app, command).await?;
    let space = asked.space();
    Ok(Written::created(space, &outcome, |done| done.representation.map(|id| format!("/v1/spaces/{space}/representations/{id}"))))
}

/// End a representation.
#[utoipa::path(delete, path = "/v1/spaces/{space}/representations/{representation}", tag = "representation",
    params(SpacePath, ("representation" = uuid::Uuid, Path, description = "which one"), ChangeHeaders), responses((status = 200, description = "ended", body = Done)))]
pub(super) async fn end_representation(State(app): State<App>, asked: Change<Nothing>) -> Result<Written, Problem> {
    let representation: RepresentationId = asked.target.param("representation")?;
    let outcome = asked.order(&app, EndRepresentation { at: app.now(), by: asked.party()?, representation }).await?;
    Ok(Written::done(asked.space(), &outcome))
}
