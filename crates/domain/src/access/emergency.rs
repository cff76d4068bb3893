//! Reading in an emergency: break-glass and the dispatch centre, which the holder may have refused beforehand.
//!
//! - in an emergency no authorisation is needed and a block is not looked at
//! - the holder refuses break-glass and the dispatch centre beforehand
//! - hidden documents are read in an emergency unless the holder refused that
//! - only a doctor acts for the dispatch centre
//! - an emergency opens the sections of care only
//!
//! Article L. 1111-17 I. A block says whom the person does not want for ordinary care; what it takes to refuse an emergency is the express
//! refusal beforehand, which is a choice of its own. The interface of the medical record (PDSM4DMP) does not check the state of the
//! authorisation for the dispatch centre either.

use super::authority::is_of_care;
use super::document::{DocumentFacts, Visibility};
use super::emergency_choices::{Choice, EmergencyAccess};
use super::ground::Ground;
use super::profession::Profession;
use super::question::Question;
use super::reader::{AccessMode, Professional};
use super::refusal::AccessRefusal;

/// Whether the professional reads in this emergency.
pub(super) fn decide(professional: &Professional, ground: Ground, question: &Question<'_>) -> Result<Ground, AccessRefusal> {
    let refused = |access| question.directory().emergency().of(access) == Choice::Refused;
    if ground == Ground::DispatchCentre && professional.profession != Profession::Doctor {
        return Err(AccessRefusal::NotADispatchDoctor);
    }
    if ground == Ground::DispatchCentre && refused(EmergencyAccess::DispatchCentre) {
        return Err(AccessRefusal::DispatchCentreRefused);
    }
    if ground == Ground::BreakGlass && refused(EmergencyAccess::BreakGlass) {
        return Err(AccessRefusal::BreakGlassRefused);
    }
    if !is_of_care(question.request.target.section()) {
        return Err(AccessRefusal::OutsideEmergency);
    }
    question.is_for_care()?;
    question.document().map_or(Ok(()), |document| document_in_emergency(professional, document, question))?;
    Ok(ground)
}

/// The ground that a mode claims; none in ordinary care.
pub(super) const fn claimed(mode: AccessMode) -> Option<Ground> {
    match mode {
        AccessMode::Ordinary => None,
        AccessMode::BreakGlass => Some(Ground::BreakGlass),
        AccessMode::DispatchCentre => Some(Ground::DispatchCentre),
    }
}

fn document_in_emergency(professional: &Professional, document: &DocumentFacts, question: &Question<'_>) -> Result<(), AccessRefusal> {
    question.still_counts(document)?;
    let directory = question.directory();
    let blocked = directory.is_blocked(&professional.rpps);
    let own = !blocked && document.author.is_professional(&professional.rpps);
    let sees_hidden = own || !blocked && directory.is_attending_doctor(&professional.rpps);
    let hidden = document.visibility == Visibility::Hidden && directory.emergency().of(EmergencyAccess::HiddenDocuments) == Choice::Refused;
    if hidden && !sees_hidden {
        return Err(AccessRefusal::HiddenInEmergency);
    }
    if own || question.matrix.opens(professional.profession, document.document_type) { Ok(()) } else { Err(AccessRefusal::NotInMatrix) }
}
