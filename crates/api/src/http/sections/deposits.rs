//! Depositing a document: the multipart body is read as it comes, its media type is found in its bytes, its digest is checked.
//!
//! form: `document` (JSON), then `content` (the file, with its `Content-Digest` where the client wants it checked)

use axum::body::Bytes;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use ens_domain::access::{self, AccessRequest, Action, Announcement, DocumentFacts, DocumentState, DocumentType, Target, Visibility};
use ens_domain::ids::ItemId;
use ens_domain::personal::Personal;
use ens_domain::sections::consultations::Subject;
use ens_domain::sections::medical_record::{
    ActDays, Content, ContentDigest, ContentSize, DocumentCommand, DocumentRequest, DocumentTitle, Explanation, MediaType, NewDocument,
    NewVersion,
};
use ens_domain::space::terms::Section;
use ens_domain::stream::StreamId;
use ens_store::{CommandEnvelope, NewContent, Outcome, PutError, StoredContent};
use futures::stream::{self, Stream, StreamExt};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::wire::{FieldChecks, RequestContent, execute, idempotency_key, parse_json, under_key};
use crate::problem::{Problem, ProblemType, Success};

use super::consulting::Reading;
use super::document_answers::answer;
use super::legacy_documents::{Legacy, LegacyBody, author_of_deposit};

/// The largest body: the largest document, with its metadata and the boundaries of the form.
pub(super) const DEPOSIT_LIMIT: usize = ContentSize::MOST as usize + 65_536;
/// The longest metadata, in bytes.
const LONGEST_METADATA: usize = 16_384;
/// How long after its content was begun a deposit may still be recorded: far less than the day after which the sweep takes what no event names.
const LONGEST_DEPOSIT: TimeDelta = TimeDelta::hours(1);
/// Bytes that are looked at to find the media type.
const SNIFFED: usize = 4_096;

/// The form in which a document is deposited.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI document alone")]
pub(super) struct DepositShape {
    /// What the document is.
    document: NewDocumentBody,
    /// The file: PDF, plain text, RTF, JPEG, TIFF or PNG, at most 5 000 000 bytes.
    #[schema(value_type = String, format = Binary)]
    content: Vec<u8>,
}

/// What is said of a document.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDocumentBody {
    /// Its title, one line of at most 255 characters.
    #[schema(example = "Compte rendu de consultation")]
    title: String,
    /// The LOINC or national code of its type; of a new version, that of the document.
    #[serde(rename = "type")]
    #[schema(example = "11488-4")]
    document_type: Option<String>,
    /// The first day of the care that it is about; where absent today, or the day of the first deposit in an older record.
    act_first: Option<NaiveDate>,
    /// The last day of the care; the first where absent.
    act_last: Option<NaiveDate>,
    /// `hidden` to hide it from professionals; as the holder chose by default where absent.
    #[schema(value_type = Option<String>, example = "shown")]
    visibility: Option<Visibility>,
    /// `hidden` to hide it from a minor's representatives.
    #[schema(value_type = Option<String>, example = "shown")]
    to_representatives: Option<Visibility>,
    /// Whether a professional explains it in a consultation before the holder reads it.
    #[serde(default)]
    announce_first: bool,
    /// Where CNAM brings it from a medical record that is older than the space.
    legacy: Option<LegacyBody>,
}

/// A document as its form says it, its content stored.
struct Deposited {
    metadata: NewDocumentBody,
    legacy: Option<Legacy>,
    raw: Bytes,
    media_type: MediaType,
    begun: DateTime<Utc>,
    stored: StoredContent,
}

/// The request around a form: what its idempotency key is made of.
pub(super) struct Posted {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Posted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self { method: parts.method.clone(), uri: parts.uri.clone(), headers: parts.headers.clone() })
    }
}

pub(super) async fn deposit_document(
    State(app): State<App>,
    reading: Reading,
    posted: Posted,
    form: Multipart,
) -> Result<Response, Problem> {
    let deposited = deposit(&app, &reading, &posted, form).await;
    let record = Subject::Section { section: Section::MedicalRecord };
    reading.traced(&app, Action::Deposit, record, deposited).await
}

