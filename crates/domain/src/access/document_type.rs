//! The types of document that the medical record takes, each with its national code, its class and its French label.
//!
//! - a document type is known by its code alone
//! - every class has a type and every type has a class
//!
//! Labels and codes are those of `JDV_J07-XdsTypeCode-CISIS` (29 June 2026), classes those of `ASS_X04` (29 June 2026) and `ASS_X16`
//! (27 September 2024), tables of the national agency for digital health: the 114 types to which one of these gives a class of the record.
//! Code 96163-1 has its class from the request that added it. A type without a class (style sheets, signatures) is no document here.

use crate::parsed::{shown, text_value};

use super::document_class::DocumentClass;

/// What a document is, by its LOINC code or its national code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocumentType(&'static Row);

/// A text that is the code of no type of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a type of document: expected a code of JDV_J07 such as 11488-4 or CERT_DECL")]
pub struct DocumentTypeError;

/// A line of the table; compared by its code, which comes first and is unique.
#[derive(PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Row {
    code: &'static str,
    class: DocumentClass,
    label: &'static str,
}

impl Row {
    const fn new(code: &'static str, class: DocumentClass, label: &'static str) -> Self {
        Self { code, class, label }
    }
}

impl DocumentType {
    /// Reads a code; case counts.
    ///
    /// # Errors
    /// [`DocumentTypeError`] where no type has this code.
    pub fn parse(code: &str) -> Result<Self, DocumentTypeError> {
        Self::all().find(|known| known.as_str() == code).ok_or(DocumentTypeError)
    }

    /// Every type, in the order of the codes.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(Self)
    }

    /// The code, such as `11488-4`.
    pub const fn as_str(&self) -> &'static str {
        self.0.code
    }

    /// The class that the national table gives it.
    pub const fn class(self) -> DocumentClass {
        self.0.class
    }

    /// What a citizen reads: `Compte rendu d’imagerie médicale`.
    pub const fn label(self) -> &'static str {
        self.0.label
    }

    /// Whether it is one of the types that a holder deposits: `DOCPAT01` to `DOCPAT09`, `EXPPAT_1` to `EXPPAT_3`.
    pub fn is_deposited_by_holder(self) -> bool {
        self.0.code.starts_with("DOCPAT") || self.0.code.starts_with("EXPPAT_")
    }
}

impl std::fmt::Debug for DocumentType {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "DocumentType({})", self.0.code)
    }
}

text_value!(DocumentType, DocumentTypeError);
shown!(DocumentType);

