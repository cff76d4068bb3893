//! Documents of the medical record are listed, shown, downloaded and deposited. Each reading is decided and traced before it is answered.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use ens_domain::access::Action;
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::sections::consultations::Subject;
use ens_domain::sections::medical_record::Standing;
use ens_domain::space::HealthSpace;
use ens_domain::space::terms::Section;
use ens_projections::PageEnd;
use ens_projections::document_in_log::{DocumentInLog, DocumentVersion, document_in_log};
use ens_projections::documents::{DocumentRow, Documents, document, documents};
use ens_store::KeyRing;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::http::gate::{Access, Declaration, Form, get, post};
use crate::http::wire::{CreationHeaders, ENS_POSITION, Page, Position, SpacePath};
use crate::problem::{Problem, ProblemType, Success};

use super::consulting::{Reading, ReadingHeaders};
use super::deposits::{DEPOSIT_LIMIT, DepositShape, deposit_document, replace_document};
use super::document_answers::{DocumentBody, DocumentDone, VersionBody, author_of, opened};
use super::document_contents::read_content;

/// Rows that are read at once while a page is filled.
const SCAN: u32 = 500;
/// Rows that are looked at for one page: where most are filtered out, the page ends early, and `Link` leads on.
const LONGEST_SCAN: usize = 10_000;

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    [reading(), depositing()].into_iter().flatten().collect()
}

fn reading() -> Vec<Declaration> {
    vec![
        get("/v1/spaces/{space}/documents", Access::CONTENT_READERS)
            .operation("list_documents", "documents", "The documents of the medical record that the caller may see, newest first.")
            .params::<SpacePath>()
            .params::<ReadingHeaders>()
            .params::<DocumentQuery>()
            .query_param::<String>("after", "the document that ended the page before")
            .query_param::<u32>("limit", "1 to 1000, 100 where absent")
            .answers::<DocumentsBody>(Success::Done, "a page; `Link` leads to the next")
            .handled_by(list_documents),
        get("/v1/spaces/{space}/documents/{document}", Access::CONTENT_READERS)
            .operation("show_document", "documents", "One document, with all its versions.")
            .params::<SpacePath>()
            .params::<DocumentPath>()
            .params::<ReadingHeaders>()
            .answers::<DocumentWithVersionsBody>(Success::Done, "the document")
            .handled_by(show_document),
        get("/v1/spaces/{space}/documents/{document}/content", Access::CONTENT_READERS)
            .operation("read_content", "documents", "The content of a document; of the version in force, or of an earlier one.")
            .form(Form::File)
            .params::<SpacePath>()
            .params::<DocumentPath>()
            .params::<ReadingHeaders>()
            .query_param::<u32>("version", "1 for the first; the one in force where absent")
            .answers_file(Success::Done, "the bytes, as an attachment")
            .answers_file(Success::Partial, "the range of bytes that was asked for")
            .handled_by(read_content),
    ]
}

fn depositing() -> Vec<Declaration> {
    vec![
        post("/v1/spaces/{space}/documents", Access::DEPOSITORS)
            .operation("deposit_document", "documents", "Put a document into the medical record.")
            .params::<SpacePath>()
            .params::<CreationHeaders>()
            .params::<ReadingHeaders>()
            .multipart_body::<DepositShape>(DEPOSIT_LIMIT)
            .answers::<DocumentDone>(Success::Created, "deposited; `id` names the document")
            .handled_by(deposit_document),
        post("/v1/spaces/{space}/documents/{document}/versions", Access::CONTENT_READERS)
            .operation("replace_document", "documents", "Give a document a new version; the one before is superseded, and kept.")
            .params::<SpacePath>()
            .params::<DocumentPath>()
            .params::<CreationHeaders>()
            .params::<ReadingHeaders>()
            .multipart_body::<DepositShape>(DEPOSIT_LIMIT)
            .answers::<DocumentDone>(Success::Created, "replaced")
            .handled_by(replace_document),
    ]
}

/// Which document.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "read by the OpenAPI document alone; the handlers read the path themselves")]
pub(super) struct DocumentPath {
    /// the document
    document: Uuid,
}

/// Which documents.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DocumentQuery {
    /// of this class only, by its code, such as `10`
    class: Option<String>,
    /// of this type only, by its code, such as `11488-4`
    #[serde(rename = "type")]
    document_type: Option<String>,
    /// by this author only: `holder`, `representative`, or an RPPS number
    author: Option<String>,
    /// only those that the holder has not read
    unread: Option<bool>,
    /// only those whose title holds this text
    title: Option<String>,
    /// archived ones too
    archived: Option<bool>,
}

/// A page of documents.
#[derive(Serialize, ToSchema)]
pub(super) struct DocumentsBody {
    /// Newest first.
    documents: Vec<DocumentBody>,
}

/// A document with its versions.
#[derive(Serialize, ToSchema)]
pub(super) struct DocumentWithVersionsBody {
    /// The document.
    document: DocumentBody,
    /// Oldest first; the last is in force.
    versions: Vec<VersionBody>,
}

