//! Reading as a command: the gate decides it at the head of the log, and its trace is written before anything of the answer leaves.
//!
//! request --who, what for--> `Consult` --decided and traced--> position --the read model reflects it--> rows, filtered by the same gate

use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use ens_domain::access::{self, AccessRequest, Action, DocumentFacts, Purpose, Reader, Target};
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::personal::Personal;
use ens_domain::sections::consultations::{Consult, ConsultationCommand, StatedReason, Subject};
use ens_domain::space::HealthSpace;
use ens_domain::stream::StreamId;
use ens_projections::{Projection, Waited, wait_for_position};
use ens_store::{CommandEnvelope, Outcome};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::app::App;
use crate::http::wire::{ItemChange, Position, SpaceTarget, execute};
use crate::problem::{Problem, ProblemType};

/// What the access is for; where it is absent, care for a professional, and the person's own use for the holder's side.
const PURPOSE: &str = "ens-purpose";
/// Why a professional reads in an emergency, in UTF-8, percent-encoded.
const REASON: &str = "ens-reason";
/// How long a reading waits for its read model to reflect the decision.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// What a change says of itself.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "read by the OpenAPI document alone; the extractor reads the header itself")]
pub(super) struct PurposeHeader {
    /// what the access is for: `personal_use`, `care`, `prevention`, `emergency`, `occupational_health` or `research`
    #[param(rename = "Ens-Purpose")]
    purpose: Option<String>,
}

/// What a reading says of itself.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "read by the OpenAPI document alone; the extractor reads the headers itself")]
pub(super) struct ReadingHeaders {
    /// what the access is for: `personal_use`, `care`, `prevention`, `emergency`, `occupational_health` or `research`
    #[param(rename = "Ens-Purpose")]
    purpose: Option<String>,
    /// why a professional reads by break-glass, in UTF-8, percent-encoded
    #[param(rename = "Ens-Reason")]
    reason: Option<String>,
}

/// Somebody who reads in a space.
pub(super) struct Reading {
    pub(super) target: SpaceTarget,
    pub(super) reader: Reader,
    pub(super) purpose: Purpose,
    reason: Option<StatedReason>,
}

impl FromRequestParts<App> for Reading {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let target = <SpaceTarget as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        let reader = target.caller.reader();
        let purpose = purpose_of(&parts.headers, &reader)?;
        let stated = target.caller.stated_reason().cloned();
        let reason = reason_of(&parts.headers)?.or(stated);
        Ok(Self { target, reader, purpose, reason })
    }
}

/// Somebody who changes something that a space contains, and what for.
pub(super) struct GuardedChange<T> {
    pub(super) change: ItemChange<T>,
    pub(super) reader: Reader,
    pub(super) purpose: Purpose,
}

impl<T: DeserializeOwned> FromRequest<App> for GuardedChange<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let headers = request.headers().clone();
        let change = <ItemChange<T> as FromRequest<App>>::from_request(request, app).await?;
        let reader = change.caller().reader();
        let purpose = purpose_of(&headers, &reader)?;
        Ok(Self { change, reader, purpose })
    }
}

fn purpose_of(headers: &HeaderMap, reader: &Reader) -> Result<Purpose, Problem> {
    let Some(text) = text_of(headers, PURPOSE)? else { return Ok(reader.usual_purpose()) };
    Purpose::named(text).ok_or_else(|| Problem::new(ProblemType::MALFORMED).detail("Ens-Purpose: expected a purpose such as care"))
}

fn reason_of(headers: &HeaderMap) -> Result<Option<StatedReason>, Problem> {
    let Some(text) = text_of(headers, REASON)? else { return Ok(None) };
    let refused = |why: &dyn std::fmt::Display| Problem::new(ProblemType::MALFORMED).detail(format!("Ens-Reason: {why}"));
    let text = percent_decode_str(text).decode_utf8().map_err(|_| refused(&"expected UTF-8, percent-encoded"))?;
    StatedReason::parse(&text).map(Some).map_err(|error| refused(&error))
}

fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Problem> {
    let refused = |_| Problem::new(ProblemType::MALFORMED).detail(format!("{name}: expected text"));
    headers.get(name).map(|value| value.to_str().map_err(refused)).transpose()
}

impl Reading {
    /// The space.
    pub(super) const fn space(&self) -> SpaceId {
        self.target.space
    }

    /// Asks to read, and returns once the trace is in the log.
    ///
    /// # Errors
    /// The gate's refusal, which is in the log too where the reader has a tie to the space.
    pub(super) async fn consult(&self, app: &App, action: Action, subject: Subject) -> Result<Outcome, Problem> {
        let trace: ItemId = app.new_id()?;
        self.consult_as(app, trace, action, subject).await
    }

    /// The same under an id of the caller's: the same reading again under one id leaves one trace.
    pub(super) async fn consult_as(&self, app: &App, trace: ItemId, action: Action, subject: Subject) -> Result<Outcome, Problem> {
        let reason = self.reason.clone().map(Personal::new);
        let command = Consult { at: app.now(), by: self.reader.clone(), action, subject, purpose: self.purpose, reason };
        let stream = StreamId::of_item(self.space(), trace);
        let envelope = CommandEnvelope::to_stream(stream, ConsultationCommand::from(command));
        let answer = execute(app, envelope.with_metadata("role", self.target.caller.role().name())).await;
        metrics::counter!("ens_consultations_total", "outcome" => if answer.is_ok() { "made" } else { "refused" }).increment(1);
        answer
    }

    /// Waits until the rows of `P` reflect the decision: what was hidden before it is in no answer after it.
    pub(super) async fn reflected_in<P: Projection>(&self, app: &App, outcome: &Outcome) -> Result<Position, Problem> {
        let waited = wait_for_position(&app.store, P::NAME, outcome.partition, outcome.position, LONGEST_WAIT).await?;
        match waited {
            Waited::Reflected => Ok(Position { partition: outcome.partition, position: outcome.position }),
            Waited::Behind(_) => Err(Problem::new(ProblemType::READ_MODEL_BEHIND)),
        }
    }

    /// Whether this document is in a list that the reader may see.
    pub(super) fn lists(&self, app: &App, space: &HealthSpace, facts: &DocumentFacts, at: DateTime<Utc>) -> bool {
        let (action, target) = (Action::List, Target::Document(facts));
        let request = AccessRequest { reader: &self.reader, action, target, purpose: self.purpose, at };
        access::decide(&request, space, &app.policy.matrix).is_ok()
    }
}
