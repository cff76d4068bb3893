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
use super::authenticator::Authenticator;
use super::caller::Caller;
use super::keys::Keys;
use super::role::Role;
use super::route::{Route, RouteTable};

/// The table of routes, and the keys of the tokens.
pub(crate) struct Gate {
    table: &'static RouteTable,
    authenticator: Authenticator,
}

impl Gate {
    /// A gate to these routes for tokens under these keys.
    pub(crate) fn new(table: &'static RouteTable, keys: Keys) -> Self {
        Self { table, authenticator: Authenticator::new(keys) }
    }

    /// The declared routes of the path that the request was matched to; `None` where it was matched to no path.
    pub(crate) fn routes_of(&self, request: &Request) -> Option<&'static [Route]> {
        request.extensions().get::<MatchedPath>().map(|path| self.table.at(path.as_str()))
    }

    /// Admits a request to one of the routes of its path, with the role of its token, or answers why not.
    pub(crate) fn admit(&self, routes: &[Route], request: &mut Request) -> Result<Option<Role>, Box<Response>> {
        let Some(route) = routes.iter().find(|route| route.takes(request.method().as_str())) else {
            return Err(Box::new(unknown(routes)));
        };
        match route.access {
            Access::Anyone | Access::WithCode => Ok(None),
            Access::Roles(roles) => {
                let caller = self.authenticator.caller(request.headers()).and_then(|caller| allowed(caller, roles));
                let caller = caller.map_err(|problem| Box::new(problem.into_response()))?;
                let role = caller.role();
                request.extensions_mut().insert(caller);
                Ok(Some(role))
            }
        }
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
        let gate = Arc::new(Gate::new(&TABLE, Keys::none("ens", "ens")));
        let guarded = routes.layer(from_fn(move |mut request: Request, next: Next| {
            let gate = Arc::clone(&gate);
            async move {
                let routes = gate.routes_of(&request).unwrap_or_default();
                match gate.admit(routes, &mut request) {
                    Ok(_) => next.run(request).await,
                    Err(refused) => *refused,
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
