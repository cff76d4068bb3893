//! The one gate: who may do what with a space and with what it contains, on which ground or refused for which reason.

pub mod action;
pub mod document;
pub mod document_class;
pub mod document_type;
pub mod ground;
pub mod profession;
pub mod purpose;
pub mod reader;
pub mod refusal;
pub mod request;

pub use action::Action;
pub use document::{Announcement, DocumentAuthor, DocumentFacts, DocumentState, Visibility, shows_by_itself_on};
pub use document_class::{DocumentClass, DocumentClassError};
pub use document_type::{DocumentType, DocumentTypeError};
pub use ground::Ground;
pub use profession::{Profession, ProfessionError};
pub use purpose::Purpose;
pub use reader::{AccessMode, Professional, Reader};
pub use refusal::AccessRefusal;
pub use request::{AccessRequest, Target};
