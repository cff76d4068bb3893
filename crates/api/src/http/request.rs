//! What a request brings besides its question: the space it names, the version it has seen, the key that makes it once.
//!
//! - a space out of reach answers as one that does not exist
//! - a change names the version it has seen; `If-Match: *` says that any will do

use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequestParts, RawPathParams, Request};
use axum::http::header::IF_MATCH;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use ens_domain::ids::SpaceId;
use ens_domain::party::Party;
use ens_domain::space::{HealthSpace, SpaceCommand};
use ens_store::{CommandEnvelope, Idempotency, Outcome};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::app::App;
use crate::problem::{Kind, Problem};

use super::auth::Caller;
use super::idempotency::{self, Asking};
use super::json;

/// A body without fields, or no body at all.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// The space that a path names, within the caller's reach.
pub(super) struct Target {
    pub(super) caller: Caller,
    pub(super) space: SpaceId,
    params: RawPathParams,
}

impl Target {
    /// Another parameter of the path.
    pub(super) fn param<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        param(&self.params, name)
    }
}

fn param<T: FromStr>(params: &RawPathParams, name: &str) -> Result<T, Problem> {
    let text = params.iter().find(|(known, _)| *known == name).map(|(_, text)| text).unwrap_or_default();
    // What does not parse names nothing that exists.
    text.parse().map_err(|_| Problem::new(Kind::NotFound))
}

impl FromRequestParts<App> for Target {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = <Caller as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        let params = <RawPathParams as FromRequestParts<App>>::from_request_parts(parts, app).await;
        let params = params.map_err(|_| Problem::new(Kind::NotFound))?;
        let space = param(&params, "space")?;
        if !caller.reaches(space) || !is_member(app, &caller, space).await? {
            return Err(Problem::new(Kind::NotFound));
        }
        Ok(Self { caller, space, params })
    }
}

/// An insurer reaches the spaces of its own members.
pub(super) async fn is_member(app: &App, caller: &Caller, space: SpaceId) -> Result<bool, Problem> {
    let Some(insurer) = caller.insurer() else {
        return Ok(true);
    };
    let loaded = app.store.log().state(space).await?;
    Ok(loaded.is_some_and(|loaded| loaded.space.insurer() == Some(insurer)))
}

/// A change that is asked of an existing space.
pub(super) struct Change<T> {
    pub(super) target: Target,
    pub(super) body: T,
    order: Ordering,
}

/// What an order needs besides its command.
#[derive(Clone)]
struct Ordering {
    expected: Option<u64>,
    idempotency: Option<Idempotency>,
    role: &'static str,
}

impl<T: DeserializeOwned> FromRequest<App> for Change<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let target = <Target as FromRequestParts<App>>::from_request_parts(&mut parts, app).await?;
        let expected = expected_version(&parts.headers)?;
        let bytes = read_all(Request::from_parts(parts.clone(), body), app).await?;
        let idempotency = repeated(&parts, Some(target.caller.mark()), &bytes)?;
        let body = json::read(&parts.headers, &bytes)?;
        let role = target.caller.role().name();
        Ok(Self { target, body, order: Ordering { expected, idempotency, role } })
    }
}

impl<T> Change<T> {
    /// The space.
    pub(super) const fn space(&self) -> SpaceId {
        self.target.space
    }

    /// Who acts.
    pub(super) fn party(&self) -> Result<Party, Problem> {
        self.target.caller.party()
    }

    /// The space as the log has it now.
    pub(super) async fn load(&self, app: &App) -> Result<HealthSpace, Problem> {
        let loaded = app.store.log().state(self.space()).await?;
        loaded.map(|loaded| loaded.space).ok_or_else(|| Problem::new(Kind::NotFound))
    }

    /// Has the command decided; a refusal that the log records is a refusal here too.
    pub(super) async fn order(&self, app: &App, command: impl Into<SpaceCommand>) -> Result<Outcome, Problem> {
        self.place(app, CommandEnvelope::new(self.space(), command)).await
    }

