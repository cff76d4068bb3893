//! `Gate` admits a request or refuses it: the table must list its path and method, and if the route names roles, the token must carry one.
//!
//! - a route that is not in the table answers nobody
//! - a role that a route does not name is refused

use axum::extract::{MatchedPath, Request};
use axum::http::HeaderValue;
use axum::http::header::ALLOW;
use axum::response::{IntoResponse, Response};

use crate::problem::{Problem, ProblemType};

use super::access::Access;
use super::authenticator::{Authenticator, bearer, bearer_of};
use super::caller::Caller;
use super::proxies::{ClientAddress, Proxies};
use super::role::Role;
use super::route::{Route, RouteTable};
use super::thumbprint::Thumbprint;
use super::tokens::Issuers;

/// The table of routes, the issuers of tokens, and the proxies in front.
pub(crate) struct Gate {
    table: &'static RouteTable,
    authenticator: Authenticator,
    proxies: Proxies,
}

/// What becomes of a request at the gate.
pub(crate) enum Admission {
    /// It goes on: without a caller on a route for anybody, else with one whose token was verified a moment ago.
    Admitted(Option<Caller>),
    /// Its token must be verified first, which may take a request to the issuer.
    Unverified(Unverified),
    /// It is answered.
    Refused(Box<Response>),
}

/// A token that must be verified before the request goes on.
pub(crate) struct Unverified {
    token: String,
    certificate: Option<Thumbprint>,
    roles: &'static [Role],
}

impl Gate {
    /// A gate to these routes for tokens of these issuers.
    pub(crate) fn new(table: &'static RouteTable, issuers: Issuers, proxies: Proxies) -> Self {
        Self { table, authenticator: Authenticator::new(issuers), proxies }
    }

    /// The address of the client, also behind a trusted proxy.
    pub(crate) fn client(&self, request: &Request) -> Option<ClientAddress> {
        self.proxies.client(request)
    }

    /// The declared routes of the path that the request was matched to; `None` where it was matched to no path.
    pub(crate) fn routes_of(&self, request: &Request) -> Option<&'static [Route]> {
        request.extensions().get::<MatchedPath>().map(|path| self.table.at(path.as_str()))
    }

    /// Admits a request to one of the routes of its path, or says what stands in its way.
    pub(crate) fn admit(&self, routes: &[Route], request: &Request) -> Admission {
        let Some(route) = routes.iter().find(|route| route.takes(request.method().as_str())) else {
            return Admission::Refused(Box::new(unknown(routes)));
        };
        match route.access {
            Access::Anyone | Access::WithCode => Admission::Admitted(None),
            Access::Roles(roles) => self.admit_bearer(roles, request),
        }
    }

    fn admit_bearer(&self, roles: &'static [Role], request: &Request) -> Admission {
        let token = match bearer(request.headers()) {
            Ok(token) => token,
            Err(problem) => return Admission::Refused(Box::new(problem.into_response())),
        };
        let certificate = self.proxies.certificate(request);
        let Some(known) = self.authenticator.known(token) else {
            return Admission::Unverified(Unverified { token: token.to_owned(), certificate, roles });
        };
        match bearer_of(known, certificate).and_then(|caller| allowed(caller, roles)) {
            Ok(caller) => Admission::Admitted(Some(caller)),
            Err(problem) => Admission::Refused(Box::new(problem.into_response())),
        }
    }

    /// Verifies the token of a request, and admits its bearer.
    ///
    /// # Errors
    /// The answer to a token that is not valid, or whose role the route does not name.
    pub(crate) async fn verify(&self, unverified: Unverified) -> Result<Caller, Box<Response>> {
        let verified = self.authenticator.verify(&unverified.token).await;
        let caller =
            verified.and_then(|token| bearer_of(token, unverified.certificate)).and_then(|caller| allowed(caller, unverified.roles));
        caller.map_err(|problem| Box::new(problem.into_response()))
    }
}

fn allowed(caller: Caller, roles: &[Role]) -> Result<Caller, Problem> {
    if roles.contains(&caller.role()) {
        return Ok(caller);
    }
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    Err(Problem::new(ProblemType::FORBIDDEN).detail(format!("this route is for {}, not for {}", names.join(", "), caller.role().name())))
}

fn unknown(routes: &[Route]) -> Response {
    let known: Vec<&str> = routes.iter().map(|route| route.method).collect();
    if known.is_empty() {
        return Problem::new(ProblemType::NOT_FOUND).logged("a handler without a route in the table").into_response();
    }
    let mut response = Problem::new(ProblemType::METHOD_NOT_ALLOWED).into_response();
    // Methods are plain words, which every header takes.
    if let Ok(allow) = HeaderValue::from_str(&known.join(", ")) {
        response.headers_mut().insert(ALLOW, allow);
    }
    response
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, LazyLock};

    use axum::Router;
    use axum::body::Body;
    use axum::middleware::{Next, from_fn};
    use axum::routing::{get, post};
    use tower::ServiceExt;

    use super::*;
    use crate::config::Settings;
    use crate::http::gate::form::Form;

    static TABLE: LazyLock<RouteTable> = LazyLock::new(|| {
        RouteTable::new([
            Route { method: "POST", path: "/v1/codes", access: Access::WithCode, form: Form::Json },
            Route { method: "GET", path: "/v1/partitions", access: Access::AUDITORS, form: Form::Json },
        ])
    });

    async fn status_of(method: &str, path: &str) -> u16 {
        let answer = || async { "reached" };
        let routes =
            Router::new().route("/v1/forgotten", get(answer)).route("/v1/codes", post(answer)).route("/v1/partitions", get(answer));
        let proxies = Proxies::new(&Settings::in_folder("nowhere".as_ref()).proxies);
        let gate = Arc::new(Gate::new(&TABLE, Issuers::default(), proxies));
        let guarded = routes.layer(from_fn(move |request: Request, next: Next| {
            let gate = Arc::clone(&gate);
            async move {
                let routes = gate.routes_of(&request).unwrap_or_default();
                match gate.admit(routes, &request) {
                    Admission::Admitted(_) => next.run(request).await,
                    Admission::Unverified(_) => panic!("no request of these tests has a token"),
                    Admission::Refused(refused) => *refused,
                }
            }
        }));
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        guarded.oneshot(request).await.unwrap().status().as_u16()
    }

    #[tokio::test]
    async fn a_route_that_is_not_in_the_table_answers_nobody() {
        assert_eq!(status_of("GET", "/v1/forgotten").await, 404);
        assert_eq!(status_of("POST", "/v1/codes").await, 200);
    }

    #[tokio::test]
    async fn a_role_that_a_route_does_not_name_is_refused() {
        assert_eq!(status_of("GET", "/v1/partitions").await, 401);
    }

    #[tokio::test]
    async fn a_method_that_is_not_in_the_table_answers_nobody() {
        assert_eq!(status_of("DELETE", "/v1/codes").await, 405);
    }
}
