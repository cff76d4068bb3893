//! What is asked of the gate: who, to do what, with what, what for, when.

use chrono::{DateTime, Utc};

use crate::space::terms::Section;

use super::action::Action;
use super::document::DocumentFacts;
use super::purpose::Purpose;
use super::reader::Reader;

/// One question to the gate.
#[derive(Debug, Clone, Copy)]
pub struct AccessRequest<'a> {
    /// Who asks.
    pub reader: &'a Reader,
    /// To do what.
    pub action: Action,
    /// With what.
    pub target: Target<'a>,
    /// What for.
    pub purpose: Purpose,
    /// When.
    pub at: DateTime<Utc>,
}

/// What an access is about.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// A section as a whole, or something in it that is not a document.
    Section(Section),
    /// A document of the medical record.
    Document(&'a DocumentFacts),
}

impl Target<'_> {
    /// The section that it stands in.
    pub const fn section(&self) -> Section {
        match self {
            Self::Section(section) => *section,
            Self::Document(_) => Section::MedicalRecord,
        }
    }
}
