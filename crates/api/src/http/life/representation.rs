//! Who acts for a minor or a protected adult: declared and ended by those who keep the persons' data.

use axum::extract::State;
use chrono::NaiveDate;
use ens_domain::calendar::Horizon;
use ens_domain::identity::{Identity, Sex};
use ens_domain::ids::RepresentationId;
use ens_domain::personal::Personal;
use ens_domain::space::commands::{DeclareRepresentative, EndRepresentation};
use ens_domain::space::terms::RepresentationKind;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::http::gate::{Access, Declaration, delete, post};
use crate::http::wire::{ChangeHeaders, Done, EmptyBody, SpaceChange, SpacePath, WriteAnswer};
use crate::problem::{Problem, Success};

use super::named_person::NamedPerson;

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        post("/v1/spaces/{space}/representations", Access::REGISTRARS)
            .operation("declare_representative", "representation", "Declare who acts for a minor or a protected adult.")
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<RepresentationBody>()
            .answers::<Done>(Success::Created, "declared; `representation` names it")
            .handled_by(declare_representative),
        delete("/v1/spaces/{space}/representations/{representation}", Access::REGISTRARS)
            .operation("end_representation", "representation", "End a representation.")
            .params::<SpacePath>()
            .params::<RepresentationPath>()
            .params::<ChangeHeaders>()
            .answers::<Done>(Success::Done, "ended")
            .handled_by(end_representation),
    ]
}

/// Which representation.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "read by the OpenAPI document alone; the handler reads the path itself")]
pub(super) struct RepresentationPath {
    /// which one
    representation: Uuid,
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
        let person = NamedPerson {
            birth_name: self.birth_name.clone(),
            used_name: self.used_name.clone(),
            first_names: self.first_names.clone(),
            sex: self.sex,
            born_on: self.born_on,
            birthplace: self.birthplace.clone(),
        };
        person.identity("", past)
    }
}

async fn declare_representative(State(app): State<App>, request: SpaceChange<RepresentationBody>) -> Result<WriteAnswer, Problem> {
    let representative = Personal::new(request.body.identity(app.past())?);
    let command = DeclareRepresentative {
        at: app.now(),
        by: request.party()?,
        representation: app.new_id()?,
        kind: request.body.kind,
        representative,
    };
    let outcome = request.execute(&app, command).await?;
    let space = request.space();
    Ok(WriteAnswer::created(space, &outcome, |done| done.representation.map(|id| format!("/v1/spaces/{space}/representations/{id}"))))
}

async fn end_representation(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let representation: RepresentationId = request.target.param("representation")?;
    let outcome = request.execute(&app, EndRepresentation { at: app.now(), by: request.party()?, representation }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}
