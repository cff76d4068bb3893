//! Two questions of a holder, answered by the decision itself: who could read this now, and what could this professional read?
//!
//! - who could read this now is what the decision says of each of them
//! - what a professional could read is what the decision says of each section and type

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::finess::Finess;
use crate::ids::{CaregiverId, ServiceId};
use crate::rpps::Rpps;
use crate::space::terms::Section;

use super::action::Action;
use super::care_team::TeamMember;
use super::decision::decide_in;
use super::document::{Announcement, DocumentAuthor, DocumentFacts, DocumentState, Visibility};
use super::document_type::DocumentType;
use super::grant::Grantee;
use super::ground::Ground;
use super::matrix::AccessMatrix;
use super::profession::Profession;
use super::purpose::Purpose;
use super::reader::{AccessMode, Professional, Reader};
use super::refusal::AccessRefusal;
use super::request::{AccessRequest, Target};
use super::view::SpaceView;

/// Somebody who could read, as far as the space knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum Who {
    /// The holder.
    Holder,
    /// A representative.
    Representative,
    /// A caregiver.
    Caregiver {
        /// Which one.
        caregiver: CaregiverId,
    },
    /// A professional by name.
    Professional {
        /// Which one.
        rpps: Rpps,
    },
    /// Any professional of a structure.
    ProfessionalOf {
        /// Which one.
        finess: Finess,
    },
    /// Any professional who comes in this way.
    AnyProfessional {
        /// Which way.
        mode: AccessMode,
    },
    /// A service of the catalogue.
    Service {
        /// Which one.
        service: ServiceId,
    },
}

/// Who could read, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PossibleReader {
    /// Who.
    #[serde(flatten)]
    pub who: Who,
    /// On which ground.
    pub ground: Ground,
    /// What for.
    pub purpose: Purpose,
    /// With which of the professions, since a space knows a professional by their number alone; empty where nobody's profession matters.
    pub professions: Vec<Profession>,
}

/// What a professional could read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// Each section.
    pub sections: Vec<SectionReach>,
    /// A document of each type that another professional deposited and nobody hid.
    pub documents: Vec<DocumentReach>,
}

/// Whether a section could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields say what they are")]
pub struct SectionReach {
    pub section: Section,
    pub decided: Result<Ground, AccessRefusal>,
}

/// Whether a type of document could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the fields say what they are")]
pub struct DocumentReach {
    pub document_type: DocumentType,
    pub decided: Result<Ground, AccessRefusal>,
}

/// What is asked about readers who are tried one after the other.
#[derive(Clone, Copy)]
struct Trial<'a> {
    target: Target<'a>,
    at: DateTime<Utc>,
    view: &'a SpaceView<'a>,
    matrix: &'a AccessMatrix,
}

/// Everybody who could read this at this instant, each with the ground and the first purpose that serves.
pub fn who_could_read(target: Target<'_>, at: DateTime<Utc>, view: &SpaceView<'_>, matrix: &AccessMatrix) -> Vec<PossibleReader> {
    let trial = Trial { target, at, view, matrix };
    candidates(&trial).into_iter().filter_map(|who| trial.of(who)).collect()
}

/// What this professional could read at this instant for this purpose.
pub fn what_could_read(
    professional: &Professional,
    purpose: Purpose,
    at: DateTime<Utc>,
    view: &SpaceView<'_>,
    matrix: &AccessMatrix,
) -> Reach {
    let reader = Reader::Professional(professional.clone());
    let decided =
        |target: Target<'_>| decide_in(&AccessRequest { reader: &reader, action: Action::Read, target, purpose, at }, view, matrix);
    let section = |section| SectionReach { section, decided: decided(Target::Section(section)) };
    let document = |document_type| DocumentReach { document_type, decided: decided(Target::Document(&of_another(document_type, at))) };
    Reach { sections: Section::ALL.map(section).into(), documents: DocumentType::all().map(document).collect() }
}

/// A plain document that another professional deposited.
fn of_another(document_type: DocumentType, deposited_at: DateTime<Utc>) -> DocumentFacts {
    DocumentFacts {
        document_type,
        author: DocumentAuthor::Professional { rpps: Rpps::of_nobody(), structure: None },
        visibility: Visibility::Shown,
        to_representatives: Visibility::Shown,
        deposited_at,
        announcement: Announcement::NotAsked,
        state: DocumentState::Current,
    }
}

