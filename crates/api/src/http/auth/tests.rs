//! Which tokens are believed, and what they make of their bearer.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::*;
use crate::config::{Settings, TokenKey, TokenSettings, development_token_key};

/// A private development key; the folder goes with the test.
struct Place {
    settings: Settings,
    folder: std::path::PathBuf,
}

impl Place {
    fn fresh() -> Self {
        let folder = std::env::temp_dir().join(format!("ens-auth-{}", uuid::Uuid::now_v7()));
        Self { settings: Settings::in_folder(&folder), folder }
    }

    fn key(&self) -> TokenKey {
        development_token_key(&self.settings).unwrap()
    }

    fn tokens(&self) -> &TokenSettings {
        &self.settings.tokens
    }

    fn keys(&self) -> Keys {
        Keys::from_settings(self.tokens()).unwrap().with_development(&self.key())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).unwrap();
    }
}

fn now() -> DateTime<Utc> {
    Utc::now()
}

fn payload(audience: &str) -> Value {
    json!({ "sub": "somebody", "role": "cnam", "iss": "ens", "aud": audience, "exp": (now() + TimeDelta::hours(1)).timestamp() })
}

#[test]
fn a_token_that_was_minted_here_is_believed() {
    let place = Place::fresh();
    for actor in [Actor::Cnam, Actor::Auditor, Actor::Holder { space: uuid::Uuid::now_v7().into() }] {
        let token = mint(&place.key(), place.tokens(), Claims::of("somebody", &actor), now(), TimeDelta::hours(1)).unwrap();
        assert_eq!(place.keys().verify(&token).unwrap().actor().unwrap(), actor);
    }
}

#[test]
fn an_expired_token_is_refused() {
    let place = Place::fresh();
    let long_ago = now() - TimeDelta::hours(2);
    let token = mint(&place.key(), place.tokens(), Claims::of("somebody", &Actor::Cnam), long_ago, TimeDelta::hours(1)).unwrap();
    assert_eq!(place.keys().verify(&token).err(), Some(TokenRefused::Expired));
}

#[test]
fn a_token_for_somebody_else_is_refused() {
    let place = Place::fresh();
    let token = encode(&Header::new(Algorithm::EdDSA), &payload("other"), &EncodingKey::from_ed_der(place.key().private_der())).unwrap();
    assert_eq!(place.keys().verify(&token).err(), Some(TokenRefused::Foreign));
}

#[test]
fn a_token_of_another_key_is_refused() {
    let (place, other) = (Place::fresh(), Place::fresh());
    let token = mint(&other.key(), other.tokens(), Claims::of("somebody", &Actor::Cnam), now(), TimeDelta::hours(1)).unwrap();
    assert_eq!(place.keys().verify(&token).err(), Some(TokenRefused::Unknown));
}

#[test]
fn a_token_without_a_signature_is_no_token() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let place = Place::fresh();
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let token = format!("{}.{}.", encoded(&json!({ "alg": "none", "typ": "JWT" })), encoded(&payload("ens")));
    assert_eq!(place.keys().verify(&token).err(), Some(TokenRefused::Unknown));
}

#[test]
fn a_token_under_a_shared_secret_is_no_token() {
    let place = Place::fresh();
    let public_as_secret = EncodingKey::from_secret(place.key().public_bytes());
    let token = encode(&Header::new(Algorithm::HS256), &payload("ens"), &public_as_secret).unwrap();
    assert_eq!(place.keys().verify(&token).err(), Some(TokenRefused::Unknown));
}

#[test]
fn the_key_decides_how_a_token_is_checked() {
    let place = Place::fresh();
    let mut keys = Keys::none("ens", "ens");
    let set = json!({ "keys": [{ "kty": "oct", "k": "c2VjcmV0", "kid": "shared" }] });
    assert!(keys.add_key_set("a shared secret", set.to_string().as_bytes()).is_err());
    assert!(keys.add_pem("no key", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n").is_err());
    assert!(keys.is_empty());
    let token = mint(&place.key(), place.tokens(), Claims::of("somebody", &Actor::Cnam), now(), TimeDelta::hours(1)).unwrap();
    assert!(keys.verify(&token).is_err());
}

#[test]
fn a_key_of_a_set_is_found_by_its_id() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let place = Place::fresh();
    let x = URL_SAFE_NO_PAD.encode(place.key().public_bytes());
    let set = |kid: &str| json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "alg": "EdDSA" }] }).to_string();
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some("spring".to_owned());
    let token = encode(&header, &payload("ens"), &EncodingKey::from_ed_der(place.key().private_der())).unwrap();
    let verified_by = |kid: &str| {
        let mut keys = Keys::none("ens", "ens");
        keys.add_key_set("a set", set(kid).as_bytes()).unwrap();
        keys.verify(&token).is_ok()
    };
    assert!(verified_by("spring"));
    assert!(!verified_by("autumn"));
}

#[test]
fn a_role_without_what_it_needs_is_no_role() {
    let claims = |role: &str, more: &Value| {
        let mut all = payload("ens");
        all["role"] = json!(role);
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value::<Claims>(all).unwrap().actor()
    };
    let space = uuid::Uuid::now_v7();
    assert!(claims("holder", &json!({})).is_err());
    assert!(claims("holder", &json!({ "space": [space] })).is_err());
    assert!(claims("holder", &json!({ "space": space })).is_ok());
    assert!(claims("representative", &json!({ "space": [space] })).is_ok());
    assert!(claims("insurer", &json!({})).is_err());
    assert!(claims("insurer", &json!({ "insurer": "CPAM-31" })).is_ok());
    assert!(claims("support", &json!({})).is_err());
    assert!(claims("professional", &json!({ "rpps": "1" })).is_err());
    assert!(claims("emperor", &json!({})).is_err());
}

#[test]
fn an_auditor_and_an_admin_never_act_on_a_space() {
    let acts = |actor: Actor| actor.party().is_some();
    assert!(!acts(Actor::Auditor) && !acts(Actor::Admin) && acts(Actor::Cnam));
}
