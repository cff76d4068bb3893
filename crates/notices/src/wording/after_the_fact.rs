//! The bodies of what persons and professionals are told after the fact. None says what was read, or which document is meant.
//!
//! - a message after the fact says how to see the accesses and how to block

use askama::Template;
use chrono::NaiveDate;
use ens_domain::access::{AccessMode, Reader};

use super::body::body;
use super::message::{WordingContext, WordingError};
use super::words::Words;
use crate::french;

/// The version of these words, kept in the event of each sending. A change of words changes it.
pub const INFORMATION_WORDING: &str = "2026-11";

body! {
    /// To the holder: a reading in an emergency.
    EmergencyReadingBody, "emergency_reading.txt", { who: String, day: String, why: &'a str }
}
body! {
    /// To the attending doctor: the same.
    DoctorEmergencyReadingBody, "professional_emergency_reading.txt", { who: String, day: String, why: &'a str }
}
body! {
    /// To the holder: a document was another person's.
    WrongPatientBody, "wrong_patient.txt", {}
}
body! {
    /// To a professional who had read it.
    ReaderWrongPatientBody, "professional_wrong_patient.txt", {}
}
body! {
    /// To the holder: a consultation is awaited.
    AnnouncementBody, "announcement.txt", {}
}
body! {
    /// To the holder: a new reader.
    NewReaderBody, "new_reader.txt", { who: String, day: String }
}

/// Which of the two is written to: the holder's side, or a professional.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Holder,
    Professional,
}

/// A reading in an emergency.
pub(super) fn emergency_reading(
    context: WordingContext<'_>,
    words: &Words,
    side: Side,
    reading: (&Reader, NaiveDate),
) -> Result<String, WordingError> {
    let (who, day, why) = (who(reading.0), french::date(reading.1), why(reading.0));
    let (site, hours) = (context.site, french::SUPPORT_HOURS);
    Ok(match side {
        Side::Holder => EmergencyReadingBody { who, day, why, site, hours, words }.render()?,
        Side::Professional => DoctorEmergencyReadingBody { who, day, why, site, hours, words }.render()?,
    })
}

/// A document that was another person's.
pub(super) fn wrong_patient(context: WordingContext<'_>, words: &Words, side: Side) -> Result<String, WordingError> {
    let (site, hours) = (context.site, french::SUPPORT_HOURS);
    Ok(match side {
        Side::Holder => WrongPatientBody { site, hours, words }.render()?,
        Side::Professional => ReaderWrongPatientBody { site, hours, words }.render()?,
    })
}

/// An invitation to consult a professional.
pub(super) fn announcement(context: WordingContext<'_>, words: &Words) -> Result<String, WordingError> {
    Ok(AnnouncementBody { site: context.site, hours: french::SUPPORT_HOURS, words }.render()?)
}

/// A new reader.
pub(super) fn new_reader(context: WordingContext<'_>, words: &Words, reading: (&Reader, NaiveDate)) -> Result<String, WordingError> {
    let (who, day) = (who(reading.0), french::date(reading.1));
    Ok(NewReaderBody { who, day, site: context.site, hours: french::SUPPORT_HOURS, words }.render()?)
}

/// Who read, by their trade and never by name or number.
fn who(reader: &Reader) -> String {
    match reader {
        Reader::Professional(professional) => format!("Un professionnel de santé (profession : {})", professional.profession.label()),
        Reader::Caregiver { .. } => "Un aidant".to_owned(),
        Reader::Service { .. } => "Un service référencé".to_owned(),
        Reader::Holder
        | Reader::Representative
        | Reader::Cnam
        | Reader::Insurer { .. }
        | Reader::Support { .. }
        | Reader::Auditor
        | Reader::Admin => "Une personne autorisée".to_owned(),
    }
}

fn why(reader: &Reader) -> &'static str {
    match reader {
        Reader::Professional(professional) if professional.mode == AccessMode::DispatchCentre => {
            "Le centre 15 (SAMU) avait reçu un appel d’urgence"
        }
        Reader::Professional(_)
        | Reader::Holder
        | Reader::Representative
        | Reader::Caregiver { .. }
        | Reader::Service { .. }
        | Reader::Cnam
        | Reader::Insurer { .. }
        | Reader::Support { .. }
        | Reader::Auditor
        | Reader::Admin => "Il a déclaré un danger, sans pouvoir demander d’accord (« bris de glace »)",
    }
}
