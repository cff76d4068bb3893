//! What CNAM may do: bring the documents of a medical record that is older than the space, once that record has joined it. It reads nothing.
//!
//! - cnam brings documents of a record that joined the space and does nothing else

use super::action::Action;
use super::document::DocumentFacts;
use super::ground::Ground;
use super::purpose::Purpose;
use super::question::Question;
use super::refusal::AccessRefusal;

/// Whether CNAM may.
pub(super) fn decide(question: &Question<'_>) -> Result<Ground, AccessRefusal> {
    let document = brought(question).ok_or(AccessRefusal::RoleNeverReads)?;
    question.view.availability.in_service()?;
    if !question.view.legacy_record {
        return Err(AccessRefusal::NotAuthorised);
    }
    if question.request.purpose != Purpose::Administration {
        return Err(AccessRefusal::PurposeNotCovered);
    }
    question.still_counts(document)?;
    Ok(Ground::LegacyRecord)
}

/// The document that is brought; nothing where anything else is asked.
fn brought<'a>(question: &Question<'a>) -> Option<&'a DocumentFacts> {
    question.document().filter(|_| question.action() == Action::Deposit)
}
