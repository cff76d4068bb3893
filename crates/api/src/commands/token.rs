//! `ens token`: a development token, to try the API with. Production refuses it.

use chrono::{TimeDelta, Utc};
use ens_domain::access::{AccessMode, Professional};

use crate::cli::TokenArgs;
use crate::config::{Settings, development_token_key};
use crate::http::gate::{Actor, Claims, ClaimsError, Role, mint};

use super::failure::{Failure, TokenError};
use super::streams::print;

/// Prints a token for what was asked.
pub(super) fn run(settings: &Settings, args: TokenArgs) -> Result<(), Failure> {
    let lifetime = TimeDelta::minutes(i64::from(args.minutes));
    let subject = args.subject.clone().unwrap_or_else(|| format!("development-{}", args.role));
    let claims = Claims::of(&subject, &actor(args)?);
    let key = development_token_key(settings)?;
    let token = mint(&key, &settings.tokens, claims, Utc::now(), lifetime).map_err(TokenError::from)?;
    print(&token)
}

fn actor(args: TokenArgs) -> Result<Actor, TokenError> {
    let role = Role::named(&args.role).ok_or(ClaimsError::UnknownRole)?;
    let needs = |option| TokenError::Needs { role: role.name(), option };
    Ok(match role {
        Role::Holder => Actor::Holder { space: args.space.ok_or_else(|| needs("--space"))? },
        Role::Representative => Actor::Representative { spaces: vec![args.space.ok_or_else(|| needs("--space"))?] },
        Role::Caregiver => Actor::Caregiver { caregiver: args.caregiver.ok_or_else(|| needs("--caregiver"))? },
        Role::Cnam => Actor::Cnam,
        Role::Insurer => Actor::Insurer { insurer: args.insurer.ok_or_else(|| needs("--insurer"))? },
        Role::Support => Actor::Support { agent: args.agent.ok_or_else(|| needs("--agent"))? },
        Role::Professional => Actor::Professional(Professional {
            rpps: args.rpps.ok_or_else(|| needs("--rpps"))?,
            profession: args.profession,
            structure: args.structure,
            mode: AccessMode::from(args.mode),
        }),
        Role::Service => Actor::Service { service: args.service.ok_or_else(|| needs("--service"))? },
        Role::Auditor => Actor::Auditor,
        Role::Admin => Actor::Admin,
    })
}