async fn deposit(app: &App, reading: &Reading, posted: &Posted, form: Multipart) -> Result<Response, Problem> {
    let deposited = store_content(app, reading, form, Action::Deposit).await?;
    let request = new_document(app, &deposited);
    let item = match &deposited.legacy {
        Some(legacy) => legacy.item(&app.store, reading.space()),
        None => app.new_id()?,
    };
    finish(app, reading, posted, deposited, Asked { item, request }).await
}

pub(super) async fn replace_document(
    State(app): State<App>,
    reading: Reading,
    posted: Posted,
    form: Multipart,
) -> Result<Response, Problem> {
    let document = reading.target.param("document")?;
    let replaced = replace(&app, &reading, &posted, (document, form)).await;
    reading.traced(&app, Action::Replace, Subject::Document { document }, replaced).await
}

async fn replace(app: &App, reading: &Reading, posted: &Posted, (item, form): (ItemId, Multipart)) -> Result<Response, Problem> {
    let deposited = store_content(app, reading, form, Action::Replace).await?;
    let request = new_version(app, &deposited);
    finish(app, reading, posted, deposited, Asked { item, request }).await
}

/// What is asked of which document, or why its metadata is refused.
struct Asked {
    item: ItemId,
    request: Result<DocumentRequest, Problem>,
}

/// Executes the command on the content that was stored. Where it is refused, or was done before, the content goes again.
async fn finish(app: &App, reading: &Reading, posted: &Posted, deposited: Deposited, asked: Asked) -> Result<Response, Problem> {
    let (space, content) = (reading.space(), deposited.stored.content.id);
    let executed = execute_deposit(app, reading, posted, &deposited, asked).await;
    if !may_name_its_content(&executed) {
        // What cannot be removed now is swept in a day.
        if let Err(error) = app.store.contents().delete(space, content).await {
            tracing::warn!(%error, "a content that no document names could not be removed; it will be swept");
        }
    }
    Ok(answer(Success::Created, &executed?))
}

/// Whether an event may name the content of this deposit. After trouble of the store nobody knows: the content stays, and the sweep, which reads
/// the log, decides.
fn may_name_its_content(executed: &Result<Outcome, Problem>) -> bool {
    match executed {
        Ok(outcome) => !outcome.is_quiet() && outcome.answered == ens_store::Answered::Now,
        Err(problem) => [ProblemType::UNAVAILABLE, ProblemType::INTERNAL].contains(&problem.problem_type()),
    }
}

async fn execute_deposit(app: &App, reading: &Reading, posted: &Posted, deposited: &Deposited, asked: Asked) -> Result<Outcome, Problem> {
    // A process that stood still for a while must not name what was swept meanwhile.
    if app.now() - deposited.begun > LONGEST_DEPOSIT {
        return Err(Problem::new(ProblemType::TOOK_TOO_LONG));
    }
    let body = [deposited.raw.as_ref(), b"\0", deposited.stored.sha256.as_slice()].concat();
    let content = RequestContent {
        caller: Some(reading.target.caller.digest().as_slice()),
        method: posted.method.as_str(),
        path: posted.uri.path(),
        body: &body,
    };
    let idempotency = idempotency_key(&posted.headers, &content)?;
    let (by, purpose) = (reading.reader.clone(), reading.purpose);
    let command = DocumentCommand { at: app.now(), by, purpose, request: asked.request? };
    let envelope = CommandEnvelope::to_stream(StreamId::of_item(reading.space(), asked.item), command);
    execute(app, under_key(envelope.with_metadata("role", reading.target.caller.role().name()), idempotency)).await
}

