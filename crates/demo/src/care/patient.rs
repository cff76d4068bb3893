//! A person who is cared for, and the commands of their care, as the API would execute them.

use std::collections::HashMap;
use std::convert::Infallible;

use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::access::{Action, Grantee, Purpose, Reader, Scope, TeamMember, Visibility};
use ens_domain::calendar::paris;
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::party::Party;
use ens_domain::personal::Personal;
use ens_domain::sections::consultations::{Consult, ConsultationCommand, StatedReason, Subject};
use ens_domain::sections::medical_record::{
    ActDays, Content, ContentDigest, ContentSize, DocumentCommand, DocumentRequest, NewDocument, NewVersion,
};
use ens_domain::space::commands::{BlockProfessional, ConsentToCareTeam, DeclareAttendingDoctor, GrantAccess, JoinCareTeam, SpaceCommand};
use ens_domain::space::terms::Section;
use ens_domain::stream::StreamId;
use ens_store::{CommandContext, CommandEnvelope, NewContent, PutError, StoredContent};
use futures::stream;

use crate::behaviour::after;
use crate::error::DemoError;
use crate::population::Population;
use crate::random::SeededRandom;

use super::course::{Act, Step, Strand};
use super::documents::{Author, Paper};
use super::professionals::Role;

/// For how many days the holder lets a doctor in: ten years, so that the campaign of a year long past can still be looked at.
const GRANTED_DAYS: u64 = 3_652;
/// What a doctor states who comes in by break-glass.
const STATED_REASON: &str = "Personne inconsciente, amenée aux urgences";

/// A person who is cared for.
#[derive(Debug)]
pub(super) struct Patient {
    /// The person's number.
    pub person: u64,
    /// The person's space.
    pub space: SpaceId,
    /// Which strands of the course the space has.
    pub course: Course,
    /// The documents that were deposited.
    pub documents: HashMap<Paper, ItemId>,
}

/// Which strands of the course of care a space has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// As it is drawn.
    Drawn,
    /// Everything, and a document that still awaits its announcement at the end.
    Whole,
}

/// What is asked of the service in one step for one person.
pub(super) struct Request {
    /// The command.
    pub envelope: CommandEnvelope,
    /// What comes of it, if nothing is wrong with the demonstration.
    pub expected: Expected,
    /// The document that it deposits.
    pub deposits: Option<(Paper, ItemId)>,
}

/// Who asks, and the role as the service writes it beside an event.
struct NamedReader {
    reader: Reader,
    role: &'static str,
}

/// What comes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// It is done.
    Done,
    /// It is refused, and the attempt is traced.
    Refused,
}

impl Request {
    fn done(envelope: CommandEnvelope) -> Self {
        Self { envelope, expected: Expected::Done, deposits: None }
    }
}

impl Patient {
    /// Somebody whose care begins.
    pub(super) fn new(person: u64, space: SpaceId) -> Self {
        Self { person, space, course: Course::Drawn, documents: HashMap::new() }
    }

    fn has(&self, strand: Strand, random: SeededRandom) -> bool {
        match self.course {
            Course::Drawn => random.happens(strand.share(), self.person, strand.name()),
            Course::Whole => strand != Strand::Announced,
        }
    }
}

/// What requests are made of besides the person.
pub(super) struct RequestBuilder<'a> {
    /// The store and the clock of the service.
    pub context: &'a CommandContext,
    /// Who the persons are.
    pub population: Population,
    /// Which professionals they meet.
    pub random: SeededRandom,
}

