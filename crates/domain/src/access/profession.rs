//! The health professions, by the codes that professionals' cards and Pro Santé Connect carry.
//!
//! - a profession is known by its national code
//!
//! They are the 24 active codes of `TRE_G15-ProfessionSante` (28 March 2025). The order of 26 October 2023 has 19 columns; which codes share
//! a column stands in its annex. A profession for which the access matrix has no row reads no document.

use crate::parsed::{shown, text_value};

/// A health profession.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Profession {
    /// Médecin.
    Doctor,
    /// Pharmacien.
    Pharmacist,
    /// Audioprothésiste.
    HearingAidSpecialist,
    /// Opticien-lunetier.
    Optician,
    /// Assistant dentaire.
    DentalAssistant,
    /// Physicien médical.
    MedicalPhysicist,
    /// Chirurgien-dentiste.
    Dentist,
    /// Sage-femme.
    Midwife,
    /// Infirmier.
    Nurse,
    /// Infirmier psychiatrique.
    PsychiatricNurse,
    /// Masseur-kinésithérapeute.
    Physiotherapist,
    /// Pédicure-podologue.
    Podiatrist,
    /// Orthoprothésiste.
    Orthoprosthetist,
    /// Podo-orthésiste.
    PodoOrthotist,
    /// Orthopédiste-orthésiste.
    Orthotist,
    /// Oculariste.
    Ocularist,
    /// Épithésiste.
    Epithesist,
    /// Technicien de laboratoire médical.
    LaboratoryTechnician,
    /// Orthophoniste.
    SpeechTherapist,
    /// Orthoptiste.
    Orthoptist,
    /// Ergothérapeute.
    OccupationalTherapist,
    /// Diététicien.
    Dietitian,
    /// Psychomotricien.
    PsychomotorTherapist,
    /// Manipulateur d’électroradiologie médicale.
    Radiographer,
}

/// A text that is the code of no health profession.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a health profession: expected a code of TRE_G15 such as 10 (doctor) or 21 (pharmacist)")]
pub struct ProfessionError;

impl Profession {
    /// Every profession, in the order of the codes.
    pub const ALL: [Self; 24] = [
        Self::Doctor,
        Self::Pharmacist,
        Self::HearingAidSpecialist,
        Self::Optician,
        Self::DentalAssistant,
        Self::MedicalPhysicist,
        Self::Dentist,
        Self::Midwife,
        Self::Nurse,
        Self::PsychiatricNurse,
        Self::Physiotherapist,
        Self::Podiatrist,
        Self::Orthoprosthetist,
        Self::PodoOrthotist,
        Self::Orthotist,
        Self::Ocularist,
        Self::Epithesist,
        Self::LaboratoryTechnician,
        Self::SpeechTherapist,
        Self::Orthoptist,
        Self::OccupationalTherapist,
        Self::Dietitian,
        Self::PsychomotorTherapist,
        Self::Radiographer,
    ];

    /// Reads a national code, such as `10`.
    ///
    /// # Errors
    /// [`ProfessionError`] where no profession has this code.
    pub fn parse(code: &str) -> Result<Self, ProfessionError> {
        Self::ALL.into_iter().find(|profession| profession.as_str() == code).ok_or(ProfessionError)
    }

    /// The national code.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Doctor => "10",
            Self::Pharmacist => "21",
            Self::HearingAidSpecialist => "26",
            Self::Optician => "28",
            Self::DentalAssistant => "31",
            Self::MedicalPhysicist => "32",
            Self::Dentist => "40",
            Self::Midwife => "50",
            Self::Nurse => "60",
            Self::PsychiatricNurse => "69",
            Self::Physiotherapist => "70",
            Self::Podiatrist => "80",
            Self::Orthoprosthetist => "81",
            Self::PodoOrthotist => "82",
            Self::Orthotist => "83",
            Self::Ocularist => "84",
            Self::Epithesist => "85",
            Self::LaboratoryTechnician => "86",
            Self::SpeechTherapist => "91",
            Self::Orthoptist => "92",
            Self::OccupationalTherapist => "94",
            Self::Dietitian => "95",
            Self::PsychomotorTherapist => "96",
            Self::Radiographer => "98",
        }
    }

    /// What a citizen reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Doctor => "Médecin",
            Self::Pharmacist => "Pharmacien",
            Self::HearingAidSpecialist => "Audioprothésiste",
            Self::Optician => "Opticien-lunetier",
            Self::DentalAssistant => "Assistant dentaire",
            Self::MedicalPhysicist => "Physicien médical",
            Self::Dentist => "Chirurgien-dentiste",
            Self::Midwife => "Sage-femme",
            Self::Nurse => "Infirmier",
            Self::PsychiatricNurse => "Infirmier psychiatrique",
            Self::Physiotherapist => "Masseur-kinésithérapeute",
            Self::Podiatrist => "Pédicure-podologue",
            Self::Orthoprosthetist => "Orthoprothésiste",
            Self::PodoOrthotist => "Podo-orthésiste",
            Self::Orthotist => "Orthopédiste-orthésiste",
            Self::Ocularist => "Oculariste",
            Self::Epithesist => "Épithésiste",
            Self::LaboratoryTechnician => "Technicien de laboratoire médical",
            Self::SpeechTherapist => "Orthophoniste",
            Self::Orthoptist => "Orthoptiste",
            Self::OccupationalTherapist => "Ergothérapeute",
            Self::Dietitian => "Diététicien",
            Self::PsychomotorTherapist => "Psychomotricien",
            Self::Radiographer => "Manipulateur d’électroradiologie médicale",
        }
    }
}

text_value!(Profession, ProfessionError);
shown!(Profession);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profession_is_known_by_its_national_code() {
        for profession in Profession::ALL {
            assert_eq!(Profession::parse(profession.as_str()), Ok(profession));
            let json = serde_json::to_string(&profession).unwrap();
            assert_eq!(serde_json::from_str::<Profession>(&json).unwrap(), profession);
        }
        assert_eq!(Profession::parse("10"), Ok(Profession::Doctor));
        for text in ["", "0", "010", "93", "Médecin"] {
            assert_eq!(Profession::parse(text), Err(ProfessionError), "{text}");
        }
    }
}
