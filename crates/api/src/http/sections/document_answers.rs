//! What clients read of a document: its body with the title opened, its versions, and what was done to it.

use axum::Json;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, Utc};
use ens_domain::access::{Announcement, DocumentAuthor, Visibility};
use ens_domain::event::Event;
use ens_domain::ids::ItemId;
use ens_domain::sections::medical_record::Standing;
use ens_projections::documents::DocumentRow;
use ens_store::{KeyRing, Outcome};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::http::wire::{ENS_POSITION, Position};
use crate::problem::{Problem, Success};

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
    pub(super) title: String,
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
    /// When its author deposited it; in the older medical record, where it came with one.
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
    /// When CNAM brought it from a medical record that is older than the space; null where it was deposited here.
    joined_at: Option<DateTime<Utc>>,
}

/// One version of a document.
#[derive(Serialize, ToSchema)]
pub(super) struct VersionBody {
    /// 1 for the first.
    pub(super) version: usize,
    /// When it was deposited.
    pub(super) at: DateTime<Utc>,
    /// Its media type.
    #[schema(example = "application/pdf")]
    pub(super) media_type: &'static str,
    /// In bytes.
    pub(super) size: u32,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub(super) sha256: Option<String>,
}

/// The document with its title opened; nothing where the key was destroyed and the row is about to go, or where its type is sealed.
pub(super) fn opened(row: DocumentRow, keys: &KeyRing) -> Result<Option<DocumentBody>, Problem> {
    let Some(title) = keys.open_unless_destroyed(row.space, &row.title)? else { return Ok(None) };
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
        joined_at: row.joined_at,
    }))
}

pub(super) fn author_of(author: &DocumentAuthor) -> (&'static str, Option<String>) {
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

/// What was done, its position, and the address of what was made.
pub(super) fn answer(success: Success, outcome: &Outcome) -> Response {
    let space = outcome.stream.space();
    // The stream is the document's own, so it names one.
    let id = outcome.stream.item().map(ItemId::uuid).unwrap_or_default();
    let position = Position { partition: outcome.partition, position: outcome.position };
    let mut headers = HeaderMap::from_iter([(ENS_POSITION, position.header())]);
    // An id always stands in a header.
    if let (Success::Created, Ok(location)) = (success, HeaderValue::try_from(format!("/v1/spaces/{space}/documents/{id}"))) {
        headers.insert(LOCATION, location);
    }
    let done = outcome.events.iter().map(Event::name).collect();
    (success.status(), headers, Json(DocumentDone { space: space.uuid(), id, done })).into_response()
}
