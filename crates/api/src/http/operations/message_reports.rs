//! Reports of what became of messages: bounces from the mail server, statuses of letters from the carrier.

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

use crate::app::App;
use crate::http::gate::{Access, Declaration, Form, post};
use crate::http::wire::{answer_lines, read_body};
use crate::problem::{Problem, ProblemType, Success};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        post("/v1/bounces", Access::REPORTERS)
            .operation("report_bounce", "messages", "Report a bounce: the delivery status notification as it came (RFC 3464).")
            .text_body("message/rfc822", None)
            .answers::<BounceBody>(Success::Done, "understood")
            .handled_by(report_bounce),
        post("/v1/letters/statuses", Access::REPORTERS)
            .operation(
                "import_letter_statuses",
                "messages",
                r#"Import what the carrier reports of letters: `{"reference", "status", "date"}` a line, or CSV with these columns."#,
            )
            .form(Form::JsonLines)
            .text_body("application/x-ndjson", None)
            .answers::<StatusLine>(Success::Done, "one line for each that is refused, then the report")
            .handled_by(import_letter_statuses),
    ]
}

/// What a bounce changed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BounceBody {
    /// `recorded`: the next notice goes by post; `known`: that was known, or another message is waited for; `nothing_failed`: a delay or
    /// a delivery was reported.
    #[schema(example = "recorded")]
    effect: &'static str,
}

async fn report_bounce(State(app): State<App>, headers: HeaderMap, request: Request) -> Result<Json<BounceBody>, Problem> {
    if !is_message(&headers) {
        return Err(Problem::new(ProblemType::UNSUPPORTED_MEDIA_TYPE));
    }
    let raw = read_body(request, &app).await?;
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
        BounceError::Unreadable(reason) => Problem::new(ProblemType::NOT_A_BOUNCE).detail(reason.to_string()),
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

async fn import_letter_statuses(State(app): State<App>, body: Body) -> Response {
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
        StatusImportError::Read(_) => Problem::new(ProblemType::MALFORMED).detail("the body broke off; send it again"),
        StatusImportError::Store(error) => Problem::from(error),
    }
}
