//! What was counted of care: doctors, authorisations, documents, readings. It is counted from the events that the commands made.

use std::collections::BTreeMap;

use ens_domain::access::Ground;
use ens_domain::event::{Event, LogEvent};
use ens_domain::sections::consultations::ConsultationEvent;
use ens_domain::sections::medical_record::DocumentEvent;
use ens_domain::space::{AccessEvent, DirectoryEvent, SpaceEvent};
use serde::Serialize;

/// The counts of care.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CareCounts {
    /// Attending doctors declared.
    pub attending_doctors: u64,
    /// Authorisations given.
    pub authorisations: u64,
    /// Professionals blocked.
    pub blocks: u64,
    /// Documents deposited, by media type. A new version is no document of its own.
    pub documents: BTreeMap<String, u64>,
    /// Readings that were permitted, of a list or of a document.
    pub readings_allowed: u64,
    /// Readings that were refused, and traced.
    pub readings_refused: u64,
    /// Readings among the permitted ones that an emergency opened.
    pub emergencies: u64,
}

impl CareCounts {
    /// Counts what the events of a command say.
    pub(crate) fn note(&mut self, events: &[Event]) {
        for event in events {
            if let Some(DocumentEvent::DocumentDeposited { content, .. }) = DocumentEvent::within(event) {
                *self.documents.entry(content.media_type.as_str().to_owned()).or_default() += 1;
            }
            if let Some(trace) = ConsultationEvent::within(event) {
                self.note_reading(trace);
            }
            match event.as_space() {
                Some(SpaceEvent::Directory(DirectoryEvent::AttendingDoctorDeclared { .. })) => self.attending_doctors += 1,
                Some(SpaceEvent::Access(AccessEvent::AccessGranted { .. })) => self.authorisations += 1,
                Some(SpaceEvent::Access(AccessEvent::ProfessionalBlocked { .. })) => self.blocks += 1,
                Some(_) | None => {}
            }
        }
    }

    fn note_reading(&mut self, trace: &ConsultationEvent) {
        match trace {
            ConsultationEvent::AccessMade { ground, .. } => {
                self.readings_allowed += 1;
                self.emergencies += u64::from(matches!(ground, Ground::BreakGlass | Ground::DispatchCentre));
            }
            ConsultationEvent::AccessRefused { .. } => self.readings_refused += 1,
        }
    }

    /// Both together.
    pub(crate) fn plus(mut self, other: Self) -> Self {
        self.attending_doctors += other.attending_doctors;
        self.authorisations += other.authorisations;
        self.blocks += other.blocks;
        self.readings_allowed += other.readings_allowed;
        self.readings_refused += other.readings_refused;
        self.emergencies += other.emergencies;
        for (media_type, documents) in other.documents {
            *self.documents.entry(media_type).or_default() += documents;
        }
        self
    }

    /// The lines of the table: a name, its count, and what it counts.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (&str, u64, &'static str)> {
        let documents = self.documents.iter().map(|(media_type, documents)| (media_type.as_str(), *documents, "documents deposited"));
        [
            ("attending doctors", self.attending_doctors, "declared by holders (médecin traitant)"),
            ("authorisations", self.authorisations, "given by holders"),
            ("blocks", self.blocks, "professionals whom a holder keeps out"),
        ]
        .into_iter()
        .chain(documents)
        .chain([
            ("readings", self.readings_allowed, "permitted and traced"),
            ("refusals", self.readings_refused, "readings refused and traced"),
            ("emergencies", self.emergencies, "readings by break-glass (bris de glace) or for a dispatch centre"),
        ])
    }
}
