//! Routes of the medical record: documents are listed, shown, downloaded, changed. Each reading is decided and traced before it is answered.

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header::{ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RANGE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::access::{Action, Announcement, DocumentAuthor, Visibility};
use ens_domain::event::{Event, LogEvent};
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::sections::consultations::Subject;
use ens_domain::sections::medical_record::{Content, DocumentCommand, DocumentEvent, DocumentRequest, DocumentTitle, Standing};
use ens_domain::space::HealthSpace;
use ens_domain::space::terms::Section;
use ens_domain::stream::StreamId;
use ens_projections::documents::{DocumentPageEnd, DocumentRow, Documents, document, documents};
use ens_store::{ContentRef, KeyRing, OpenError, Outcome, StoreError};
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::http::gate::{Access, Declaration, Form, delete, get, post};
use crate::http::wire::{ChangeHeaders, CreationHeaders, ENS_POSITION, EmptyBody, ItemChange, Page, Position, SpacePath};
use crate::problem::{Problem, ProblemType, Success};

use super::consulting::{Reading, ReadingHeaders};
use super::deposits::{DEPOSIT_LIMIT, DepositShape, deposit_document, replace_document};

/// Rows that are read at once while a page is filled.
const SCAN: u32 = 500;
/// Rows that are looked at for one page: where most are filtered out, the page ends early, and `Link` leads on.
const LONGEST_SCAN: usize = 10_000;

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    [reading(), writing()].into_iter().flatten().collect()
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
            .answers_text(Success::Done, "the bytes, as an attachment; a range of them is answered by 206")
            .handled_by(read_content),
    ]
}

