//! The claims that every token has, whatever says who the bearer is: issuer, subject, period of validity, audience, client, id and binding.
//!
//! - a token is valid from its first second to its last, give or take thirty seconds
//! - a token without an id logs nothing

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::http::gate::thumbprint::Thumbprint;

use super::refusal::TokenRefused;

/// By how many seconds two clocks may disagree.
const LEEWAY_SECONDS: i64 = 30;
/// The longest id of a token that is logged.
const LONGEST_ID: usize = 64;

/// What a token is bound to (`cnf`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binding {
    /// Nothing: whoever has it may use it.
    Unbound,
    /// A client certificate.
    Certificate(Thumbprint),
    /// Something that is not compared here.
    Other,
}

/// The claims that every token has.
#[derive(Debug)]
pub(super) struct StandardClaims {
    /// To whom it was issued; opaque, never logged.
    pub(super) subject: String,
    /// For whom.
    audiences: Vec<String>,
    /// To which client.
    authorised_party: Option<String>,
    /// The last second, since 1970.
    expires: i64,
    /// The first second.
    not_before: Option<i64>,
    /// Its id (`jti`), where it has one that can be logged.
    pub(super) id: Option<Arc<str>>,
}

impl StandardClaims {
    /// Reads the claims of a token.
    ///
    /// # Errors
    /// [`TokenRefused::Needs`] names the claim that is missing or malformed, [`TokenRefused::Kind`] says that it is no access token.
    pub(super) fn read(claims: &Map<String, Value>) -> Result<Self, TokenRefused> {
        // Keycloak says so in a claim, where others say it in the header.
        if claims.get("typ").is_some_and(|kind| kind != "Bearer") {
            return Err(TokenRefused::Kind);
        }
        let subject = text(claims, "sub")?.filter(|subject| !subject.is_empty()).ok_or(TokenRefused::Needs("sub"))?;
        let client = text(claims, "azp")?;
        let client = if client.is_some() { client } else { text(claims, "client_id")? };
        Ok(Self {
            subject: subject.to_owned(),
            audiences: audiences(claims)?,
            authorised_party: client.map(str::to_owned),
            expires: seconds(claims, "exp")?.ok_or(TokenRefused::Needs("exp"))?,
            not_before: seconds(claims, "nbf")?,
            id: id(claims),
        })
    }

    /// Whether the token is valid at this second.
    ///
    /// # Errors
    /// [`TokenRefused::Expired`] or [`TokenRefused::NotYetValid`].
    pub(super) fn check_period(&self, now: i64) -> Result<(), TokenRefused> {
        if now > self.last_second() {
            return Err(TokenRefused::Expired);
        }
        if self.not_before.is_some_and(|first| now < first.saturating_sub(LEEWAY_SECONDS)) {
            return Err(TokenRefused::NotYetValid);
        }
        Ok(())
    }

    /// Whether it is for one of these services; for an empty list it is.
    pub(super) fn is_for(&self, audiences: &[String]) -> bool {
        audiences.is_empty() || self.audiences.iter().any(|audience| audiences.contains(audience))
    }

    /// Whether it was issued to one of these clients; for an empty list it was.
    pub(super) fn was_issued_to(&self, clients: &[String]) -> bool {
        clients.is_empty() || self.authorised_party.as_ref().is_some_and(|client| clients.contains(client))
    }

    /// The last second in which it is valid, since 1970.
    pub(super) const fn last_second(&self) -> i64 {
        self.expires.saturating_add(LEEWAY_SECONDS)
    }
}

/// What the claims say that the token is bound to (RFC 7800, RFC 8705).
pub(super) fn binding(claims: &Map<String, Value>) -> Binding {
    let Some(confirmation) = claims.get("cnf") else { return Binding::Unbound };
    let only = confirmation.as_object().filter(|members| members.len() == 1);
    let digest = only.and_then(|members| members.get("x5t#S256")).and_then(Value::as_str);
    digest.and_then(Thumbprint::of_claim).map_or(Binding::Other, Binding::Certificate)
}

fn text<'a>(claims: &'a Map<String, Value>, name: &'static str) -> Result<Option<&'a str>, TokenRefused> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or(TokenRefused::Needs(name)),
    }
}

/// A number of seconds since 1970, whole or not (RFC 7519, NumericDate).
fn seconds(claims: &Map<String, Value>, name: &'static str) -> Result<Option<i64>, TokenRefused> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let whole = value.as_i64().or_else(|| value.as_u64().map(|seconds| i64::try_from(seconds).unwrap_or(i64::MAX)));
    let seconds = whole.or_else(|| value.as_f64().and_then(truncated));
    seconds.map(Some).ok_or(TokenRefused::Needs(name))
}

/// A fraction of a second does not count; a number that is no date of anybody's is none.
fn truncated(seconds: f64) -> Option<i64> {
    const LAST: f64 = 9e15;
    let text = format!("{:.0}", seconds.trunc());
    // Within the bounds the text is that of a whole number.
    if seconds.abs() < LAST { text.parse().ok() } else { None }
}