/// Reads the form and stores its content as it comes.
async fn store_content(app: &App, reading: &Reading, mut form: Multipart, action: Action) -> Result<Deposited, Problem> {
    let raw = metadata(&mut form).await?;
    let metadata: NewDocumentBody = parse_json(&raw)?;
    let legacy = metadata.legacy.as_ref().map(|legacy| legacy.read(app.horizon())).transpose()?;
    refuse_early(app, reading, (&metadata, legacy.as_ref()), action).await?;
    let field = form.next_field().await.map_err(broken)?.filter(|field| field.name() == Some("content"));
    let mut field = field.ok_or_else(|| Problem::field("/content", &"expected the file as the second part of the form"))?;
    let (declared, digest) = (field.content_type().map(str::to_owned), digest_of(field.headers())?);
    let head = read_head(&mut field).await?;
    let media_type = media_type_of(&head, declared.as_deref())?;
    let pieces = stream::iter(head.into_iter().map(Ok)).chain(field);
    let new = NewContent { space: reading.space(), at: app.now(), limit: u64::from(ContentSize::MOST) };
    let stored = match media_type {
        MediaType::Text => app.store.contents().put(new, whole_text(pieces)).await,
        MediaType::Pdf | MediaType::Rtf | MediaType::Jpeg | MediaType::Tiff | MediaType::Png => {
            app.store.contents().put(new, pieces.map(|piece| piece.map_err(Broken::Form))).await
        }
    };
    let deposited = Deposited { metadata, legacy, raw, media_type, begun: new.at, stored: stored.map_err(not_put)? };
    match digest.filter(|digest| *digest != deposited.stored.sha256) {
        None => Ok(deposited),
        Some(_) => {
            app.store.contents().delete(reading.space(), deposited.stored.content.id).await?;
            Err(Problem::field("/content", &"these are not the bytes that Content-Digest says"))
        }
    }
}

/// The first part of the form.
async fn metadata(form: &mut Multipart) -> Result<Bytes, Problem> {
    let field = form.next_field().await.map_err(broken)?.filter(|field| field.name() == Some("document"));
    let mut field = field.ok_or_else(|| Problem::field("/document", &"expected the metadata as the first part of the form"))?;
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(broken)? {
        if bytes.len() + piece.len() > LONGEST_METADATA {
            return Err(Problem::field("/document", &format_args!("expected at most {LONGEST_METADATA} bytes")));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.into())
}

/// Refuses before a byte of the content is stored what the gate would refuse afterwards: a stranger does not fill the store.
async fn refuse_early(
    app: &App,
    reading: &Reading,
    (metadata, legacy): (&NewDocumentBody, Option<&Legacy>),
    action: Action,
) -> Result<(), Problem> {
    let loaded = app.store.log().state(reading.space()).await?.ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))?;
    let facts = match (action, &metadata.document_type) {
        (Action::Deposit, Some(code)) => {
            let document_type = DocumentType::parse(code).map_err(|error| Problem::field("/type", &error))?;
            author_of_deposit(&reading.reader, legacy).map(|author| DocumentFacts {
                document_type,
                author,
                visibility: Visibility::Shown,
                to_representatives: Visibility::Shown,
                deposited_at: app.now(),
                announcement: Announcement::NotAsked,
                state: DocumentState::Current,
            })
        }
        (_, Some(_) | None) => match reading.target.param::<ItemId>("document") {
            Ok(item) => {
                app.store.log().stream(StreamId::of_item(reading.space(), item)).await?.and_then(|loaded| loaded.state.document_facts())
            }
            // A new document has no id yet, and its type is missing: said below.
            Err(_) => None,
        },
    };
    let target = facts.as_ref().map_or(Target::Section(Section::MedicalRecord), Target::Document);
    let action = if facts.is_some() { action } else { Action::List };
    let request = AccessRequest { reader: &reading.reader, action, target, purpose: reading.purpose, at: app.now() };
    access::decide(&request, &loaded.space, &app.policy.matrix).map_err(Problem::from).map(drop)
}

