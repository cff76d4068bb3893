//! The claims by which our own tokens say who the bearer is, and the actor that they make of them.
//!
//! - a role without what it needs is no role

use ens_domain::access::{AccessMode, Professional};
use ens_domain::ids::SpaceId;
use ens_domain::sections::consultations::StatedReason;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::actor::Actor;
use super::role::Role;

/// Who the bearer of a token is.
#[derive(Clone, Serialize)]
pub struct Claims {
    /// Who it was issued to: opaque to us, and never logged.
    pub sub: String,
    /// What they are.
    pub role: String,
    /// A holder's space, or the list of a representative's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub space: Option<Spaces>,
    /// A caregiver, by the id of their own space.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caregiver: Option<String>,
    /// An insurer's fund.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insurer: Option<String>,
    /// A support agent's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// A professional's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rpps: Option<String>,
    /// A professional's profession, by its national code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profession: Option<String>,
    /// The structure (FINESS) in which a professional acts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub structure: Option<String>,
    /// A service, by its id in the national catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// How a professional comes in: `ordinary`, `break_glass` or `dispatch_centre`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Why a professional comes in by break-glass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
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

/// The bearer of a token, whatever claims said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// What they are.
    pub actor: Actor,
    /// Why a professional comes in without an authorisation, where the token says it.
    pub reason: Option<StatedReason>,
}

/// A role that lacks what goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsError {
    /// Not one of those that there are.
    #[error("unknown role: expected holder, representative, caregiver, cnam, insurer, support, professional, service, auditor or admin")]
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
    /// Claims for an actor.
    pub fn of(subject: &str, actor: &Actor) -> Self {
        let mut claims = Self { sub: subject.to_owned(), role: actor.role().name().to_owned(), ..Self::nobody() };
        match actor {
            Actor::Holder { space } => claims.space = Some(Spaces::One(*space)),
            Actor::Representative { spaces } => claims.space = Some(Spaces::Several(spaces.clone())),
            Actor::Caregiver { caregiver } => claims.caregiver = Some(caregiver.to_string()),
            Actor::Service { service } => claims.service = Some(service.to_string()),
            Actor::Insurer { insurer } => claims.insurer = Some(insurer.to_string()),
            Actor::Support { agent } => claims.agent = Some(agent.to_string()),
            Actor::Professional(professional) => claims.add_professional(professional),
            Actor::Cnam | Actor::Auditor | Actor::Admin => {}
        }
        claims
    }

    /// What a token claims. What it does not claim, or not in the form that is expected, is absent.
    pub(super) fn read(claims: &Map<String, Value>) -> Self {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            sub: text("sub").unwrap_or_default(),
            role: text("role").unwrap_or_default(),
            // A space that is no id is absent, and the error would repeat it.
            space: claims.get("space").and_then(|space| Spaces::deserialize(space).ok()),
            caregiver: text("caregiver"),
            insurer: text("insurer"),
            agent: text("agent"),
            rpps: text("rpps"),
            profession: text("profession"),
            structure: text("structure"),
            service: text("service"),
            mode: text("mode"),
            reason: text("reason"),
        }
    }

    const fn nobody() -> Self {
        Self {
            sub: String::new(),
            role: String::new(),
            space: None,
            caregiver: None,
            insurer: None,
            agent: None,
            rpps: None,
            profession: None,
            structure: None,
            service: None,
            mode: None,
            reason: None,
        }
    }

    fn add_professional(&mut self, professional: &Professional) {
        self.rpps = Some(professional.rpps.to_string());
        self.profession = Some(professional.profession.to_string());
        self.structure = professional.structure.as_ref().map(ToString::to_string);
        self.mode = Some(mode_name(professional.mode).to_owned());
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
            Role::Caregiver => Ok(Actor::Caregiver { caregiver: parsed(self.caregiver.as_ref()).ok_or(lacks("caregiver"))? }),
            Role::Cnam => Ok(Actor::Cnam),
            Role::Insurer => Ok(Actor::Insurer { insurer: parsed(self.insurer.as_ref()).ok_or(lacks("insurer"))? }),
            Role::Support => Ok(Actor::Support { agent: parsed(self.agent.as_ref()).ok_or(lacks("agent"))? }),
            Role::Professional => self.professional().map(Actor::Professional).map_err(lacks),
            Role::Service => Ok(Actor::Service { service: parsed(self.service.as_ref()).ok_or(lacks("service"))? }),
            Role::Auditor => Ok(Actor::Auditor),
            Role::Admin => Ok(Actor::Admin),
        }
    }

    /// The actor with the reason that they state.
    ///
    /// # Errors
    /// [`ClaimsError`] as for [`Self::actor`].
    pub(super) fn identity(&self) -> Result<Identity, ClaimsError> {
        let actor = self.actor()?;
        let reason = self.reason.as_deref().filter(|_| actor.role() == Role::Professional).and_then(stated);
        Ok(Identity { actor, reason })
    }

    /// A professional, or the claim that is missing or malformed.
    fn professional(&self) -> Result<Professional, &'static str> {
        let structure = self.structure.as_ref().map(|number| parsed(Some(number)).ok_or("structure")).transpose()?;
        let mode = self.mode.as_deref().map_or(Some(AccessMode::Ordinary), mode_named);
        Ok(Professional {
            rpps: parsed(self.rpps.as_ref()).ok_or("rpps")?,
            profession: parsed(self.profession.as_ref()).ok_or("profession")?,
            structure,
            mode: mode.ok_or("mode")?,
        })
    }
}

/// How a professional comes in, as claims name it.
const fn mode_name(mode: AccessMode) -> &'static str {
    match mode {
        AccessMode::Ordinary => "ordinary",
        AccessMode::BreakGlass => "break_glass",
        AccessMode::DispatchCentre => "dispatch_centre",
    }
}

fn mode_named(name: &str) -> Option<AccessMode> {
    [AccessMode::Ordinary, AccessMode::BreakGlass, AccessMode::DispatchCentre].into_iter().find(|mode| mode_name(*mode) == name)
}

fn parsed<T: std::str::FromStr>(text: Option<&String>) -> Option<T> {
    // The error would repeat what the token holds.
    text?.parse().ok()
}
/// A reason that a token states. One that cannot be kept counts as none: the request can state it.
pub(super) fn stated(text: &str) -> Option<StatedReason> {
    // The error would repeat nothing that helps: the issuer made the text.
    StatedReason::parse(text).ok()
}
