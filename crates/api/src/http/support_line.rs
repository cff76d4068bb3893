//! The support line (3422): whether somebody answers now, and when next. Shown to people, never used to refuse anything.

use axum::Json;
use axum::extract::{Query, State};
use chrono::{DateTime, Utc};
use ens_domain::calendar::{Region, SupportLine};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show_support_line))
}

/// Where the caller is.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RegionQuery {
    /// `metropole` (where absent) or `alsace_moselle`, which keeps two holidays more.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    region: Region,
}

/// Whether somebody answers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LineBody {
    /// The number to call.
    number: &'static str,
    /// Its hours, in French.
    hours: &'static str,
    /// Whether somebody answers now.
    open: bool,
    /// When today's hours end, while it is open.
    closes_at: Option<DateTime<Utc>>,
    /// When it opens next.
    next_opening: DateTime<Utc>,
}

/// Whether the support line is open, and when it opens next.
#[utoipa::path(get, path = "/v1/support-line", tag = "support line", params(RegionQuery), responses((status = 200, description = "the line", body = LineBody)))]
pub(super) async fn show_support_line(State(app): State<App>, Query(query): Query<RegionQuery>) -> Json<LineBody> {
    let (line, now) = (SupportLine { region: query.region }, app.now());
    Json(LineBody {
        number: "3422",
        hours: "du lundi au vendredi, de 8 h 30 à 17 h 30 (heure de Paris), sauf jours fériés",
        open: line.is_open(now),
        closes_at: line.closes_at(now),
        next_opening: line.next_opening(now),
    })
}
