//! What handlers receive of a request: the space that its path names, its body, its idempotency key, and the command that it becomes.
//!
//! - a space out of reach answers as one that does not exist

use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use ens_domain::event::Command;
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::party::Party;
use ens_domain::space::{HealthSpace, SpaceCommand};
use ens_domain::stream::StreamId;
use ens_store::{CommandEnvelope, Idempotency, Outcome};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::gate::Caller;
use crate::problem::{Problem, ProblemType};

use super::conditions::expected_version;
use super::idempotency::{self, RequestContent};
use super::json;

/// A body without fields, or no body at all.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = Nothing)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmptyBody {}

/// The space that the path names, within the caller's reach.
pub(crate) struct SpaceTarget {
    pub(crate) caller: Caller,
    pub(crate) space: SpaceId,
    params: RawPathParams,
}

impl SpaceTarget {
    /// Another parameter of the path.
    pub(crate) fn param<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        param(&self.params, name)
    }
}

fn param<T: FromStr>(params: &RawPathParams, name: &str) -> Result<T, Problem> {
    let text = params.iter().find(|(known, _)| *known == name).map(|(_, text)| text).unwrap_or_default();
    // What does not parse names nothing that exists.
    text.parse().map_err(|_| Problem::new(ProblemType::NOT_FOUND))
}

impl FromRequestParts<App> for SpaceTarget {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = <Caller as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        let params = <RawPathParams as FromRequestParts<App>>::from_request_parts(parts, app).await;
        let params = params.map_err(|_| Problem::new(ProblemType::NOT_FOUND))?;
        let space = param(&params, "space")?;
        if !caller.reaches(space) || !is_member(app, &caller, space).await? {
            return Err(Problem::new(ProblemType::NOT_FOUND));
        }
        Ok(Self { caller, space, params })
    }
}

/// An insurer reaches the spaces of its own members.
pub(crate) async fn is_member(app: &App, caller: &Caller, space: SpaceId) -> Result<bool, Problem> {
    let Some(insurer) = caller.insurer() else {
        return Ok(true);
    };
    let loaded = app.store.log().state(space).await?;
    Ok(loaded.is_some_and(|loaded| loaded.space.insurer() == Some(insurer)))
}

/// A request to change an existing space.
pub(crate) struct SpaceChange<T> {
    pub(crate) target: SpaceTarget,
    pub(crate) body: T,
    options: CommandOptions,
}

/// What goes with the command of a change.
#[derive(Clone)]
struct CommandOptions {
    expected: Option<u64>,
    idempotency: Option<Idempotency>,
    role: &'static str,
}

impl<T: DeserializeOwned> FromRequest<App> for SpaceChange<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        Self::read(request, app, expected_version).await
    }
}

impl<T: DeserializeOwned> SpaceChange<T> {
    /// Reads a request whose headers name the version that they expect in this way.
    async fn read(request: Request, app: &App, expected: fn(&HeaderMap) -> Result<Option<u64>, Problem>) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let target = <SpaceTarget as FromRequestParts<App>>::from_request_parts(&mut parts, app).await?;
        let expected = expected(&parts.headers)?;
        let bytes = read_body(Request::from_parts(parts.clone(), body), app).await?;
        let idempotency = idempotency_of(&parts, Some(target.caller.digest()), &bytes)?;
        let body = json::read(&parts.headers, &bytes)?;
        let role = target.caller.role().name();
        Ok(Self { target, body, options: CommandOptions { expected, idempotency, role } })
    }
}

impl<T> SpaceChange<T> {
    /// The space.
    pub(crate) const fn space(&self) -> SpaceId {
        self.target.space
    }

    /// Who acts.
    pub(crate) fn party(&self) -> Result<Party, Problem> {
        self.target.caller.party()
    }

    /// The space as the log has it now.
    pub(crate) async fn load(&self, app: &App) -> Result<HealthSpace, Problem> {
        let loaded = app.store.log().state(self.space()).await?;
        loaded.map(|loaded| loaded.space).ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))
    }

    /// Executes a command on the space; a refusal that the log records is a refusal here too.
    pub(crate) async fn execute(&self, app: &App, command: impl Into<SpaceCommand>) -> Result<Outcome, Problem> {
        self.execute_envelope(app, CommandEnvelope::new(self.space(), command)).await
    }

    /// The same for an envelope that was made elsewhere, with the message that leaves with it.
    pub(crate) async fn execute_envelope(&self, app: &App, envelope: CommandEnvelope) -> Result<Outcome, Problem> {
        let envelope = idempotency::under_key(envelope.with_metadata("role", self.options.role), self.options.idempotency.clone());
        let envelope = match self.options.expected {
            Some(version) => envelope.expecting(version),
            None => envelope,
        };
        execute(app, envelope).await
    }
}

