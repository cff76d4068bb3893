//! What a professional may do in ordinary care.
//!
//! - a blocked professional does nothing in ordinary care
//! - an author reads and corrects their own documents
//! - only the author replaces, corrects, withdraws or moves out a document
//! - a hidden document is read by its author, the attending doctor and an administrator
//! - the matrix bounds every authorisation
//! - a professional with access takes the person's consent for a colleague
//! - feeding the medical record needs no authorisation
//! - an administrator blocks other professionals

use crate::space::terms::Section;

use super::action::Action;
use super::authority::authority_of;
use super::document::{DocumentFacts, Visibility};
use super::emergency;
use super::ground::Ground;
use super::question::Question;
use super::reader::Professional;
use super::refusal::AccessRefusal;

/// Whether the professional may.
pub(super) fn decide(professional: &Professional, question: &Question<'_>) -> Result<Ground, AccessRefusal> {
    question.view.availability.in_service()?;
    let emergency = emergency::claimed(professional.mode).filter(|_| question.action().is_reading());
    if let Some(ground) = emergency {
        return emergency::decide(professional, ground, question);
    }
    if question.directory().is_blocked(&professional.rpps) {
        return Err(AccessRefusal::ProfessionalBlocked);
    }
    match question.document() {
        None => with_section(professional, question),
        Some(document) => with_document(professional, document, question),
    }
}

fn with_section(professional: &Professional, question: &Question<'_>) -> Result<Ground, AccessRefusal> {
    let section = question.request.target.section();
    match question.action() {
        Action::Read | Action::List | Action::TakeConsent => authority(professional, question),
        Action::Deposit => feed(professional, section, question),
        Action::BlockProfessional => as_administrator(professional, question),
        Action::Replace
        | Action::CorrectMetadata
        | Action::Withdraw
        | Action::MoveOut
        | Action::Announce
        | Action::HideFromRepresentatives
        | Action::ShowToRepresentatives
        | Action::Archive
        | Action::Unarchive
            if section == Section::MedicalRecord =>
        {
            Err(AccessRefusal::DocumentNotNamed)
        }
        Action::Replace
        | Action::CorrectMetadata
        | Action::Withdraw
        | Action::MoveOut
        | Action::Announce
        | Action::HideFromRepresentatives
        | Action::ShowToRepresentatives
        | Action::Archive
        | Action::Unarchive
        | Action::Hide
        | Action::Show
        | Action::Pin
        | Action::Unpin
        | Action::Delete
        | Action::Share
        | Action::ChangeContacts
        | Action::Close => Err(AccessRefusal::NotForThisRole),
    }
}

fn with_document(professional: &Professional, document: &DocumentFacts, question: &Question<'_>) -> Result<Ground, AccessRefusal> {
    match question.action() {
        Action::Read | Action::List => read(professional, document, question),
        Action::TakeConsent => authority(professional, question),
        Action::BlockProfessional => as_administrator(professional, question),
        Action::Deposit => as_author(professional, document, question).map(|_| Ground::DutyToFeed),
        Action::Replace | Action::CorrectMetadata | Action::Withdraw | Action::MoveOut | Action::Archive | Action::Unarchive => {
            as_author(professional, document, question)
        }
        Action::Announce | Action::HideFromRepresentatives | Action::ShowToRepresentatives => {
            as_author_or_attending_doctor(professional, document, question)
        }
        Action::Hide
        | Action::Show
        | Action::Pin
        | Action::Unpin
        | Action::Delete
        | Action::Share
        | Action::ChangeContacts
        | Action::Close => Err(AccessRefusal::NotForThisRole),
    }
}

/// What a professional enters: into the medical record and messages without an authorisation, into other sections of health with one.
fn feed(professional: &Professional, section: Section, question: &Question<'_>) -> Result<Ground, AccessRefusal> {
    match section {
        Section::MedicalRecord => question.is_for_care().map(|()| Ground::DutyToFeed),
        Section::Messaging => question.is_for_care().map(|()| Ground::WritesFirst),
        Section::Agenda | Section::Measures | Section::MedicalProfile => authority(professional, question),
        Section::AdministrativeData | Section::Reimbursements | Section::Catalogue | Section::Authorisations => {
            Err(AccessRefusal::NotForThisRole)
        }
    }
}

fn read(professional: &Professional, document: &DocumentFacts, question: &Question<'_>) -> Result<Ground, AccessRefusal> {
    if document.author.is_professional(&professional.rpps) && question.request.purpose.is_care() {
        return as_author(professional, document, question);
    }
    let authority = authority(professional, question)?;
    question.still_counts(document)?;
    let ground = match document.visibility {
        Visibility::Shown => authority,
        Visibility::Hidden => sees_hidden(professional, authority, question)?,
    };
    let opens = question.matrix.opens(professional.profession, document.document_type);
    if opens { Ok(ground) } else { Err(AccessRefusal::NotInMatrix) }
}

/// The ground on which a hidden document is read.
fn sees_hidden(professional: &Professional, authority: Ground, question: &Question<'_>) -> Result<Ground, AccessRefusal> {
    if authority == Ground::AttendingDoctor {
        return Ok(authority);
    }
    let administrator = question.directory().is_administrator(&professional.rpps) && question.request.purpose.is_care();
    if administrator { Ok(Ground::Administrator) } else { Err(AccessRefusal::HiddenByHolder) }
}

fn as_author(professional: &Professional, document: &DocumentFacts, question: &Question<'_>) -> Result<Ground, AccessRefusal> {
    question.is_for_care()?;
    if !document.author.is_professional(&professional.rpps) {
        return Err(AccessRefusal::NotTheAuthor);
    }
    question.still_counts(document).map(|()| Ground::Author)
}

/// What the author does for the person, and the attending doctor where the author does not.
fn as_author_or_attending_doctor(
    professional: &Professional,
    document: &DocumentFacts,
    question: &Question<'_>,
) -> Result<Ground, AccessRefusal> {
    let decided = as_author(professional, document, question);
    if decided == Err(AccessRefusal::NotTheAuthor) && question.directory().is_attending_doctor(&professional.rpps) {
        return question.still_counts(document).map(|()| Ground::AttendingDoctor);
    }
    decided
}

/// An administrator who still has access to the section asked for.
fn as_administrator(professional: &Professional, question: &Question<'_>) -> Result<Ground, AccessRefusal> {
    if !question.directory().is_administrator(&professional.rpps) {
        return Err(AccessRefusal::NotForThisRole);
    }
    authority(professional, question).map(|_| Ground::Administrator)
}

fn authority(professional: &Professional, question: &Question<'_>) -> Result<Ground, AccessRefusal> {
    authority_of(professional, question.directory(), &question.need())
}
