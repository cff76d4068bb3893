//! The import of insured persons over HTTP: a file of any length is read as it arrives, and each bad line is answered at once.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use futures::FutureExt;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::gate::{Access, Declaration, Form, post};
use crate::http::wire::answer_lines;
use crate::import::{BadLine, ImportError, ImportReport, import};
use crate::problem::{Problem, ProblemType, Success};

/// The routes of this file.
pub(super) fn routes() -> Vec<Declaration> {
    vec![
        post("/v1/spaces/import", Access::CNAM)
            .operation(
                "import_persons",
                "spaces",
                "Import a file of insured persons, one JSON object a line, of any length. Running it again changes nothing.",
            )
            .form(Form::JsonLines)
            .text_body("application/x-ndjson", Some("one `Person` a line"))
            .answers::<ImportLine>(Success::Done, "one line for each that is refused, then the report")
            .handled_by(import_persons),
    ]
}

/// One line of the answer: a bad line, or at the end the report.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct ImportLine {
    /// A line that was refused; the others go on.
    #[schema(value_type = Option<BadLineShape>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected: Option<BadLine>,
    /// The last line.
    #[schema(value_type = Option<ReportShape>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<ImportReport>,
}

/// A line that was refused.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI document alone")]
pub(super) struct BadLineShape {
    /// Its number, from 1.
    line: u64,
    /// Which field.
    #[schema(example = "ins.matricule")]
    field: String,
    /// What to mend; never the value.
    reason: String,
}

/// What the import did.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI document alone")]
pub(super) struct ReportShape {
    /// Lines that held something.
    lines: u64,
    /// Persons who got a space.
    created: u64,
    /// Persons who had one already.
    known: u64,
    /// Lines that were refused.
    rejected: u64,
}

async fn import_persons(State(app): State<App>, body: Body) -> Response {
    answer_lines(body, |input, reports| {
        async move {
            let refused = reports.clone();
            let report =
                import(&app, input, move |bad| refused.write(&ImportLine { rejected: Some(bad), report: None })).await.map_err(broken)?;
            reports.write(&ImportLine { rejected: None, report: Some(report) });
            Ok(())
        }
        .boxed()
    })
}

fn broken(error: ImportError) -> Problem {
    match error {
        ImportError::Input { line, .. } => {
            Problem::new(ProblemType::MALFORMED).detail(format!("the body broke off after line {line}; send it again"))
        }
        ImportError::Store(error) => Problem::from(error),
    }
}
