//! The caller of a request, once the guard has believed the token.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use ens_domain::ids::SpaceId;
use ens_domain::organism::InsurerCode;
use ens_domain::party::Party;
use ring::digest::{SHA256, digest};

use crate::problem::{Kind, Problem};

use super::believed::Mark;
use super::{Actor, Keys, Role, TokenRefused};

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    actor: Actor,
    mark: [u8; 32],
}

impl Caller {
    /// The bearer of the request's token.
    ///
    /// # Errors
    /// The problem to answer where there is no token, or one that is not believed.
    pub(crate) fn of(headers: &HeaderMap, keys: &Keys) -> Result<Self, Problem> {
        let token = bearer(headers).ok_or_else(|| Problem::new(Kind::Unauthenticated))?;
        let refused = |why: TokenRefused| Problem::new(Kind::Unauthenticated).detail(format!("the token is refused: {why}"));
        let known = Mark::of(token);
        if let Some(caller) = keys.believed().caller(known) {
            return Ok(caller);
        }
        let claims = keys.verify(token).map_err(refused)?;
        let actor = claims.actor().map_err(|why| refused(why.into()))?;
        let mark = mark(actor.role(), &claims.sub);
        let caller = Self { actor, mark };
        keys.believed().remember(known, &caller, Keys::last_second(&claims));
        Ok(caller)
    }

    #[cfg(test)]
    pub(super) fn for_test(actor: Actor) -> Self {
        let mark = mark(actor.role(), "somebody");
        Self { actor, mark }
    }

    /// The role with what goes with it.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The bare role.
    pub const fn role(&self) -> Role {
        self.actor.role()
    }

    /// Tells callers apart without naming them: a digest of role and subject.
    pub const fn mark(&self) -> &[u8; 32] {
        &self.mark
    }

    /// Who acts, in the events that follow.
    ///
    /// # Errors
    /// [`Kind::Forbidden`] for those who never act on a space.
    pub fn party(&self) -> Result<Party, Problem> {
        self.actor.party().ok_or_else(|| Problem::new(Kind::Forbidden))
    }

    /// Whether this space is, as far as the token alone says, within the caller's reach.
    pub fn reaches(&self, space: SpaceId) -> bool {
        match &self.actor {
            Actor::Holder { space: own } => *own == space,
            Actor::Representative { spaces } => spaces.contains(&space),
            Actor::Cnam | Actor::Insurer { .. } | Actor::Support { .. } | Actor::Auditor => true,
            Actor::Professional { .. } | Actor::Admin => false,
        }
    }

    /// The fund whose members alone the caller reaches, for an insurer.
    pub const fn insurer(&self) -> Option<&InsurerCode> {
        match &self.actor {
            Actor::Insurer { insurer } => Some(insurer),
            Actor::Holder { .. }
            | Actor::Representative { .. }
            | Actor::Cnam
            | Actor::Support { .. }
            | Actor::Professional { .. }
            | Actor::Auditor
            | Actor::Admin => None,
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION).map(HeaderValue::to_str)?;
    // A header that is not text is no token.
    let (scheme, token) = value.ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn mark(role: Role, subject: &str) -> [u8; 32] {
    let text = format!("ens caller 1\0{}\0{subject}", role.name());
    let mut mark = [0; 32];
    mark.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    mark
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    /// The guard has put the caller there; a route that lets everybody in has none.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::new(Kind::Unauthenticated))
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}
