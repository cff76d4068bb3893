//! The campaign in numbers: how many spaces are in which state, and how many would be opened on a day to come.

use axum::Json;
use axum::extract::{Query, State};
use chrono::NaiveDate;
use ens_domain::calendar::Horizon;
use ens_domain::organism::{Department, InsurerCode};
use ens_domain::space::terms::{Channel, Stage};
use ens_projections::campaign_progress::{CampaignProgress, Dimension, ProgressCount, ProgressFilter, campaign_progress};
use ens_projections::openings_due::{OpeningsDue, openings_by_department};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::http::gate::{Access, Caller, Declaration, get};
use crate::http::wire::{FieldChecks, Freshness, ReadHeaders};
use crate::problem::{Problem, Success};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        get("/v1/campaign/progress", Access::OBSERVERS)
            .operation("count_progress", "campaign", "Count the spaces of the campaign. An insurer counts its members.")
            .params::<ProgressQuery>()
            .params::<ReadHeaders>()
            .answers::<ProgressBody>(Success::Done, "the count")
            .handled_by(count_progress),
        get("/v1/openings/dry-run", Access::PLANNERS)
            .operation(
                "count_openings",
                "campaign",
                "Count who would open on a day, before the day comes; opens nothing. Counts all that the log holds when it is asked.",
            )
            .params::<DayQuery>()
            .params::<ReadHeaders>()
            .answers::<OpeningsBody>(Success::Done, "the count")
            .handled_by(count_openings),
    ]
}

/// What to count by, and what to narrow the count to.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ProgressQuery {
    /// Dimensions, separated by commas: `department`, `insurer`, `channel`, `state`, `day`.
    #[param(example = "department,state")]
    by: Option<String>,
    /// One department only.
    department: Option<String>,
    /// One fund only.
    insurer: Option<String>,
    /// `email` or `post` only.
    channel: Option<String>,
    /// One state only.
    state: Option<String>,
    /// States entered on this day or later.
    from: Option<String>,
    /// States entered on this day or before.
    to: Option<String>,
}

/// How far the campaign is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProgressBody {
    /// All spaces that were counted.
    spaces: u64,
    /// The lines add up to `spaces`.
    #[schema(value_type = Vec<ProgressLine>)]
    lines: Vec<ProgressCount>,
}

/// One line of the count; a dimension that was not asked for is absent.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI document alone")]
pub(super) struct ProgressLine {
    department: Option<String>,
    insurer: Option<String>,
    channel: Option<String>,
    state: Option<String>,
    day: Option<NaiveDate>,
    spaces: u64,
}

async fn count_progress(
    State(app): State<App>,
    caller: Caller,
    fresh: Freshness,
    Query(query): Query<ProgressQuery>,
) -> Result<Json<ProgressBody>, Problem> {
    let (by, mut filter) = query.read(app.horizon())?;
    if let Some(insurer) = caller.insurer() {
        filter.insurer = Some(insurer.clone());
    }
    fresh.wait_for::<CampaignProgress>(&app.store).await?;
    let lines = campaign_progress(&app.store, &by, &filter).await?;
    Ok(Json(ProgressBody { spaces: lines.iter().map(|line| line.spaces).sum(), lines }))
}

impl ProgressQuery {
    fn read(&self, horizon: Horizon) -> Result<(Vec<Dimension>, ProgressFilter), Problem> {
        let mut fields = FieldChecks::default();
        let by: Vec<Option<Dimension>> =
            self.by.iter().flat_map(|by| by.split(',')).map(|word| fields.check("by", word_of(word))).collect();
        let filter = ProgressFilter {
            department: fields.parse_optional::<Department>("department", self.department.as_deref()),
            insurer: fields.parse_optional::<InsurerCode>("insurer", self.insurer.as_deref()),
            channel: self.channel.as_deref().and_then(|word| fields.check("channel", word_of::<Channel>(word))),
            state: self.state.as_deref().and_then(|word| fields.check("state", word_of::<Stage>(word))),
            from: self.from.as_deref().and_then(|day| fields.check("from", day_of(day, horizon))),
            to: self.to.as_deref().and_then(|day| fields.check("to", day_of(day, horizon))),
        };
        fields.finish(Some((by.into_iter().flatten().collect(), filter)))
    }
}

/// A term of the trade, as it is spelled everywhere in the API.
fn word_of<T: for<'de> Deserialize<'de>>(word: &str) -> Result<T, &'static str> {
    let text = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(word.trim());
    T::deserialize(text).map_err(|_| "not one of the words that /openapi.json names")
}

fn day_of(text: &str, horizon: Horizon) -> Result<NaiveDate, String> {
    let day: NaiveDate = text.parse().map_err(|_| "expected a day such as 2026-07-01".to_owned())?;
    horizon.admit(day).map_err(|outside| outside.to_string())
}

/// Which day.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DayQuery {
    /// The day.
    #[param(required = true, example = "2026-07-01")]
    on: Option<String>,
}

/// Who would open on a day.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OpeningsBody {
    /// The day.
    on: NaiveDate,
    /// All spaces that would open.
    spaces: u64,
    /// The same by department.
    departments: Vec<DepartmentBody>,
}

/// Who would open in one department.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DepartmentBody {
    /// The department.
    #[schema(example = "31")]
    department: String,
    /// Spaces that would open.
    spaces: u64,
}

async fn count_openings(State(app): State<App>, fresh: Freshness, Query(query): Query<DayQuery>) -> Result<Json<OpeningsBody>, Problem> {
    let mut fields = FieldChecks::default();
    let on = fields.check("on", day_of(query.on.as_deref().unwrap_or_default(), app.horizon()));
    let on = fields.finish(on)?;
    fresh.wait_for_all::<OpeningsDue>(&app.store).await?;
    let counts = openings_by_department(&app.store, on).await?;
    let spaces = counts.iter().map(|count| count.spaces).sum();
    let departments =
        counts.iter().map(|count| DepartmentBody { department: count.department.to_string(), spaces: count.spaces }).collect();
    Ok(Json(OpeningsBody { on, spaces, departments }))
}
