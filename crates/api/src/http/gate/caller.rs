//! The caller of a request, as handlers receive it once the token was verified.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use ens_domain::ids::SpaceId;
use ens_domain::organism::InsurerCode;
use ens_domain::party::Party;
use ring::digest::{SHA256, digest};

use crate::problem::{Problem, ProblemType};

use super::actor::Actor;
use super::role::Role;

/// Who sends the request.
#[derive(Debug, Clone)]
pub struct Caller {
    actor: Actor,
    digest: [u8; 32],
}

impl Caller {
    /// The bearer of a token with this subject.
    pub(super) fn new(actor: Actor, subject: &str) -> Self {
        let digest = caller_digest(actor.role(), subject);
        Self { actor, digest }
    }

    /// The role with its identifiers.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The bare role.
    pub const fn role(&self) -> Role {
        self.actor.role()
    }

    /// Tells callers apart without naming them: a digest of role and subject.
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Who acts, in the events that follow.
    ///
    /// # Errors
    /// [`ProblemType::FORBIDDEN`] for those who never act on a space.
    pub fn party(&self) -> Result<Party, Problem> {
        self.actor.party().ok_or_else(|| Problem::new(ProblemType::FORBIDDEN))
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

fn caller_digest(role: Role, subject: &str) -> [u8; 32] {
    let text = format!("ens caller 1\0{}\0{subject}", role.name());
    let mut result = [0; 32];
    result.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    result
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    /// The gate has put the caller there; an open route has none.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::new(ProblemType::UNAUTHENTICATED))
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}
