//! What became of messages: bounces posted raw by the mail server, statuses of letters sent back by the carrier.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use ens_notices::bounce::{self, BounceError, Bounced};
use ens_notices::letters::{BadStatus, StatusImportError, StatusReport, import_statuses};
use futures::FutureExt;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::problem::{Kind, Problem};

use super::request::read_all;
use super::streamed::answer_lines;

/// Reports of one message.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(report_bounce))
}

/// Reports in a file of any length.
pub(super) fn long_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(import_letter_statuses))
}

/// What a bounce changed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BounceBody {
    /// `recorded`: the next notice goes by post; `known`: that was known, or another message is waited for; `nothing_failed`: a delay or
    /// a delivery was reported.
    #[schema(example = "recorded")]
    effect: &'static str,
}

/// Report a bounce: the delivery status notification as it came (RFC 3464).
#[utoipa::path(post, path = "/v1/bounces", tag = "messages", request_body(content = String, content_type = "message/rfc822"),
    responses((status = 200, description = "understood", body = BounceBody)))]
pub(super) async fn report_bounce(State(app): State<App>, headers: HeaderMap, request: Request) -> Result<Json<BounceBody>, Problem> {
    if !is_message(&headers) {
        return Err(Problem::new(Kind::UnsupportedMediaType));
    }
    let raw = read_all(request, &app).await?;
    let effect = match bounce::record(&app, &app.settings.mail, &raw).await.map_err(refused)? {
        Bounced::Recorded(outcome) if outcome.is_quiet() => "known",
        Bounced::Recorded(_) => "recorded",
        Bounced::NothingFailed => "nothing_failed",
    };
    Ok(Json(BounceBody { effect }))
}

fn is_message(headers: &HeaderMap) -> bool {
    // A header that is no text names no type that is known.
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("message/rfc822"))
}

fn refused(error: BounceError) -> Problem {
    match error {
        BounceError::NotAMessage
        | BounceError::NotAReport
        | BounceError::NoAction
        | BounceError::Contradiction
        | BounceError::NoReference
        | BounceError::SeveralReferences
        | BounceError::UnknownReference => Problem::new(Kind::NotABounce).detail(error.to_string()),
        BounceError::Refused(refusal) => Problem::from(refusal),
        BounceError::Store(error) => Problem::from(error),
    }
}

/// One line of the answer: a bad line, or at the end the report.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct StatusLine {
    /// A line that was refused: `line`, `field`, `reason`; the others go on.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected: Option<BadStatus>,
    /// The last line: `lines`, `recorded`, `quiet`, `rejected`.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<StatusReport>,
}

/// Import what the carrier reports of letters: `{"reference", "status", "date"}` a line, or CSV with these columns.
#[utoipa::path(post, path = "/v1/letters/statuses", tag = "messages", request_body(content = String, content_type = "application/x-ndjson"),
    responses((status = 200, description = "one line for each that is refused, then the report", body = StatusLine, content_type = "application/x-ndjson")))]
pub(super) async fn import_letter_statuses(State(app): State<App>, body: Body) -> Response {
    answer_lines(body, |input, reports| {
        async move {
            let refused = reports.clone();
            let report = import_statuses(&app, input, move |bad| refused.write(&StatusLine { rejected: Some(bad), report: None }))
                .await
                .map_err(broken)?;
            reports.write(&StatusLine { rejected: None, report: Some(report) });
            Ok(())
        }
        .boxed()
    })
}

fn broken(error: StatusImportError) -> Problem {
    match error {
        StatusImportError::Read(_) => Problem::new(Kind::Malformed).detail("the body broke off; send it again"),
        StatusImportError::Store(error) => Problem::from(error),
    }
}
