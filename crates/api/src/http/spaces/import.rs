//! The import over HTTP: a file of insured persons goes in as it is read, each bad line comes back with its number, field and reason.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use futures::FutureExt;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::streamed::answer_lines;
use crate::import::{BadLine, ImportError, ImportReport, import};
use crate::problem::{Kind, Problem};

/// The route of the import, for a body of any length.
pub(in crate::http) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(import_persons))
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

/// Import a file of insured persons, one JSON object a line, of any length. Running it again changes nothing.
#[utoipa::path(post, path = "/v1/spaces/import", tag = "spaces", request_body(content = String, content_type = "application/x-ndjson", description = "one `Person` a line"),
    responses((status = 200, description = "one line for each that is refused, then the report", body = ImportLine, content_type = "application/x-ndjson")))]
pub(super) async fn import_persons(State(app): State<App>, body: Body) -> Response {
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
            Problem::new(Kind::Malformed).detail(format!("the body broke off after line {line}; send it again"))
        }
        ImportError::Store(error) => Problem::from(error),
    }
}
