//! What the holder, a representative and a caregiver may do.
//!
//! - a minor does not act as holder
//! - a representative acts while a representation stands
//! - a caregiver acts from the first day of a delegation to its last
//! - a caregiver reads and enters data and neither shares nor hides nor closes nor changes contacts
//! - what awaits an announcement is shown to nobody on the holders side before its day
//! - what is hidden from representatives is shown to the holder alone
//! - the holder alters what their side deposited and nothing else
//! - a closed space is read by the holder and a representative

use crate::ids::CaregiverId;
use crate::space::terms::Section;

use super::action::Action;
use super::document::{DocumentAuthor, DocumentFacts, Visibility};
use super::ground::Ground;
use super::question::Question;
use super::refusal::AccessRefusal;
use super::view::Availability;

/// Who acts on the holder's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HolderSide {
    Holder,
    Representative,
    Caregiver(CaregiverId),
}

/// Whether they may.
pub(super) fn decide(who: HolderSide, question: &Question<'_>) -> Result<Ground, AccessRefusal> {
    enter(who, question)?;
    let ground = stand(who, question)?;
    if let HolderSide::Caregiver(_) = who {
        open_to_caregiver(question.action())?;
    }
    match question.document() {
        None => with_section(question.action(), question.request.target.section())?,
        Some(document) => with_document(who, document, question)?,
    }
    Ok(ground)
}

fn enter(who: HolderSide, question: &Question<'_>) -> Result<(), AccessRefusal> {
    let archive = question.view.availability == Availability::Closed && question.action().is_reading();
    match who {
        HolderSide::Holder | HolderSide::Representative if archive => Ok(()),
        HolderSide::Holder | HolderSide::Representative | HolderSide::Caregiver(_) => question.view.availability.in_service(),
    }
}

fn stand(who: HolderSide, question: &Question<'_>) -> Result<Ground, AccessRefusal> {
    match who {
        HolderSide::Holder if question.view.minor => Err(AccessRefusal::MinorDoesNotAct),
        HolderSide::Holder => Ok(Ground::OwnSpace),
        HolderSide::Representative if question.view.represented => Ok(Ground::Representation),
        HolderSide::Representative => Err(AccessRefusal::NoRepresentation),
        HolderSide::Caregiver(caregiver) => {
            let delegation = question.directory().delegation(caregiver).ok_or(AccessRefusal::NotACaregiver)?;
            // To the outside a delegation that has not begun, or is over, is none.
            delegation.admit(question.today).map(|()| Ground::CaregiverDelegation).map_err(|_| AccessRefusal::NotACaregiver)
        }
    }
}

const fn open_to_caregiver(action: Action) -> Result<(), AccessRefusal> {
    match action {
        Action::Share | Action::BlockProfessional | Action::Hide | Action::Show | Action::ChangeContacts | Action::Close => {
            Err(AccessRefusal::CaregiverMayNot)
        }
        Action::Read
        | Action::List
        | Action::Deposit
        | Action::Replace
        | Action::CorrectMetadata
        | Action::Withdraw
        | Action::MoveOut
        | Action::Announce
        | Action::HideFromRepresentatives
        | Action::ShowToRepresentatives
        | Action::Archive
        | Action::Unarchive
        | Action::Pin
        | Action::Unpin
        | Action::Delete
        | Action::TakeConsent => Ok(()),
    }
}

fn with_section(action: Action, section: Section) -> Result<(), AccessRefusal> {
    match action {
        Action::Read | Action::List | Action::Share | Action::BlockProfessional | Action::ChangeContacts | Action::Close => Ok(()),
        Action::Deposit => allowed_in(section, is_fed_by_holder),
        Action::Hide | Action::Show => allowed_in(section, is_hidden_as_a_whole),
        Action::Replace
        | Action::CorrectMetadata
        | Action::Withdraw
        | Action::Archive
        | Action::Unarchive
        | Action::Pin
        | Action::Unpin
        | Action::Delete
            if section == Section::MedicalRecord =>
        {
            Err(AccessRefusal::DocumentNotNamed)
        }
        Action::Replace
        | Action::CorrectMetadata
        | Action::Withdraw
        | Action::Archive
        | Action::Unarchive
        | Action::Pin
        | Action::Unpin
        | Action::Delete => allowed_in(section, is_fed_by_holder),
        Action::MoveOut | Action::Announce | Action::HideFromRepresentatives | Action::ShowToRepresentatives | Action::TakeConsent => {
            Err(AccessRefusal::NotForThisRole)
        }
    }
}

fn with_document(who: HolderSide, document: &DocumentFacts, question: &Question<'_>) -> Result<(), AccessRefusal> {
    let alters = match question.action() {
        Action::Read | Action::List | Action::Hide | Action::Show => false,
        Action::Archive | Action::Unarchive | Action::Pin | Action::Unpin => false,
        // These are of the space: the document that is named with them changes nothing.
        Action::Share | Action::BlockProfessional | Action::ChangeContacts | Action::Close => return Ok(()),
        Action::Deposit | Action::Replace | Action::CorrectMetadata | Action::Withdraw | Action::Delete => true,
        Action::MoveOut | Action::Announce | Action::HideFromRepresentatives | Action::ShowToRepresentatives | Action::TakeConsent => {
            return Err(AccessRefusal::NotForThisRole);
        }
    };
    if alters && !document.author.is_of_holder_side() {
        return Err(AccessRefusal::NotTheAuthor);
    }
    question.still_counts(document)?;
    see(who, document, question)
}

/// Whether the document is shown to them at all.
fn see(who: HolderSide, document: &DocumentFacts, question: &Question<'_>) -> Result<(), AccessRefusal> {
    if who != HolderSide::Holder && document.to_representatives == Visibility::Hidden {
        return Err(AccessRefusal::HiddenFromRepresentatives);
    }
    if document.awaits_announcement_on(question.today) {
        return Err(AccessRefusal::AwaitsAnnouncement);
    }
    match who {
        HolderSide::Holder | HolderSide::Representative => Ok(()),
        HolderSide::Caregiver(caregiver) => {
            let seen = document.visibility == Visibility::Shown || document.author == DocumentAuthor::Caregiver { caregiver };
            if seen { Ok(()) } else { Err(AccessRefusal::HiddenByHolder) }
        }
    }
}

fn allowed_in(section: Section, test: fn(Section) -> bool) -> Result<(), AccessRefusal> {
    if test(section) { Ok(()) } else { Err(AccessRefusal::NotForThisRole) }
}

/// The sections into which the holder's side enters something.
const fn is_fed_by_holder(section: Section) -> bool {
    match section {
        Section::MedicalRecord | Section::Messaging | Section::Agenda | Section::Measures | Section::MedicalProfile => true,
        Section::AdministrativeData | Section::Reimbursements | Section::Catalogue | Section::Authorisations => false,
    }
}

/// The sections that are hidden or shown with one switch: the medical record by default, and the history of care.
const fn is_hidden_as_a_whole(section: Section) -> bool {
    matches!(section, Section::MedicalRecord | Section::Reimbursements)
}
