//! A real space with three real documents: what is asked goes through the decisions of the domain, and the gate says who reads.

use std::collections::BTreeSet;

use chrono::{DateTime, Days as Count, TimeDelta, Utc};
use cqrs_es::Aggregate;
use uuid::Uuid;

use crate::access::{
    self, AccessMode, AccessRequest, Action, Choice, Grantee, Profession, Professional, Purpose, Reader, Scope, Target, TeamMember,
    Visibility,
};
use crate::calendar::{months_after, paris};
use crate::identity::{Identity, IdentityFields, InseeCode, Sex};
use crate::ids::{ContentId, GrantId, RepresentationId};
use crate::organism::InsurerCode;
use crate::party::Party;
use crate::personal::Personal;
use crate::policy::Policy;
use crate::sections::medical_record::{
    ActDays, Content, ContentDigest, ContentSize, Document, DocumentCommand, DocumentRequest, DocumentTitle, Explanation, MediaType,
    NewDocument,
};
use crate::sections::{Circumstances, Item};
use crate::space::commands as ask;
use crate::space::terms::{RepresentationKind, SuspensionGround};
use crate::space::tests::{a_childs_space, an_active_space, instant};
use crate::space::{HealthSpace, SpaceCommand};

use super::happened::{Act, Asked, Days, Happened, OfPerson, Turn, Whom};
use super::judge::{Holder, Judge, Paper, Who, Why, Wish};
use crate::access::tests::scene::{caregiver, document_type, rpps, service, structure};

/// When the story begins.
const BEGIN: &str = "2026-06-02 09:00";

/// A space, its documents, what happened, and the instant that it is.
pub(super) struct World {
    holder: Holder,
    space: HealthSpace,
    documents: Vec<Document>,
    papers: Vec<Paper>,
    pub(super) happened: Happened,
    pub(super) now: DateTime<Utc>,
}

impl World {
    pub(super) fn new(holder: Holder) -> Self {
        let space = match holder {
            Holder::Adult => an_active_space(),
            Holder::Child => a_childs_space(),
        };
        let now = instant(BEGIN);
        let mut world = Self { holder, space, documents: Vec::new(), papers: Vec::new(), happened: Happened::default(), now };
        let month = months_after(paris::day_of(now), 1);
        for (number, author, code, awaited_until) in [(0, 2, "11488-4", None), (1, 2, "11502-2", Some(month)), (2, 1, "11488-4", None)] {
            world.documents.push(Document::default());
            let explanation = if awaited_until.is_some() { Explanation::First } else { Explanation::NotNeeded };
            let new = new_document(number, code, explanation);
            world.ask_document(number.into(), author, DocumentRequest::Deposit(new));
            world.papers.push(Paper { by_reader: author == 1, for_nurses: code == "11502-2", awaited_until });
        }
        world
    }

    pub(super) fn wait(&mut self, hours: i64) {
        self.now += TimeDelta::hours(hours);
    }

    /// Asks it, and notes it where it had an effect.
    pub(super) fn ask(&mut self, asked: Asked) {
        let effective = if let Asked::Paper(number, act) = asked {
            self.ask_of_paper(number, act)
        } else {
            self.command(asked).is_some_and(|command| self.ask_space(command))
        };
        if effective {
            self.happened.add(self.now, asked);
        }
    }

    fn ask_space(&mut self, command: SpaceCommand) -> bool {
        let events = self.space.decide(command, &Policy::default()).unwrap_or_default();
        let effective = !events.is_empty();
        events.into_iter().for_each(|event| self.space.apply(event));
        effective
    }

    fn ask_of_paper(&mut self, number: usize, act: Act) -> bool {
        let author = if self.papers[number].by_reader { 1 } else { 2 };
        let (by, request) = match act {
            Act::Hide => (0, DocumentRequest::Hide),
            Act::Show => (0, DocumentRequest::Show),
            Act::HideFromRepresentatives => (author, DocumentRequest::HideFromRepresentatives),
            Act::ShowToRepresentatives => (author, DocumentRequest::ShowToRepresentatives),
            Act::Announce => (author, DocumentRequest::Announce),
            Act::Withdraw => (author, DocumentRequest::Withdraw),
        };
        self.ask_document(number, by, request)
    }