fn audiences(claims: &Map<String, Value>) -> Result<Vec<String>, TokenRefused> {
    match claims.get("aud") {
        None => Ok(Vec::new()),
        Some(Value::String(one)) => Ok(vec![one.clone()]),
        Some(Value::Array(several)) => {
            let texts = several.iter().map(|one| one.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<_>>>().ok_or(TokenRefused::Needs("aud"))
        }
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => Err(TokenRefused::Needs("aud")),
    }
}

/// An id goes to the log: one that is long, or that could be a sentence, is as good as none.
fn id(claims: &Map<String, Value>) -> Option<Arc<str>> {
    let id = claims.get("jti")?.as_str()?;
    let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'));
    (plain && !id.is_empty() && id.len() <= LONGEST_ID).then(|| id.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(change: &Value) -> Result<StandardClaims, TokenRefused> {
        let mut claims = json!({ "sub": "somebody", "exp": 1_000, "aud": ["ens", "account"], "azp": "dpi", "jti": "a:1-2_3.4" });
        claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        StandardClaims::read(claims.as_object().unwrap())
    }

    #[test]
    fn a_token_is_valid_from_its_first_second_to_its_last_give_or_take_thirty_seconds() {
        let at = |change: Value, now| read(&change).unwrap().check_period(now).err();
        assert_eq!(at(json!({}), 1_030), None);
        assert_eq!(at(json!({}), 1_031), Some(TokenRefused::Expired));
        assert_eq!(at(json!({ "nbf": 500 }), 470), None);
        assert_eq!(at(json!({ "nbf": 500 }), 469), Some(TokenRefused::NotYetValid));
        assert_eq!(at(json!({ "exp": 1_000.9 }), 1_031), Some(TokenRefused::Expired));
        assert_eq!(at(json!({ "exp": -5 }), 1_031), Some(TokenRefused::Expired));
        assert_eq!(at(json!({ "exp": u64::MAX }), i64::MAX), None);
    }

    #[test]
    fn a_claim_of_another_kind_is_refused() {
        for (name, value) in [("exp", json!("1000")), ("exp", json!(1e300)), ("nbf", json!([])), ("sub", json!(1)), ("sub", json!(""))] {
            assert_eq!(read(&json!({ name: value })).err(), Some(TokenRefused::Needs(name)), "{name}: {value}");
        }
        for name in ["exp", "sub"] {
            assert_eq!(read(&json!({ name: null })).err(), Some(TokenRefused::Needs(name)), "{name}");
        }
        assert_eq!(read(&json!({ "aud": ["ens", 1] })).err(), Some(TokenRefused::Needs("aud")));
        assert_eq!(read(&json!({ "aud": { "ens": 1 } })).err(), Some(TokenRefused::Needs("aud")));
        for kind in ["ID", "Refresh", "bearer"] {
            assert_eq!(read(&json!({ "typ": kind })).err(), Some(TokenRefused::Kind), "{kind}");
        }
        assert!(read(&json!({ "typ": "Bearer" })).is_ok());
    }

    #[test]
    fn audience_and_client_are_compared_to_the_letter() {
        let of = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let claims = read(&json!({})).unwrap();
        assert!(claims.is_for(&of(&["other", "ens"])) && !claims.is_for(&of(&["Ens", "ens/"])) && claims.is_for(&[]));
        assert!(claims.was_issued_to(&of(&["dpi"])) && !claims.was_issued_to(&of(&["DPI"])) && claims.was_issued_to(&[]));
        let bare = read(&json!({ "aud": null, "azp": null })).unwrap();
        assert!(!bare.is_for(&of(&["ens"])) && !bare.was_issued_to(&of(&["dpi"])));
        assert!(read(&json!({ "azp": null, "client_id": "dpi" })).unwrap().was_issued_to(&of(&["dpi"])));
        assert!(!read(&json!({ "azp": "x", "client_id": "dpi" })).unwrap().was_issued_to(&of(&["dpi"])));
    }

    #[test]
    fn a_token_without_an_id_logs_nothing() {
        assert_eq!(read(&json!({})).unwrap().id.as_deref(), Some("a:1-2_3.4"));
        for odd in [json!(null), json!(""), json!(7), json!("Camille ESSAI"), json!("a\nb"), json!("a".repeat(65))] {
            assert_eq!(read(&json!({ "jti": odd })).unwrap().id, None, "{odd}");
        }
    }

    #[test]
    fn a_binding_to_anything_but_one_certificate_is_not_compared() {
        let of = |confirmation: Value| binding(json!({ "cnf": confirmation }).as_object().unwrap());
        let digest = "A".repeat(43);
        assert_eq!(of(json!({ "x5t#S256": digest })), Binding::Certificate(Thumbprint::of_claim(&digest).unwrap()));
        assert_eq!(binding(&Map::new()), Binding::Unbound);
        let odd = [json!(null), json!({}), json!({ "jkt": digest }), json!({ "x5t#S256": "x" }), json!({ "x5t#S256": 1 })];
        for confirmation in odd.into_iter().chain([json!({ "x5t#S256": digest, "jkt": digest })]) {
            assert_eq!(of(confirmation.clone()), Binding::Other, "{confirmation}");
        }
    }
}
