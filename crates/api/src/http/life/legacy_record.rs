//! A medical record that is older than the space joins it, where the opening did not know of it.

use axum::extract::State;
use chrono::NaiveDate;
use ens_domain::space::commands::JoinLegacyRecord;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::gate::{Access, Declaration, post};
use crate::http::wire::{ChangeHeaders, Done, FieldChecks, SpaceChange, SpacePath, WriteAnswer};
use crate::problem::{Problem, Success};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        post("/v1/spaces/{space}/legacy-record", Access::CNAM)
            .operation(
                "join_legacy_record",
                "documents",
                "Let a medical record join that is older than the open space; its documents may be deposited then.",
            )
            .params::<SpacePath>()
            .params::<ChangeHeaders>()
            .body::<LegacyRecordBody>()
            .answers::<Done>(Success::Done, "joined")
            .handled_by(join_legacy_record),
    ]
}

/// Which record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LegacyRecordBody {
    /// The day on which it was created, before the opening of the space.
    created_on: NaiveDate,
}

async fn join_legacy_record(State(app): State<App>, request: SpaceChange<LegacyRecordBody>) -> Result<WriteAnswer, Problem> {
    let mut fields = FieldChecks::default();
    let created_on = fields.day("/created_on", Some(request.body.created_on), app.horizon());
    let created_on = fields.finish(created_on)?;
    let outcome = request.execute(&app, JoinLegacyRecord { at: app.now(), created_on }).await?;
    Ok(WriteAnswer::done(request.space(), &outcome))
}
