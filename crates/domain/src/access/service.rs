//! What a service of the catalogue may do: what the person consented to, for the purpose that they consented to.
//!
//! - a service reads and writes the categories consented to for the purpose consented to
//! - a service alters what it deposited and nothing else
//! - a service is shown no document that is kept from the holder from representatives or from professionals

use crate::ids::ServiceId;
use crate::space::terms::Section;

use super::action::Action;
use super::document::{DocumentAuthor, DocumentFacts, Visibility};
use super::ground::Ground;
use super::question::Question;
use super::refusal::AccessRefusal;

/// Whether the service may.
pub(super) fn decide(service: ServiceId, question: &Question<'_>) -> Result<Ground, AccessRefusal> {
    question.view.availability.in_service()?;
    open_to_services(question)?;
    consented(service, question)?;
    if let Some(document) = question.document() {
        with_document(service, document, question)?;
    }
    Ok(Ground::ServiceConsent)
}

fn open_to_services(question: &Question<'_>) -> Result<(), AccessRefusal> {
    match question.action() {
        Action::Read | Action::List => Ok(()),
        Action::Deposit => is_fed_by_services(question.request.target.section()),
        Action::Replace | Action::CorrectMetadata | Action::Withdraw => {
            question.document().map(drop).ok_or(AccessRefusal::DocumentNotNamed)
        }
        Action::MoveOut
        | Action::Announce
        | Action::Hide
        | Action::Show
        | Action::HideFromRepresentatives
        | Action::ShowToRepresentatives
        | Action::Archive
        | Action::Unarchive
        | Action::Pin
        | Action::Unpin
        | Action::Delete
        | Action::Share
        | Action::TakeConsent
        | Action::BlockProfessional
        | Action::ChangeContacts
        | Action::Close => Err(AccessRefusal::NotForThisRole),
    }
}

/// The sections into which a service enters something.
const fn is_fed_by_services(section: Section) -> Result<(), AccessRefusal> {
    match section {
        Section::MedicalRecord | Section::Agenda | Section::Measures | Section::MedicalProfile => Ok(()),
        Section::AdministrativeData | Section::Reimbursements | Section::Messaging | Section::Catalogue | Section::Authorisations => {
            Err(AccessRefusal::NotForThisRole)
        }
    }
}

/// The consent for exactly this purpose; where there is one for another, that is the reason.
fn consented(service: ServiceId, question: &Question<'_>) -> Result<(), AccessRefusal> {
    let (purpose, section) = (question.request.purpose, question.request.target.section());
    let mut refusal = AccessRefusal::NotAuthorised;
    for (consented, consent) in question.directory().consents_to(service) {
        if consented != purpose {
            refusal = AccessRefusal::PurposeNotCovered;
            continue;
        }
        consent.period.admit(question.today)?;
        return if consent.sections.contains(&section) { Ok(()) } else { Err(AccessRefusal::OutsideScope) };
    }
    Err(refusal)
}

fn with_document(service: ServiceId, document: &DocumentFacts, question: &Question<'_>) -> Result<(), AccessRefusal> {
    let own = document.author == DocumentAuthor::Service { service };
    if !own && !question.action().is_reading() {
        return Err(AccessRefusal::NotTheAuthor);
    }
    question.still_counts(document)?;
    if document.to_representatives == Visibility::Hidden {
        return Err(AccessRefusal::HiddenFromRepresentatives);
    }
    if document.awaits_announcement_on(question.today) {
        return Err(AccessRefusal::AwaitsAnnouncement);
    }
    if document.visibility == Visibility::Hidden && !own { Err(AccessRefusal::HiddenByHolder) } else { Ok(()) }
}
