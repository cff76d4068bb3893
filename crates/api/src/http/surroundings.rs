//! What surrounds every handler, in one layer: each further one costs every request a copy of all below it.
//!
//! request --accompanied--> guard --let in--> handler, its panic caught --> answer --dressed, counted, logged-->
//! - a panic is a problem that says nothing

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use tower::{Layer, Service};

use crate::problem::Problem;

use super::accompany::Accompanied;
use super::auth::{Keys, Role};
use super::guard;

/// Surrounds what it is laid around.
#[derive(Clone)]
pub(super) struct Surroundings {
    keys: Arc<Keys>,
}

impl Surroundings {
    /// A guard that believes these keys, and everything else.
    pub(super) fn guarded_by(keys: Keys) -> Self {
        Self { keys: Arc::new(keys) }
    }
}

impl<S> Layer<S> for Surroundings {
    type Service = Surrounded<S>;

    fn layer(&self, inner: S) -> Surrounded<S> {
        Surrounded { inner, keys: Arc::clone(&self.keys) }
    }
}

/// A service with all that surrounds it.
#[derive(Clone)]
pub(super) struct Surrounded<S> {
    inner: S,
    keys: Arc<Keys>,
}

impl<S> Service<Request> for Surrounded<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let accompanied = Accompanied::arrived(&request);
        match guard::admit(&self.keys, &mut request) {
            Ok(role) => Box::pin(answered(accompanied, role, self.inner.call(request))),
            Err(refused) => Box::pin(async move { Ok(accompanied.answered(*refused, None)) }),
        }
    }
}

async fn answered(
    accompanied: Accompanied,
    role: Option<Role>,
    answer: impl Future<Output = Result<Response, Infallible>>,
) -> Result<Response, Infallible> {
    let response = match AssertUnwindSafe(answer).catch_unwind().await {
        Ok(Ok(answer)) => answer,
        Ok(Err(never)) => match never {},
        // What a panic said stays out of the answer and of the log: it may hold anything.
        Err(_) => Problem::internal("a handler panicked").into_response(),
    };
    Ok(accompanied.answered(response, role))
}
