//! Who could read, and what: the holder's two questions, answered by the gate itself.

use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use ens_domain::access::{
    AccessMode, AccessRefusal, Action, DocumentType, Ground, PossibleReader, Profession, Professional, Purpose, Reach, Target, Who,
    what_could_read, who_could_read,
};
use ens_domain::calendar::paris;
use ens_domain::finess::Finess;
use ens_domain::ids::ItemId;
use ens_domain::rpps::Rpps;
use ens_domain::sections::consultations::Subject;
use ens_domain::space::terms::Section;
use ens_domain::stream::StreamId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::http::gate::{Access, Declaration, get};
use crate::http::wire::{FieldChecks, SpacePath};
use crate::problem::{Problem, ProblemType, Success};

use super::consulting::{Reading, ReadingHeaders};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        get("/v1/spaces/{space}/possible-readers", Access::HOLDER_SIDE)
            .operation("list_possible_readers", "accesses", "Who could read the medical record, or one document, now, and on which ground.")
            .params::<SpacePath>()
            .params::<ReadingHeaders>()
            .params::<ReadersQuery>()
            .answers::<ReadersBody>(Success::Done, "everybody whom the space knows, and who comes in by an emergency")
            .handled_by(list_possible_readers),
        get("/v1/spaces/{space}/possible-readings", Access::HOLDER_SIDE)
            .operation("list_possible_readings", "accesses", "What a professional could read now, section by section and type by type.")
            .params::<SpacePath>()
            .params::<ReadingHeaders>()
            .params::<ProfessionalQuery>()
            .answers::<ReachBody>(Success::Done, "each section and each type of document, permitted or refused, and why")
            .handled_by(list_possible_readings),
    ]
}

/// Of what.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ReadersQuery {
    /// one document; the medical record as a whole where absent
    document: Option<Uuid>,
}

/// Which professional.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ProfessionalQuery {
    /// the RPPS number
    rpps: String,
    /// the national code of the profession; a doctor's, `10`, where absent
    profession: Option<String>,
    /// the FINESS number of the structure in which they act
    structure: Option<String>,
}

/// Somebody who could read.
#[derive(Serialize, ToSchema)]
pub(super) struct ReaderBody {
    /// `holder`, `representative`, `caregiver`, `professional`, `professional_of`, `any_professional` or `service`, with who it is.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    who: Who,
    /// The ground.
    #[schema(value_type = String, example = "grant_to_professional")]
    ground: Ground,
    /// The same as the holder reads it.
    sentence: &'static str,
    /// What for.
    #[schema(value_type = String, example = "care")]
    purpose: Purpose,
    /// With which professions, by their national codes; empty where the profession does not matter.
    #[schema(value_type = Vec<String>)]
    professions: Vec<Profession>,
}

/// Who could read.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReadersBody {
    /// Each once.
    readers: Vec<ReaderBody>,
}

/// Whether something could be read, and why.
#[derive(Serialize, ToSchema)]
pub(super) struct DecisionBody {
    /// The section, or the code of the type of document.
    #[schema(example = "11488-4")]
    what: String,
    /// Whether it could be read.
    permitted: bool,
    /// The ground, or the reason of the refusal.
    #[schema(example = "grant_to_professional")]
    because: &'static str,
    /// The same as the holder reads it.
    sentence: &'static str,
}

/// What a professional could read.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReachBody {
    /// Each section.
    sections: Vec<DecisionBody>,
    /// A document of each type that another professional deposited and nobody hid.
    documents: Vec<DecisionBody>,
}

impl From<PossibleReader> for ReaderBody {
    fn from(reader: PossibleReader) -> Self {
        let PossibleReader { who, ground, purpose, professions } = reader;
        Self { who, ground, sentence: ground.sentence(), purpose, professions }
    }
}

impl From<Vec<PossibleReader>> for ReadersBody {
    fn from(readers: Vec<PossibleReader>) -> Self {
        Self { readers: readers.into_iter().map(ReaderBody::from).collect() }
    }
}

impl DecisionBody {
    fn of(what: String, decided: Result<Ground, AccessRefusal>) -> Self {
        match decided {
            Ok(ground) => Self { what, permitted: true, because: ground.name(), sentence: ground.sentence() },
            Err(refusal) => Self { what, permitted: false, because: refusal.name(), sentence: refusal.sentence() },
        }
    }
}

impl From<Reach> for ReachBody {
    fn from(reach: Reach) -> Self {
        let section = |name: Section| ens_domain::french::section(name).to_owned();
        let document = |of: DocumentType| of.as_str().to_owned();
        Self {
            sections: reach.sections.into_iter().map(|of| DecisionBody::of(section(of.section), of.decided)).collect(),
            documents: reach.documents.into_iter().map(|of| DecisionBody::of(document(of.document_type), of.decided)).collect(),
        }
    }
}

async fn list_possible_readers(State(app): State<App>, reading: Reading, Query(query): Query<ReadersQuery>) -> Result<Response, Problem> {
    let document = query.document.map(ItemId::from);
    reading.consult(&app, Action::List, Subject::Section { section: Section::Authorisations }).await?;
    let facts = match document {
        // Who may not see the document is not told of it either.
        Some(document) => {
            reading.consult(&app, Action::List, Subject::Document { document }).await?;
            let loaded = app.store.log().stream(StreamId::of_item(reading.space(), document)).await?;
            loaded.and_then(|loaded| loaded.state.document_facts())
        }
        None => None,
    };
    let loaded = app.store.log().state(reading.space()).await?.ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))?;
    let view = loaded.space.view(paris::day_of(app.now())).ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))?;
    let target = facts.as_ref().map_or(Target::Section(Section::MedicalRecord), Target::Document);
    let readers = who_could_read(target, app.now(), &view, &app.policy.matrix);
    Ok(Json(ReadersBody::from(readers)).into_response())
}

async fn list_possible_readings(
    State(app): State<App>,
    reading: Reading,
    Query(query): Query<ProfessionalQuery>,
) -> Result<Response, Problem> {
    let professional = query.professional()?;
    reading.consult(&app, Action::List, Subject::Section { section: Section::Authorisations }).await?;
    let loaded = app.store.log().state(reading.space()).await?.ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))?;
    let view = loaded.space.view(paris::day_of(app.now())).ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))?;
    let reach = what_could_read(&professional, Purpose::Care, app.now(), &view, &app.policy.matrix);
    Ok(Json(ReachBody::from(reach)).into_response())
}

impl ProfessionalQuery {
    fn professional(&self) -> Result<Professional, Problem> {
        let mut fields = FieldChecks::default();
        let rpps = fields.parse::<Rpps>("/rpps", &self.rpps);
        let profession = fields.parse::<Profession>("/profession", self.profession.as_deref().unwrap_or("10"));
        let structure = fields.parse_optional::<Finess>("/structure", self.structure.as_deref());
        let (rpps, profession) = fields.finish(rpps.zip(profession))?;
        Ok(Professional { rpps, profession, structure, mode: AccessMode::Ordinary })
    }
}
