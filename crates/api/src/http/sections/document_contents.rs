//! Downloads of a document's content: whole or a range of its bytes, as an attachment; each is a consultation, traced first.
//!
//! - the ranges of one document that one reader asks for in a minute are one consultation

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header::{ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RANGE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use ens_domain::access::Action;
use ens_domain::ids::{ItemId, SpaceId};
use ens_domain::sections::consultations::Subject;
use ens_domain::sections::medical_record::Content;
use ens_projections::document_in_log::{DocumentVersion, versions_in_log};
use ens_store::ContentRef;
use serde::Deserialize;

use crate::app::App;
use crate::http::wire::trace_of_minute;
use crate::problem::{Problem, ProblemType, Success};

use super::consulting::Reading;

/// Which version.
#[derive(Debug, Deserialize)]
pub(super) struct VersionQuery {
    version: Option<usize>,
}

pub(super) async fn read_content(
    State(app): State<App>,
    reading: Reading,
    Query(query): Query<VersionQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (space, item): (SpaceId, ItemId) = (reading.space(), reading.target.param("document")?);
    let trace = match headers.get(RANGE) {
        Some(_) => trace_of_minute(&reading.target.caller, item.uuid().as_bytes(), app.now()),
        None => app.new_id()?,
    };
    reading.consult_as(&app, trace, Action::Read, Subject::Document { document: item }).await?;
    let versions = versions_in_log(&app.store, space, item).await?;
    let version = query.version.unwrap_or(versions.len());
    let chosen = version.checked_sub(1).and_then(|place| versions.get(place));
    let DocumentVersion { content, .. } = chosen.ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))?;
    let etag = HeaderValue::try_from(format!("\"{}\"", content.sealed_digest)).map_err(|_| Problem::internal("a digest is no header"))?;
    if headers.get(IF_NONE_MATCH).is_some_and(|known| *known == etag) {
        return Ok((Success::Unchanged.status(), [(ETAG, etag)]).into_response());
    }
    serve(&app, space, content, &headers, etag).await
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
