//! What the words of a case stand for: readers, directories and documents, built once, and the gate's answer.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::access::{
    AccessMatrix, AccessMode, AccessRefusal, AccessRequest, Action, Announcement, Availability, Choice, Directory, DocumentAuthor,
    DocumentFacts, DocumentState, DocumentType, EmergencyAccess, Grant, Grantee, Ground, Period, Profession, Professional, Purpose, Reader,
    Scope, ServiceConsent, SpaceView, Target, TeamMember, Visibility, decide_in,
};
use ens_domain::finess::Finess;
use ens_domain::ids::{CaregiverId, GrantId, ServiceId};
use ens_domain::organism::{AgentId, InsurerCode};
use ens_domain::rpps::Rpps;
use ens_domain::space::terms::Section;

use crate::columns::{
    ACTION, ADMIN, BLOCK, BLOCKS, Case, DOCUMENT, DOCUMENTS, MODE, MODES, PROFESSION, PROFESSIONS, PURPOSE, REFUSAL, REFUSED, ROLE, ROLES,
    SECTION, SPACE, STANDS, TIE, TIES, TYPE, TYPES, code,
};

/// Everything that cases are about.
pub(crate) struct World {
    matrix: AccessMatrix,
    readers: Vec<Reader>,
    professionals: BTreeMap<(usize, usize), Reader>,
    /// By tie, block, administrator and refused choice.
    directories: BTreeMap<[usize; 4], Directory>,
    of_services: Vec<Directory>,
    with_caregiver: Directory,
    /// By role, kind and type.
    documents: BTreeMap<[usize; 3], DocumentFacts>,
    grounds: BTreeMap<Ground, String>,
    refusals: BTreeMap<AccessRefusal, String>,
}

impl World {
    pub(crate) fn new() -> Self {
        let mut directories = BTreeMap::new();
        for (tie, name) in TIES.iter().enumerate() {
            for key in (0..24).map(|rest| [tie, rest % 3, rest / 3 % 2, rest / 6]) {
                directories.insert(key, directory(name, key));
            }
        }
        let professionals = MODES.iter().enumerate().flat_map(|(mode, (_, how))| {
            PROFESSIONS.iter().enumerate().map(move |(place, (_, profession))| ((mode, place), professional(*profession, *how)))
        });
        let documents = (0..ROLES.len()).flat_map(|role| {
            let kinds = (1..DOCUMENTS.len()).flat_map(|kind| (0..TYPES.len()).map(move |place| [kind, place]));
            kinds.map(move |[kind, place]| ([role, kind, place], document(ROLES[role], DOCUMENTS[kind], TYPES[place])))
        });
        let mut with_caregiver = Directory::default();
        with_caregiver.delegate(caregiver(), Period { from: today(), until: Some(today()) });
        Self {
            matrix: AccessMatrix::built_in(),
            readers: readers(),
            professionals: professionals.collect(),
            directories,
            of_services: TIES.iter().map(|tie| of_service(tie)).collect(),
            with_caregiver,
            documents: documents.collect(),
            grounds: Ground::ALL.iter().map(|ground| (*ground, code(ground))).collect(),
            refusals: AccessRefusal::ALL.iter().map(|refusal| (*refusal, code(refusal))).collect(),
        }
    }

    /// What the gate says.
    pub(crate) fn decided(&self, case: &Case) -> &str {
        let role = ROLES[case[ROLE]];
        let reader = if role == "professional" { &self.professionals[&(case[MODE], case[PROFESSION])] } else { &self.readers[case[ROLE]] };
        let target = match case[DOCUMENT] {
            0 => Target::Section(Section::ALL[case[SECTION]]),
            kind => Target::Document(&self.documents[&[case[ROLE], kind, case[TYPE]]]),
        };
        let stands = case[STANDS] == 0;
        let view = SpaceView {
            availability: Availability::ALL[case[SPACE]],
            minor: role == "holder" && !stands,
            represented: role == "representative" && stands,
            legacy_record: role == "cnam" && stands,
            directory: self.directory(case),
        };
        let request = AccessRequest { reader, action: Action::ALL[case[ACTION]], target, purpose: Purpose::ALL[case[PURPOSE]], at: now() };
        match decide_in(&request, &view, &self.matrix) {
            Ok(ground) => &self.grounds[&ground],
            Err(refusal) => &self.refusals[&refusal],
        }
    }

    fn directory(&self, case: &Case) -> &Directory {
        match ROLES[case[ROLE]] {
            "service" => &self.of_services[case[TIE]],
            "caregiver" if case[STANDS] == 0 => &self.with_caregiver,
            _ => &self.directories[&[case[TIE], case[BLOCK], case[ADMIN], case[REFUSAL]]],
        }
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_781_517_600, 0).expect("15 June 2026, 12:00 in Paris")
}

fn today() -> NaiveDate {
    now().date_naive()
}

fn days_from_today(days: i64) -> NaiveDate {
    today() + chrono::TimeDelta::days(days)
}

fn rpps(number: u32) -> Rpps {
    Rpps::from_first10(&format!("81{number:08}")).expect("a professional")
}

fn structure() -> Finess {
    Finess::from_first8("31000001").expect("a structure")
}

fn caregiver() -> CaregiverId {
    CaregiverId::at(now(), [1; 10])
}

fn service() -> ServiceId {
    ServiceId::at(now(), [1; 10])
}

fn professional(profession: Profession, mode: AccessMode) -> Reader {
    Reader::Professional(Professional { rpps: rpps(1), profession, structure: Some(structure()), mode })
}