async fn list_documents(
    State(app): State<App>,
    reading: Reading,
    Query(query): Query<DocumentQuery>,
    page: Page<ItemId>,
) -> Result<Response, Problem> {
    let outcome = reading.consult(&app, Action::List, Subject::Section { section: Section::MedicalRecord }).await?;
    let position = reading.reflected_in::<Documents>(&app, &outcome).await?;
    let list = DocumentList { app: &app, reading: &reading, query: &query, space: space_of(&app, reading.space()).await? };
    let after = match page.after {
        Some(item) => Some(end_of_page(&app, reading.space(), item).await?),
        None => None,
    };
    let Filled { documents, last } = list.fill(after, page.limit).await?;
    let next = page.link_to_next_from(last);
    Ok((HeaderMap::from_iter([(ENS_POSITION, position.header())]), next, Json(DocumentsBody { documents })).into_response())
}

async fn space_of(app: &App, space: SpaceId) -> Result<HealthSpace, Problem> {
    let loaded = app.store.log().state(space).await?.ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))?;
    Ok(loaded.space)
}

async fn end_of_page(app: &App, space: SpaceId, item: ItemId) -> Result<PageEnd, Problem> {
    let row = document(&app.store, space, item).await?;
    row.as_ref().map(PageEnd::from).ok_or_else(|| Problem::field("after", &"expected a document of this space"))
}

/// A list that is filled page by page with what the reader may see and asked for.
struct DocumentList<'a> {
    app: &'a App,
    reading: &'a Reading,
    query: &'a DocumentQuery,
    space: HealthSpace,
}

/// A page that was filled, and the row to go on after where there may be more.
struct Filled {
    documents: Vec<DocumentBody>,
    last: Option<ItemId>,
}

impl DocumentList<'_> {
    async fn fill(&self, mut after: Option<PageEnd>, limit: u32) -> Result<Filled, Problem> {
        let keys = self.app.store.log().key_ring(&[self.reading.space()]).await?;
        let (now, wanted) = (self.app.now(), usize::try_from(limit).unwrap_or(usize::MAX));
        let (mut filled, mut looked_at) = (Vec::new(), 0);
        // Most pages are filled from a few rows; where they are not, most rows are filtered out.
        let mut at_once = SCAN.min(limit.saturating_mul(2));
        loop {
            let rows = documents(&self.app.store, self.reading.space(), after, at_once).await?;
            at_once = SCAN;
            if rows.is_empty() {
                return Ok(Filled { documents: filled, last: None });
            }
            for row in rows {
                looked_at += 1;
                after = Some(PageEnd::from(&row));
                filled.extend(self.shown(row, &keys, now)?);
                if filled.len() == wanted || looked_at == LONGEST_SCAN {
                    return Ok(Filled { documents: filled, last: after.map(|end| end.item) });
                }
            }
        }
    }

    /// The document, where the reader may see it and asked for it.
    fn shown(&self, row: DocumentRow, keys: &KeyRing, now: DateTime<Utc>) -> Result<Option<DocumentBody>, Problem> {
        let wanted = self.is_asked_for(&row) && row.facts().is_some_and(|facts| self.reading.lists(self.app, &self.space, &facts, now));
        let Some(body) = (if wanted { opened(row, keys)? } else { None }) else { return Ok(None) };
        let found = self.query.title.as_ref().is_none_or(|text| body.title.to_lowercase().contains(&text.to_lowercase()));
        Ok(found.then_some(body))
    }

    fn is_asked_for(&self, row: &DocumentRow) -> bool {
        let same = |asked: &Option<String>, is: &str| asked.as_deref().is_none_or(|asked| asked == is);
        let (role, number) = row.author.as_ref().map(author_of).unwrap_or_default();
        let there = row.standing == Standing::Current || row.standing == Standing::Archived && self.query.archived == Some(true);
        there
            && same(&self.query.class, &row.class)
            && same(&self.query.document_type, row.document_type.map_or("", |known| known.as_str()))
            && self.query.author.as_deref().is_none_or(|asked| asked == role || number.as_deref() == Some(asked))
            && self.query.unread != Some(row.read_at.is_some())
    }
}

async fn show_document(State(app): State<App>, reading: Reading) -> Result<Response, Problem> {
    let (space, item) = (reading.space(), reading.target.param("document")?);
    let outcome = reading.consult(&app, Action::Read, Subject::Document { document: item }).await?;
    // The log at the decision or later: what was changed before the decision is in the answer.
    let found = document_in_log(&app.store, space, item).await?;
    let DocumentInLog { row, versions, keys } = found.ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))?;
    let shown = opened(row, &keys)?.ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))?;
    let versions = versions.into_iter().enumerate().map(|(place, DocumentVersion { at, content })| VersionBody {
        version: place + 1,
        at,
        media_type: content.media_type.as_str(),
        size: content.size.bytes(),
        // A digest that cannot be opened any more is left out.
        sha256: keys.open(space, &content.clear_digest).ok().map(|digest| digest.to_string()),
    });
    let body = DocumentWithVersionsBody { document: shown, versions: versions.collect() };
    let position = Position { partition: outcome.partition, position: outcome.position };
    Ok((HeaderMap::from_iter([(ENS_POSITION, position.header())]), Json(body)).into_response())
}