    /// By the holder's side for 0; else by this doctor.
    fn ask_document(&mut self, number: usize, by: u8, request: DocumentRequest) -> bool {
        let side = if self.is_minor() { Reader::Representative } else { Reader::Holder };
        let (by, purpose) = match by {
            0 => (side, Purpose::PersonalUse),
            doctor => (Reader::Professional(professional(doctor, Who::DOCTOR)), Purpose::Care),
        };
        let command = DocumentCommand { at: self.now, by, purpose, request };
        let circumstances = Circumstances { space: self.space.clone(), ..Default::default() };
        let events = self.documents[number].decide(command, &circumstances.context()).unwrap_or_default();
        let effective = !events.is_empty();
        events.into_iter().for_each(|event| self.documents[number].apply(event));
        effective
    }

    /// What the gate says, and what the rules as they are written a second time say.
    pub(super) fn both(&self, who: Who, paper: usize, purpose: Purpose) -> (bool, Result<(), Why>) {
        let facts = self.documents[paper].facts().expect("a document");
        let reader = reader(who);
        let request = AccessRequest { reader: &reader, action: Action::Read, target: Target::Document(&facts), purpose, at: self.now };
        let gate = access::decide(&request, &self.space, &Policy::default().matrix).is_ok();
        let judge = Judge { holder: self.holder, papers: &self.papers, happened: &self.happened };
        (gate, judge.reads(&Wish { who, paper, purpose, today: paris::day_of(self.now) }))
    }

    /// The command to the space; nothing for what is asked of a document.
    fn command(&self, asked: Asked) -> Option<SpaceCommand> {
        let (at, by) = (self.now, self.party());
        let day = |days: u8| paris::day_of(at) + Count::new(days.into());
        Some(match asked {
            Asked::Grant { number, to, section, purpose, days } => {
                let scope = section.map_or(Scope::All, |section| Scope::Sections { sections: BTreeSet::from([section]) });
                let Days { from, until } = days;
                let (from, until, grant) = (from.map(day), until.map(day), grant_id(number));
                ask::GrantAccess { at, by, grant, to: grantee(to), scope, purpose, from, until }.into()
            }
            Asked::TakeConsent { number } => {
                let (by, to) = (professional(2, Who::DOCTOR), grantee(Whom::Professional(1)));
                ask::TakeConsent { at, by, grant: grant_id(number), to, scope: Scope::All, until: None }.into()
            }
            Asked::Revoke(number) => ask::RevokeAccess { at, by, grant: grant_id(number) }.into(),
            Asked::Expire(number) => ask::ExpireAccess { at, grant: grant_id(number) }.into(),
            Asked::Block(number) => ask::BlockProfessional { at, by, professional: rpps(number.into()) }.into(),
            Asked::BlockAsAdministrator => ask::BlockAsAdministrator { at, by: professional(2, Who::DOCTOR), professional: rpps(1) }.into(),
            Asked::Unblock(number) => ask::UnblockProfessional { at, by, professional: rpps(number.into()) }.into(),
            Asked::ConsentToTeam => ask::ConsentToCareTeam { at, by }.into(),
            Asked::WithdrawTeamConsent => ask::WithdrawCareTeamConsent { at, by }.into(),
            Asked::Join(whom) => ask::JoinCareTeam { at, by, member: member(whom) }.into(),
            Asked::Leave(whom) => ask::LeaveCareTeam { at, by, member: member(whom) }.into(),
            Asked::Attending(number) => ask::DeclareAttendingDoctor { at, by, doctor: rpps(number.into()) }.into(),
            Asked::EndAttending => ask::EndAttendingDoctor { at, by }.into(),
            Asked::Appoint(number) => ask::AppointAdministrator { at, by, professional: rpps(number.into()) }.into(),
            Asked::Dismiss(number) => ask::DismissAdministrator { at, by, professional: rpps(number.into()) }.into(),
            Asked::Refuse(access) => ask::ChooseForEmergency { at, by, access, choice: Choice::Refused }.into(),
            Asked::Permit(access) => ask::ChooseForEmergency { at, by, access, choice: Choice::Permitted }.into(),
            Asked::Person(asked) => self.command_of_person(asked),
            Asked::Life(turn) => self.command_of_life(turn),
            Asked::Paper(..) => return None,
        })
    }

