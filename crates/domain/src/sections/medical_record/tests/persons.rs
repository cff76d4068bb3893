//! Invented readers, documents and days for the rules of the record.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::access::{AccessMode, DocumentType, Profession, Professional, Reader, Visibility};
use crate::ids::ContentId;
use crate::personal::Personal;
use crate::sections::medical_record::{
    ActDays, Content, ContentDigest, ContentSize, DocumentCommand, DocumentRequest, DocumentTitle, Explanation, MediaType, NewDocument,
    NewVersion,
};
use crate::space::tests::{a_doctor, instant};

/// When what is not said otherwise is asked: after the space was opened and shared.
pub(super) const NOW: &str = "2026-06-02 09:00";
/// A day before the opposition of the stories.
pub(super) const THE_DAY: &str = "2026-03-05";

pub(super) fn now() -> DateTime<Utc> {
    instant(NOW)
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The doctor whom the space lets in.
pub(super) fn doctor() -> Reader {
    professional(1)
}

/// A doctor whom nobody lets in.
pub(super) fn stranger() -> Reader {
    professional(2)
}

fn professional(number: u32) -> Reader {
    Reader::Professional(Professional {
        rpps: a_doctor(number),
        profession: Profession::Doctor,
        structure: None,
        mode: AccessMode::Ordinary,
    })
}

pub(super) fn title() -> Personal<DocumentTitle> {
    Personal::new(DocumentTitle::parse("Compte rendu de consultation").unwrap())
}

pub(super) fn document_type(code: &str) -> DocumentType {
    DocumentType::parse(code).unwrap()
}

pub(super) fn content_id(number: u8) -> ContentId {
    ContentId::from(Uuid::from_u128(0x400 + u128::from(number)))
}

pub(super) fn content(number: u8) -> Content {
    let digest = |of: u8| ContentDigest::of([of; 32]);
    Content {
        id: content_id(number),
        media_type: MediaType::Pdf,
        size: ContentSize::of(1_000).unwrap(),
        clear_digest: Personal::new(digest(number)),
        sealed_digest: digest(number.wrapping_add(100)),
    }
}

/// A consultation report, whose bytes have this number.
pub(super) fn report(number: u8) -> NewDocument {
    NewDocument {
        title: title(),
        document_type: document_type("11488-4"),
        act: ActDays::on(day(THE_DAY)),
        content: content(number),
        visibility: Some(Visibility::Shown),
        to_representatives: Visibility::Shown,
        explanation: Explanation::NotNeeded,
        legacy: None,
    }
}

/// The same, which the doctor wants to explain first.
pub(super) fn result(number: u8) -> NewDocument {
    NewDocument { explanation: Explanation::First, ..report(number) }
}

/// A document that the holder brings.
pub(super) fn own_document(number: u8) -> NewDocument {
    NewDocument { document_type: document_type("DOCPAT03"), ..report(number) }
}

pub(super) fn version(number: u8) -> NewVersion {
    NewVersion { title: title(), act: ActDays::on(day(THE_DAY)), content: content(number) }
}

/// The request of this reader, for the purpose that is theirs.
pub(super) fn asked(by: Reader, request: DocumentRequest) -> DocumentCommand {
    asked_at(now(), by, request)
}

pub(super) fn asked_at(at: DateTime<Utc>, by: Reader, request: DocumentRequest) -> DocumentCommand {
    let purpose = by.usual_purpose();
    DocumentCommand { at, by, purpose, request }
}