/// A request to make, change or remove something that an existing space contains. It names no version: what is made has none yet, and what
/// is removed stays removed.
pub(crate) struct ItemChange<T>(SpaceChange<T>);

impl<T: DeserializeOwned> FromRequest<App> for ItemChange<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        SpaceChange::read(request, app, |_| Ok(None)).await.map(Self)
    }
}

impl<T> ItemChange<T> {
    /// The body.
    pub(crate) const fn body(&self) -> &T {
        &self.0.body
    }

    /// The space that contains the item.
    pub(crate) const fn space(&self) -> SpaceId {
        self.0.space()
    }

    /// The item that the path names under this parameter.
    pub(crate) fn item(&self, name: &str) -> Result<ItemId, Problem> {
        self.0.target.param(name)
    }

    /// Executes a command on an item of the space.
    pub(crate) async fn execute(&self, app: &App, item: ItemId, command: impl Into<Command>) -> Result<Outcome, Problem> {
        self.0.execute_envelope(app, CommandEnvelope::to_stream(StreamId::of_item(self.space(), item), command)).await
    }

    /// Executes one of several commands of this request, each on an item of its own; repeating the request repeats each of them safely.
    pub(crate) async fn execute_one_of_many(&self, app: &App, item: ItemId, command: impl Into<Command>) -> Result<Outcome, Problem> {
        let envelope = CommandEnvelope::to_stream(StreamId::of_item(self.space(), item), command);
        let key = self.0.options.idempotency.clone().map(|key| idempotency::for_item(key, item));
        execute(app, idempotency::under_key(envelope.with_metadata("role", self.0.options.role), key)).await
    }
}

/// A request whose path names no space.
pub(crate) struct BodyRequest<T> {
    pub(crate) body: T,
    pub(crate) idempotency: Option<Idempotency>,
}

impl<T: DeserializeOwned> FromRequest<App> for BodyRequest<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let caller = <Caller as OptionalFromRequestParts<App>>::from_request_parts(&mut parts, app).await?;
        let bytes = read_body(Request::from_parts(parts.clone(), body), app).await?;
        let idempotency = idempotency_of(&parts, caller.as_ref().map(Caller::digest), &bytes)?;
        Ok(Self { body: json::read(&parts.headers, &bytes)?, idempotency })
    }
}

impl<T> BodyRequest<T> {
    /// An envelope for this request's command, under its idempotency key.
    pub(crate) fn envelope_for(&self, space: SpaceId, command: impl Into<SpaceCommand>, role: &'static str) -> CommandEnvelope {
        idempotency::under_key(CommandEnvelope::new(space, command).with_metadata("role", role), self.idempotency.clone())
    }
}

/// Executes a command; a refusal that the log records is a refusal here too.
pub(crate) async fn execute(app: &App, envelope: CommandEnvelope) -> Result<Outcome, Problem> {
    let outcome = app.store.commands().execute(envelope, &app.policy).await?;
    match outcome.refusal() {
        Some(refusal) => Err(Problem::from(refusal)),
        None => Ok(outcome),
    }
}

fn idempotency_of(parts: &Parts, caller: Option<&[u8; 32]>, body: &[u8]) -> Result<Option<Idempotency>, Problem> {
    let (path, caller) = (parts.uri.path(), caller.map(<[u8; 32]>::as_slice));
    match parts.method {
        Method::POST | Method::DELETE | Method::PUT => {
            idempotency::read(&parts.headers, &RequestContent { caller, method: parts.method.as_str(), path, body })
        }
        _ => Ok(None),
    }
}

/// The body, as far as the limit lets it be read.
pub(crate) async fn read_body(request: Request, app: &App) -> Result<Bytes, Problem> {
    Bytes::from_request(request, app)
        .await
        .map_err(|rejection| Problem::of_status(rejection.status()).unwrap_or(Problem::new(ProblemType::MALFORMED)))
}