    fn command_of_person(&self, asked: OfPerson) -> SpaceCommand {
        let (at, by) = (self.now, self.party());
        let day = |days: u8| paris::day_of(at) + Count::new(days.into());
        let insurer = || Party::Insurer { insurer: InsurerCode::parse("CPAM-31").unwrap() };
        match asked {
            OfPerson::Delegate(Days { from, until }) => {
                // A delegation that is named anew without a first day would keep the one that it has.
                let (from, until) = (Some(day(from.unwrap_or(0))), until.map(day));
                ask::DelegateToCaregiver { at, by, caregiver: caregiver(), person: somebody(), from, until }.into()
            }
            OfPerson::EndDelegation => ask::EndDelegation { at, by, caregiver: caregiver() }.into(),
            OfPerson::ConsentToService { purpose, section, until } => {
                let (sections, until) = (BTreeSet::from([section]), until.map(day));
                ask::ConsentToService { at, by, service: service(), purpose, sections, until }.into()
            }
            OfPerson::WithdrawService(purpose) => ask::WithdrawServiceConsent { at, by, service: service(), purpose }.into(),
            OfPerson::DeclareRepresentative(number) => {
                // One who protects an adult is declared once the person is one.
                let kind = if self.is_minor() { RepresentationKind::Minor } else { RepresentationKind::ProtectedAdult };
                let (representation, representative) = (representation_id(number), somebody());
                ask::DeclareRepresentative { at, by: insurer(), representation, kind, representative }.into()
            }
            OfPerson::EndRepresentation(number) => {
                ask::EndRepresentation { at, by: insurer(), representation: representation_id(number) }.into()
            }
        }
    }

    fn command_of_life(&self, turn: Turn) -> SpaceCommand {
        let (at, by) = (self.now, self.party());
        match turn {
            Turn::ComeOfAge => ask::ComeOfAge { at }.into(),
            Turn::Suspend => ask::Suspend { at, ground: SuspensionGround::Fraud }.into(),
            Turn::Lift => ask::LiftSuspension { at }.into(),
            Turn::Close => ask::Close { at, by }.into(),
            Turn::Reopen => ask::Reopen { at, by }.into(),
        }
    }

    /// Who acts for the person's side.
    fn party(&self) -> Party {
        if self.is_minor() { Party::Representative } else { Party::Holder }
    }

    fn is_minor(&self) -> bool {
        self.holder == Holder::Child && paris::day_of(self.now) < super::judge::birthday()
    }
}

impl Who {
    const DOCTOR: Self = Self::Professional { profession: Profession::Doctor, in_structure: false, mode: AccessMode::Ordinary };
}

fn reader(who: Who) -> Reader {
    match who {
        Who::Holder => Reader::Holder,
        Who::Representative => Reader::Representative,
        Who::Caregiver => Reader::Caregiver { caregiver: caregiver() },
        Who::Professional { .. } => Reader::Professional(professional(1, who)),
        Who::Service => Reader::Service { service: service() },
    }
}

fn professional(number: u8, who: Who) -> Professional {
    let Who::Professional { profession, in_structure, mode } = who else { panic!("a professional") };
    Professional { rpps: rpps(number.into()), profession, structure: in_structure.then(|| structure(1)), mode }
}

fn grantee(whom: Whom) -> Grantee {
    match whom {
        Whom::Professional(number) => Grantee::Professional { rpps: rpps(number.into()) },
        Whom::Structure => Grantee::Structure { finess: structure(1) },
        Whom::CareTeam => Grantee::CareTeam,
    }
}

fn member(whom: Whom) -> TeamMember {
    match whom {
        Whom::Professional(number) => TeamMember::Professional { rpps: rpps(number.into()) },
        Whom::Structure | Whom::CareTeam => TeamMember::Structure { finess: structure(1) },
    }
}

fn grant_id(number: u8) -> GrantId {
    Uuid::from_u128(0x200 + u128::from(number)).into()
}

/// The first is that of the child's parent in the stories.
fn representation_id(number: u8) -> RepresentationId {
    Uuid::from_u128(0x300 + u128::from(number)).into()
}

fn somebody() -> Personal<Identity> {
    let fields = IdentityFields {
        birth_name: "MARTINEAU".to_owned(),
        used_name: None,
        first_names: vec!["PAUL".to_owned()],
        sex: Sex::Male,
        born_on: "1979-03-14".parse().unwrap(),
        birthplace: InseeCode::parse("31555").unwrap(),
    };
    Personal::new(Identity::parse(fields).unwrap())
}

fn new_document(number: u8, code: &str, explanation: Explanation) -> NewDocument {
    let digest = ContentDigest::of([number; 32]);
    NewDocument {
        title: Personal::new(DocumentTitle::parse("Compte rendu").unwrap()),
        document_type: document_type(code),
        act: ActDays::on("2026-06-01".parse().unwrap()),
        content: Content {
            id: ContentId::from(Uuid::from_u128(0x400 + u128::from(number))),
            media_type: MediaType::Pdf,
            size: ContentSize::of(1_000).unwrap(),
            clear_digest: Personal::new(digest),
            sealed_digest: digest,
        },
        visibility: Some(Visibility::Shown),
        to_representatives: Visibility::Shown,
        explanation,
        legacy: None,
    }
}
