//! The service over HTTP: its routes put together, and what happens around each request.
//!
//! request --id--> gate (table of routes, token) --panic caught, time limit--> handler --> answer --problem, headers, log-->
//!
//! Folders, each above those before it: `gate` (who may), `wire` (how requests are read and answers written), then `life`, `sections`
//! and `operations` (routes). A handler holds no rule and no SQL: it reads the request, executes one command, answers. Every status is chosen
//! in `problem/`.

use std::io;
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension};
use ens_projections::Followers;
use tokio::net::TcpListener;
use tower_http::timeout::TimeoutLayer;

use crate::app::App;
use crate::background::backlog::RecentBacklog;
use crate::problem::{Problem, ProblemType, TOO_SLOW};

pub(crate) use sections::{ReachBody, ReadersBody};

use gate::{Access, Declaration, Gate, Issuers, Proxies, RouteTable};
use middleware::Middleware;

pub mod gate;
mod life;
mod middleware;
mod operations;
mod request_log;
mod sections;
mod wire;

/// After this long a request is given up; an import is not.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Every route of the service: the one list that requests are admitted by, and that tests walk.
pub static ROUTES: LazyLock<RouteTable> = LazyLock::new(|| {
    let Declared { probes, others } = declared();
    RouteTable::new(probes.iter().chain(&others).map(|declaration| declaration.route))
});

/// Every declared route; the probes apart, which a process without the API answers too.
struct Declared {
    probes: Vec<Declaration>,
    others: Vec<Declaration>,
}

fn declared() -> Declared {
    let probes = operations::probes();
    let mut others = operations::routes();
    others.extend(life::routes());
    others.extend(sections::routes());
    let document = operations::complete_document(probes.iter().chain(&others));
    others.extend(operations::documentation_routes(&document));
    Declared { probes, others }
}

/// The whole service, for tokens of these issuers. `followers` are those of this process, if any: `/readyz` says what stands still in them.
///
/// Serve it with [`serve`], or with `into_make_service_with_connect_info::<SocketAddr>()`: the limit per address needs the peer's.
pub fn router(app: App, issuers: impl Into<Issuers>, followers: Option<Followers>) -> Router {
    // Installed before the first request, so that it is counted.
    operations::recorder();
    let Declared { probes, others } = declared();
    let (unlimited, limited): (Vec<_>, Vec<_>) = others.into_iter().partition(|declaration| declaration.route.form.is_unlimited());
    let (with_code, plain): (Vec<_>, Vec<_>) = limited.into_iter().partition(|declaration| declaration.route.access == Access::WithCode);
    let with_code = wire::limited(serving(with_code), &app.settings.limits);
    let middleware = Middleware::new(Gate::new(&ROUTES, issuers.into(), Proxies::new(&app.settings.proxies)));
    let time_limit = TimeoutLayer::with_status_code(TOO_SLOW, TIME_LIMIT);
    // One layer of several parts, for each layer costs every request a copy of all below it.
    let limited = serving_probes(probes, followers).merge(serving(plain)).merge(with_code).fallback(nothing_here).layer((
        middleware.clone(),
        time_limit,
        DefaultBodyLimit::max(app.settings.limits.body_limit),
    ));
    limited.merge(serving(unlimited).layer((middleware, DefaultBodyLimit::disable()))).with_state(app)
}

/// Probes and metrics alone, for a process that answers nothing else.
pub fn probes(app: App, followers: Followers) -> Router {
    operations::recorder();
    let gate = Gate::new(&ROUTES, Issuers::default(), Proxies::new(&app.settings.proxies));
    let routes = serving_probes(operations::probes(), Some(followers));
    let time_limit = TimeoutLayer::with_status_code(TOO_SLOW, TIME_LIMIT);
    routes.fallback(nothing_here).layer((Middleware::new(gate), time_limit)).with_state(app)
}

/// Serves these routes until `stopped`; requests under way are answered.
///
/// # Errors
/// The listener's.
pub async fn serve(listener: TcpListener, routes: Router, stopped: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(stopped).await
}

/// The only place where a handler is served: what is not declared cannot be.
fn serving(declarations: Vec<Declaration>) -> Router<App> {
    declarations.into_iter().fold(Router::new(), |router, declaration| router.route(declaration.route.path, declaration.handler))
}

/// With what they look at: the followers of this process, and the last count of what is overdue.
fn serving_probes(probes: Vec<Declaration>, followers: Option<Followers>) -> Router<App> {
    let routes = serving(probes).layer(Extension(RecentBacklog::default()));
    match followers {
        Some(followers) => routes.layer(Extension(followers)),
        None => routes,
    }
}

async fn nothing_here() -> Problem {
    Problem::new(ProblemType::NOT_FOUND)
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;
    use crate::config::Settings;

    async fn answer(routes: Router) -> (u16, String) {
        let request = Request::builder().uri("/livez").body(Body::empty()).unwrap();
        let proxies = Proxies::new(&Settings::in_folder("nowhere".as_ref()).proxies);
        let gate = Gate::new(&ROUTES, Issuers::default(), proxies);
        let response = routes.layer(Middleware::new(gate)).oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[test]
    fn a_route_stands_once() {
        let mut seen = HashSet::new();
        assert!(ROUTES.iter().all(|route| seen.insert((route.method, route.path))));
    }

    #[test]
    fn no_route_names_nobody() {
        assert!(ROUTES.iter().all(|route| route.access != Access::Roles(&[])));
    }

    #[test]
    fn only_probes_documents_and_the_support_line_are_open() {
        let open: Vec<&str> = ROUTES.iter().filter(|route| route.access == Access::Anyone).map(|route| route.path).collect();
        assert!(open.iter().all(|path| !path.starts_with("/v1/") || *path == "/v1/support-line"), "{open:?}");
    }

    #[test]
    fn only_the_document_and_its_page_are_not_described() {
        let Declared { probes, others } = declared();
        let bare = probes.iter().chain(&others).filter(|declaration| declaration.described.is_none());
        assert!(
            bare.into_iter().all(|declaration| ["/openapi.json", "/docs", "/docs/", "/docs/{*rest}"].contains(&declaration.route.path))
        );
    }

    #[test]
    fn an_operation_and_a_schema_have_a_name_of_their_own() {
        let Declared { probes, others } = declared();
        let (mut ids, mut schemas) = (HashSet::new(), HashMap::new());
        for described in probes.iter().chain(&others).filter_map(|declaration| declaration.described.as_ref()) {
            assert!(ids.insert(described.operation.operation_id.clone()), "{:?} stands twice", described.operation.operation_id);
            for (name, schema) in &described.schemas {
                let text = serde_json::to_string(schema).unwrap();
                assert_eq!(*schemas.entry(name.clone()).or_insert_with(|| text.clone()), text, "two schemas are called {name}");
            }
        }
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
