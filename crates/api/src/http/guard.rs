//! The door: finds the route in the table of routes, believes or refuses the token, and lets in only the roles that the route names.

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::http::header::ALLOW;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::{Kind, Problem};

use super::auth::{Caller, Keys, Role};
use super::routes::{self, Access};

/// Lets a request pass, or answers why not.
pub(super) async fn guard(State(keys): State<Keys>, mut request: Request, next: Next) -> Response {
    let Some(path) = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()) else {
        return next.run(request).await;
    };
    let Some(route) = routes::find(request.method().as_str(), &path) else {
        return unknown(&path);
    };
    match route.access {
        Access::Anyone | Access::WithCode => next.run(request).await,
        Access::Roles(roles) => match Caller::of(request.headers(), &keys).and_then(|caller| allowed(caller, roles)) {
            Ok(caller) => {
                let role = caller.role();
                request.extensions_mut().insert(caller);
                let mut response = next.run(request).await;
                response.extensions_mut().insert(role);
                response
            }
            Err(problem) => problem.into_response(),
        },
    }
}

fn allowed(caller: Caller, roles: &[Role]) -> Result<Caller, Problem> {
    if roles.contains(&caller.role()) {
        return Ok(caller);
    }
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    Err(Problem::new(Kind::Forbidden).detail(format!("this route is for {}, not for {}", names.join(", "), caller.role().name())))
}

fn unknown(path: &str) -> Response {
    let known: Vec<&str> = routes::methods(path).collect();
    if known.is_empty() {
        return Problem::new(Kind::NotFound).logged("a handler without a route in the table").into_response();
    }
    let mut response = Problem::new(Kind::MethodNotAllowed).into_response();
    // Methods are plain words, which every header takes.
    if let Ok(allow) = HeaderValue::from_str(&known.join(", ")) {
        response.headers_mut().insert(ALLOW, allow);
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::{get, post};
    use tower::ServiceExt;

    use super::*;

    async fn status_of(method: &str, path: &str) -> u16 {
        let answer = || async { "reached" };
        let routes =
            Router::new().route("/v1/forgotten", get(answer)).route("/v1/codes", post(answer)).route("/v1/partitions", get(answer));
        let door = routes.layer(from_fn_with_state(Keys::none("ens", "ens"), guard));
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        door.oneshot(request).await.unwrap().status().as_u16()
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
