//! The eleven classes of document of the medical record (`JDV_J57-ClassCode-DMP`), which are the categories of the access matrix.

use serde::{Deserialize, Serialize};

/// A class of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentClass {
    /// Report (*compte rendu*).
    Report,
    /// Synthesis.
    Synthesis,
    /// Medical imaging.
    Imaging,
    /// Prescription.
    Prescription,
    /// Dispensing.
    Dispensing,
    /// Care plan, care protocol.
    CarePlan,
    /// Treatment that was given.
    AdministeredTreatment,
    /// Certificate, declaration.
    Certificate,
    /// Reimbursement data.
    Reimbursement,
    /// Other documents that the patient deposited.
    PatientDocument,
    /// Management document.
    Management,
}

/// A text that is the code of no class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a class of document: expected a code of JDV_J57 such as 10 or 42")]
pub struct DocumentClassError;

impl DocumentClass {
    /// Every class, in the order of the codes.
    pub const ALL: [Self; 11] = [
        Self::Report,
        Self::Synthesis,
        Self::Imaging,
        Self::Prescription,
        Self::Dispensing,
        Self::CarePlan,
        Self::AdministeredTreatment,
        Self::Certificate,
        Self::Reimbursement,
        Self::PatientDocument,
        Self::Management,
    ];

    /// Reads a national code, such as `42`.
    ///
    /// # Errors
    /// [`DocumentClassError`] where no class has this code.
    pub fn parse(code: &str) -> Result<Self, DocumentClassError> {
        Self::ALL.into_iter().find(|class| class.code() == code).ok_or(DocumentClassError)
    }

    /// The national code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Report => "10",
            Self::Synthesis => "11",
            Self::Imaging => "31",
            Self::Prescription => "42",
            Self::Dispensing => "43",
            Self::CarePlan => "44",
            Self::AdministeredTreatment => "45",
            Self::Certificate => "52",
            Self::Reimbursement => "60",
            Self::PatientDocument => "90",
            Self::Management => "95",
        }
    }

    /// What a citizen reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Report => "Compte rendu",
            Self::Synthesis => "Synthèse",
            Self::Imaging => "Imagerie médicale",
            Self::Prescription => "Prescription",
            Self::Dispensing => "Dispensation",
            Self::CarePlan => "Plan de soins, protocole de soins",
            Self::AdministeredTreatment => "Traitement administré",
            Self::Certificate => "Certificat, déclaration",
            Self::Reimbursement => "Données de remboursement",
            Self::PatientDocument => "Autres documents déposés par le patient",
            Self::Management => "Document de gestion",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_read_by_their_codes() {
        for class in DocumentClass::ALL {
            assert_eq!(DocumentClass::parse(class.code()), Ok(class));
        }
        assert_eq!(DocumentClass::parse("99"), Err(DocumentClassError));
    }
}