/// In the order of the roles.
fn readers() -> Vec<Reader> {
    vec![
        Reader::Holder,
        Reader::Representative,
        Reader::Caregiver { caregiver: caregiver() },
        professional(Profession::Doctor, AccessMode::Ordinary),
        Reader::Service { service: service() },
        Reader::Cnam,
        Reader::Insurer { insurer: InsurerCode::parse("CPAM-31").expect("an insurer") },
        Reader::Support { agent: AgentId::parse("desk-7").expect("an agent") },
        Reader::Auditor,
        Reader::Admin,
    ]
}

fn running() -> Period {
    Period::from(days_from_today(-100))
}

fn over() -> Period {
    Period { from: days_from_today(-100), until: Some(days_from_today(-1)) }
}

fn directory(tie: &str, [_, block, admin, refused]: [usize; 4]) -> Directory {
    let mut directory = Directory::default();
    authorise(&mut directory, tie);
    if admin == 1 {
        directory.appoint_administrator(rpps(1));
    }
    if BLOCKS[block] != "no" {
        directory.block(&rpps(1));
    }
    if BLOCKS[block] == "unblocked" {
        directory.unblock(&rpps(1));
    }
    match REFUSED[refused] {
        "break_glass" => directory.choose_for_emergency(EmergencyAccess::BreakGlass, Choice::Refused),
        "dispatch_centre" => directory.choose_for_emergency(EmergencyAccess::DispatchCentre, Choice::Refused),
        "hidden_documents" => directory.choose_for_emergency(EmergencyAccess::HiddenDocuments, Choice::Refused),
        _ => {}
    }
    directory
}

fn authorise(directory: &mut Directory, tie: &str) {
    let id = GrantId::at(now(), [1; 10]);
    let named = || Grant { to: Grantee::Professional { rpps: rpps(1) }, scope: Scope::All, purpose: Purpose::Care, period: running() };
    let member = TeamMember::Professional { rpps: rpps(1) };
    match tie {
        "attending" => directory.declare_attending_doctor(rpps(1)),
        "named" => directory.grant(id, named()),
        "named_over" => directory.grant(id, Grant { period: over(), ..named() }),
        "named_to_come" => directory.grant(id, Grant { period: Period::from(days_from_today(1)), ..named() }),
        "named_for_agenda" => {
            directory.grant(id, Grant { scope: Scope::Sections { sections: [Section::Agenda].into() }, ..named() });
        }
        "named_for_research" => directory.grant(id, Grant { purpose: Purpose::Research, ..named() }),
        "structure" => directory.grant(id, Grant { to: Grantee::Structure { finess: structure() }, ..named() }),
        "team_grant" => {
            directory.join_care_team(member);
            directory.grant(id, Grant { to: Grantee::CareTeam, ..named() });
        }
        "team_consent" => {
            directory.join_care_team(member);
            directory.consent_to_care_team(today());
        }
        "team_without_consent" => directory.join_care_team(member),
        "revoked" => {
            directory.grant(id, named());
            directory.end(id);
        }
        _ => {}
    }
}

fn of_service(tie: &str) -> Directory {
    let mut directory = Directory::default();
    let consent = |period| ServiceConsent { sections: [Section::MedicalRecord, Section::Measures].into(), period };
    match tie {
        "named" => directory.consent_to_service(service(), Purpose::Prevention, consent(running())),
        "named_over" => directory.consent_to_service(service(), Purpose::Prevention, consent(over())),
        "named_to_come" => directory.consent_to_service(service(), Purpose::Prevention, consent(Period::from(days_from_today(1)))),
        "named_for_agenda" => {
            let agenda = ServiceConsent { sections: [Section::Agenda].into(), period: running() };
            directory.consent_to_service(service(), Purpose::Prevention, agenda);
        }
        "named_for_research" => directory.consent_to_service(service(), Purpose::Research, consent(running())),
        "revoked" => {
            directory.consent_to_service(service(), Purpose::Prevention, consent(running()));
            directory.withdraw_service_consent(service(), Purpose::Prevention);
        }
        _ => {}
    }
    directory
}

fn own(role: &str) -> DocumentAuthor {
    match role {
        "representative" => DocumentAuthor::Representative,
        "caregiver" => DocumentAuthor::Caregiver { caregiver: caregiver() },
        "professional" => DocumentAuthor::Professional { rpps: rpps(1), structure: None },
        "service" => DocumentAuthor::Service { service: service() },
        _ => DocumentAuthor::Holder,
    }
}

fn document(role: &str, kind: &str, document_type: &str) -> DocumentFacts {
    let plain = DocumentFacts {
        document_type: DocumentType::parse(document_type).expect("a type"),
        author: DocumentAuthor::Professional { rpps: rpps(2), structure: None },
        visibility: Visibility::Shown,
        to_representatives: Visibility::Shown,
        deposited_at: now() - chrono::TimeDelta::days(10),
        announcement: Announcement::NotAsked,
        state: DocumentState::Current,
    };
    match kind {
        "own" => DocumentFacts { author: own(role), ..plain },
        "of_holder" => DocumentFacts { author: DocumentAuthor::Holder, ..plain },
        "hidden" => DocumentFacts { visibility: Visibility::Hidden, ..plain },
        "own_hidden" => DocumentFacts { author: own(role), visibility: Visibility::Hidden, ..plain },
        "kept" => DocumentFacts { to_representatives: Visibility::Hidden, ..plain },
        "awaiting" => DocumentFacts { announcement: Announcement::Awaited, ..plain },
        // On 15 May: the month is over on this day.
        "announced_by_date" => {
            DocumentFacts { announcement: Announcement::Awaited, deposited_at: now() - chrono::TimeDelta::days(31), ..plain }
        }
        "withdrawn" => DocumentFacts { state: DocumentState::Withdrawn, ..plain },
        "own_withdrawn" => DocumentFacts { author: own(role), state: DocumentState::Withdrawn, ..plain },
        _ => plain,
    }
}
