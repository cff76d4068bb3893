//! What happens around every handler, in one layer: each further layer costs every request a copy of all below it.
//!
//! request --gate: client, route and token--> handler, its panic caught --> answer --headers, count, log line-->
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

use super::gate::{Admission, Caller, Form, Gate};
use super::request_log::RequestLog;

/// Wraps a service with all that happens around a handler.
#[derive(Clone)]
pub(super) struct Middleware {
    gate: Arc<Gate>,
}

impl Middleware {
    /// Admits requests through this gate.
    pub(super) fn new(gate: Gate) -> Self {
        Self { gate: Arc::new(gate) }
    }
}

impl<S> Layer<S> for Middleware {
    type Service = WithMiddleware<S>;

    fn layer(&self, inner: S) -> WithMiddleware<S> {
        WithMiddleware { inner, gate: Arc::clone(&self.gate) }
    }
}

/// A service with all that happens around it.
#[derive(Clone)]
pub(super) struct WithMiddleware<S> {
    inner: S,
    gate: Arc<Gate>,
}

impl<S> Service<Request> for WithMiddleware<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let routes = self.gate.routes_of(&request);
        let form = routes.and_then(|routes| routes.first()).map_or(Form::Json, |route| route.form);
        let log = RequestLog::start(&request, form);
        if let Some(client) = self.gate.client(&request) {
            request.extensions_mut().insert(client);
        }
        // A request that was matched to no path goes to the fallback, which tells it so.
        match routes.map_or(Admission::Admitted(None), |routes| self.gate.admit(routes, &request)) {
            Admission::Admitted(caller) => {
                if let Some(caller) = caller.clone() {
                    request.extensions_mut().insert(caller);
                }
                Box::pin(answered(log, caller, self.inner.call(request)))
            }
            Admission::Unverified(unverified) => {
                let gate = Arc::clone(&self.gate);
                // The service that is ready is the one that answers; its copy gets ready for the next request.
                let copy = self.inner.clone();
                let mut inner = std::mem::replace(&mut self.inner, copy);
                Box::pin(async move {
                    match gate.verify(unverified).await {
                        Ok(caller) => {
                            request.extensions_mut().insert(caller.clone());
                            answered(log, Some(caller), inner.call(request)).await
                        }
                        Err(refused) => Ok(log.finish(*refused, None)),
                    }
                })
            }
            Admission::Refused(refused) => Box::pin(async move { Ok(log.finish(*refused, None)) }),
        }
    }
}

async fn answered(
    log: RequestLog,
    caller: Option<Caller>,
    answer: impl Future<Output = Result<Response, Infallible>>,
) -> Result<Response, Infallible> {
    let response = match AssertUnwindSafe(answer).catch_unwind().await {
        Ok(Ok(answer)) => answer,
        Ok(Err(never)) => match never {},
        // What a panic said stays out of the answer and of the log: it may hold anything.
        Err(_) => Problem::internal("a handler panicked").into_response(),
    };
    Ok(log.finish(response, caller.as_ref()))
}
