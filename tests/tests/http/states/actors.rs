//! Who asks, by the word of a table: a role, or one of the professionals who have to do with documents.

use ens_api::http::gate::{Actor, Role};
use ens_domain::access::{AccessMode, Profession, Professional};
use ens_domain::ids::SpaceId;
use ens_domain::rpps::Rpps;

use super::super::access::actor;
use super::super::api::{RPPS, other_insurer};

/// The professionals of the table of documents.
pub(super) const PROFESSIONALS: [&str; 4] = ["author", "doctor", "stranger", "emergency"];

fn a_doctor(first_ten: &str, mode: AccessMode) -> Professional {
    Professional { rpps: Rpps::from_first10(first_ten).expect("a number"), profession: Profession::Doctor, structure: None, mode }
}

/// Who deposited the report, and is let in.
pub(super) fn author() -> Professional {
    Professional { rpps: Rpps::parse(RPPS).expect("a number"), ..a_doctor("8100000001", AccessMode::Ordinary) }
}

/// Another doctor who is let in.
pub(super) fn doctor() -> Professional {
    a_doctor("8100000007", AccessMode::Ordinary)
}

/// Who this word stands for, within reach of this space; nobody for `anybody`, who has no token.
pub(super) fn who(word: &str, space: SpaceId) -> Option<Actor> {
    match word {
        "anybody" => None,
        "author" => Some(Actor::Professional(author())),
        "doctor" => Some(Actor::Professional(doctor())),
        "stranger" => Some(Actor::Professional(a_doctor("8100000008", AccessMode::Ordinary))),
        "emergency" => Some(Actor::Professional(a_doctor("8100000008", AccessMode::BreakGlass))),
        role => Some(actor(Role::named(role).unwrap_or_else(|| panic!("nobody is called {role}")), space)),
    }
}

/// The same role with another space, where a token names the spaces within reach.
pub(super) fn out_of_reach(word: &str, other: SpaceId) -> Option<Actor> {
    let actor = who(word, other)?;
    match &actor {
        Actor::Insurer { .. } => Some(other_insurer()),
        Actor::Holder { .. } | Actor::Representative { .. } => Some(actor),
        Actor::Cnam
        | Actor::Support { .. }
        | Actor::Professional(_)
        | Actor::Caregiver { .. }
        | Actor::Service { .. }
        | Actor::Auditor
        | Actor::Admin => None,
    }
}