fn writing() -> Vec<Declaration> {
    vec![
        post("/v1/spaces/{space}/documents", Access::CONTENT_READERS)
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
        post("/v1/spaces/{space}/documents/{document}/acts", Access::CONTENT_READERS)
            .operation("handle_document", "documents", "Hide, show, announce, archive, pin, withdraw a document, or move it out.")
            .params::<SpacePath>()
            .params::<DocumentPath>()
            .params::<ChangeHeaders>()
            .body::<ActBody>()
            .answers::<DocumentDone>(Success::Done, "done")
            .handled_by(handle_document),
        delete("/v1/spaces/{space}/documents/{document}", Access::HOLDER_SIDE)
            .operation("delete_document", "documents", "Delete a document that the holder deposited.")
            .params::<SpacePath>()
            .params::<DocumentPath>()
            .params::<ChangeHeaders>()
            .answers::<DocumentDone>(Success::Done, "deleted")
            .handled_by(delete_document),
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

/// What is to be done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ActBody {
    /// `hide`, `show`, `hide_from_representatives`, `show_to_representatives`, `announce`, `archive`, `unarchive`, `pin`, `unpin`, `withdraw`
    /// or `move_out`.
    #[schema(value_type = String, example = "hide")]
    act: Act,
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

/// What was done to a document. Nothing was left to do where `done` is empty.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DocumentDone {
    /// The space.
    space: Uuid,
    /// The document.
    id: Uuid,
    /// The names of the events that this request made.
    #[schema(example = json!(["DocumentDeposited"]))]
    done: Vec<&'static str>,
}

/// One document.
#[derive(Serialize, ToSchema)]
pub(super) struct DocumentBody {
    /// Its id.
    id: Uuid,
    /// Its title.
    title: String,
    /// The LOINC or national code of its type.
    #[serde(rename = "type")]
    #[schema(example = "11488-4")]
    document_type: &'static str,
    /// The name of its type, in French.
    type_label: &'static str,
    /// The code of its class.
    class: String,
    /// `holder`, `representative`, `caregiver`, `professional` or `service`.
    #[schema(example = "professional")]
    author_role: &'static str,
    /// The author's RPPS number, or the id of a caregiver or a service.
    author: Option<String>,
    /// The structure in which a professional wrote it.
    author_structure: Option<String>,
    /// When it was deposited.
    deposited_at: DateTime<Utc>,
    /// The first day of the care that it is about.
    act_first: NaiveDate,
    /// The last day of the care that it is about.
    act_last: NaiveDate,
    /// How many versions it has.
    versions: u32,
    /// The media type of the version in force.
    #[schema(example = "application/pdf")]
    media_type: &'static str,
    /// The size of the version in force, in bytes.
    size: u32,
    /// `shown` to professionals, or `hidden`.
    #[schema(value_type = String, example = "shown")]
    visibility: Visibility,
    /// `shown` to a minor's representatives, or `hidden`.
    #[schema(value_type = String, example = "shown")]
    to_representatives: Visibility,
    /// `not_asked`, `awaited` or `made`.
    #[schema(value_type = String, example = "not_asked")]
    announcement: Announcement,
    /// `current`, `archived`, `withdrawn`, `deleted` or `moved_out`.
    #[schema(value_type = String, example = "current")]
    standing: Standing,
    /// Whether it stands at the top.
    pinned: bool,
    /// When the holder first read the version in force.
    read_at: Option<DateTime<Utc>>,
}

/// A page of documents.
#[derive(Serialize, ToSchema)]
pub(super) struct DocumentsBody {
    /// Newest first.
    documents: Vec<DocumentBody>,
}

/// One version of a document.
#[derive(Serialize, ToSchema)]
pub(super) struct VersionBody {
    /// 1 for the first.
    version: usize,
    /// When it was deposited.
    at: DateTime<Utc>,
    /// Its media type.
    #[schema(example = "application/pdf")]
    media_type: &'static str,
    /// In bytes.
    size: u32,
    /// The SHA-256 of its bytes, in hexadecimal.
    sha256: Option<String>,
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

async fn end_of_page(app: &App, space: SpaceId, item: ItemId) -> Result<DocumentPageEnd, Problem> {
    let row = document(&app.store, space, item).await?;
    row.as_ref().map(DocumentPageEnd::from).ok_or_else(|| Problem::field("after", &"expected a document of this space"))
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
    async fn fill(&self, mut after: Option<DocumentPageEnd>, limit: u32) -> Result<Filled, Problem> {
        let keys = self.app.store.log().key_ring(&[self.reading.space()]).await?;
        let (now, wanted) = (self.app.now(), usize::try_from(limit).unwrap_or(usize::MAX));
        let (mut filled, mut looked_at) = (Vec::new(), 0);
        loop {
            let rows = documents(&self.app.store, self.reading.space(), after, SCAN.min(limit.saturating_mul(2))).await?;
            if rows.is_empty() {
                return Ok(Filled { documents: filled, last: None });
            }
            for row in rows {
                looked_at += 1;
                after = Some(DocumentPageEnd::from(&row));
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

/// The document with its title opened; nothing where the key was destroyed and the row is about to go, or where its type is sealed.
fn opened(row: DocumentRow, keys: &KeyRing) -> Result<Option<DocumentBody>, Problem> {
    let title: DocumentTitle = match keys.open(row.space, &row.title) {
        Ok(title) => title,
        Err(OpenError::Destroyed) => return Ok(None),
        Err(error) => return Err(Problem::from(StoreError::from(error))),
    };
    let Some((document_type, author)) = row.document_type.zip(row.author.as_ref()) else { return Ok(None) };
    let (author_role, number) = author_of(author);
    Ok(Some(DocumentBody {
        id: row.item.uuid(),
        title: title.as_str().to_owned(),
        document_type: document_type.as_str(),
        type_label: document_type.label(),
        class: row.class,
        author_role,
        author: number,
        author_structure: structure_of(author),
        deposited_at: row.deposited_at,
        act_first: row.act_first,
        act_last: row.act_last,
        versions: row.versions,
        media_type: row.content.media_type.as_str(),
        size: row.content.size.bytes(),
        visibility: row.visibility,
        to_representatives: row.to_representatives,
        announcement: row.announcement,
        standing: row.standing,
        pinned: row.pinned > 0,
        read_at: row.read_at,
    }))
}

fn author_of(author: &DocumentAuthor) -> (&'static str, Option<String>) {
    match author {
        DocumentAuthor::Holder => ("holder", None),
        DocumentAuthor::Representative => ("representative", None),
        DocumentAuthor::Caregiver { caregiver } => ("caregiver", Some(caregiver.to_string())),
        DocumentAuthor::Professional { rpps, .. } => ("professional", Some(rpps.to_string())),
        DocumentAuthor::Service { service } => ("service", Some(service.to_string())),
    }
}

fn structure_of(author: &DocumentAuthor) -> Option<String> {
    match author {
        DocumentAuthor::Professional { structure, .. } => structure.as_ref().map(ToString::to_string),
        DocumentAuthor::Holder | DocumentAuthor::Representative | DocumentAuthor::Caregiver { .. } | DocumentAuthor::Service { .. } => None,
    }
}

async fn show_document(State(app): State<App>, reading: Reading) -> Result<Response, Problem> {
    let (space, item) = (reading.space(), reading.target.param("document")?);
    let outcome = reading.consult(&app, Action::Read, Subject::Document { document: item }).await?;
    let position = reading.reflected_in::<Documents>(&app, &outcome).await?;
    let row = document(&app.store, space, item).await?.ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))?;
    let keys = app.store.log().key_ring(&[space]).await?;
    let shown = opened(row, &keys)?.ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))?;
    let versions = contents_of(&app, space, item).await?.into_iter().enumerate().map(|(place, (at, content))| VersionBody {
        version: place + 1,
        at,
        media_type: content.media_type.as_str(),
        size: content.size.bytes(),
        // A digest that cannot be opened any more is left out.
        sha256: keys.open(space, &content.clear_digest).ok().map(|digest| digest.to_string()),
    });
    let body = DocumentWithVersionsBody { document: shown, versions: versions.collect() };
    Ok((HeaderMap::from_iter([(ENS_POSITION, position.header())]), Json(body)).into_response())
}

/// The contents of all versions of a document, oldest first, as the log has them.
async fn contents_of(app: &App, space: SpaceId, item: ItemId) -> Result<Vec<(DateTime<Utc>, Content)>, Problem> {
    let mut contents = Vec::new();
    for stored in app.store.log().events_of(StreamId::of_item(space, item)).await? {
        let decoded = stored.decode::<Event>().map_err(StoreError::from)?;
        let versions = DocumentEvent::within(&decoded.event);
        if let Some(DocumentEvent::DocumentDeposited { at, content, .. } | DocumentEvent::DocumentReplaced { at, content, .. }) = versions {
            contents.push((*at, content.clone()));
        }
    }
    Ok(contents)
}

/// Which version.
#[derive(Debug, Deserialize)]
pub(super) struct VersionQuery {
    version: Option<usize>,
}

async fn read_content(
    State(app): State<App>,
    reading: Reading,
    Query(query): Query<VersionQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (space, item): (SpaceId, ItemId) = (reading.space(), reading.target.param("document")?);
    let trace = match headers.get(RANGE) {
        Some(_) => trace_of_ranges(&reading, item, app.now()),
        None => app.new_id()?,
    };
    reading.consult_as(&app, trace, Action::Read, Subject::Document { document: item }).await?;
    let contents = contents_of(&app, space, item).await?;
    let version = query.version.unwrap_or(contents.len());
    let chosen = version.checked_sub(1).and_then(|place| contents.get(place));
    let (_, content) = chosen.ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))?;
    let etag = HeaderValue::try_from(format!("\"{}\"", content.sealed_digest)).map_err(|_| Problem::internal("a digest is no header"))?;
    if headers.get(IF_NONE_MATCH).is_some_and(|known| *known == etag) {
        return Ok((Success::Unchanged.status(), [(ETAG, etag)]).into_response());
    }
    serve(&app, space, content, &headers, etag).await
}

