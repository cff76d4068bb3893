//! The decision itself: the purpose first, then who asks, then the rules of their role.

use super::ground::Ground;
use super::holder_side::{self, HolderSide};
use super::matrix::AccessMatrix;
use super::question::Question;
use super::reader::Reader;
use super::refusal::AccessRefusal;
use super::request::AccessRequest;
use super::view::SpaceView;
use super::{legacy_record, professional, service};

/// Whether this may be done in a space that looks like this: the ground, or the first reason against it.
///
/// # Errors
/// The first [`AccessRefusal`] in the order of their list.
pub fn decide_in(request: &AccessRequest<'_>, view: &SpaceView<'_>, matrix: &AccessMatrix) -> Result<Ground, AccessRefusal> {
    if request.purpose.is_forbidden() {
        return Err(AccessRefusal::ForbiddenPurpose);
    }
    let question = Question::new(request, view, matrix);
    match request.reader {
        Reader::Holder => holder_side::decide(HolderSide::Holder, &question),
        Reader::Representative => holder_side::decide(HolderSide::Representative, &question),
        Reader::Caregiver { caregiver } => holder_side::decide(HolderSide::Caregiver(*caregiver), &question),
        Reader::Professional(professional) => professional::decide(professional, &question),
        Reader::Service { service } => service::decide(*service, &question),
        Reader::Cnam => legacy_record::decide(&question),
        Reader::Insurer { .. } | Reader::Support { .. } | Reader::Auditor | Reader::Admin => Err(AccessRefusal::RoleNeverReads),
    }
}
