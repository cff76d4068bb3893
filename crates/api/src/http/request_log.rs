//! The request id, the headers of every answer, and the one line that the log holds of a request.
//!
//! request --id--> answer --problem gets the id, headers are set--> counted and logged
//! - the log names the route; never the path that was sent, its query or its body
//! - the log names a valid token by its id and never holds the token
//! - whatever refuses a request answers a problem; the framework too

use std::hash::{BuildHasher, RandomState};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use chrono::Utc;
use uuid::{Builder, Uuid};

use crate::problem::Problem;

use super::gate::{Caller, Form, Role};
use super::operations::{count_request, method_name};

/// The header that carries the request id, both ways.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request from its arrival to its answer.
pub(super) struct RequestLog {
    began: Instant,
    id: Uuid,
    method: Method,
    /// The route as it is declared: a path that was sent may hold anything.
    route: Option<MatchedPath>,
    /// The form of the route's answers.
    form: Form,
}

impl RequestLog {
    /// Notes the arrival of a request to a route that answers in this form.
    pub(super) fn start(request: &Request, form: Form) -> Self {
        let route = request.extensions().get::<MatchedPath>().cloned();
        Self { began: Instant::now(), id: request_id(request.headers()), method: request.method().clone(), route, form }
    }

    /// The answer with its headers, counted and logged; `caller` is the bearer of a valid token.
    pub(super) fn finish(self, response: Response, caller: Option<&Caller>) -> Response {
        let (mut response, problem) = self.with_problem(response);
        self.set_headers(response.headers_mut());
        self.log(response.status(), caller, problem.as_ref());
        response
    }

    fn route_name(&self) -> &str {
        self.route.as_ref().map_or("(none)", MatchedPath::as_str)
    }

    fn with_problem(&self, mut response: Response) -> (Response, Option<Problem>) {
        let problem = match response.extensions_mut().remove::<Problem>() {
            Some(problem) => Some(problem),
            None => Problem::of_status(response.status()).filter(|_| !is_ours(&response)),
        };
        match problem {
            Some(problem) => (self.form.refuse(&problem, &response, &self.id.to_string()), Some(problem)),
            None => (response, None),
        }
    }

    fn set_headers(&self, headers: &mut HeaderMap) {
        headers.insert(CONTENT_SECURITY_POLICY, self.form.content_security_policy());
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains"));
        headers.entry(CACHE_CONTROL).or_insert(self.form.cache_control());
        // A UUID is always a header.
        if let Ok(id) = HeaderValue::from_str(self.id.hyphenated().encode_lower(&mut Uuid::encode_buffer())) {
            headers.insert(REQUEST_ID, id);
        }
    }

    fn log(&self, status: StatusCode, caller: Option<&Caller>, problem: Option<&Problem>) {
        let took = self.began.elapsed();
        let (method, route) = (method_name(&self.method), self.route_name());
        count_request(method, route, status, took);
        let role = caller.map_or("nobody", |caller| Role::name(caller.role()));
        let jti = caller.and_then(Caller::token_id);
        let kind = problem.map_or("", |problem| problem.problem_type().slug);
        let why = problem.and_then(Problem::log).unwrap_or_default();
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let (id, status_code) = (self.id, status.as_u16());
        if problem.is_some_and(|problem| problem.problem_type().tells_to_wait()) {
            tracing::warn!(%id, method, route, status = status_code, role, jti, kind, why, micros, "request");
        } else if status.is_server_error() {
            tracing::error!(%id, method, route, status = status_code, role, jti, kind, why, micros, "request");
        } else {
            tracing::info!(%id, method, route, status = status_code, role, jti, kind, why, micros, "request");
        }
    }
}

/// A client's own id is kept where it is a UUID: anything else could be what no log may hold.
fn request_id(headers: &HeaderMap) -> Uuid {
    // A header that is no text counts as none.
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    // An id that is no UUID is replaced by a new one.
    given.and_then(|text| Uuid::parse_str(text).ok()).unwrap_or_else(new_id)
}

/// A new time-ordered id. It need not be secret, so the system is not asked for randomness each time.
fn new_id() -> Uuid {
    let (random, mut bytes) = (RandomState::new(), [0; 10]);
    let words = [random.hash_one(0_u8), random.hash_one(1_u8)].into_iter().flat_map(u64::to_be_bytes);
    bytes.iter_mut().zip(words).for_each(|(byte, word)| *byte = word);
    let millis = u64::try_from(Utc::now().timestamp_millis()).unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

/// An answer in JSON was written on purpose, such as a probe's.
fn is_ours(response: &Response) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::body::Body;
    use axum::middleware::{Next, from_fn};
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

    async fn log_request(request: Request, next: Next) -> Response {
        let log = RequestLog::start(&request, Form::Json);
        log.finish(next.run(request).await, None)
    }

    async fn logged(uri: &str, id: &str) -> (Response, String) {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
        let routes = Router::new().route("/v1/x/{name}", get(|| async { "CANARI" })).layer(from_fn(log_request));
        let request = Request::builder().uri(uri).header(REQUEST_ID, id).body(Body::from("CANARI")).unwrap();
        let response = routes.oneshot(request).with_subscriber(subscriber).await.unwrap();
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        (response, text)
    }

    #[tokio::test]
    async fn the_log_names_the_route_never_the_path_that_was_sent_its_query_or_its_body() {
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
