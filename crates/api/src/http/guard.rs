//! The door: finds the route in the table of routes, believes or refuses the token, and lets in only the roles that the route names.

use axum::extract::{MatchedPath, Request};
use axum::http::HeaderValue;
use axum::http::header::ALLOW;
use axum::response::{IntoResponse, Response};

use crate::problem::{Kind, Problem};

use super::auth::{Caller, Keys, Role};
use super::routes::{self, Access};

/// Lets a request pass with the role that it was believed, or answers why not.
pub(super) fn admit(keys: &Keys, request: &mut Request) -> Result<Option<Role>, Box<Response>> {
    let Some(path) = request.extensions().get::<MatchedPath>() else {
        return Ok(None);
    };
    let Some(route) = routes::find(request.method().as_str(), path.as_str()) else {
        return Err(Box::new(unknown(path.as_str())));
    };
    match route.access {
        Access::Anyone | Access::WithCode => Ok(None),
        Access::Roles(roles) => {
            let caller = Caller::of(request.headers(), keys)
                .and_then(|caller| allowed(caller, roles))
                .map_err(|problem| Box::new(problem.into_response()))?;
            let role = caller.role();
            request.extensions_mut().insert(caller);
            Ok(Some(role))
        }
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
    use axum::middleware::{Next, from_fn};
    use axum::routing::{get, post};
    use tower::ServiceExt;

    use super::*;

    async fn status_of(method: &str, path: &str) -> u16 {
        let answer = || async { "reached" };
        let routes =
            Router::new().route("/v1/forgotten", get(answer)).route("/v1/codes", post(answer)).route("/v1/partitions", get(answer));
        let door = routes.layer(from_fn(async |mut request: Request, next: Next| match admit(&Keys::none("ens", "ens"), &mut request) {
            Ok(_) => next.run(request).await,
            Err(refused) => *refused,
        }));
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
