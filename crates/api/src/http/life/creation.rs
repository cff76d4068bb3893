//! The creation of one space: CNAM names an eligible person. Naming the same person again changes nothing, and says so.

use axum::extract::State;
use chrono::NaiveDate;
use ens_domain::calendar::paris;
use ens_domain::ins::InsDigest;
use ens_store::StoreError;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::gate::{Access, Declaration, post};
use crate::http::wire::{BodyRequest, CreationHeaders, Done, WriteAnswer, execute};
use crate::import::{Admitted, BadField, Fields, Person};
use crate::problem::{Problem, Success};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        post("/v1/spaces", Access::CNAM)
            .operation("create_space", "spaces", "Create a person's space.")
            .params::<CreationHeaders>()
            .body::<PersonShape>()
            .answers::<Done>(Success::Created, "created")
            .answers::<Done>(Success::Done, "the person has a space already: nothing changed")
            .handled_by(create_space),
    ]
}

/// An insured person: what one line of an import holds, read by the same reader.
#[derive(Deserialize, ToSchema)]
#[schema(as = Person, value_type = PersonShape)]
#[serde(transparent)]
pub(super) struct PersonBody(Value);

/// The shape of an insured person.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI document alone; the import's own reader reads persons")]
pub(super) struct PersonShape {
    /// The national health identity.
    ins: InsShape,
    #[schema(example = "CANARI")]
    birth_name: String,
    used_name: Option<String>,
    #[schema(example = json!(["Jeanne"]))]
    first_names: Vec<String>,
    /// `female`, `male` or `unknown`.
    #[schema(example = "female")]
    sex: String,
    born_on: NaiveDate,
    /// The INSEE code of the commune or country of birth.
    #[schema(example = "51215")]
    birthplace: String,
    email: Option<String>,
    /// In the form of E.164.
    #[schema(example = "+33600000000")]
    phone: Option<String>,
    /// One to six lines of NF Z10-011, the last with postcode and town.
    #[schema(example = json!(["12 RUE DES LILAS", "31000 TOULOUSE"]))]
    address: Option<Vec<String>>,
    #[schema(example = "CPAM-31")]
    insurer: String,
    #[schema(example = "31")]
    department: String,
    /// Since when there is a medical record (DMP) older than the space.
    medical_record_since: Option<NaiveDate>,
    /// Needed for a minor.
    representative: Option<RepresentativeShape>,
}

/// The shape of an INS.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI document alone")]
pub(super) struct InsShape {
    /// 13 characters and the key.
    #[schema(example = "279035121518989")]
    matricule: String,
    #[schema(example = "1.2.250.1.213.1.4.10")]
    oid: String,
    /// `provisional`, `retrieved`, `validated` or `qualified`.
    #[schema(example = "qualified")]
    status: String,
}

/// The shape of a representative.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI document alone")]
pub(super) struct RepresentativeShape {
    birth_name: String,
    used_name: Option<String>,
    first_names: Vec<String>,
    sex: String,
    born_on: NaiveDate,
    birthplace: String,
}

/// A fault that the import's reader found, as a field of the body.
pub(super) fn field_fault(fault: BadField) -> Problem {
    let pointer = if fault.field == "line" { String::new() } else { format!("/{}", fault.field.replace('.', "/")) };
    Problem::field(&pointer, &fault.reason)
}

/// The person's digest, and what the space is created with.
pub(super) fn admit(app: &App, body: &PersonBody, today: NaiveDate) -> Result<(InsDigest, Admitted), Problem> {
    let person = Fields::of_value(String::new(), body.0.clone()).and_then(Person::take).map_err(field_fault)?;
    let digest = person.ins.digest(app.store.index_key());
    Ok((digest, person.admitted_by(app, today).map_err(field_fault)?))
}

async fn create_space(State(app): State<App>, request: BodyRequest<PersonBody>) -> Result<WriteAnswer, Problem> {
    let (digest, admitted) = admit(&app, &request.body, paris::day_of(app.now()))?;
    let reserved = app.store.commands().reserve(vec![(digest, app.new_id()?)]).await?;
    let space = reserved.first().ok_or(StoreError::Malformed("a reservation without an answer"))?.space;
    let outcome = execute(&app, request.envelope_for(space, admitted.creation(space, app.now()), "cnam")).await?;
    Ok(WriteAnswer::created(space, &outcome, |_| Some(format!("/v1/spaces/{space}"))))
}