/// The `Content-Digest` of a part (RFC 9530), where it names SHA-256.
fn digest_of(headers: &HeaderMap) -> Result<Option<[u8; 32]>, Problem> {
    let refused = || Problem::field("/content", &"Content-Digest: expected sha-256=:BASE64:");
    let Some(value) = headers.get("content-digest") else { return Ok(None) };
    let text = value.to_str().map_err(|_| refused())?;
    let Some(encoded) = text.split(',').find_map(|digest| digest.trim().strip_prefix("sha-256=")) else { return Ok(None) };
    let encoded = encoded.strip_prefix(':').and_then(|rest| rest.strip_suffix(':')).ok_or_else(refused)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| refused())?;
    bytes.try_into().map(Some).map_err(|_| refused())
}

/// The first pieces of the file, enough to find what it is.
async fn read_head(field: &mut Field<'_>) -> Result<Vec<Bytes>, Problem> {
    let (mut pieces, mut length) = (Vec::new(), 0);
    while length < SNIFFED {
        let Some(piece) = field.chunk().await.map_err(broken)? else { break };
        length += piece.len();
        pieces.push(piece);
    }
    if length == 0 { Err(Problem::field("/content", &"the file is empty")) } else { Ok(pieces) }
}

/// What the bytes are; what the client declares must not say something else.
fn media_type_of(head: &[Bytes], declared: Option<&str>) -> Result<MediaType, Problem> {
    let refused = |reason: &dyn std::fmt::Display| Problem::new(ProblemType::UNSUPPORTED_MEDIA_TYPE).detail(reason.to_string());
    let start = head.concat();
    let found = match infer::get(&start) {
        Some(kind) => MediaType::parse(kind.mime_type()).map_err(|error| refused(&error))?,
        None if start.contains(&0) => return Err(refused(&"the bytes are of no type that a record takes")),
        None => MediaType::Text,
    };
    match declared.filter(|declared| *declared != "application/octet-stream").map(MediaType::parse) {
        Some(Ok(declared)) if declared != found => {
            Err(refused(&format_args!("declared as {}, the bytes are {}", declared.as_str(), found.as_str())))
        }
        Some(Err(error)) => Err(refused(&error)),
        Some(Ok(_)) | None => Ok(found),
    }
}

/// What ends a file before its end.
#[derive(Debug)]
enum Broken {
    /// The form.
    Form(MultipartError),
    /// A text that is not UTF-8.
    NotText,
}

/// The pieces of a text, as long as they are UTF-8; a letter may be cut between two pieces.
fn whole_text<'a>(
    pieces: impl Stream<Item = Result<Bytes, MultipartError>> + Send + 'a,
) -> impl Stream<Item = Result<Bytes, Broken>> + Send + 'a {
    let end = stream::once(async { None });
    pieces.map(Some).chain(end).scan(Vec::new(), |cut: &mut Vec<u8>, piece| {
        let checked = match piece {
            Some(Ok(piece)) => checked_text(cut, piece),
            Some(Err(error)) => Err(Broken::Form(error)),
            None if cut.is_empty() => Ok(Bytes::new()),
            None => Err(Broken::NotText),
        };
        async move { Some(checked) }
    })
}

fn checked_text(cut: &mut Vec<u8>, piece: Bytes) -> Result<Bytes, Broken> {
    let text = [cut.as_slice(), &piece].concat();
    match std::str::from_utf8(&text) {
        Ok(_) => cut.clear(),
        Err(error) if error.error_len().is_none() => *cut = text.get(error.valid_up_to()..).unwrap_or_default().to_vec(),
        // What it was would be said of bytes that nobody keeps.
        Err(_) => return Err(Broken::NotText),
    }
    Ok(piece)
}

fn broken(error: MultipartError) -> Problem {
    Problem::of_status(error.status())
        .unwrap_or(Problem::new(ProblemType::MALFORMED))
        .detail("expected a complete multipart/form-data body")
}

