//! The gate in front of the aggregate: what a `HealthSpace` remembers today, as the gate's view of a space.

use chrono::NaiveDate;

use crate::calendar::paris;
use crate::party;
use crate::space::HealthSpace;
use crate::space::terms::{self, Stage};

use super::decision::decide_in;
use super::directory::Directory;
use super::grant::{Grant, Grantee, Period, Scope};
use super::ground::Ground;
use super::matrix::AccessMatrix;
use super::purpose::Purpose;
use super::refusal::AccessRefusal;
use super::request::AccessRequest;
use super::view::{Availability, SpaceView};

/// Whether this may be done in this space: the ground, or the first reason against it.
///
/// # Errors
/// The first [`AccessRefusal`] in the order of their list.
pub fn decide(request: &AccessRequest<'_>, space: &HealthSpace, matrix: &AccessMatrix) -> Result<Ground, AccessRefusal> {
    let directory = directory_of(space);
    decide_in(request, &view_of(space, paris::day_of(request.at), &directory), matrix)
}

/// The space on this day, with its directory.
pub fn view_of<'a>(space: &HealthSpace, day: NaiveDate, directory: &'a Directory) -> SpaceView<'a> {
    let minor = space.comes_of_age_on().is_some_and(|birthday| day < birthday);
    let represented = space.representatives().any(|(_, one)| one.ends_on.is_none_or(|end| day < end));
    SpaceView { availability: availability_of(space), minor, represented, directory }
}

/// The directory that the life of a space amounts to: the grants that stand, for care, and the professionals who are blocked.
pub fn directory_of(space: &HealthSpace) -> Directory {
    let mut directory = Directory::default();
    for (id, given) in space.grants() {
        let period = Period { from: NaiveDate::MIN, until: given.until };
        let (to, scope) = (grantee(&given.to), scope(&given.scope));
        directory.grant(id, Grant { to, scope, purpose: Purpose::Care, period });
    }
    space.blocked_professionals().for_each(|professional| directory.block(professional));
    directory
}

fn availability_of(space: &HealthSpace) -> Availability {
    match space.stage() {
        None | Some(Stage::Created | Stage::Notified | Stage::Unreachable | Stage::Blocked) => Availability::NotOpened,
        Some(Stage::Opposed) => Availability::Opposed,
        Some(Stage::Open | Stage::Active) => Availability::InService,
        Some(Stage::Suspended) => Availability::Suspended,
        Some(Stage::Closed) if space.holder_died() => Availability::HolderDied,
        Some(Stage::Closed) => Availability::Closed,
        Some(Stage::Destroyed) => Availability::Destroyed,
        Some(Stage::Ended) => Availability::HolderDied,
    }
}

fn grantee(to: &party::Grantee) -> Grantee {
    match to {
        party::Grantee::Professional { rpps } => Grantee::Professional { rpps: rpps.clone() },
        party::Grantee::Structure { finess } => Grantee::Structure { finess: finess.clone() },
    }
}

fn scope(given: &terms::Scope) -> Scope {
    match given {
        terms::Scope::All => Scope::All,
        terms::Scope::Sections { sections } => Scope::Sections { sections: sections.clone() },
    }
}