/// One id for all ranges of one document by one reader in one minute.
fn trace_of_ranges(reading: &Reading, item: ItemId, now: DateTime<Utc>) -> ItemId {
    let minute = now.timestamp().div_euclid(60) * 60;
    let mut context = Context::new(&SHA256);
    context.update(b"ens ranges 1\0");
    context.update(reading.target.caller.digest());
    context.update(item.uuid().as_bytes());
    context.update(&minute.to_be_bytes());
    let mut randomness = [0; 10];
    randomness.copy_from_slice(context.finish().as_ref().split_at(10).0);
    ItemId::at(DateTime::from_timestamp(minute, 0).unwrap_or(now), randomness)
}

/// Answers the bytes, or the range of them that is asked for, as an attachment.
async fn serve(app: &App, space: SpaceId, content: &Content, headers: &HeaderMap, etag: HeaderValue) -> Result<Response, Problem> {
    let size = u64::from(content.size.bytes());
    let range = match headers.get(RANGE) {
        Some(range) => Some(range_of(range, size)?),
        None => None,
    };
    let (first, last) = range.unwrap_or((0, size.saturating_sub(1)));
    let reference = ContentRef { id: content.id, size };
    let bytes = app.store.contents().read(space, &reference, first..=last).await?;
    let extension = content.media_type.extension();
    let mut answer = HeaderMap::from_iter([
        (CONTENT_TYPE, HeaderValue::from_static(content.media_type.as_str())),
        (CONTENT_LENGTH, HeaderValue::from(last.saturating_sub(first) + 1)),
        (ACCEPT_RANGES, HeaderValue::from_static("bytes")),
        (ETAG, etag),
    ]);
    let texts = [
        (CONTENT_DISPOSITION, Some(format!("attachment; filename=\"document-{}.{extension}\"", content.id))),
        (CONTENT_RANGE, range.map(|_| format!("bytes {first}-{last}/{size}"))),
    ];
    for (name, text) in texts {
        let value = text.map(HeaderValue::try_from).transpose().map_err(|_| Problem::internal("a header is no text"))?;
        value.into_iter().for_each(|value| drop(answer.insert(name.clone(), value)));
    }
    let success = if range.is_some() { Success::Partial } else { Success::Done };
    Ok((success.status(), answer, Body::from_stream(bytes)).into_response())
}

