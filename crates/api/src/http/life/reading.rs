//! Reads of one space: its state and what can be done, its history in French, its authorisations.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::calendar::paris;
use ens_domain::ids::SpaceId;
use ens_domain::space::terms::{Channel, OppositionChannel, Section, Stage};
use ens_projections::grants::{EntryKind, EntryState, GrantEntry, Grants, grants};
use ens_projections::history::{History, HistoryLine, history};
use ens_projections::space_status::{CodeState, SpaceStatus, StatusRow, space_status};
use ens_projections::space_summary::{Action, SpaceSummary, Term};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::gate::{Access, Declaration, get};
use crate::http::wire::{Freshness, IfNoneMatch, Page, Position, PositionHeaders, ReadHeaders, SpacePath, SpaceTarget, position_headers};
use crate::problem::{Problem, ProblemType, Success};

use super::oversight::{Looked, trace};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        get("/v1/spaces/{space}", Access::READERS)
            .operation("show_space", "spaces", "Where the space is, until when, why, and what can be done.")
            .params::<SpacePath>()
            .params::<ReadHeaders>()
            .answers::<SpaceBody>(Success::Done, "the space")
            .handled_by(show_space),
        get("/v1/spaces/{space}/history", Access::READERS)
            .operation("show_history", "spaces", "What happened to the space, in French, oldest first.")
            .params::<SpacePath>()
            .params::<ReadHeaders>()
            .query_param::<u64>("after", "the sequence that ended the page before")
            .query_param::<u32>("limit", "1 to 1000, 100 where absent")
            .answers::<HistoryBody>(Success::Done, "a page; `Link` leads to the next")
            .handled_by(show_history),
        get("/v1/spaces/{space}/authorisations", Access::HOLDER_SIDE_OR_SUPPORT)
            .operation("show_authorisations", "authorisations", "Who may see the space, who may not, and who no longer may.")
            .params::<SpacePath>()
            .params::<ReadHeaders>()
            .answers::<AuthorisationsBody>(Success::Done, "the list")
            .handled_by(show_authorisations),
    ]
}

/// Where a space is, until when, why, and what can be done today.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SpaceBody {
    /// The space.
    space: Uuid,
    /// Its version: the ETag without its quotes, for `If-Match`.
    version: u64,
    /// `created`, `notified`, `unreachable`, `opposed`, `blocked`, `open`, `active`, `suspended`, `closed`, `destroyed` or `ended`.
    #[schema(value_type = String, example = "notified")]
    state: Stage,
    /// Since when.
    since: DateTime<Utc>,
    /// Until when, where a day is known.
    until: Option<UntilBody>,
    /// Why, as a stable word.
    why: Option<String>,
    /// What can be asked today.
    #[schema(value_type = Vec<String>, example = json!(["oppose", "activate"]))]
    actions: Vec<Action>,
    /// The same in French, for the person.
    summary: String,
    /// How the notice went, or is to go.
    #[schema(value_type = Option<String>, example = "email")]
    notice_channel: Option<Channel>,
    /// The last day to oppose the opening.
    window_last_day: Option<NaiveDate>,
    /// The provisional code, of which only the dates are known.
    code: CodeBody,
    /// The receipt of the opposition that stands.
    receipt: Option<StandingReceipt>,
    /// The day of the opening.
    opened_on: Option<NaiveDate>,
}

/// A day on which something ends.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UntilBody {
    /// The day.
    day: NaiveDate,
    /// What ends: `window`, `suspension`, `archive` or `destruction`.
    #[schema(value_type = String, example = "window")]
    term: Term,
}

/// What a code can still do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CodeBody {
    /// `none`, `sent`, `received`, `locked` or `used`.
    #[schema(value_type = String, example = "received")]
    state: CodeState,
    /// Its last day.
    valid_until: Option<NaiveDate>,
    /// Wrong entries that lock it.
    wrong_codes_left: Option<u8>,
    /// From when a new one may be asked for.
    reissue_from: Option<DateTime<Utc>>,
}

/// The proof of the opposition that stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StandingReceipt {
    /// The number to quote.
    number: String,
    /// The day of the opposition.
    on: NaiveDate,
    /// `web`, `phone`, `desk` or `letter`.
    #[schema(value_type = String, example = "web")]
    via: OppositionChannel,
}

impl From<SpaceSummary> for SpaceBody {
    fn from(summary: SpaceSummary) -> Self {
        let code = summary.code;
        Self {
            space: summary.space.uuid(),
            version: summary.version,
            state: summary.state,
            since: summary.since,
            until: summary.until.map(|until| UntilBody { day: until.day, term: until.term }),
            why: summary.why,
            actions: summary.actions,
            summary: summary.sentence,
            notice_channel: summary.notice_channel,
            window_last_day: summary.window_last_day,
            code: CodeBody {
                state: code.state,
                valid_until: code.valid_until,
                wrong_codes_left: code.wrong_codes_left,
                reissue_from: code.reissue_from,
            },
            receipt: summary.receipt.map(|receipt| StandingReceipt { number: receipt.number, on: receipt.on, via: receipt.via }),
            opened_on: summary.opened_on,
        }
    }
}

