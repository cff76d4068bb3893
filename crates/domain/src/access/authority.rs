//! What authorises a professional to read: the attending doctor's right, a grant that counts for them, or the consent to the care team.
//!
//! - the attending doctor reads the sections of care and the directory
//! - the care team reads the sections of care once the person has consented
//! - of several authorisations the most personal one is the ground
//! - where none opens the refusal says what is nearest

use crate::space::terms::Section;

use super::directory::Directory;
use super::grant::{Need, Period};
use super::ground::Ground;
use super::reader::Professional;
use super::refusal::AccessRefusal;

/// The best ground that the directory gives this professional, or the refusal that is nearest to one.
pub(super) fn authority_of(professional: &Professional, directory: &Directory, need: &Need) -> Result<Ground, AccessRefusal> {
    let mut found = attending_doctor(professional, directory, need);
    if found.is_ok() {
        return found;
    }
    for grant in directory.grants_for(professional) {
        found = better(found, grant.open(need));
    }
    better(found, care_team(professional, directory, need))
}

/// The sections that hold what care needs: what the care team reads by the person's one consent, and an emergency opens.
pub(super) const fn is_of_care(section: Section) -> bool {
    match section {
        Section::AdministrativeData | Section::MedicalRecord | Section::Measures | Section::MedicalProfile => true,
        Section::Reimbursements | Section::Messaging | Section::Agenda | Section::Catalogue | Section::Authorisations => false,
    }
}

fn attending_doctor(professional: &Professional, directory: &Directory, need: &Need) -> Result<Ground, AccessRefusal> {
    if !directory.is_attending_doctor(&professional.rpps) {
        return Err(AccessRefusal::NotAuthorised);
    }
    for_care(need, is_attending_doctors).map(|()| Ground::AttendingDoctor)
}

fn care_team(professional: &Professional, directory: &Directory, need: &Need) -> Result<Ground, AccessRefusal> {
    let since = directory.care_team_consent_for(professional).ok_or(AccessRefusal::NotAuthorised)?;
    Period::from(since).admit(need.day)?;
    for_care(need, is_of_care).map(|()| Ground::CareTeamConsent)
}

/// The traces of the medical record are the attending doctor's to see, beside the sections of care (article R. 1111-43).
const fn is_attending_doctors(section: Section) -> bool {
    is_of_care(section) || matches!(section, Section::Authorisations)
}

/// What opens some sections to care, and to nothing else.
fn for_care(need: &Need, opens: fn(Section) -> bool) -> Result<(), AccessRefusal> {
    if !opens(need.section) {
        return Err(AccessRefusal::OutsideScope);
    }
    if need.purpose.is_care() { Ok(()) } else { Err(AccessRefusal::PurposeNotCovered) }
}

/// A ground before a refusal; of grounds the first of their list, of refusals the last.
fn better(one: Result<Ground, AccessRefusal>, other: Result<Ground, AccessRefusal>) -> Result<Ground, AccessRefusal> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok(one.min(other)),
        (Ok(ground), Err(_)) | (Err(_), Ok(ground)) => Ok(ground), // A ground that stands makes the refusal beside it void.
        (Err(one), Err(other)) => Err(one.max(other)),
    }
}
