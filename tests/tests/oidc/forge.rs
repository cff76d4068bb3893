//! Makes tokens, good and bad: any header and any claims, signed by any key of the issuer.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use serde_json::{Value, json};

use super::issuer::Issuer;

/// A token that is being made.
#[derive(Clone)]
pub(crate) struct Forge<'a> {
    issuer: &'a Issuer,
    key: &'static str,
    algorithm: &'static str,
    header: Value,
    claims: Value,
}

impl<'a> Forge<'a> {
    /// A token of an auditor that is good in every respect, under the RSA key.
    pub(crate) fn new(issuer: &'a Issuer) -> Self {
        let now = Utc::now().timestamp();
        let claims = json!({
            "iss": issuer.url(), "sub": "somebody", "aud": ["account", "ens"], "azp": "dpi", "typ": "Bearer", "jti": uuid::Uuid::now_v7(),
            "iat": now, "nbf": now - 10, "exp": now + 300, "acr": "eidas2", "role": "auditor",
        });
        Self { issuer, key: "rsa", algorithm: "RS256", header: json!({ "typ": "JWT" }), claims }.under("rsa", "RS256")
    }

    /// The same, signed by another key.
    pub(crate) fn under(mut self, key: &'static str, algorithm: &'static str) -> Self {
        (self.key, self.algorithm) = (key, algorithm);
        self.header(json!({ "kid": key, "alg": algorithm }))
    }

    /// Other members of the header; null removes one.
    pub(crate) fn header(mut self, change: Value) -> Self {
        merge(&mut self.header, change);
        self
    }

    /// Other claims; null removes one.
    pub(crate) fn claims(mut self, change: Value) -> Self {
        merge(&mut self.claims, change);
        self
    }

    /// The claims as text.
    pub(crate) fn payload(&self) -> String {
        self.claims.to_string()
    }

    /// The issuer that signs.
    pub(crate) fn issuer(&self) -> &'a Issuer {
        self.issuer
    }

    /// The token.
    pub(crate) fn token(&self) -> String {
        self.token_of(&self.header.to_string(), &self.payload())
    }

    /// A token of these texts, signed.
    pub(crate) fn token_of(&self, header: &str, payload: &str) -> String {
        let text = format!("{}.{}", encoded(header), encoded(payload));
        let signature = self.issuer.sign(self.key, self.algorithm, &text);
        format!("{text}.{signature}")
    }

    /// The token with another signature.
    pub(crate) fn token_with(&self, signature: &str) -> String {
        format!("{}.{}.{signature}", encoded(self.header.to_string()), encoded(self.payload()))
    }
}

/// A text in base64url.
pub(crate) fn encoded(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

fn merge(object: &mut Value, change: Value) {
    let (Value::Object(members), Value::Object(change)) = (object, change) else { panic!("two objects") };
    for (name, value) in change {
        if value.is_null() {
            members.remove(&name)
        } else {
            members.insert(name, value)
        };
    }
}
