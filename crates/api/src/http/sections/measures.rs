//! Health measures of a space: recorded, read newest first, removed. A reading is decided and traced before it is answered.
//!
//! A value is opened for the answer alone. What cannot be opened any more, because the space was destroyed, is left out.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SubsecRound, Utc};
use ens_domain::access::Action;
use ens_domain::calendar::{Horizon, paris};
use ens_domain::event::{Event, LogEvent};
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::personal::Personal;
use ens_domain::sections::consultations::Subject;
use ens_domain::sections::measures::{MeasureCommand, MeasureEvent, MeasureType, Quantity, Reading, RecordMeasure, RemoveMeasure};
use ens_domain::space::terms::Section;
use ens_domain::stream::StreamId;
use ens_projections::PageEnd;
use ens_projections::measures::{MeasureRow, Measures, measures};
use ens_store::{KeyRing, Outcome, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::http::gate::{Access, Declaration, delete, get, post};
use crate::http::wire::{CreationHeaders, ENS_POSITION, EmptyBody, FieldChecks, ItemChange, Page, Position, SpacePath};
use crate::problem::{Problem, Success};

use super::consulting::{PurposeHeader, Reading as Consulting, ReadingHeaders};

/// What is consulted here.
const MEASURES: Subject = Subject::Section { section: Section::Measures };

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        post("/v1/spaces/{space}/measures", Access::CONTENT_READERS)
            .operation("record_measure", "measures", "Record a value that was measured, such as a weight.")
            .params::<SpacePath>()
            .params::<CreationHeaders>()
            .params::<PurposeHeader>()
            .body::<NewMeasureBody>()
            .answers::<MeasureDone>(Success::Created, "recorded; `id` names the measure")
            .handled_by(record_measure),
        get("/v1/spaces/{space}/measures", Access::CONTENT_READERS)
            .operation("list_measures", "measures", "The measures of the space, newest first.")
            .params::<SpacePath>()
            .params::<ReadingHeaders>()
            .query_param::<String>("after", "the measure that ended the page before")
            .query_param::<u32>("limit", "1 to 1000, 100 where absent")
            .answers::<MeasuresBody>(Success::Done, "a page; `Link` leads to the next")
            .handled_by(list_measures),
        delete("/v1/spaces/{space}/measures/{measure}", Access::HOLDER_SIDE_OR_CAREGIVER)
            .operation("remove_measure", "measures", "Remove a measure that the holder's side recorded, for good.")
            .params::<SpacePath>()
            .params::<MeasurePath>()
            .params::<CreationHeaders>()
            .answers::<MeasureDone>(Success::Done, "removed; `done` is empty where it was removed already")
            .handled_by(remove_measure),
    ]
}

/// Which measure.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "read by the OpenAPI document alone; the handler reads the path itself")]
pub(super) struct MeasurePath {
    /// the measure
    measure: Uuid,
}

/// What was measured, when, and what was read off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMeasureBody {
    /// `weight`, `height`, `blood_pressure`, `temperature`, `heart_rate`, `waist`, `head_circumference`, `pain`, `steps` or
    /// `glycated_haemoglobin`.
    #[schema(value_type = String, example = "weight")]
    measure: MeasureType,
    /// The instant with its offset; not in the future.
    #[schema(value_type = DateTime<Utc>, example = "2026-03-02T08:00:00+01:00")]
    taken_at: String,
    /// One number, with at most two decimals; of a blood pressure the systolic and the diastolic one.
    #[schema(value_type = Vec<f64>, example = json!([72.5]))]
    values: Vec<Number>,
    /// The unit in UCUM, the one of this measure: `kg`, `cm`, `mm[Hg]`, `Cel`, `/min`, `{score}`, `{steps}/d` or `%`.
    #[schema(example = "kg")]
    unit: String,
}

/// A measure as its body says it, parsed.
struct NewMeasure {
    measure: MeasureType,
    taken_at: DateTime<Utc>,
    value: Reading,
}

impl NewMeasureBody {
    /// A day in the future is the rule's to refuse.
    fn read(&self, horizon: Horizon) -> Result<NewMeasure, Problem> {
        let mut fields = FieldChecks::default();
        let measure = self.measure;
        let taken_at = fields.check("/taken_at", instant(&self.taken_at));
        let taken_at = taken_at.filter(|at| fields.day("/taken_at", Some(paris::day_of(*at)), horizon).is_some());
        let expected = format!("expected {}, the unit of this measure", measure.unit());
        fields.check("/unit", if self.unit == measure.unit() { Ok(()) } else { Err(expected) });
        let values: Result<Vec<Quantity>, _> = self.values.iter().map(|value| Quantity::parse(&value.to_string())).collect();
        let value = fields.check("/values", values.and_then(|values| Reading::parse(measure, &values)));
        fields.finish(taken_at.zip(value).map(|(taken_at, value)| NewMeasure { measure, taken_at, value }))
    }
}

/// An instant, to the microsecond as databases keep it.
pub(super) fn instant(text: &str) -> Result<DateTime<Utc>, &'static str> {
    let read = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc().trunc_subsecs(6));
    read.map_err(|_| "expected an instant with its offset, such as 2026-03-02T08:00:00+01:00")
}

/// What was done to a measure. Nothing was left to do where `done` is empty.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MeasureDone {
    /// The space.
    space: Uuid,
    /// The measure.
    id: Uuid,
    /// The names of the events that this request made.
    #[schema(example = json!(["MeasureRecorded"]))]
    done: Vec<&'static str>,
}

