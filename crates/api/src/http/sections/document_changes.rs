//! What is done with documents that are there: one act, the same act on many, a correction of what is said of one, a deletion.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use ens_domain::access::DocumentType;
use ens_domain::event::Event;
use ens_domain::ids::ItemId;
use ens_domain::personal::Personal;
use ens_domain::sections::consultations::Subject;
use ens_domain::sections::medical_record::{ActDays, Correction, DocumentCommand, DocumentRequest, DocumentTitle};
use ens_store::Outcome;
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::gate::{Access, Declaration, delete, post};
use crate::http::wire::{CreationHeaders, EmptyBody, FieldChecks, ItemChange, SpacePath};
use crate::problem::{Problem, ProblemBody, Success};

use super::consulting::{PurposeHeader, Reading};
use super::document_answers::{DocumentDone, answer};
use super::documents::DocumentPath;

/// Documents that one request names at most.
const MOST: usize = 100;

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        post("/v1/spaces/{space}/documents/acts", Access::CONTENT_READERS)
            .operation(
                "handle_documents",
                "documents",
                "Do the same with up to 100 documents, each decided by itself, such as hiding them.",
            )
            .params::<SpacePath>()
            .params::<CreationHeaders>()
            .params::<PurposeHeader>()
            .body::<ManyBody>()
            .answers::<ManyDone>(Success::Done, "what became of each, in the order of the request")
            .handled_by(handle_documents),
        post("/v1/spaces/{space}/documents/{document}/acts", Access::CONTENT_READERS)
            .operation("handle_document", "documents", "Hide, show, announce, archive, pin, withdraw a document, or move it out.")
            .params::<SpacePath>()
            .params::<DocumentPath>()
            .params::<CreationHeaders>()
            .params::<PurposeHeader>()
            .body::<ActBody>()
            .answers::<DocumentDone>(Success::Done, "done")
            .handled_by(handle_document),
        post("/v1/spaces/{space}/documents/{document}/corrections", Access::CONTENT_READERS)
            .operation("correct_document", "documents", "Correct title, type or days of a document that the caller deposited.")
            .params::<SpacePath>()
            .params::<DocumentPath>()
            .params::<CreationHeaders>()
            .params::<PurposeHeader>()
            .body::<CorrectionBody>()
            .answers::<DocumentDone>(Success::Done, "corrected")
            .handled_by(correct_document),
        delete("/v1/spaces/{space}/documents/{document}", Access::HOLDER_SIDE_OR_CAREGIVER)
            .operation("delete_document", "documents", "Delete a document that the holder deposited.")
            .params::<SpacePath>()
            .params::<DocumentPath>()
            .params::<CreationHeaders>()
            .params::<PurposeHeader>()
            .answers::<DocumentDone>(Success::Done, "deleted")
            .handled_by(delete_document),
    ]
}

/// What is to be done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ActBody {
    /// `hide`, `show`, `hide_from_representatives`, `show_to_representatives`, `announce`, `archive`, `unarchive`, `pin`, `unpin`, `withdraw`
    /// or `move_out`.
    #[schema(value_type = String, example = "hide")]
    act: Act,
}

/// What is to be done, and with which documents.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ManyBody {
    /// The act, as for one document.
    #[schema(value_type = String, example = "hide")]
    act: Act,
    /// 1 to 100 documents, each once.
    documents: Vec<Uuid>,
}

/// What may be done with a document besides giving it another content.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Act {
    Hide,
    Show,
    HideFromRepresentatives,
    ShowToRepresentatives,
    Announce,
    Archive,
    Unarchive,
    Pin,
    Unpin,
    Withdraw,
    MoveOut,
}

impl From<Act> for DocumentRequest {
    fn from(act: Act) -> Self {
        match act {
            Act::Hide => Self::Hide,
            Act::Show => Self::Show,
            Act::HideFromRepresentatives => Self::HideFromRepresentatives,
            Act::ShowToRepresentatives => Self::ShowToRepresentatives,
            Act::Announce => Self::Announce,
            Act::Archive => Self::Archive,
            Act::Unarchive => Self::Unarchive,
            Act::Pin => Self::Pin,
            Act::Unpin => Self::Unpin,
            Act::Withdraw => Self::Withdraw,
            Act::MoveOut => Self::MoveOut,
        }
    }
}

/// What is to be corrected; what is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CorrectionBody {
    /// Another title, one line of at most 255 characters.
    #[schema(example = "Compte rendu de consultation")]
    title: Option<String>,
    /// The LOINC or national code of another type.
    #[serde(rename = "type")]
    #[schema(example = "11488-4")]
    document_type: Option<String>,
    /// Another first day of the care that it is about.
    act_first: Option<NaiveDate>,
    /// Another last day of the care; the first where absent.
    act_last: Option<NaiveDate>,
}

