//! A scene: one question to the gate with the space that it is about, plain until a test changes it.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::{
    AccessMatrix, AccessMode, AccessRefusal, AccessRequest, Action, Announcement, Availability, Directory, DocumentAuthor, DocumentFacts,
    DocumentState, DocumentType, Grant, Grantee, Ground, Period, Profession, Professional, Purpose, Reader, Scope, SpaceView, Target,
    Visibility, decide_in,
};
use crate::finess::Finess;
use crate::ids::{CaregiverId, GrantId, ServiceId};
use crate::organism::{AgentId, InsurerCode};
use crate::rpps::Rpps;
use crate::space::terms::Section;
use crate::space::tests::instant;

static MATRIX: LazyLock<AccessMatrix> = LazyLock::new(AccessMatrix::built_in);

pub(super) const NOW: &str = "2026-06-15 12:00";

/// What is decided, and of what.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) reader: Reader,
    pub(super) action: Action,
    pub(super) section: Section,
    pub(super) document: Option<DocumentFacts>,
    pub(super) purpose: Purpose,
    pub(super) at: DateTime<Utc>,
    pub(super) availability: Availability,
    pub(super) minor: bool,
    pub(super) represented: bool,
    pub(super) legacy_record: bool,
    pub(super) directory: Directory,
    pub(super) matrix: &'static AccessMatrix,
}

impl Scene {
    /// Somebody reads the medical record of an adult for care, and nothing authorises anybody.
    pub(super) fn of(reader: Reader) -> Self {
        Self {
            reader,
            action: Action::Read,
            section: Section::MedicalRecord,
            document: None,
            purpose: Purpose::Care,
            at: instant(NOW),
            availability: Availability::InService,
            minor: false,
            represented: false,
            legacy_record: false,
            directory: Directory::default(),
            matrix: &MATRIX,
        }
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut Directory)) -> Self {
        change(&mut self.directory);
        self
    }

    pub(super) fn asking(self, document: DocumentFacts) -> Self {
        Self { document: Some(document), ..self }
    }

    pub(super) fn to(self, action: Action) -> Self {
        Self { action, ..self }
    }

    pub(super) fn within(self, section: Section) -> Self {
        Self { section, ..self }
    }

    pub(super) fn on(self, instant_in_paris: &str) -> Self {
        Self { at: instant(instant_in_paris), ..self }
    }

    pub(super) fn decided(&self) -> Result<Ground, AccessRefusal> {
        decide_in(&self.request(), &self.view(), self.matrix)
    }

    pub(super) fn view(&self) -> SpaceView<'_> {
        SpaceView {
            availability: self.availability,
            minor: self.minor,
            represented: self.represented,
            legacy_record: self.legacy_record,
            directory: &self.directory,
        }
    }

    fn request(&self) -> AccessRequest<'_> {
        let target = self.document.as_ref().map_or(Target::Section(self.section), Target::Document);
        AccessRequest { reader: &self.reader, action: self.action, target, purpose: self.purpose, at: self.at }
    }
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn rpps(number: u32) -> Rpps {
    Rpps::from_first10(&format!("81{number:08}")).unwrap()
}

pub(super) fn structure(number: u32) -> Finess {
    Finess::from_first8(&format!("31{number:06}")).unwrap()
}

/// A doctor of no structure.
pub(super) fn doctor(number: u32) -> Professional {
    Professional { rpps: rpps(number), profession: Profession::Doctor, structure: None, mode: AccessMode::Ordinary }
}

pub(super) fn in_mode(mode: AccessMode) -> Reader {
    Reader::Professional(Professional { mode, ..doctor(1) })
}

/// The doctor whom most scenes are about.
pub(super) fn the_doctor() -> Reader {
    Reader::Professional(doctor(1))
}

pub(super) fn a_nurse() -> Reader {
    Reader::Professional(Professional { profession: Profession::Nurse, ..doctor(1) })
}

pub(super) fn caregiver() -> CaregiverId {
    CaregiverId::at(instant(NOW), [1; 10])
}

pub(super) fn service() -> ServiceId {
    ServiceId::at(instant(NOW), [1; 10])
}

pub(super) fn id(number: u8) -> GrantId {
    GrantId::at(instant(NOW), [number; 10])
}

/// Those who never read, whatever the space is.
pub(super) fn strangers() -> [Reader; 5] {
    let insurer = InsurerCode::parse("CPAM-31").unwrap();
    [
        Reader::Cnam,
        Reader::Insurer { insurer },
        Reader::Support { agent: AgentId::parse("desk-7").unwrap() },
        Reader::Auditor,
        Reader::Admin,
    ]
}

/// A grant to the doctor for everything, for care, since the beginning of the year.
pub(super) fn a_grant() -> Grant {
    Grant {
        to: Grantee::Professional { rpps: rpps(1) },
        scope: Scope::All,
        purpose: Purpose::Care,
        period: Period::from(day("2026-01-01")),
    }
}

pub(super) fn document_type(code: &str) -> DocumentType {
    DocumentType::parse(code).unwrap()
}

/// A report of another doctor that nobody hid.
pub(super) fn a_document() -> DocumentFacts {
    DocumentFacts {
        document_type: document_type("11488-4"),
        author: DocumentAuthor::Professional { rpps: rpps(2), structure: None },
        visibility: Visibility::Shown,
        to_representatives: Visibility::Shown,
        deposited_at: instant("2026-06-01 10:00"),
        announcement: Announcement::NotAsked,
        state: DocumentState::Current,
    }
}

pub(super) fn by(author: DocumentAuthor) -> DocumentFacts {
    DocumentFacts { author, ..a_document() }
}

pub(super) fn by_the_doctor() -> DocumentFacts {
    by(DocumentAuthor::Professional { rpps: rpps(1), structure: None })
}

pub(super) fn hidden(document: DocumentFacts) -> DocumentFacts {
    DocumentFacts { visibility: Visibility::Hidden, ..document }
}

pub(super) fn withdrawn(document: DocumentFacts) -> DocumentFacts {
    DocumentFacts { state: DocumentState::Withdrawn, ..document }
}

pub(super) fn kept_from_representatives(document: DocumentFacts) -> DocumentFacts {
    DocumentFacts { to_representatives: Visibility::Hidden, ..document }
}

pub(super) fn awaiting(document: DocumentFacts) -> DocumentFacts {
    DocumentFacts { announcement: Announcement::Awaited, ..document }
}
