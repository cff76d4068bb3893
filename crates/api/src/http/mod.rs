//! The service over HTTP: every route, and what surrounds each request.
//!
//! request --id--> guard (table of routes, token) --panic caught, time limit--> handler --> answer --problem, headers, log-->
//!
//! A handler holds no rule and no SQL: it reads the request, says one command, answers. Every status is chosen in `problem/kind.rs`.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension};
use ens_projections::Followers;
use tokio::net::TcpListener;
use tower_http::timeout::TimeoutLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::background::backlog::RecentBacklog;
use crate::problem::{Kind, Problem, TOO_SLOW};

use docs::Document;
use surroundings::Surroundings;

mod accompany;
mod answer;
pub mod auth;
mod campaign;
mod coded;
mod docs;
mod feed;
mod guard;
mod health;
mod idempotency;
mod json;
mod limits;
mod lookup;
pub mod metrics;
mod page;
mod position;
mod reissue;
mod reports;
mod request;
pub mod routes;
mod spaces;
mod streamed;
mod support_line;
mod surroundings;

/// After this long a request is given up; an import is not.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The whole service. `followers` are those of this process, if any: `/readyz` says what stands still in them.
///
/// Serve it with [`serve`], or with `into_make_service_with_connect_info::<SocketAddr>()`: the limit per address needs the peer's.
pub fn router(app: App, keys: auth::Keys, followers: Option<Followers>) -> Router {
    // Installed before the first request, so that it is counted.
    metrics::recorder();
    let (short, mut document) = short_routes(&app, followers).split_for_parts();
    let (long, long_document) = long_routes().split_for_parts();
    document.merge(long_document);
    let document = docs::complete(document);
    let surroundings = Surroundings::guarded_by(keys);
    let time_limit = TimeoutLayer::with_status_code(TOO_SLOW, TIME_LIMIT);
    // One layer of several parts, for each layer costs every request a copy of all below it.
    let short = short.route("/openapi.json", docs::document_route(&document)).merge(docs::page_routes()).fallback(nothing_here).layer((
        surroundings.clone(),
        time_limit,
        DefaultBodyLimit::max(app.settings.limits.body_limit),
    ));
    short.merge(long.layer((surroundings, DefaultBodyLimit::disable()))).with_state(app)
}

/// Probes and metrics alone, for a process that answers nothing else.
pub fn probes(app: App, followers: Followers) -> Router {
    metrics::recorder();
    let keys = auth::Keys::none(&app.settings.tokens.issuer, &app.settings.tokens.audience);
    let (routes, _) = probe_routes(Some(followers)).split_for_parts();
    let time_limit = TimeoutLayer::with_status_code(TOO_SLOW, TIME_LIMIT);
    routes.fallback(nothing_here).layer((Surroundings::guarded_by(keys), time_limit)).with_state(app)
}

/// Serves these routes until `stopped`; requests under way are answered.
///
/// # Errors
/// The listener's.
pub async fn serve(listener: TcpListener, routes: Router, stopped: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stopped).await
}

fn short_routes(app: &App, followers: Option<Followers>) -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(probe_routes(followers))
        .merge(support_line::routes())
        .merge(limits::limited(coded::routes(), &app.settings.limits))
        .merge(spaces::routes())
        .merge(reports::routes())
        .merge(campaign::routes())
        .merge(feed::routes())
}

/// With what they look at: the followers of this process, and the last count of what is overdue.
fn probe_routes(followers: Option<Followers>) -> OpenApiRouter<App> {
    let routes = OpenApiRouter::new()
        .routes(routes!(health::probe_life))
        .routes(routes!(health::probe_readiness))
        .routes(routes!(health::show_version))
        .routes(routes!(metrics::show_metrics))
        .layer(Extension(RecentBacklog::default()));
    match followers {
        Some(followers) => routes.layer(Extension(followers)),
        None => routes,
    }
}

fn long_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(spaces::import::routes()).merge(reports::long_routes())
}

async fn nothing_here() -> Problem {
    Problem::new(Kind::NotFound)
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    async fn answer(routes: Router) -> (u16, String) {
        let request = Request::builder().uri("/livez").body(Body::empty()).unwrap();
        let response = routes.layer(Surroundings::guarded_by(auth::Keys::none("ens", "ens"))).oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_that_says_nothing() {
        async fn broken() -> &'static str {
            panic!("CANARI")
        }
        let (status, body) = answer(Router::new().route("/livez", get(broken))).await;
        assert!(status == 500 && body.contains("urn:ens:problem:internal") && !body.contains("CANARI"), "{body}");
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_is_given_up() {
        let routes = Router::new().route("/livez", get(std::future::pending::<&'static str>));
        let (status, body) = answer(routes.layer(TimeoutLayer::with_status_code(TOO_SLOW, Duration::from_millis(1)))).await;
        assert!(status == 503 && body.contains("urn:ens:problem:took-too-long"), "{body}");
    }
}