    /// The same for an order that was drawn up elsewhere, with the message that leaves with it.
    pub(super) async fn place(&self, app: &App, order: CommandEnvelope) -> Result<Outcome, Problem> {
        let order = idempotency::once(order.with_metadata("role", self.order.role), self.order.idempotency.clone());
        let order = match self.order.expected {
            Some(version) => order.expecting(version),
            None => order,
        };
        execute(app, order).await
    }
}

/// Something asked of no space in particular: by a caller, or by the public.
pub(super) struct Asked<T> {
    pub(super) body: T,
    pub(super) idempotency: Option<Idempotency>,
}

impl<T: DeserializeOwned> FromRequest<App> for Asked<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let caller = <Caller as OptionalFromRequestParts<App>>::from_request_parts(&mut parts, app).await?;
        let bytes = read_all(Request::from_parts(parts.clone(), body), app).await?;
        let idempotency = repeated(&parts, caller.as_ref().map(Caller::mark), &bytes)?;
        Ok(Self { body: json::read(&parts.headers, &bytes)?, idempotency })
    }
}

impl<T> Asked<T> {
    /// An order for this request's command, once.
    pub(super) fn draw_up(&self, space: SpaceId, command: impl Into<SpaceCommand>, role: &'static str) -> CommandEnvelope {
        idempotency::once(CommandEnvelope::new(space, command).with_metadata("role", role), self.idempotency.clone())
    }
}

/// Has an order decided; a refusal that the log records is a refusal here too.
pub(super) async fn execute(app: &App, order: CommandEnvelope) -> Result<Outcome, Problem> {
    let outcome = app.store.commands().execute(order, &app.policy).await?;
    match outcome.refusal() {
        Some(refusal) => Err(Problem::from(refusal)),
        None => Ok(outcome),
    }
}

fn repeated(parts: &Parts, caller: Option<&[u8; 32]>, body: &[u8]) -> Result<Option<Idempotency>, Problem> {
    let (path, caller) = (parts.uri.path(), caller.map(<[u8; 32]>::as_slice));
    match parts.method {
        Method::POST | Method::DELETE | Method::PUT => {
            idempotency::read(&parts.headers, &Asking { caller, method: parts.method.as_str(), path, body })
        }
        _ => Ok(None),
    }
}

/// The version in `If-Match`; `None` for `*`.
fn expected_version(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let value = headers.get(IF_MATCH).ok_or_else(|| Problem::new(Kind::PreconditionRequired))?;
    let refused = || Problem::new(Kind::Malformed).detail("If-Match: expected the ETag of a space, such as \"7\", or *");
    let text = value.to_str().map_err(|_| refused())?.trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).ok_or_else(refused)?;
    version.parse().map(Some).map_err(|_| refused())
}

/// The body, as far as the limit lets it be read.
pub(super) async fn read_all(request: Request, app: &App) -> Result<Bytes, Problem> {
    Bytes::from_request(request, app)
        .await
        .map_err(|rejection| Problem::of_status(rejection.status()).unwrap_or(Problem::new(Kind::Malformed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(value: &'static str) -> Result<Option<u64>, Kind> {
        let headers = HeaderMap::from_iter([(IF_MATCH, value.parse().unwrap())]);
        expected_version(&headers).map_err(|problem| problem.kind())
    }

    #[test]
    fn a_version_is_an_etag_of_ours() {
        assert_eq!(version("\"7\""), Ok(Some(7)));
        assert_eq!(version("*"), Ok(None));
        assert_eq!(version("7"), Err(Kind::Malformed));
        assert_eq!(version("W/\"7\""), Err(Kind::Malformed));
        assert_eq!(expected_version(&HeaderMap::new()).map_err(|problem| problem.kind()), Err(Kind::PreconditionRequired));
    }
}