/// Everybody whom the space, its directory or the document names, and whoever comes in by an emergency; each once.
fn candidates(trial: &Trial<'_>) -> Vec<Who> {
    let directory = trial.view.directory;
    let mut found = vec![Who::Holder, Who::Representative];
    found.extend(directory.delegations().map(|(caregiver, _)| Who::Caregiver { caregiver }));
    found.extend(author(trial.target));
    found.extend(directory.attending_doctor().into_iter().chain(directory.administrators()).map(named));
    found.extend(directory.grants().filter_map(|(_, grant)| grantee(&grant.to)));
    found.extend(directory.care_team().map(member));
    found.extend(directory.services().map(|service| Who::Service { service }));
    found.extend([AccessMode::BreakGlass, AccessMode::DispatchCentre].map(|mode| Who::AnyProfessional { mode }));
    let mut once: Vec<Who> = Vec::new();
    for who in found {
        if !once.contains(&who) {
            once.push(who);
        }
    }
    once
}

fn named(rpps: &Rpps) -> Who {
    Who::Professional { rpps: rpps.clone() }
}

fn author(target: Target<'_>) -> Option<Who> {
    let Target::Document(document) = target else { return None };
    match &document.author {
        DocumentAuthor::Professional { rpps, .. } => Some(named(rpps)),
        DocumentAuthor::Holder | DocumentAuthor::Representative | DocumentAuthor::Caregiver { .. } | DocumentAuthor::Service { .. } => None,
    }
}

fn grantee(to: &Grantee) -> Option<Who> {
    match to {
        Grantee::Professional { rpps } => Some(named(rpps)),
        Grantee::Structure { finess } => Some(Who::ProfessionalOf { finess: finess.clone() }),
        // Its members stand in the list by themselves.
        Grantee::CareTeam => None,
    }
}

fn member(member: TeamMember) -> Who {
    match member {
        TeamMember::Professional { rpps } => Who::Professional { rpps },
        TeamMember::Structure { finess } => Who::ProfessionalOf { finess },
    }
}

impl Trial<'_> {
    /// The reader with the first purpose that serves, if any does.
    fn of(&self, who: Who) -> Option<PossibleReader> {
        let allowed = Purpose::ALL.into_iter().filter(|purpose| !purpose.is_forbidden());
        let mut found = allowed.filter_map(|purpose| self.for_purpose(&who, purpose));
        let (purpose, ground, professions) = found.next()?;
        Some(PossibleReader { who, ground, purpose, professions })
    }

    fn for_purpose(&self, who: &Who, purpose: Purpose) -> Option<(Purpose, Ground, Vec<Profession>)> {
        let professional = |rpps: Rpps, structure: Option<&Finess>, mode| {
            self.by_profession(purpose, &Professional { rpps, profession: Profession::Doctor, structure: structure.cloned(), mode })
        };
        match who {
            Who::Holder => self.one(&Reader::Holder, purpose),
            Who::Representative => self.one(&Reader::Representative, purpose),
            Who::Caregiver { caregiver } => self.one(&Reader::Caregiver { caregiver: *caregiver }, purpose),
            Who::Service { service } => self.one(&Reader::Service { service: *service }, purpose),
            Who::Professional { rpps } => professional(rpps.clone(), None, AccessMode::Ordinary),
            Who::ProfessionalOf { finess } => professional(Rpps::of_nobody(), Some(finess), AccessMode::Ordinary),
            Who::AnyProfessional { mode } => professional(Rpps::of_nobody(), None, *mode),
        }
    }

    fn one(&self, reader: &Reader, purpose: Purpose) -> Option<(Purpose, Ground, Vec<Profession>)> {
        // Who may not read is left out of the answer.
        self.decided(reader, purpose).ok().map(|ground| (purpose, ground, Vec::new()))
    }

    fn by_profession(&self, purpose: Purpose, professional: &Professional) -> Option<(Purpose, Ground, Vec<Profession>)> {
        let mut ground = None;
        let mut professions = Vec::new();
        for profession in Profession::ALL {
            let reader = Reader::Professional(Professional { profession, ..professional.clone() });
            if let Ok(decided) = self.decided(&reader, purpose) {
                ground = Some(decided);
                professions.push(profession);
            }
        }
        ground.map(|ground| (purpose, ground, professions))
    }

    fn decided(&self, reader: &Reader, purpose: Purpose) -> Result<Ground, AccessRefusal> {
        let request = AccessRequest { reader, action: Action::Read, target: self.target, purpose, at: self.at };
        decide_in(&request, self.view, self.matrix)
    }
}