fn not_put(error: PutError<Broken>) -> Problem {
    match error {
        PutError::TooLong { limit } => Problem::new(ProblemType::BODY_TOO_LARGE).detail(format!("a document has at most {limit} bytes")),
        PutError::Source(Broken::NotText) => {
            Problem::new(ProblemType::UNSUPPORTED_MEDIA_TYPE).detail("a text is UTF-8; the bytes are of no other type that a record takes")
        }
        PutError::Source(Broken::Form(error)) => broken(error),
        PutError::Store(error) => Problem::from(error),
    }
}

fn new_document(app: &App, deposited: &Deposited) -> Result<DocumentRequest, Problem> {
    let metadata = &deposited.metadata;
    let mut fields = FieldChecks::default();
    let title = fields.check("/title", DocumentTitle::parse(&metadata.title));
    let document_type = fields.check("/type", metadata.document_type.as_deref().ok_or("expected a type").map(DocumentType::parse));
    let document_type = document_type.and_then(|parsed| fields.check("/type", parsed));
    let first_deposit = deposited.legacy.as_ref().map_or(app.now(), |legacy| legacy.document.deposited_at);
    let act = act_days(app, (metadata, first_deposit), &mut fields);
    let (title, (document_type, act)) = fields.finish(title.zip(document_type.zip(act)))?;
    Ok(DocumentRequest::Deposit(NewDocument {
        title: Personal::new(title),
        document_type,
        act,
        content: content_of(deposited)?,
        visibility: metadata.visibility,
        to_representatives: metadata.to_representatives.unwrap_or_default(),
        explanation: if metadata.announce_first { Explanation::First } else { Explanation::NotNeeded },
        legacy: deposited.legacy.as_ref().map(|legacy| legacy.document.clone()),
    }))
}

fn new_version(app: &App, deposited: &Deposited) -> Result<DocumentRequest, Problem> {
    let mut fields = FieldChecks::default();
    let title = fields.check("/title", DocumentTitle::parse(&deposited.metadata.title));
    let act = act_days(app, (&deposited.metadata, app.now()), &mut fields);
    fields.check("/legacy", deposited.legacy.as_ref().map_or(Ok(()), |_| Err("a new version is not brought from an older record")));
    let (title, act) = fields.finish(title.zip(act))?;
    Ok(DocumentRequest::Replace(NewVersion { title: Personal::new(title), act, content: content_of(deposited)? }))
}

/// The days of the act, by default that of the deposit; impossible ones are the rule's to refuse, as far as a day can be written at all.
fn act_days(app: &App, (metadata, deposited_at): (&NewDocumentBody, DateTime<Utc>), fields: &mut FieldChecks) -> Option<ActDays> {
    let of_deposit = ens_domain::calendar::paris::day_of(deposited_at);
    let first = fields.day("/act_first", Some(metadata.act_first.unwrap_or(of_deposit)), app.horizon())?;
    let last = fields.day("/act_last", Some(metadata.act_last.unwrap_or(first)), app.horizon())?;
    fields.check("/act_last", ActDays::between(first, last))
}

fn content_of(deposited: &Deposited) -> Result<Content, Problem> {
    let StoredContent { content, sha256, sealed_sha256 } = deposited.stored;
    Ok(Content {
        id: content.id,
        media_type: deposited.media_type,
        size: ContentSize::of(content.size).map_err(|error| Problem::field("/content", &error))?,
        clear_digest: Personal::new(ContentDigest::of(sha256)),
        sealed_digest: ContentDigest::of(sealed_sha256),
    })
}

#[cfg(test)]
mod tests {
    use ens_store::StoreError;

    use super::*;

    #[test]
    fn a_content_stays_where_its_event_may_have_been_recorded() {
        let may = |problem: Problem| may_name_its_content(&Err(problem));
        assert!(may(Problem::from(StoreError::OutcomeUnknown)));
        assert!(may(Problem::from(StoreError::Malformed("a row"))));
        assert!(!may(Problem::new(ProblemType::TOOK_TOO_LONG)));
        assert!(!may(Problem::from(StoreError::Overloaded)));
        assert!(!may(Problem::new(ProblemType::KEY_REUSED)));
    }
}
