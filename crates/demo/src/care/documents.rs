//! The documents of the demonstration: what each is, who writes it, and its file, which is made here. Nothing in them is about anybody.

use chrono::NaiveDate;
use ens_domain::access::DocumentType;
use ens_domain::french;
use ens_domain::sections::medical_record::{DocumentTitle, Explanation, MediaType};

use crate::error::DemoError;

use super::jpeg;
use super::pdf;
use super::professionals::Role;

/// A document that is written in the course of care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Paper {
    /// The attending doctor's report.
    Consultation,
    /// The attending doctor's prescription, which is renewed.
    Prescription,
    /// Results of biology.
    Biology,
    /// A picture.
    Picture,
    /// A result that a doctor announces before the holder reads it.
    Pathology,
    /// A certificate that the holder hides.
    Certificate,
    /// What the holder writes down.
    OwnSummary,
}

/// Who writes a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Author {
    /// The holder, or who acts for a child.
    HolderSide,
    /// A professional.
    Professional(Role),
}

/// A file that is ready to be stored.
pub(super) struct File {
    /// What its bytes are.
    pub media_type: MediaType,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Paper {
    /// Who writes it.
    pub(super) const fn author(self) -> Author {
        match self {
            Self::Consultation | Self::Prescription | Self::Certificate => Author::Professional(Role::AttendingDoctor),
            Self::Biology | Self::Picture | Self::Pathology => Author::Professional(Role::Specialist),
            Self::OwnSummary => Author::HolderSide,
        }
    }

    /// Whether the holder is to hear of it in a consultation first.
    pub(super) const fn explanation(self) -> Explanation {
        match self {
            Self::Pathology => Explanation::First,
            Self::Consultation | Self::Prescription | Self::Biology | Self::Picture | Self::Certificate | Self::OwnSummary => {
                Explanation::NotNeeded
            }
        }
    }

    /// Its type.
    pub(super) fn document_type(self) -> Result<DocumentType, DemoError> {
        DocumentType::parse(self.code()).map_err(|_| DemoError::Invented("type of document"))
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Consultation => "11488-4",
            Self::Prescription => "57833-6",
            Self::Biology => "11502-2",
            Self::Picture => "52040-3",
            Self::Pathology => "60568-3",
            Self::Certificate => "89601-9",
            Self::OwnSummary => "DOCPAT01",
        }
    }

    /// Its title, with the day of the act.
    pub(super) fn title(self, day: NaiveDate) -> Result<DocumentTitle, DemoError> {
        DocumentTitle::parse(&self.heading(day)).map_err(|_| DemoError::Invented("title"))
    }

    fn heading(self, day: NaiveDate) -> String {
        let what = match self {
            Self::Consultation => "Compte rendu de consultation",
            Self::Prescription => "Ordonnance de médicaments",
            Self::Biology => "Résultats d’analyses de sang",
            Self::Picture => "Image de contrôle",
            Self::Pathology => "Compte rendu d’examen anatomo-pathologique",
            Self::Certificate => "Certificat médical pour la pratique du sport",
            Self::OwnSummary => "Mes allergies et mes traitements",
        };
        format!("{what} du {}", french::date(day))
    }

    /// Its file; another number gives another picture.
    pub(super) fn file(self, day: NaiveDate, number: u64) -> File {
        let heading = self.heading(day);
        let (media_type, bytes) = match self {
            Self::Consultation | Self::Prescription | Self::Pathology => {
                (MediaType::Pdf, pdf::page(&format!("{heading} – document inventé pour la démonstration.")))
            }
            Self::Picture => (MediaType::Jpeg, jpeg::picture(number)),
            Self::Biology => (MediaType::Text, text(&heading, "Glycémie à jeun : 0,92 g/l.\nCholestérol total : 1,84 g/l.\n")),
            Self::Certificate => (MediaType::Text, text(&heading, "Aucune contre-indication décelée ce jour.\n")),
            Self::OwnSummary => (MediaType::Text, text(&heading, "Allergie : pollens.\nTraitement : aucun.\n")),
        };
        File { media_type, bytes }
    }
}

fn text(heading: &str, lines: &str) -> Vec<u8> {
    format!("{heading}\n\n{lines}\nDocument inventé pour la démonstration.\n").into_bytes()
}
