//! The caller of a request, as handlers receive it once the token was verified.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use ens_domain::access::Reader;
use ens_domain::ids::SpaceId;
use ens_domain::organism::InsurerCode;
use ens_domain::party::Party;
use ens_domain::sections::consultations::StatedReason;
use ring::digest::{SHA256, digest};

use crate::problem::{Problem, ProblemType};

use super::actor::Actor;
use super::claims::Identity;
use super::role::Role;

/// Who sends the request; cheap to clone.
#[derive(Debug, Clone)]
pub struct Caller(Arc<Bearer>);

#[derive(Debug)]
struct Bearer {
    identity: Identity,
    digest: [u8; 32],
    token_id: Option<Arc<str>>,
}

impl Caller {
    /// The bearer of a token of this issuer with this subject; the token's id (`jti`) may be logged.
    pub(super) fn new(issuer: &str, subject: &str, identity: Identity, token_id: Option<Arc<str>>) -> Self {
        let digest = caller_digest(identity.actor.role(), issuer, subject);
        Self(Arc::new(Bearer { identity, digest, token_id }))
    }

    /// The role with its identifiers.
    pub fn actor(&self) -> &Actor {
        &self.0.identity.actor
    }

    /// The bare role.
    pub fn role(&self) -> Role {
        self.actor().role()
    }

    /// Why a professional comes in without an authorisation, where the token says it. A request may say it too.
    pub fn stated_reason(&self) -> Option<&StatedReason> {
        self.0.identity.reason.as_ref()
    }

    /// Tells callers apart without naming them: a digest of role, issuer and subject. Two issuers may know two persons by one subject.
    pub fn digest(&self) -> &[u8; 32] {
        &self.0.digest
    }

    /// The id of the token, where it has one that may be logged.
    pub fn token_id(&self) -> Option<&str> {
        self.0.token_id.as_deref()
    }

    /// Who asks, for the gate of the domain.
    pub fn reader(&self) -> Reader {
        match self.actor() {
            Actor::Holder { .. } => Reader::Holder,
            Actor::Representative { .. } => Reader::Representative,
            Actor::Caregiver { caregiver } => Reader::Caregiver { caregiver: *caregiver },
            Actor::Cnam => Reader::Cnam,
            Actor::Insurer { insurer } => Reader::Insurer { insurer: insurer.clone() },
            Actor::Support { agent } => Reader::Support { agent: agent.clone() },
            Actor::Professional(professional) => Reader::Professional(professional.clone()),
            Actor::Service { service } => Reader::Service { service: *service },
            Actor::Auditor => Reader::Auditor,
            Actor::Admin => Reader::Admin,
        }
    }

    /// Who acts, in the events that follow.
    ///
    /// # Errors
    /// [`ProblemType::FORBIDDEN`] for those who never act on a space.
    pub fn party(&self) -> Result<Party, Problem> {
        self.actor().party().ok_or_else(|| Problem::new(ProblemType::FORBIDDEN))
    }

    /// Whether this space is, as far as the token alone says, within the caller's reach.
    pub fn reaches(&self, space: SpaceId) -> bool {
        match self.actor() {
            Actor::Holder { space: own } => *own == space,
            Actor::Representative { spaces } => spaces.contains(&space),
            Actor::Cnam | Actor::Insurer { .. } | Actor::Support { .. } | Actor::Auditor => true,
            // What they may do with it, the gate of the domain says on the log: no other route names their role.
            Actor::Caregiver { .. } | Actor::Professional(_) | Actor::Service { .. } => true,
            Actor::Admin => false,
        }
    }

    /// The fund whose members alone the caller reaches, for an insurer.
    pub fn insurer(&self) -> Option<&InsurerCode> {
        match self.actor() {
            Actor::Insurer { insurer } => Some(insurer),
            Actor::Holder { .. }
            | Actor::Representative { .. }
            | Actor::Caregiver { .. }
            | Actor::Cnam
            | Actor::Support { .. }
            | Actor::Professional(_)
            | Actor::Service { .. }
            | Actor::Auditor
            | Actor::Admin => None,
        }
    }
}

fn caller_digest(role: Role, issuer: &str, subject: &str) -> [u8; 32] {
    let text = format!("ens caller 2\0{}\0{issuer}\0{subject}", role.name());
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
