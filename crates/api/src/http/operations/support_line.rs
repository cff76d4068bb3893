//! The opening hours of the support line (3422): information only, nothing is refused because of them.

use axum::Json;
use axum::extract::{Query, State};
use chrono::{DateTime, Utc};
use ens_domain::calendar::{Region, SupportLine};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::http::gate::{Access, Declaration, get};
use crate::problem::Success;

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        get("/v1/support-line", Access::Anyone)
            .operation("show_support_line", "support line", "Whether the support line is open, and when it opens next.")
            .params::<RegionQuery>()
            .answers::<SupportLineBody>(Success::Done, "the line")
            .handled_by(show_support_line),
    ]
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
pub(super) struct SupportLineBody {
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

async fn show_support_line(State(app): State<App>, Query(query): Query<RegionQuery>) -> Json<SupportLineBody> {
    let (line, now) = (SupportLine { region: query.region }, app.now());
    Json(SupportLineBody {
        number: "3422",
        hours: "du lundi au vendredi, de 8 h 30 à 17 h 30 (heure de Paris), sauf jours fériés",
        open: line.is_open(now),
        closes_at: line.closes_at(now),
        next_opening: line.next_opening(now),
    })
}