/// One line of the history.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HistoryLineBody {
    /// 1, 2, 3, … within the space.
    sequence: u64,
    /// When it happened.
    at: DateTime<Utc>,
    /// The day in Europe/Paris.
    day: NaiveDate,
    /// The name of the event.
    #[schema(example = "NotifiedByEmail")]
    fact: String,
    /// The event in French, for the person.
    sentence: String,
}

/// A page of the history.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HistoryBody {
    /// Oldest first.
    lines: Vec<HistoryLineBody>,
}

/// One authorisation, or one block.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EntryBody {
    /// The authorisation's id, for taking it back; `blocked-` and the number for a block.
    entry: String,
    /// `professional`, `structure`, `care_team` or `blocked`.
    #[schema(value_type = String, example = "professional")]
    kind: EntryKind,
    /// The RPPS or FINESS number; empty for the care team.
    subject: String,
    /// What is opened.
    #[schema(value_type = Vec<String>, example = json!(["medical_record"]))]
    sections: Vec<Section>,
    /// The classes of documents that are opened, where it is for some only.
    #[schema(example = json!(["10"]))]
    document_classes: Vec<String>,
    /// What for; empty for a block.
    #[schema(example = "care")]
    purpose: String,
    /// When it was given.
    since: DateTime<Utc>,
    /// The first day on which it counts.
    starts_on: Option<NaiveDate>,
    /// The last day, if there is one.
    until: Option<NaiveDate>,
    /// Whether it stands, or how it ended.
    #[schema(value_type = String, example = "standing")]
    state: EntryState,
    /// When it ended.
    ended_at: Option<DateTime<Utc>>,
}

/// Who may see the space.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuthorisationsBody {
    /// Oldest first, those that ended too.
    authorisations: Vec<EntryBody>,
}

impl From<HistoryLine> for HistoryLineBody {
    fn from(line: HistoryLine) -> Self {
        Self { sequence: line.sequence, at: line.at, day: line.day, fact: line.event, sentence: line.sentence }
    }
}

impl From<GrantEntry> for EntryBody {
    fn from(entry: GrantEntry) -> Self {
        let (sections, document_classes) = (entry.sections(), entry.document_classes());
        Self {
            entry: entry.entry,
            kind: entry.kind,
            subject: entry.subject,
            sections,
            document_classes,
            purpose: entry.purpose,
            since: entry.since,
            starts_on: entry.starts_on,
            until: entry.until,
            state: entry.state,
            ended_at: entry.ended_at,
        }
    }
}

async fn show_space(
    State(app): State<App>,
    target: SpaceTarget,
    fresh: Freshness,
    if_none_match: IfNoneMatch,
) -> Result<Response, Problem> {
    trace(&app, &target, Looked::State).await?;
    let row = fresh_status(&app, target.space, fresh).await?;
    let reflected = reflected(&row, fresh);
    if if_none_match.is(row.version) {
        return Ok((Success::Unchanged.status(), reflected).into_response());
    }
    let summary = row.summary_on(paris::day_of(app.now()));
    Ok((reflected, Json(SpaceBody::from(summary))).into_response())
}

async fn show_history(State(app): State<App>, target: SpaceTarget, fresh: Freshness, page: Page) -> Result<Response, Problem> {
    trace(&app, &target, Looked::History).await?;
    fresh.wait_for::<History>(&app.store).await?;
    let row = fresh_status(&app, target.space, fresh).await?;
    let lines = history(&app.store, target.space, page.after.unwrap_or_default(), page.limit).await?;
    let next = page.link_to_next(lines.len(), lines.last().map(|line| line.sequence));
    let lines = lines.into_iter().map(HistoryLineBody::from).collect();
    Ok((reflected(&row, fresh), next, Json(HistoryBody { lines })).into_response())
}

async fn show_authorisations(State(app): State<App>, target: SpaceTarget, fresh: Freshness) -> Result<Response, Problem> {
    trace(&app, &target, Looked::Authorisations).await?;
    fresh.wait_for::<Grants>(&app.store).await?;
    let row = fresh_status(&app, target.space, fresh).await?;
    let entries = grants(&app.store, target.space).await?;
    let authorisations = entries.into_iter().map(EntryBody::from).collect();
    Ok((reflected(&row, fresh), Json(AuthorisationsBody { authorisations })).into_response())
}

/// The row of a space, once it reflects what was asked for; a row at that position or a later one does.
async fn fresh_status(app: &App, space: SpaceId, fresh: Freshness) -> Result<StatusRow, Problem> {
    let row = space_status(&app.store, space).await?;
    if let Some(row) = row.filter(|row| fresh.is_met_at(position_of(row))) {
        return Ok(row);
    }
    fresh.wait_for::<SpaceStatus>(&app.store).await?;
    status(app, space).await
}

/// The row of a space; where the log has the space and the read model has not yet, that is said.
async fn status(app: &App, space: SpaceId) -> Result<StatusRow, Problem> {
    match space_status(&app.store, space).await? {
        Some(row) => Ok(row),
        None if app.store.log().state(space).await?.is_some() => Err(Problem::new(ProblemType::READ_MODEL_BEHIND)),
        None => Err(Problem::new(ProblemType::NOT_FOUND)),
    }
}

fn reflected(row: &StatusRow, fresh: Freshness) -> PositionHeaders {
    position_headers(row.version, fresh.reflected(position_of(row)))
}

/// The position of the last event of a space.
const fn position_of(row: &StatusRow) -> Position {
    Position { partition: row.partition, position: row.position }
}
