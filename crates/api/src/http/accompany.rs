//! What accompanies every request: an id, one line in the log, a count, and a problem wherever the answer is one.
//!
//! request --id--> answered --problem gets the id, headers are set--> counted and logged
//! - the log names the route; never the path that was sent, its query or its body
//! - whatever refuses a request answers a problem; the framework too

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

use crate::problem::Problem;

use super::auth::Role;
use super::metrics;

/// The header that carries the request id, both ways.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a page or an answer may load: nothing, but for the documentation, which loads from here alone.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const DOCUMENTATION: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Runs a request and everything that goes with it.
pub(super) async fn accompany(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request_id(request.headers());
    let method = request.method().clone();
    // The route as it is written in the table: a path that was sent may hold anything.
    let route = request.extensions().get::<MatchedPath>().map_or("(none)", |path| path.as_str()).to_owned();
    let response = next.run(request).await;
    let (mut response, problem) = with_problem(response, &id.to_string());
    dress(response.headers_mut(), &route, id);
    let line = Line { id, method, route, status: response.status(), role: response.extensions().get::<Role>().copied() };
    line.write(began, problem.as_ref());
    response
}

/// A client's own id is kept where it is a UUID: anything else could be what no log may hold.
fn request_id(headers: &HeaderMap) -> Uuid {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    given.and_then(|text| Uuid::parse_str(text).ok()).unwrap_or_else(Uuid::now_v7)
}

fn with_problem(mut response: Response, id: &str) -> (Response, Option<Problem>) {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return (problem.respond_like(&response, Some(id)), Some(problem));
    }
    match Problem::of_status(response.status()).filter(|_| !is_ours(&response)) {
        Some(problem) => (problem.respond_like(&response, Some(id)), Some(problem)),
        None => (response, None),
    }
}

/// An answer in JSON was written on purpose, such as a probe's.
fn is_ours(response: &Response) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

fn dress(headers: &mut HeaderMap, route: &str, id: Uuid) {
    let policy = if route.starts_with("/docs") { DOCUMENTATION } else { NOTHING };
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    // A UUID is always a header.
    if let Ok(id) = HeaderValue::try_from(id.to_string()) {
        headers.insert(REQUEST_ID, id);
    }
}

/// What the log says of a request.
struct Line {
    id: Uuid,
    method: Method,
    route: String,
    status: StatusCode,
    role: Option<Role>,
}

impl Line {
    fn write(&self, began: Instant, problem: Option<&Problem>) {
        let took = began.elapsed();
        let method = metrics::method_name(&self.method);
        metrics::count_request(method, &self.route, self.status, took);
        let role = self.role.map_or("nobody", Role::name);
        let kind = problem.map_or("", |problem| problem.kind().slug());
        let why = problem.and_then(Problem::log).unwrap_or_default();
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let (id, route, status) = (self.id, self.route.as_str(), self.status.as_u16());
        if self.status.is_server_error() {
            tracing::error!(%id, method, route, status, role, kind, why, micros, "request");
        } else {
            tracing::info!(%id, method, route, status, role, kind, why, micros, "request");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt;
    use tracing::instrument::WithSubscriber;

    use super::*;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    async fn logged(uri: &str, id: &str) -> (Response, String) {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
        let routes = Router::new().route("/v1/x/{name}", get(|| async { "CANARI" })).layer(from_fn(accompany));
        let request = Request::builder().uri(uri).header(REQUEST_ID, id).body(Body::from("CANARI")).unwrap();
        let response = routes.oneshot(request).with_subscriber(subscriber).await.unwrap();
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        (response, text)
    }

    #[tokio::test]
    async fn the_log_names_the_route() {
        let (_, text) = logged("/v1/x/CANARI?name=CANARI", "CANARI").await;
        assert!(text.contains("/v1/x/{name}") && !text.contains("CANARI"), "{text}");
    }

    #[tokio::test]
    async fn a_path_that_is_nowhere_is_not_logged() {
        let (response, text) = logged("/CANARI/279035121518989", "x").await;
        assert_eq!(response.status().as_u16(), 404);
        assert!(text.contains("(none)") && !text.contains("CANARI") && !text.contains("279035"), "{text}");
    }

    #[tokio::test]
    async fn a_request_id_of_the_client_is_kept_where_it_is_a_uuid() {
        let id = "0198c0de-0000-7000-8000-000000000001";
        let (response, text) = logged("/v1/x/y", id).await;
        assert_eq!(response.headers()[REQUEST_ID], id);
        assert!(text.contains(id));
        let (response, _) = logged("/v1/x/y", "not a uuid").await;
        assert_ne!(response.headers()[REQUEST_ID], "not a uuid");
    }
}
