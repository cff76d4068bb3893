//! Caregivers whom a person lets act for them in part: listed, named, ended. A caregiver is named by the id of their own space.
//!
//! place taken --command refused--> given back        delegation ended --> place freed

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use ens_domain::calendar::Horizon;
use ens_domain::ids::CaregiverId;
use ens_domain::personal::Personal;
use ens_domain::space::commands::{DelegateToCaregiver, EndDelegation};
use ens_store::{CaregiverPlaces, PlaceTaken};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::http::gate::{Access, Declaration, delete, get, put};
use crate::http::wire::{ChangeHeaders, Done, EmptyBody, FieldChecks, SpaceChange, SpacePath, SpaceTarget, WriteAnswer};
use crate::problem::{Problem, ProblemType, Success};

use super::named_person::NamedPerson;

const TAG: &str = "directory";

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        get("/v1/spaces/{space}/caregivers", Access::HOLDER_SIDE)
            .operation("list_caregivers", TAG, "The caregivers whom the person named, with their days.")
            .params::<SpacePath>()
            .answers::<CaregiversBody>(Success::Done, "those whose delegation was not ended")
            .handled_by(list_caregivers),
        put("/v1/spaces/{space}/caregivers/{caregiver}", Access::HOLDER_SIDE)
            .operation("delegate_to_caregiver", TAG, "Let a caregiver act for the person in part; what they had before is replaced.")
            .params::<SpacePath>()
            .params::<CaregiverPath>()
            .params::<ChangeHeaders>()
            .body::<DelegationBody>()
            .answers::<Done>(Success::Done, "named; a person has three caregivers at most, and a caregiver helps five persons at most")
            .handled_by(delegate_to_caregiver),
        delete("/v1/spaces/{space}/caregivers/{caregiver}", Access::HOLDER_SIDE)
            .operation("end_delegation", TAG, "End what a caregiver may do, at once.")
            .params::<SpacePath>()
            .params::<CaregiverPath>()
            .params::<ChangeHeaders>()
            .answers::<Done>(Success::Done, "ended")
            .handled_by(end_delegation),
    ]
}

/// Which caregiver.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "read by the OpenAPI document alone; the handlers read the path themselves")]
pub(super) struct CaregiverPath {
    /// the caregiver, by the id of their own space
    caregiver: Uuid,
}

/// Who the caregiver is, and when they act.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DelegationBody {
    /// Who they are, as the person names them.
    person: NamedPerson,
    /// The first day; absent for today.
    from: Option<NaiveDate>,
    /// The last day; absent where there is none.
    until: Option<NaiveDate>,
}

impl DelegationBody {
    /// A day that is over, or too far, is the rule's to refuse.
    fn days(&self, horizon: Horizon) -> Result<(Option<NaiveDate>, Option<NaiveDate>), Problem> {
        let mut fields = FieldChecks::default();
        let (from, until) = (fields.day("/from", self.from, horizon), fields.day("/until", self.until, horizon));
        fields.finish(Some((from, until)))
    }
}

/// One caregiver.
#[derive(Serialize, ToSchema)]
pub(super) struct CaregiverBody {
    /// Who, by the id of their own space: the `reader` of the accesses that they make.
    caregiver: Uuid,
    /// What they are called, as the person named them.
    #[schema(example = "Camille ESSAI")]
    name: Option<String>,
    /// The first day.
    from: NaiveDate,
    /// The last day; absent where there is none.
    until: Option<NaiveDate>,
}

/// The caregivers of a person.
#[derive(Serialize, ToSchema)]
pub(super) struct CaregiversBody {
    /// In the order of their ids.
    caregivers: Vec<CaregiverBody>,
}

async fn list_caregivers(State(app): State<App>, target: SpaceTarget) -> Result<Response, Problem> {
    let space = target.space;
    let loaded = app.store.log().state(space).await?.ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))?;
    let keys = app.store.log().key_ring(&[space]).await?;
    let mut caregivers = Vec::new();
    for (caregiver, period, person) in loaded.space.caregivers() {
        let person = person.map(|person| keys.open_unless_destroyed(space, person)).transpose()?.flatten();
        let name = person.map(|person| person.called());
        caregivers.push(CaregiverBody { caregiver: caregiver.uuid(), name, from: period.from, until: period.until });
    }
    Ok(Json(CaregiversBody { caregivers }).into_response())
}

async fn delegate_to_caregiver(State(app): State<App>, request: SpaceChange<DelegationBody>) -> Result<WriteAnswer, Problem> {
    let caregiver: CaregiverId = request.target.param("caregiver")?;
    let (from, until) = request.body.days(app.horizon())?;
    let person = Personal::new(request.body.person.identity("/person", app.past())?);
    let (space, at, by) = (request.space(), app.now(), request.party()?);
    let places = CaregiverPlaces::of(&app.store, caregiver);
    let taken = places.take(space, at).await?;
    if taken == PlaceTaken::Full {
        return Err(Problem::new(ProblemType::CAREGIVER_HELPS_ENOUGH).member("at_most", CaregiverPlaces::AT_MOST));
    }
    let answer = request.execute(&app, DelegateToCaregiver { at, by, caregiver, person, from, until }).await;
    // Where it is not known what came of the event, the place is kept: it is freed once the log says that nobody needs it.
    let refused = answer.as_ref().is_err_and(|problem| problem.problem_type().status.is_client_error());
    if refused && taken == PlaceTaken::New {
        places.give_back(space, at).await?;
    }
    Ok(WriteAnswer::done(space, &answer?))
}

async fn end_delegation(State(app): State<App>, request: SpaceChange<EmptyBody>) -> Result<WriteAnswer, Problem> {
    let caregiver: CaregiverId = request.target.param("caregiver")?;
    let (space, at) = (request.space(), app.now());
    let outcome = request.execute(&app, EndDelegation { at, by: request.party()?, caregiver }).await?;
    // Where this fails, the place is freed when the caregiver needs it.
    CaregiverPlaces::of(&app.store, caregiver).free_if_over(space, at).await?;
    Ok(WriteAnswer::done(space, &outcome))
}
