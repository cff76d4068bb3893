//! Reading as a command: the gate decides it at the head of the log, and its trace is written before anything of the answer leaves.
//!
//! request --who, what for--> `Consult` --decided and traced--> position --the read model reflects it--> rows, filtered by the same gate

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use ens_domain::access::{self, AccessMode, AccessRequest, Action, DocumentFacts, Purpose, Reader, Target};
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::personal::Personal;
use ens_domain::sections::consultations::{Consult, ConsultationCommand, StatedReason, Subject};
use ens_domain::space::HealthSpace;
use ens_domain::stream::StreamId;
use ens_projections::{Projection, Waited, wait_for_position};
use ens_store::{CommandEnvelope, Outcome};
use percent_encoding::percent_decode_str;
use ring::digest::{Context, SHA256};
use utoipa::IntoParams;

use crate::app::App;
use crate::http::wire::{Position, SpaceTarget, execute};
use crate::problem::{Problem, ProblemType, is_refused_by_gate};
use crate::recent_refusals::Asked;

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

/// The emergency in which a reader comes in, if it is one.
fn emergency(reader: &Reader) -> Option<&'static str> {
    let Reader::Professional(professional) = reader else { return None };
    match professional.mode {
        AccessMode::Ordinary => None,
        AccessMode::BreakGlass => Some("break_glass"),
        AccessMode::DispatchCentre => Some("dispatch_centre"),
    }
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
        let (asked, now) = (self.digest(action, subject), app.now());
        let before = app.refusals.trace_of(&asked, now);
        let trace = before.map_or_else(|| app.new_id::<ItemId>(), Ok)?;
        let answer = self.consult_as(app, trace, action, subject).await;
        if before.is_none() && answer.as_ref().is_err_and(is_refused_by_gate) {
            app.refusals.remember(asked, trace, now);
        }
        match answer {
            // It is permitted by now: each reading has a trace of its own again, this one too where another was before it.
            Ok(outcome) if before.is_some() => {
                app.refusals.forget(&asked);
                if outcome.is_quiet() { self.consult_as(app, app.new_id()?, action, subject).await } else { Ok(outcome) }
            }
            answer => answer,
        }
    }

    /// What is asked by whom, so that the same refusal is known again.
    fn digest(&self, action: Action, subject: Subject) -> Asked {
        let mut context = Context::new(&SHA256);
        context.update(self.target.caller.digest());
        context.update(self.space().uuid().as_bytes());
        context.update(format!("{action:?} {subject:?} {:?} {:?}", self.purpose, emergency(&self.reader)).as_bytes());
        let mut asked = Asked::default();
        asked.copy_from_slice(context.finish().as_ref());
        asked
    }

    /// What was attempted is traced as well, where the gate refused it.
    pub(super) async fn traced<T>(&self, app: &App, action: Action, subject: Subject, answer: Result<T, Problem>) -> Result<T, Problem> {
        if answer.as_ref().is_err_and(is_refused_by_gate)
            && let Err(problem) = self.consult(app, action, subject).await
            && problem.problem_type().status.is_server_error()
        {
            tracing::warn!(problem = ?problem, "a refused attempt could not be traced");
        }
        answer
    }

    /// The same under an id of the caller's: the same reading again under one id leaves one trace.
    pub(super) async fn consult_as(&self, app: &App, trace: ItemId, action: Action, subject: Subject) -> Result<Outcome, Problem> {
        let reason = self.reason.clone().map(Personal::new);
        let command = Consult { at: app.now(), by: self.reader.clone(), action, subject, purpose: self.purpose, reason };
        let stream = StreamId::of_item(self.space(), trace);
        let envelope = CommandEnvelope::to_stream(stream, ConsultationCommand::from(command));
        let answer = execute(app, envelope.with_metadata("role", self.target.caller.role().name())).await;
        self.count(if answer.is_ok() { "made" } else { "refused" });
        answer
    }

    /// Counts the reading; one in an emergency also by itself, since nobody authorised it.
    fn count(&self, outcome: &'static str) {
        metrics::counter!("ens_consultations_total", "outcome" => outcome).increment(1);
        if let Some(mode) = emergency(&self.reader) {
            metrics::counter!("ens_emergency_accesses_total", "mode" => mode, "outcome" => outcome).increment(1);
        }
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