/// One measure.
#[derive(Serialize, ToSchema)]
pub(super) struct MeasureBody {
    /// Its id, for removing it.
    id: Uuid,
    /// What was measured.
    #[schema(value_type = String, example = "weight")]
    measure: MeasureType,
    /// The same as a LOINC code.
    #[schema(example = "29463-7")]
    loinc: &'static str,
    /// When it was measured.
    taken_at: DateTime<Utc>,
    /// One number; of a blood pressure the systolic and the diastolic one.
    #[schema(value_type = Vec<f64>, example = json!([72.5]))]
    values: Vec<Number>,
    /// The unit in UCUM.
    #[schema(example = "kg")]
    unit: &'static str,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
    /// The role of who recorded it: `holder`, `representative`, `caregiver`, `professional` or `service`.
    #[schema(example = "holder")]
    recorded_by: String,
}

/// A page of measures.
#[derive(Serialize, ToSchema)]
pub(super) struct MeasuresBody {
    /// Newest first.
    measures: Vec<MeasureBody>,
}

async fn record_measure(State(app): State<App>, reading: Consulting, change: ItemChange<NewMeasureBody>) -> Result<Response, Problem> {
    let (by, purpose) = (reading.reader.clone(), reading.purpose);
    let NewMeasure { measure, taken_at, value } = change.body().read(app.horizon())?;
    let command = RecordMeasure { at: app.now(), by, purpose, measure, taken_at, value: Personal::new(value) };
    let answered = change.execute(&app, app.new_id()?, MeasureCommand::from(command)).await;
    let outcome = reading.traced(&app, Action::Deposit, MEASURES, answered).await?;
    Ok(answer(Success::Created, &outcome))
}

async fn remove_measure(State(app): State<App>, reading: Consulting, change: ItemChange<EmptyBody>) -> Result<Response, Problem> {
    let (by, purpose) = (reading.reader.clone(), reading.purpose);
    let command = RemoveMeasure { at: app.now(), by, purpose };
    let answered = change.execute(&app, change.item("measure")?, MeasureCommand::from(command)).await;
    let outcome = reading.traced(&app, Action::Delete, MEASURES, answered).await?;
    Ok(answer(Success::Done, &outcome))
}

/// What was done, its position, and the address of what was made.
fn answer(success: Success, outcome: &Outcome) -> Response {
    let space = outcome.stream.space();
    // The stream is the measure's own, so it names one.
    let id = outcome.stream.item().map(ItemId::uuid).unwrap_or_default();
    let position = Position { partition: outcome.partition, position: outcome.position };
    let mut headers = HeaderMap::from_iter([(ENS_POSITION, position.header())]);
    // An id always stands in a header.
    if let (Success::Created, Ok(location)) = (success, format!("/v1/spaces/{space}/measures/{id}").try_into()) {
        headers.insert(LOCATION, location);
    }
    let done = outcome.events.iter().map(Event::name).collect();
    (success.status(), headers, Json(MeasureDone { space: space.uuid(), id, done })).into_response()
}

async fn list_measures(State(app): State<App>, reading: Consulting, page: Page<ItemId>) -> Result<Response, Problem> {
    let space = reading.space();
    let outcome = reading.consult(&app, Action::Read, MEASURES).await?;
    let position = reading.reflected_in::<Measures>(&app, &outcome).await?;
    let after = match page.after {
        Some(item) => Some(end_of_page(&app, space, item).await?),
        None => None,
    };
    let rows = measures(&app.store, space, after, page.limit).await?;
    let next = page.link_to_next(rows.len(), rows.last().map(|row| row.item));
    let keys = app.store.log().key_ring(&[space]).await?;
    let read: Vec<Option<MeasureBody>> = rows.into_iter().map(|row| opened(row, &keys)).collect::<Result<_, Problem>>()?;
    let body = MeasuresBody { measures: read.into_iter().flatten().collect() };
    Ok((HeaderMap::from_iter([(ENS_POSITION, position.header())]), next, Json(body)).into_response())
}

/// Where the page that ended with this measure ended: the log knows when it was taken, even if it was removed since.
async fn end_of_page(app: &App, space: SpaceId, item: ItemId) -> Result<PageEnd, Problem> {
    let events = app.store.log().events_of(StreamId::of_item(space, item)).await?;
    let first = events.first().map(|stored| stored.decode::<Event>()).transpose().map_err(StoreError::from)?;
    match first.as_ref().and_then(|first| MeasureEvent::within(&first.event)) {
        Some(MeasureEvent::MeasureRecorded { taken_at, .. }) => Ok(PageEnd { at: *taken_at, item }),
        Some(MeasureEvent::MeasureRemoved { .. }) | None => Err(Problem::field("after", &"expected a measure of this space")),
    }
}

/// The measure with its value opened; nothing where the key was destroyed and the row is about to go.
fn opened(row: MeasureRow, keys: &KeyRing) -> Result<Option<MeasureBody>, Problem> {
    let Some(value) = keys.open_unless_destroyed(row.space, &row.value)? else { return Ok(None) };
    let values = value.values().iter().map(|value| value.to_string().parse()).collect::<Result<_, serde_json::Error>>();
    Ok(Some(MeasureBody {
        id: row.item.uuid(),
        measure: row.measure,
        loinc: row.measure.loinc(),
        taken_at: row.taken_at,
        values: values.map_err(|_| Problem::internal("a stored number is no number"))?,
        unit: row.measure.unit(),
        recorded_at: row.recorded_at,
        recorded_by: row.given_by,
    }))
}
