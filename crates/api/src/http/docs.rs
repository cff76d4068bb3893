//! The API described by itself: OpenAPI 3.1 from the handlers and the table of routes, and a page that shows it and loads nothing from elsewhere.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, get};
use utoipa::OpenApi;
use utoipa::openapi::path::{HttpMethod, Operation};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, ResponseBuilder};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::app::App;
use crate::problem::{FieldError, ProblemBody};

use super::routes::{self, Access};

/// The name of the token in the document.
const TOKEN: &str = "token";

/// What stands above the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ens",
        description = "The digital health space (espace numérique de santé): its life, its notices, its openings, its authorisations."
    ),
    components(schemas(ProblemBody, FieldError))
)]
pub(super) struct Document;

/// Completes the document with what the table of routes knows: who may, and how a refusal looks.
pub(super) fn complete(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    for (path, item) in &mut document.paths.paths {
        let operations = [
            (HttpMethod::Get, item.get.as_mut()),
            (HttpMethod::Post, item.post.as_mut()),
            (HttpMethod::Put, item.put.as_mut()),
            (HttpMethod::Delete, item.delete.as_mut()),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                describe(operation, name(&method), path);
            }
        }
    }
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    document.components.get_or_insert_default().add_security_scheme(TOKEN, SecurityScheme::Http(scheme));
    document
}

const fn name(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
        HttpMethod::Put => "PUT",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Options => "OPTIONS",
        HttpMethod::Head => "HEAD",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Trace => "TRACE",
    }
}

fn describe(operation: &mut Operation, method: &str, path: &str) {
    let Some(route) = routes::find(method, path) else {
        return;
    };
    let who = match route.access {
        Access::Anyone => "Anybody.".to_owned(),
        Access::WithCode => "Anybody, so many times a second from one address.".to_owned(),
        Access::Roles(roles) => {
            let none: [&str; 0] = [];
            operation.security = Some(vec![SecurityRequirement::new(TOKEN, none)]);
            let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
            format!("Roles: {}.", names.join(", "))
        }
    };
    let described = operation.description.take().map_or(who.clone(), |text| format!("{text}\n\n{who}"));
    operation.description = Some(described);
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemBody"))).build();
    let problem = ResponseBuilder::new().description("a problem (RFC 9457)").content("application/problem+json", content).build();
    operation.responses.responses.insert("default".to_owned(), problem.into());
}

/// The document itself, written once.
pub(super) fn document_route(document: &utoipa::openapi::OpenApi) -> MethodRouter<App> {
    let text = serde_json::to_string(document).unwrap_or_default();
    get(move || async move { ([(CONTENT_TYPE, "application/json")], text).into_response() })
}

/// The page, with its scripts and styles.
pub(super) fn page_routes() -> Router<App> {
    let config = Config::from("/openapi.json").validator_url("none").try_it_out_enabled(true).doc_expansion("none");
    Router::from(SwaggerUi::new("/docs").config(config))
}
