//! The gate in front of the aggregate `HealthSpace`: decides on what the life of a space remembers.

use crate::calendar::paris;
use crate::space::HealthSpace;
use crate::space::terms::Stage;

use super::decision::decide_in;
use super::directory::Directory;
use super::ground::Ground;
use super::matrix::AccessMatrix;
use super::reader::Reader;
use super::refusal::AccessRefusal;
use super::request::AccessRequest;
use super::view::{Availability, SpaceView};

/// Whether this may be done in this space: the ground, or the first reason against it.
///
/// # Errors
/// The first [`AccessRefusal`] in the order of their list.
pub fn decide(request: &AccessRequest<'_>, space: &HealthSpace, matrix: &AccessMatrix) -> Result<Ground, AccessRefusal> {
    match space.view(paris::day_of(request.at)) {
        Some(view) => decide_in(request, &view, matrix),
        None => {
            let nobody = Directory::default();
            let (minor, represented, legacy_record) = (false, false, false);
            let view = SpaceView { availability: Availability::NotOpened, minor, represented, legacy_record, directory: &nobody };
            decide_in(request, &view, matrix)
        }
    }
}

/// Whether somebody has to do with this space, so that an attempt of theirs is kept in its log: the person and who acts or acted for them,
/// and whoever the directory knows. Attempts of strangers are counted and not kept, or anybody could fill another person's log. A space that
/// was destroyed has no ties any more: its key is gone, and nothing that says who asked could be sealed.
pub fn has_tie(reader: &Reader, space: &HealthSpace) -> bool {
    let Some(directory) = space.directory().filter(|_| space.stage() != Some(Stage::Destroyed)) else { return false };
    match reader {
        Reader::Holder => true,
        Reader::Representative => space.was_ever_represented(),
        Reader::Caregiver { caregiver } => directory.delegation(*caregiver).is_some(),
        Reader::Professional(professional) => directory.knows(professional),
        Reader::Service { service } => directory.consents_to(*service).next().is_some(),
        Reader::Cnam | Reader::Insurer { .. } | Reader::Support { .. } | Reader::Auditor | Reader::Admin => false,
    }
}