/// In the order of the codes, as bytes.
static TABLE: [Row; 114] = [
    Row::new("101881-1", DocumentClass::Certificate, "Carte d’implant"),
    Row::new("11369-6", DocumentClass::Certificate, "Historique des vaccinations"),
    Row::new("11488-4", DocumentClass::Report, "Compte rendu ou fiche de consultation ou de visite"),
    Row::new("11490-0", DocumentClass::Report, "Lettre de liaison à la sortie d’un établissement de soins"),
    Row::new("11502-2", DocumentClass::Report, "Compte rendu d’examens biologiques"),
    Row::new("11505-5", DocumentClass::Report, "Compte rendu d’acte thérapeutique (autre)"),
    Row::new("11506-3", DocumentClass::Report, "Compte rendu ou fiche de suivi de soins par auxiliaire médical"),
    Row::new("15507-7", DocumentClass::Report, "Compte rendu de passage aux urgences"),
    Row::new("15508-5", DocumentClass::Report, "Compte rendu d’accouchement"),
    Row::new("18748-4", DocumentClass::Imaging, "Compte rendu d’imagerie médicale"),
    Row::new("18761-7", DocumentClass::Synthesis, "Note de transfert (dont lettre de liaison à l’entrée en établissement de soins)"),
    Row::new("18776-5", DocumentClass::CarePlan, "Plan personnalisé de soins"),
    Row::new("28617-9", DocumentClass::Report, "Bilan bucco-dentaire"),
    Row::new("28653-4", DocumentClass::Report, "Document du secteur social / médico-social"),
    Row::new("29274-8", DocumentClass::Report, "Mesures de signes vitaux"),
    Row::new("34112-3", DocumentClass::Report, "Compte rendu hospitalier (séjour)"),
    Row::new("34120-6", DocumentClass::Report, "Bilan par professionnel de santé"),
    Row::new("34133-9", DocumentClass::Synthesis, "Synthèse d’épisode de soins"),
    Row::new("34749-2", DocumentClass::Report, "Compte rendu de consultation pré-anesthésique"),
    Row::new("34794-8", DocumentClass::Report, "Compte rendu de réunion de concertation pluridisciplinaire"),
    Row::new("34842-5", DocumentClass::Synthesis, "Grille d’évaluation médico-social"),
    Row::new("34874-8", DocumentClass::Report, "Compte rendu opératoire"),
    Row::new("34875-5", DocumentClass::Report, "Évaluation postopératoire et note de suivi"),
    Row::new("47420-5", DocumentClass::Report, "Compte rendu de bilan fonctionnel"),
    Row::new("51851-4", DocumentClass::Management, "Document administratif"),
    Row::new("51969-4", DocumentClass::Report, "Compte rendu de génétique moléculaire"),
    Row::new("52040-3", DocumentClass::Imaging, "Document encapsulant une image d’illustration non DICOM"),
    Row::new("55115-0", DocumentClass::Prescription, "Demande d’actes d’imagerie"),
    Row::new("55751-2", DocumentClass::Certificate, "Déclaration de problème de santé publique"),
    Row::new("56445-0", DocumentClass::Synthesis, "Bilan médicamenteux (Officine)"),
    Row::new("56446-8", DocumentClass::Management, "Notification de rendez-vous"),
    Row::new("57055-6", DocumentClass::Synthesis, "Synthèse antepartum"),
    Row::new("57057-2", DocumentClass::Synthesis, "Synthèse Salle de Naissance Mère"),
    Row::new("57075-4", DocumentClass::Synthesis, "Synthèse Salle de Naissance Enfant"),
    Row::new("57828-6", DocumentClass::Prescription, "Prescription (autre)"),
    Row::new("57832-8", DocumentClass::Prescription, "Prescription de soins"),
    Row::new("57833-6", DocumentClass::Prescription, "Prescription de produits de santé"),
    Row::new("59283-2", DocumentClass::Report, "Compte rendu d’examen de l’enfant"),
    Row::new("59284-0", DocumentClass::Management, "Attestation de consentement"),
    Row::new("60280-5", DocumentClass::Synthesis, "Fiche de retour du service des urgences"),
    Row::new("60568-3", DocumentClass::Report, "Compte rendu d’anatomie et de cytologie pathologiques"),
    Row::new("60591-5", DocumentClass::Synthesis, "Synthèse médicale"),
    Row::new("60593-1", DocumentClass::Dispensing, "Dispensation médicamenteuse"),
    Row::new("61357-0", DocumentClass::Prescription, "Intervention pharmaceutique"),
    Row::new("67851-6", DocumentClass::Report, "Compte rendu d’admission"),
    Row::new("68599-0", DocumentClass::Synthesis, "Synthèse psychiatrique"),
    Row::new("68817-6", DocumentClass::Synthesis, "Bilan de santé et de prévention de l’enfant"),
    Row::new("70004-7", DocumentClass::Report, "Compte rendu d’acte diagnostique (autre)"),
    Row::new("74207-2", DocumentClass::Synthesis, "Document de liaison d’urgence"),
    Row::new("74465-6", DocumentClass::PatientDocument, "Questionnaire patient"),
    Row::new("75468-9", DocumentClass::Prescription, "Renouvellement ordonnance par pharmacien correspondant"),
    Row::new("75482-0", DocumentClass::Report, "Compte rendu d’acte thérapeutique à visée préventive"),
    Row::new("75492-9", DocumentClass::Report, "Compte rendu d’acte diagnostique à visée préventive ou de dépistage"),
    Row::new("75496-0", DocumentClass::Report, "Demande d’acte de télémédecine"),
    Row::new("77436-4", DocumentClass::Report, "Compte rendu d’anesthésie"),
    Row::new("77604-7", DocumentClass::CarePlan, "Planification thérapeutique"),
    Row::new("78341-5", DocumentClass::Synthesis, "Fiche de transfert vers le service des urgences"),
    Row::new("78489-2", DocumentClass::Synthesis, "Synthèse Enfant en Maternité"),
    Row::new("78513-9", DocumentClass::Report, "Compte rendu de consultation en ophtalmologie"),
    Row::new("78601-2", DocumentClass::Report, "Compte rendu d’entretien pharmaceutique"),
    Row::new("80565-5", DocumentClass::AdministeredTreatment, "Compte rendu d’administration de médicaments"),
    Row::new("80771-9", DocumentClass::CarePlan, "Projet d’accueil individualisé"),
    Row::new("80788-3", DocumentClass::CarePlan, "Projet personnalisé d’accompagnement"),
    Row::new("80820-4", DocumentClass::Synthesis, "Formulaire de conciliation médicamenteuse (Hôpital)"),
    Row::new("83836-7", DocumentClass::Synthesis, "Schéma dentaire"),
    Row::new("83869-8", DocumentClass::CarePlan, "Plan personnalisé de prévention"),
    Row::new("83901-9", DocumentClass::Synthesis, "Bilan psychologique"),
    Row::new("83981-1", DocumentClass::Report, "Lettre de liaison à la sortie d’une structure sociale ou médico-sociale"),
    Row::new("85208-7", DocumentClass::Report, "Compte rendu de télémédecine"),
    Row::new("86531-1", DocumentClass::Management, "Attestation de sortie"),
    Row::new("87273-9", DocumentClass::Certificate, "Note de vaccination"),
    Row::new("88348-8", DocumentClass::Synthesis, "Lettre de liaison d’entrée en structure sociale ou médico-sociale"),
    Row::new("89233-1", DocumentClass::Report, "Compte rendu de grossesse"),
    Row::new("89235-6", DocumentClass::Synthesis, "Synthèse Suites de Couches Mère"),
    Row::new("89601-9", DocumentClass::Certificate, "Certificat médical"),
    Row::new("93024-8", DocumentClass::Report, "Compte rendu de consultation pharmaceutique"),
    Row::new("96163-1", DocumentClass::Synthesis, "Bilan de soins infirmiers"),
    Row::new("96173-0", DocumentClass::Certificate, "Test rapide d’orientation diagnostique"),
    Row::new("96349-6", DocumentClass::Report, "Lettre d’adressage"),
    Row::new("96874-3", DocumentClass::Certificate, "COVID-19 Attestation de vaccination"),
    Row::new("ATTEST-ASS-COMPL", DocumentClass::Management, "Attestation assurance complémentaire"),
    Row::new("ATTEST-DROITS-AM", DocumentClass::Management, "Attestation de droits à l’assurance maladie"),
    Row::new("ATTEST-HEBGT", DocumentClass::Management, "Attestation d’hébergement"),
    Row::new("ATTEST-RESID", DocumentClass::Management, "Attestation de résidence"),
    Row::new("AUTORIS-SOINS", DocumentClass::Management, "Autorisation de soins et actes non usuels sanitaires"),
    Row::new("BIL_AUTO", DocumentClass::Report, "Compte rendu de bilan d’évaluation de la perte d’autonomie"),
    Row::new("CERT_DECL", DocumentClass::Certificate, "Certificat, déclaration"),
    Row::new("DISP_AUT", DocumentClass::Dispensing, "Dispensation (autre)"),
    Row::new("DOCPAT01", DocumentClass::Synthesis, "Synthèse déposée par le patient"),
    Row::new("DOCPAT02", DocumentClass::Prescription, "Traitement ou document de soins déposé par le patient"),
    Row::new("DOCPAT03", DocumentClass::Report, "Compte rendu déposé par le patient"),
    Row::new("DOCPAT04", DocumentClass::Imaging, "Imagerie déposée par le patient"),
    Row::new("DOCPAT05", DocumentClass::Report, "Compte rendu de biologie déposé par le patient"),
    Row::new("DOCPAT06", DocumentClass::Report, "Compte rendu de prévention déposé par le patient"),
    Row::new("DOCPAT07", DocumentClass::Certificate, "Certificat déposé par le patient"),
    Row::new("DOCPAT08", DocumentClass::Synthesis, "Profil médical Mon espace santé"),
    Row::new("DOCPAT09", DocumentClass::Management, "Document administratif déposé par le patient"),
    Row::new("EXPORT_DUI", DocumentClass::Synthesis, "Export du Dossier Usager Informatisé"),
    Row::new("EXPPAT_1", DocumentClass::PatientDocument, "Volontés et droits du patient"),
    Row::new("EXPPAT_2", DocumentClass::PatientDocument, "Autre document du patient"),
    Row::new("EXPPAT_3", DocumentClass::PatientDocument, "Directives anticipées"),
    Row::new("FICHE-CONTACTS", DocumentClass::Management, "Fiche contacts"),
    Row::new("IMG-KOS", DocumentClass::Imaging, "Référence d’objets d’un examen d’imagerie"),
    Row::new("PIECE-IDENTITE", DocumentClass::Management, "Copie pièce d’identité"),
    Row::new("PRESC-AAT", DocumentClass::Prescription, "Prescription arrêt de travail"),
    Row::new("PRESC-BIO", DocumentClass::Prescription, "Prescription d’actes de biologie médicale"),
    Row::new("PRESC-INF", DocumentClass::Prescription, "Prescription d’actes infirmiers"),
    Row::new("PRESC-KINE", DocumentClass::Prescription, "Prescription d’actes de kinésithérapie"),
    Row::new("PRESC-ORTHOPHO", DocumentClass::Prescription, "Prescription d’actes d’orthophonie"),
    Row::new("PRESC-ORTHOPTIE", DocumentClass::Prescription, "Prescription d’actes d’orthoptie"),
    Row::new("PRESC-PEDI", DocumentClass::Prescription, "Prescription d’actes de pédicurie"),
    Row::new("PROT_ALD", DocumentClass::CarePlan, "Protocole de soins ALD"),
    Row::new("REMB", DocumentClass::Reimbursement, "Données de remboursement"),
    Row::new("SYNTH", DocumentClass::Synthesis, "Synthèse"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_document_type_is_known_by_its_code_alone() {
        assert!(TABLE.windows(2).all(|pair| pair[0].code < pair[1].code), "in order, and each code once");
        for known in DocumentType::all() {
            assert_eq!(DocumentType::parse(known.as_str()), Ok(known));
        }
        for text in ["", "11488", "11488-5", "cert_decl", "FEUILLE-DE-STYLE", "E1762"] {
            assert_eq!(DocumentType::parse(text), Err(DocumentTypeError), "{text}");
        }
    }

    #[test]
    fn every_class_has_a_type_and_every_type_has_a_class() {
        let found: BTreeSet<DocumentClass> = DocumentType::all().map(DocumentType::class).collect();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), DocumentClass::ALL);
        assert_eq!(DocumentType::parse("18748-4").unwrap().class(), DocumentClass::Imaging);
    }

    #[test]
    fn types_of_document_travel_as_their_codes() {
        let report = DocumentType::parse("11488-4").unwrap();
        assert_eq!(serde_json::to_string(&report).unwrap(), "\"11488-4\"");
        assert_eq!(serde_json::from_str::<DocumentType>("\"11488-4\"").unwrap(), report);
        assert!(serde_json::from_str::<DocumentType>("\"x\"").is_err());
        assert_eq!(format!("{report:?} {report}"), "DocumentType(11488-4) 11488-4");
        assert_eq!(report.label(), "Compte rendu ou fiche de consultation ou de visite");
    }

    #[test]
    fn a_holder_deposits_twelve_types() {
        assert_eq!(DocumentType::all().filter(|one| one.is_deposited_by_holder()).count(), 12);
    }
}
