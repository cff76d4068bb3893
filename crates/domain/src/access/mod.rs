//! The one gate: who may do what with a space and with what it contains, on which ground or refused for which reason.
//!
//! Deny is the default. [`decide`] looks for a reason to refuse, in the order of [`AccessRefusal`], and answers the first one; where there is
//! none, it answers the [`Ground`]:
//!
//! 1. the purpose is forbidden (L. 1111-18), whoever asks; the role reads nothing, whatever the space is: CNAM, insurer, support, auditor, admin;
//!    CNAM only brings the documents of an older record that joined the space
//! 2. the space is not open, opposed, suspended, closed, its holder dead, destroyed; a closed one is still read by holder and representative
//! 3. the person does not stand: a minor as holder, no representation, no delegation to this caregiver; a caregiver does not do this
//! 4. the professional is blocked, which no authorisation mends; or, in an emergency, the emergency is not theirs or was refused beforehand
//! 5. the role does not do this here, or does it to one document only
//! 6. nothing authorises it; or what does has not begun, is over, is for something else, or for another purpose
//! 7. the document: not theirs to alter, withdrawn, hidden from representatives, awaiting an announcement, hidden by the holder
//! 8. the access matrix does not open the type of document to the profession
//!
//! A block counts in ordinary care, for every act, even against the author and the attending doctor. It is not looked at when somebody reads
//! in an emergency of article L. 1111-17 I, as break-glass or for the dispatch centre: there the holder's choices of beforehand count.
//!
//! Those who look after spaces read nothing that a space contains. What they read besides, [`oversee`] decides.
//! - refusals are found in the order of their list
//! - deny is the default
//! - nobody reads for an insurance a bank or an employer even with consent
//! - insurer cnam support auditor and admin read nothing

pub mod action;
mod authority;
pub mod care_team;
pub mod decision;
pub mod directory;
pub mod document;
pub mod document_class;
pub mod document_type;
mod emergency;
pub mod emergency_choices;
pub mod explanation;
pub mod grant;
pub mod ground;
mod holder_side;
mod legacy_record;
pub mod matrix;
mod of_space;
pub mod oversight;
pub mod profession;
mod professional;
pub mod purpose;
mod question;
pub mod reader;
pub mod refusal;
pub mod request;
mod service;
pub mod view;

pub use action::Action;
pub use care_team::TeamMember;
pub use decision::decide_in;
pub use directory::{CAREGIVERS_AT_MOST, Directory, GrantState, ServiceConsent, TooManyCaregivers};
pub use document::{Announcement, DocumentAuthor, DocumentFacts, DocumentState, Visibility, shows_by_itself_on};
pub use document_class::{DocumentClass, DocumentClassError};
pub use document_type::{DocumentType, DocumentTypeError};
pub use emergency_choices::{Choice, EmergencyAccess, EmergencyChoices};
pub use explanation::{DocumentReach, PossibleReader, Reach, SectionReach, Who, what_could_read, who_could_read};
pub use grant::{Grant, Grantee, Period, Scope};
pub use ground::Ground;
pub use matrix::{AccessMatrix, MatrixError, MatrixRow};
pub use of_space::{decide, has_tie};
pub use oversight::{Overseen, oversee};
pub use profession::{Profession, ProfessionError};
pub use purpose::Purpose;
pub use reader::{AccessMode, Professional, Reader};
pub use refusal::AccessRefusal;
pub use request::{AccessRequest, Target};
pub use view::{Availability, SpaceView};

#[cfg(test)]
mod tests;
