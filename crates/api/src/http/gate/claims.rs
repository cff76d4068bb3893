//! The claims of a token (JWT), and the actor that they make of its bearer.
//!
//! - a role without what it needs is no role

use chrono::{DateTime, Utc};
use ens_domain::ids::SpaceId;
use ens_domain::organism::{AgentId, InsurerCode};
use ens_domain::rpps::Rpps;
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::role::Role;

/// The claims of a token, as they are signed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Claims {
    /// Who it was issued to: opaque to us, and never logged.
    pub sub: String,
    /// What they are.
    pub role: String,
    /// A holder's space, or the list of a representative's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<Spaces>,
    /// An insurer's fund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurer: Option<String>,
    /// A support agent's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// A professional's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rpps: Option<String>,
    /// Who issued it.
    pub iss: String,
    /// For whom it was issued.
    pub aud: Audience,
    /// Its last second, since 1970.
    pub exp: i64,
    /// When it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
}

/// One space, or several.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Spaces {
    /// A holder's.
    One(SpaceId),
    /// A representative's.
    Several(Vec<SpaceId>),
}

/// One audience, or several.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

/// A role that lacks what goes with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsError {
    /// Not one of the eight.
    #[error("unknown role: expected holder, representative, cnam, insurer, support, professional, auditor or admin")]
    UnknownRole,
    /// A claim that the role needs is missing or malformed.
    #[error("a token of role {role} needs the claim {claim}")]
    Lacks {
        /// The role.
        role: &'static str,
        /// What it needs.
        claim: &'static str,
    },
}

impl Claims {
    /// Claims for an actor; issuer, audience and days are added when the token is signed.
    pub fn of(subject: &str, actor: &Actor) -> Self {
        let mut claims = Self {
            sub: subject.to_owned(),
            role: actor.role().name().to_owned(),
            space: None,
            insurer: None,
            agent: None,
            rpps: None,
            iss: String::new(),
            aud: Audience::Several(Vec::new()),
            exp: 0,
            iat: None,
        };
        match actor {
            Actor::Holder { space } => claims.space = Some(Spaces::One(*space)),
            Actor::Representative { spaces } => claims.space = Some(Spaces::Several(spaces.clone())),
            Actor::Insurer { insurer } => claims.insurer = Some(insurer.to_string()),
            Actor::Support { agent } => claims.agent = Some(agent.to_string()),
            Actor::Professional { rpps } => claims.rpps = Some(rpps.to_string()),
            Actor::Cnam | Actor::Auditor | Actor::Admin => {}
        }
        claims
    }

    /// The claims signed by `iss` for `aud`, from `from` until `until`.
    #[must_use]
    pub(super) fn issued(mut self, iss: &str, aud: &str, from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        self.iss = iss.to_owned();
        self.aud = Audience::One(aud.to_owned());
        self.iat = Some(from.timestamp());
        self.exp = until.timestamp();
        self
    }

    /// Who these claims make of their bearer.
    ///
    /// # Errors
    /// [`ClaimsError`] where the role is unknown, or lacks what it needs.
    pub fn actor(&self) -> Result<Actor, ClaimsError> {
        let role = Role::named(&self.role).ok_or(ClaimsError::UnknownRole)?;
        let lacks = |claim| ClaimsError::Lacks { role: role.name(), claim };
        match role {
            Role::Holder => match &self.space {
                Some(Spaces::One(space)) => Ok(Actor::Holder { space: *space }),
                Some(Spaces::Several(_)) | None => Err(lacks("space")),
            },
            Role::Representative => match &self.space {
                Some(Spaces::One(space)) => Ok(Actor::Representative { spaces: vec![*space] }),
                Some(Spaces::Several(spaces)) => Ok(Actor::Representative { spaces: spaces.clone() }),
                None => Err(lacks("space")),
            },
            Role::Cnam => Ok(Actor::Cnam),
            Role::Insurer => {
                // The error would repeat what the token holds.
                let insurer = self.insurer.as_deref().and_then(|code| code.parse::<InsurerCode>().ok()).ok_or(lacks("insurer"))?;
                Ok(Actor::Insurer { insurer })
            }
            Role::Support => {
                // The error would repeat what the token holds.
                let agent = self.agent.as_deref().and_then(|name| name.parse::<AgentId>().ok()).ok_or(lacks("agent"))?;
                Ok(Actor::Support { agent })
            }
            Role::Professional => {
                // The error would repeat what the token holds.
                let rpps = self.rpps.as_deref().and_then(|number| number.parse::<Rpps>().ok()).ok_or(lacks("rpps"))?;
                Ok(Actor::Professional { rpps })
            }
            Role::Auditor => Ok(Actor::Auditor),
            Role::Admin => Ok(Actor::Admin),
        }
    }
}