impl RequestBuilder<'_> {
    /// What is asked in this step; nothing where the person's course does not have it.
    pub(super) async fn request(&self, patient: &Patient, step: &Step) -> Result<Option<Request>, DemoError> {
        if !patient.has(step.strand, self.random) {
            return Ok(None);
        }
        let (at, by) = (self.context.now(), self.acting(patient));
        let of = |role: Role| role.of(patient.person, self.random).map(|professional| professional.rpps);
        let command: SpaceCommand = match step.act {
            Act::DeclareAttendingDoctor => DeclareAttendingDoctor { at, by, doctor: of(Role::AttendingDoctor)? }.into(),
            Act::ConsentToCareTeam => ConsentToCareTeam { at, by }.into(),
            Act::JoinCareTeam(role) => JoinCareTeam { at, by, member: TeamMember::Professional { rpps: of(role)? } }.into(),
            Act::Grant(role) => self.grant(Grantee::Professional { rpps: of(role)? }, at, by)?.into(),
            Act::Block(role) => BlockProfessional { at, by, professional: of(role)? }.into(),
            Act::Deposit(paper) => return self.deposit(patient, paper).await.map(Some),
            Act::Replace(paper) => return self.replace(patient, paper).await,
            Act::Announce(paper) => return self.to_document(patient, paper, paper.author(), DocumentRequest::Announce),
            Act::Hide(paper) => return self.to_document(patient, paper, Author::HolderSide, DocumentRequest::Hide),
            Act::List(who) => return self.list(patient, who).map(Some),
            Act::Read(who, paper) => return self.read(patient, who, paper),
            Act::ListInVain(role) => {
                let list = self.list(patient, Author::Professional(role))?;
                return Ok(Some(Request { expected: Expected::Refused, ..list }));
            }
        };
        Ok(Some(Request::done(CommandEnvelope::new(patient.space, command))))
    }

    fn today(&self) -> NaiveDate {
        paris::day_of(self.context.now())
    }

    /// The holder, or who acts for a child.
    fn acting(&self, patient: &Patient) -> Party {
        self.population.actor(patient.person, self.today())
    }

    fn reader(&self, patient: &Patient, who: Author) -> Result<NamedReader, DemoError> {
        Ok(match who {
            Author::Professional(role) => {
                NamedReader { reader: Reader::Professional(role.of(patient.person, self.random)?), role: "professional" }
            }
            Author::HolderSide if self.acting(patient) == Party::Representative => {
                NamedReader { reader: Reader::Representative, role: "representative" }
            }
            Author::HolderSide => NamedReader { reader: Reader::Holder, role: "holder" },
        })
    }

    fn grant(&self, to: Grantee, at: DateTime<Utc>, by: Party) -> Result<GrantAccess, DemoError> {
        let until = Some(after(self.today(), GRANTED_DAYS));
        Ok(GrantAccess { at, by, grant: self.context.new_id()?, to, scope: Scope::All, purpose: Purpose::Care, from: None, until })
    }

    async fn deposit(&self, patient: &Patient, paper: Paper) -> Result<Request, DemoError> {
        let content = self.store(patient, paper).await?;
        let request = DocumentRequest::Deposit(NewDocument {
            title: Personal::new(paper.title(self.today())?),
            document_type: paper.document_type()?,
            act: ActDays::on(self.today()),
            content,
            visibility: None,
            to_representatives: Visibility::Shown,
            explanation: paper.explanation(),
            legacy: None,
        });
        let item = self.context.new_id()?;
        let envelope = self.document_envelope(patient, item, paper.author(), request)?;
        Ok(Request { deposits: Some((paper, item)), ..Request::done(envelope) })
    }

    /// A new version by the author; nothing where the document was never deposited.
    async fn replace(&self, patient: &Patient, paper: Paper) -> Result<Option<Request>, DemoError> {
        if !patient.documents.contains_key(&paper) {
            return Ok(None);
        }
        let content = self.store(patient, paper).await?;
        let title = Personal::new(paper.title(self.today())?);
        let request = DocumentRequest::Replace(NewVersion { title, act: ActDays::on(self.today()), content });
        self.to_document(patient, paper, paper.author(), request)
    }

    /// Something that is done with a document; nothing where it was never deposited.
    fn to_document(&self, patient: &Patient, paper: Paper, who: Author, request: DocumentRequest) -> Result<Option<Request>, DemoError> {
        let Some(item) = patient.documents.get(&paper) else { return Ok(None) };
        self.document_envelope(patient, *item, who, request).map(|envelope| Some(Request::done(envelope)))
    }

    fn document_envelope(
        &self,
        patient: &Patient,
        item: ItemId,
        who: Author,
        request: DocumentRequest,
    ) -> Result<CommandEnvelope, DemoError> {
        let NamedReader { reader: by, role } = self.reader(patient, who)?;
        let command = DocumentCommand { at: self.context.now(), purpose: by.usual_purpose(), by, request };
        Ok(CommandEnvelope::to_stream(StreamId::of_item(patient.space, item), command).with_metadata("role", role))
    }

    fn list(&self, patient: &Patient, who: Author) -> Result<Request, DemoError> {
        self.consult(patient, who, Action::List, Subject::Section { section: Section::MedicalRecord })
    }

    fn read(&self, patient: &Patient, who: Author, paper: Paper) -> Result<Option<Request>, DemoError> {
        let Some(document) = patient.documents.get(&paper) else { return Ok(None) };
        self.consult(patient, who, Action::Read, Subject::Document { document: *document }).map(Some)
    }

    fn consult(&self, patient: &Patient, who: Author, action: Action, subject: Subject) -> Result<Request, DemoError> {
        let NamedReader { reader: by, role } = self.reader(patient, who)?;
        let reason = if by.breaks_the_glass() { Some(Personal::new(stated_reason()?)) } else { None };
        let command = Consult { at: self.context.now(), purpose: by.usual_purpose(), by, action, subject, reason };
        let trace = StreamId::of_item(patient.space, self.context.new_id()?);
        let envelope = CommandEnvelope::to_stream(trace, ConsultationCommand::from(command));
        Ok(Request::done(envelope.with_metadata("role", role)))
    }

    /// Makes the file and puts it into the contents of the space, as a deposit over HTTP does.
    async fn store(&self, patient: &Patient, paper: Paper) -> Result<Content, DemoError> {
        let file = paper.file(self.today(), self.random.draw(patient.person, "file"));
        let new = NewContent { space: patient.space, at: self.context.now(), limit: u64::from(ContentSize::MOST) };
        let bytes = stream::iter([Ok::<_, Infallible>(file.bytes.into())]);
        let stored = self.context.store.contents().put(new, bytes).await;
        let StoredContent { content, sha256, sealed_sha256 } = stored.map_err(not_put)?;
        Ok(Content {
            id: content.id,
            media_type: file.media_type,
            size: ContentSize::of(content.size).map_err(|_| DemoError::Invented("document"))?,
            clear_digest: Personal::new(ContentDigest::of(sha256)),
            sealed_digest: ContentDigest::of(sealed_sha256),
        })
    }
}

fn not_put(error: PutError<Infallible>) -> DemoError {
    match error {
        PutError::Store(error) => error.into(),
        PutError::TooLong { .. } => DemoError::Invented("document"),
        PutError::Source(never) => match never {},
    }
}

fn stated_reason() -> Result<StatedReason, DemoError> {
    StatedReason::parse(STATED_REASON).map_err(|_| DemoError::Invented("reason"))
}
