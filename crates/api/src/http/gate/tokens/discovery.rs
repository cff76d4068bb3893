//! `DiscoveredKeys` are the keys that an issuer publishes: discovered, fetched again from time to time, kept while the issuer is down.
//!
//! unknown --fetched--> fresh --refresh time--> stale, fetched again in the background --maximum age without an answer--> unknown
//! - a token under a key that is not known makes one fetch at most in an interval
//! - a known key is used without waiting for the issuer
//! - stale keys are believed while the issuer is down, for a bounded time
//! - an issuer that names itself otherwise is not believed
//! - a request that is given up does not end the fetch that it began

use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::time::Instant;

use serde_json::Value;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::config::{Endpoint, KeyTimes};

use super::issuer_client::{AskError, IssuerClient, Purpose};
use super::key_set::KeySet;
use super::refusal::NotVerified;
use super::signed_token::SignedToken;

/// Where a discovery document stands, below the issuer (OpenID Connect Discovery 1.0, section 4).
const DOCUMENT: &str = "/.well-known/openid-configuration";

/// The keys that an issuer publishes; cheap to clone.
#[derive(Clone)]
pub(super) struct DiscoveredKeys(Arc<Discovery>);

struct Discovery {
    /// The name that its tokens carry, to the letter.
    issuer: String,
    address: Endpoint,
    times: KeyTimes,
    client: IssuerClient,
    known: Lock<Option<Arc<Published>>>,
    /// Whoever holds this fetches; it says when that was done last.
    fetching: Arc<Mutex<Option<Instant>>>,
}

/// What an issuer published.
pub(super) struct Published {
    keys: KeySet,
    /// Where it is asked about tokens, if it says so.
    pub(super) introspection: Option<Endpoint>,
    at: Instant,
}

impl DiscoveredKeys {
    /// The keys of this issuer; none is fetched before a token asks for it.
    pub(super) fn new(issuer: &str, address: Endpoint, times: KeyTimes, client: IssuerClient) -> Self {
        let (known, fetching) = (Lock::default(), Arc::default());
        Self(Arc::new(Discovery { issuer: issuer.to_owned(), address, times, client, known, fetching }))
    }

    /// Verifies the signature of a token by a key that the issuer publishes.
    ///
    /// # Errors
    /// [`NotVerified::Refused`] where no key of the issuer made it, [`NotVerified::IssuerUnavailable`] where its keys are not known.
    pub(super) async fn verify(&self, token: &SignedToken<'_>) -> Result<(), NotVerified> {
        if let Some(known) = self.known() {
            if known.at.elapsed() >= self.0.times.refresh() {
                self.refresh();
            }
            if known.keys.has_key_of(token) {
                return Ok(known.keys.verify(token)?);
            }
        }
        self.fetch().await;
        match self.known() {
            Some(known) => Ok(known.keys.verify(token)?),
            None => Err(NotVerified::IssuerUnavailable),
        }
    }

    /// What is published, if it is known and not too old.
    pub(super) fn known(&self) -> Option<Arc<Published>> {
        let known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        known.filter(|known| known.at.elapsed() < self.0.times.max_age())
    }

    /// Fetches in the background, unless somebody does or just did.
    fn refresh(&self) {
        if let Ok(turn) = Arc::clone(&self.0.fetching).try_lock_owned() {
            drop(self.begin(turn));
        }
    }

    /// Fetches, unless somebody just did; waits for whoever does.
    async fn fetch(&self) {
        let turn = Arc::clone(&self.0.fetching).lock_owned().await;
        if let Some(fetch) = self.begin(turn)
            && let Err(error) = fetch.await
        {
            tracing::error!(%error, "the fetch of an issuer's keys broke off");
        }
    }

    /// Begins a fetch as a task of its own: a client that goes away must not end it.
    fn begin(&self, mut turn: OwnedMutexGuard<Option<Instant>>) -> Option<tokio::task::JoinHandle<()>> {
        if turn.is_some_and(|last| last.elapsed() < self.0.times.refetch()) {
            return None;
        }
        *turn = Some(Instant::now());
        let discovery = Arc::clone(&self.0);
        Some(tokio::spawn(async move {
            discovery.fetch().await;
            drop(turn);
        }))
    }
}

impl Discovery {
    async fn fetch(&self) {
        match self.published().await {
            Ok(published) => {
                tracing::debug!(issuer = %self.issuer, keys = published.keys.len(), "fetched the keys of an issuer");
                *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(published));
            }
            Err(error) => tracing::warn!(issuer = %self.issuer, %error, "the keys of an issuer could not be fetched"),
        }
    }

    async fn published(&self) -> Result<Published, AskError> {
        let document = self.address.join(DOCUMENT).map_err(|_| AskError::Lacks("an address of its own"))?;
        let document = self.client.get(Purpose::Discovery, &document).await?;
        if document.get("issuer").and_then(Value::as_str) != Some(&self.issuer) {
            return Err(AskError::Lacks("its name as `issuer`"));
        }
        let keys = endpoint(&document, "jwks_uri").ok_or(AskError::Lacks("the address of its keys"))?;
        let keys = KeySet::of_json(&self.client.get(Purpose::Keys, &keys).await?).ok_or(AskError::Lacks("a set of keys"))?;
        Ok(Published { keys, introspection: endpoint(&document, "introspection_endpoint"), at: Instant::now() })
    }
}

/// An address in a discovery document; `None` where it is absent, or in plain http to another machine.
fn endpoint(document: &Value, name: &str) -> Option<Endpoint> {
    // What cannot be asked is as good as absent.
    document.get(name)?.as_str()?.parse().ok()
}