impl CorrectionBody {
    fn read(&self) -> Result<Correction, Problem> {
        let mut fields = FieldChecks::default();
        let title = self.title.as_deref().map(DocumentTitle::parse).transpose();
        let document_type = self.document_type.as_deref().map(DocumentType::parse).transpose();
        let (title, document_type) = (fields.check("/title", title), fields.check("/type", document_type));
        let act = fields.check("/act_last", self.act());
        let read = title.zip(document_type).zip(act);
        fields.finish(read.map(|((title, document_type), act)| Correction { title: title.map(Personal::new), document_type, act }))
    }

    fn act(&self) -> Result<Option<ActDays>, String> {
        match (self.act_first, self.act_last) {
            (Some(first), last) => ActDays::between(first, last.unwrap_or(first)).map(Some).map_err(|error| error.to_string()),
            (None, None) => Ok(None),
            (None, Some(_)) => Err("expected `act_first` beside it".to_owned()),
        }
    }
}

/// What became of each document.
#[derive(Serialize, ToSchema)]
pub(super) struct ManyDone {
    /// In the order of the request.
    documents: Vec<OneOfManyDone>,
}

/// What became of one of many documents: what was done, or the problem that stands against it.
#[derive(Serialize, ToSchema)]
pub(super) struct OneOfManyDone {
    /// The document.
    id: Uuid,
    /// The names of the events that this request made; none where nothing was left to do, or where it was refused.
    #[schema(example = json!(["DocumentHidden"]))]
    done: Vec<&'static str>,
    /// Why it was refused, as a request for this document alone would be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<ProblemBody>,
}

async fn handle_document(State(app): State<App>, reading: Reading, request: ItemChange<ActBody>) -> Result<Response, Problem> {
    let asked = request.body().act.into();
    change_document(&app, &reading, &request, asked).await
}

async fn correct_document(State(app): State<App>, reading: Reading, request: ItemChange<CorrectionBody>) -> Result<Response, Problem> {
    let asked = DocumentRequest::CorrectMetadata(request.body().read()?);
    change_document(&app, &reading, &request, asked).await
}

async fn delete_document(State(app): State<App>, reading: Reading, request: ItemChange<EmptyBody>) -> Result<Response, Problem> {
    change_document(&app, &reading, &request, DocumentRequest::Delete).await
}

async fn change_document<T>(app: &App, reading: &Reading, request: &ItemChange<T>, asked: DocumentRequest) -> Result<Response, Problem> {
    let document = request.item("document")?;
    let action = asked.action();
    let answered = request.execute(app, document, command(app, reading, asked)).await;
    let outcome = reading.traced(app, action, Subject::Document { document }, answered).await?;
    Ok(answer(Success::Done, &outcome))
}

fn command(app: &App, reading: &Reading, asked: DocumentRequest) -> DocumentCommand {
    DocumentCommand { at: app.now(), by: reading.reader.clone(), purpose: reading.purpose, request: asked }
}

async fn handle_documents(State(app): State<App>, reading: Reading, request: ItemChange<ManyBody>) -> Result<Response, Problem> {
    let ManyBody { act, documents } = request.body();
    let mut seen: Vec<&Uuid> = documents.iter().collect();
    seen.sort_unstable();
    seen.dedup();
    if documents.is_empty() || documents.len() > MOST || seen.len() < documents.len() {
        return Err(Problem::field("/documents", &format_args!("expected 1 to {MOST} documents, each once")));
    }
    let answers = documents.iter().map(async |id| {
        let (document, asked) = (ItemId::from(*id), DocumentRequest::from(*act));
        let action = asked.action();
        let answered = request.execute_one_of_many(&app, document, command(&app, &reading, asked)).await;
        one_of_many(*id, reading.traced(&app, action, Subject::Document { document }, answered).await)
    });
    let documents = join_all(answers).await.into_iter().collect::<Result<_, Problem>>()?;
    Ok(Json(ManyDone { documents }).into_response())
}

/// What became of one; where the service failed, the request failed, and is to be repeated as a whole.
fn one_of_many(id: Uuid, answer: Result<Outcome, Problem>) -> Result<OneOfManyDone, Problem> {
    match answer {
        Ok(outcome) => Ok(OneOfManyDone { id, done: outcome.events.iter().map(Event::name).collect(), refused: None }),
        Err(problem) if problem.problem_type().status.is_server_error() => Err(problem),
        Err(problem) => Ok(OneOfManyDone { id, done: Vec::new(), refused: Some(problem.body(None)) }),
    }
}
