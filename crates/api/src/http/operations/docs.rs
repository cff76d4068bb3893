//! The documentation that the service gives of itself: OpenAPI 3.1 from the declarations, and a page that shows it and loads nothing from
//! elsewhere.

use std::sync::{Arc, LazyLock};

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_swagger_ui::{Config, SwaggerFile, serve};

use crate::http::gate::{Access, Declaration, Form, TOKEN, get};
use crate::problem::{FieldError, Problem, ProblemBody, ProblemType, Success};

/// What stands above the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ens",
        description = "The digital health space (espace numérique de santé): its life, its notices, its openings, its authorisations."
    ),
    components(schemas(ProblemBody, FieldError))
)]
struct Document;

/// The document of these routes.
pub(crate) fn complete_document<'a>(declarations: impl IntoIterator<Item = &'a Declaration>) -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    let components = document.components.get_or_insert_default();
    for declaration in declarations {
        let Some(described) = &declaration.described else {
            continue;
        };
        document.paths.add_path_operation(declaration.route.path, vec![described.method.clone()], described.operation.clone());
        components.schemas.extend(described.schemas.iter().cloned());
    }
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.add_security_scheme(TOKEN, SecurityScheme::Http(scheme));
    document
}

/// The routes of the document itself, written once, and of the page that shows it.
pub(crate) fn documentation_routes(document: &utoipa::openapi::OpenApi) -> Vec<Declaration> {
    let text = Bytes::from(serde_json::to_string(document).unwrap_or_default());
    let show_document = move || async move { ([(CONTENT_TYPE, "application/json")], text) };
    vec![
        get("/openapi.json", Access::Anyone).undescribed(show_document),
        get("/docs", Access::Anyone).form(Form::Documentation).undescribed(lead_to_page),
        get("/docs/", Access::Anyone).form(Form::Documentation).undescribed(show_page),
        get("/docs/{*rest}", Access::Anyone).form(Form::Documentation).undescribed(show_file),
    ]
}

/// How the page shows the document.
static PAGE: LazyLock<Arc<Config<'static>>> =
    LazyLock::new(|| Arc::new(Config::from("/openapi.json").validator_url("none").try_it_out_enabled(true).doc_expansion("none")));

async fn lead_to_page() -> Response {
    (Success::Elsewhere.status(), [(LOCATION, "/docs/")]).into_response()
}

async fn show_page() -> Result<Response, Problem> {
    file("")
}

async fn show_file(Path(name): Path<String>) -> Result<Response, Problem> {
    file(&name)
}

fn file(name: &str) -> Result<Response, Problem> {
    let file = serve(name, Arc::clone(&PAGE)).map_err(Problem::internal)?;
    file.map(as_response).ok_or_else(|| Problem::new(ProblemType::NOT_FOUND))
}

fn as_response(file: SwaggerFile<'static>) -> Response {
    let content_type = [(CONTENT_TYPE, file.content_type)];
    let bytes = file.bytes.into_owned();
    if file.gzpipped { (content_type, [(CONTENT_ENCODING, "gzip")], bytes).into_response() } else { (content_type, bytes).into_response() }
}
