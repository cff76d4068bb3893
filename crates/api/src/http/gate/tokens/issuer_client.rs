//! `IssuerClient` is the HTTP client that asks issuers for their keys and about tokens: TLS, short limits of time and size, no redirect.
//!
//! - a large answer is cut off
//! - a redirect is not followed

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Builder;
use axum::http::{Method, Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use metrics::counter;
use rustls::crypto::{CryptoProvider, ring};
use serde_json::Value;

use crate::config::Endpoint;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(2);
/// How long a request may take, its answer included.
const WHOLE: Duration = Duration::from_secs(5);
/// The longest answer, in bytes.
const LONGEST: usize = 262_144;

/// Asks issuers; cheap to clone.
#[derive(Clone)]
pub(super) struct IssuerClient(Client<HttpsConnector<HttpConnector>, Body>);

/// The client cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("TLS for requests to issuers cannot be set up: {0}")]
pub struct ClientError(#[from] rustls::Error);

/// An issuer did not answer as it should. Says nothing of what was asked or answered.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    /// An address that no request can be made of.
    #[error("cannot be asked: {0}")]
    Request(#[from] axum::http::Error),
    /// No connection, or a broken one.
    #[error("no answer: {0}")]
    NoAnswer(#[from] hyper_util::client::legacy::Error),
    /// No answer in time.
    #[error("no answer within {seconds} s", seconds = WHOLE.as_secs())]
    TooSlow,
    /// Another status than 200.
    #[error("answered {0}")]
    Status(StatusCode),
    /// Longer than anything that is expected, or broken off.
    #[error("the answer was broken off, or is longer than {longest} bytes", longest = LONGEST)]
    Body,
    /// Not JSON.
    #[error("answered what is not JSON")]
    NotJson,
    /// JSON that says something else than what was asked for.
    #[error("answered without {0}")]
    Lacks(&'static str),
}

/// What an issuer is asked for, as the metric names it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Discovery,
    Keys,
    Introspection,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Keys => "keys",
            Self::Introspection => "introspection",
        }
    }
}

impl IssuerClient {
    /// A client with the root certificates of the Mozilla list.
    ///
    /// # Errors
    /// [`ClientError`] where TLS cannot be set up.
    pub(super) fn new() -> Result<Self, ClientError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT));
        let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
        let tls = HttpsConnectorBuilder::new().with_provider_and_webpki_roots(provider)?;
        // Which addresses may be asked in plain http is said by `Endpoint`.
        let connector = tls.https_or_http().enable_http1().wrap_connector(tcp);
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// What stands at an address, in JSON.
    ///
    /// # Errors
    /// [`AskError`] where the issuer does not answer as it should.
    pub(super) async fn get(&self, purpose: Purpose, endpoint: &Endpoint) -> Result<Value, AskError> {
        self.ask(purpose, request(Method::GET, endpoint).body(Body::empty())).await
    }

    /// The answer in JSON to a form that a client sends with its id and its secret (RFC 6749, section 2.3.1).
    ///
    /// # Errors
    /// [`AskError`] where the issuer does not answer as it should.
    pub(super) async fn post(&self, endpoint: &Endpoint, form: &[(&str, &str)], client: (&str, &str)) -> Result<Value, AskError> {
        let fields: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", form_encoded(value))).collect();
        let credentials = STANDARD.encode(format!("{}:{}", form_encoded(client.0), form_encoded(client.1)));
        let request = request(Method::POST, endpoint)
            .header(AUTHORIZATION, format!("Basic {credentials}"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(Purpose::Introspection, request.body(Body::from(fields.join("&")))).await
    }

    async fn ask(&self, purpose: Purpose, request: axum::http::Result<Request<Body>>) -> Result<Value, AskError> {
        // What is too slow is broken off wherever it stands.
        let answer = tokio::time::timeout(WHOLE, self.answer(request)).await.unwrap_or(Err(AskError::TooSlow));
        let outcome = if answer.is_ok() { "ok" } else { "failed" };
        counter!("ens_issuer_requests_total", "purpose" => purpose.name(), "outcome" => outcome).increment(1);
        answer
    }

    async fn answer(&self, request: axum::http::Result<Request<Body>>) -> Result<Value, AskError> {
        let response = self.0.request(request?).await?;
        if response.status() != StatusCode::OK {
            return Err(AskError::Status(response.status()));
        }
        let body = to_bytes(Body::new(response.into_body()), LONGEST).await.map_err(|_| AskError::Body)?;
        // Where it stops being JSON would repeat what it says.
        serde_json::from_slice(&body).map_err(|_| AskError::NotJson)
    }
}

fn request(method: Method, endpoint: &Endpoint) -> Builder {
    Request::builder().method(method).uri(endpoint.uri().clone()).header(ACCEPT, "application/json")
}

/// A text as a form holds it (application/x-www-form-urlencoded).
fn form_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'*');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_encoded_as_in_a_form() {
        assert_eq!(form_encoded("ens:é 1+&="), "ens%3A%C3%A9%201%2B%26%3D");
    }
}