/// The one range that is asked for; several at once are answered by the whole range from the first to the last.
fn range_of(header: &HeaderValue, size: u64) -> Result<(u64, u64), Problem> {
    let refused = || Problem::new(ProblemType::RANGE_NOT_SATISFIABLE).member("size", size);
    let text = header.to_str().map_err(|_| refused())?;
    let ranges = http_range_header::parse_range_header(text).map_err(|_| refused())?.validate(size).map_err(|_| refused())?;
    let bounds = ranges.iter().fold(None, |bounds: Option<(u64, u64)>, range| {
        let (first, last) = bounds.unwrap_or((*range.start(), *range.end()));
        Some((first.min(*range.start()), last.max(*range.end())))
    });
    bounds.ok_or_else(refused)
}

async fn handle_document(State(app): State<App>, request: ItemChange<ActBody>) -> Result<Response, Problem> {
    act(&app, &request, request.body().act.into()).await
}

async fn delete_document(State(app): State<App>, request: ItemChange<EmptyBody>) -> Result<Response, Problem> {
    act(&app, &request, DocumentRequest::Delete).await
}

async fn act<T>(app: &App, request: &ItemChange<T>, asked: DocumentRequest) -> Result<Response, Problem> {
    let by = request.caller().reader();
    let purpose = by.usual_purpose();
    let command = DocumentCommand { at: app.now(), by, purpose, request: asked };
    let outcome = request.execute(app, request.item("document")?, command).await?;
    Ok(answer(Success::Done, &outcome))
}

/// What was done, its position, and the address of what was made.
pub(super) fn answer(success: Success, outcome: &Outcome) -> Response {
    let space = outcome.stream.space();
    // The stream is the document's own, so it names one.
    let id = outcome.stream.item().map(ItemId::uuid).unwrap_or_default();
    let position = Position { partition: outcome.partition, position: outcome.position };
    let mut headers = HeaderMap::from_iter([(ENS_POSITION, position.header())]);
    // An id always stands in a header.
    if let (Success::Created, Ok(location)) = (success, HeaderValue::try_from(format!("/v1/spaces/{space}/documents/{id}"))) {
        headers.insert(axum::http::header::LOCATION, location);
    }
    let done = outcome.events.iter().map(Event::name).collect();
    (success.status(), headers, Json(DocumentDone { space: space.uuid(), id, done })).into_response()
}
