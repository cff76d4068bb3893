//! Which tokens are valid, and what they make of their bearer.

use chrono::{DateTime, TimeDelta, Utc};
use ens_domain::access::AccessMode;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::actor::Actor;
use super::claims::{Claims, ClaimsError};
use super::mint::mint;
use super::role::Role;
use super::tokens::{Issuers, Keys, NotVerified, TokenRefused};
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

/// Whom a token under these keys makes of its bearer.
async fn verified(keys: Keys, token: &str) -> Result<Actor, NotVerified> {
    Ok(Issuers::from(keys).verify(token).await?.caller.actor().clone())
}

async fn refusal(keys: Keys, token: &str) -> Option<TokenRefused> {
    match verified(keys, token).await {
        Ok(_) => None,
        Err(NotVerified::Refused(refused)) => Some(refused),
        Err(NotVerified::IssuerUnavailable) => panic!("the keys are given"),
    }
}

fn now() -> DateTime<Utc> {
    Utc::now()
}

fn payload(audience: &str) -> Value {
    json!({ "sub": "somebody", "role": "cnam", "iss": "ens", "aud": audience, "exp": (now() + TimeDelta::hours(1)).timestamp() })
}

#[tokio::test]
async fn a_token_that_was_minted_here_is_believed() {
    let place = Place::fresh();
    let id = uuid::Uuid::now_v7();
    let caregiver = Actor::Caregiver { caregiver: id.into() };
    for actor in [Actor::Cnam, Actor::Auditor, Actor::Holder { space: id.into() }, caregiver, Actor::Service { service: id.into() }] {
        let token = mint(&place.key(), place.tokens(), Claims::of("somebody", &actor), now(), TimeDelta::hours(1)).unwrap();
        assert_eq!(verified(place.keys(), &token).await, Ok(actor));
    }
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    let place = Place::fresh();
    let long_ago = now() - TimeDelta::hours(2);
    let token = mint(&place.key(), place.tokens(), Claims::of("somebody", &Actor::Cnam), long_ago, TimeDelta::hours(1)).unwrap();
    assert_eq!(refusal(place.keys(), &token).await, Some(TokenRefused::Expired));
}

#[tokio::test]
async fn a_token_for_somebody_else_is_refused() {
    let place = Place::fresh();
    let token = encode(&Header::new(Algorithm::EdDSA), &payload("other"), &EncodingKey::from_ed_der(place.key().private_der())).unwrap();
    assert_eq!(refusal(place.keys(), &token).await, Some(TokenRefused::Audience));
}

#[tokio::test]
async fn a_token_of_another_key_is_refused() {
    let (place, other) = (Place::fresh(), Place::fresh());
    let token = mint(&other.key(), other.tokens(), Claims::of("somebody", &Actor::Cnam), now(), TimeDelta::hours(1)).unwrap();
    assert_eq!(refusal(place.keys(), &token).await, Some(TokenRefused::Signature));
}

#[tokio::test]
async fn a_token_without_a_signature_is_no_token() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let place = Place::fresh();
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let token = format!("{}.{}.", encoded(&json!({ "alg": "none", "typ": "JWT" })), encoded(&payload("ens")));
    assert_eq!(refusal(place.keys(), &token).await, Some(TokenRefused::Algorithm));
}

#[tokio::test]
async fn a_token_under_a_shared_secret_is_no_token() {
    let place = Place::fresh();
    assert_eq!(refusal(place.keys(), &under_a_shared_secret(&place)).await, Some(TokenRefused::Algorithm));
}

/// A token whose header says HS256, signed with the public key as if that were a secret.
fn under_a_shared_secret(place: &Place) -> String {
    let public_as_secret = EncodingKey::from_secret(place.key().public_bytes());
    encode(&Header::new(Algorithm::HS256), &payload("ens"), &public_as_secret).unwrap()
}

#[tokio::test]
async fn the_key_decides_how_a_token_is_checked_the_token_does_not() {
    let place = Place::fresh();
    let mut keys = Keys::none("ens", "ens");
    let set = json!({ "keys": [{ "kty": "oct", "k": "c2VjcmV0", "kid": "shared" }] });
    assert!(keys.add_key_set("a shared secret", set.to_string().as_bytes()).is_err());
    assert!(keys.add_pem("no key", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n").is_err());
    assert!(keys.is_empty());
    let token = mint(&place.key(), place.tokens(), Claims::of("somebody", &Actor::Cnam), now(), TimeDelta::hours(1)).unwrap();
    assert_eq!(refusal(keys, &token).await, Some(TokenRefused::Issuer));
    assert_eq!(refusal(place.keys(), &token).await, None);
    assert_eq!(refusal(place.keys(), &under_a_shared_secret(&place)).await, Some(TokenRefused::Algorithm));
}

#[tokio::test]
async fn a_key_of_a_set_is_found_by_its_id() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let place = Place::fresh();
    let x = URL_SAFE_NO_PAD.encode(place.key().public_bytes());
    let set = |kid: &str| json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "alg": "EdDSA" }] }).to_string();
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some("spring".to_owned());
    let token = encode(&header, &payload("ens"), &EncodingKey::from_ed_der(place.key().private_der())).unwrap();
    let refused_by = async |kid: &str| {
        let mut keys = Keys::none("ens", "ens");
        keys.add_key_set("a set", set(kid).as_bytes()).unwrap();
        refusal(keys, &token).await
    };
    assert_eq!(refused_by("spring").await, None);
    assert_eq!(refused_by("autumn").await, Some(TokenRefused::UnknownKey));
}

#[test]
fn a_role_without_what_it_needs_is_no_role() {
    let claims = |role: &str, more: &Value| {
        let mut all = payload("ens");
        all["role"] = json!(role);
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Claims::read(all.as_object().unwrap()).actor()
    };
    let space = uuid::Uuid::now_v7();
    assert!(claims("holder", &json!({})).is_err());
    assert!(claims("holder", &json!({ "space": [space] })).is_err());
    assert!(claims("holder", &json!({ "space": space })).is_ok());
    assert!(claims("representative", &json!({ "space": [space] })).is_ok());
    assert!(claims("insurer", &json!({})).is_err());
    assert!(claims("insurer", &json!({ "insurer": "CPAM-31" })).is_ok());
    assert!(claims("support", &json!({})).is_err());
    let professional = |more: Value| {
        let mut all = json!({ "rpps": "10100000008", "profession": "10" });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        claims("professional", &all)
    };
    let lacks = |claim| Err(ClaimsError::Lacks { role: "professional", claim });
    assert!(professional(json!({})).is_ok_and(|actor| actor.role() == Role::Professional));
    assert_eq!(professional(json!({ "rpps": "10100000004" })), lacks("rpps"));
    assert_eq!(professional(json!({ "profession": "99" })), lacks("profession"));
    assert_eq!(professional(json!({ "structure": "310000014" })), lacks("structure"));
    assert_eq!(professional(json!({ "mode": "at_will" })), lacks("mode"));
    assert!(claims("emperor", &json!({})).is_err());
}

#[test]
fn a_reason_is_a_professionals() {
    let reason = |role: &str| {
        let claims = json!({ "role": role, "rpps": "10100000008", "profession": "10", "mode": "break_glass", "reason": "inconscient" });
        Claims::read(claims.as_object().unwrap()).identity().unwrap()
    };
    let doctor = reason("professional");
    assert_eq!(doctor.reason.map(|reason| reason.as_str().to_owned()).as_deref(), Some("inconscient"));
    assert!(matches!(doctor.actor, Actor::Professional(professional) if professional.mode == AccessMode::BreakGlass));
    assert_eq!(reason("cnam").reason, None);
}

#[test]
fn an_auditor_and_an_admin_never_act_on_a_space() {
    let acts = |actor: Actor| actor.party().is_some();
    assert!(!acts(Actor::Auditor) && !acts(Actor::Admin) && acts(Actor::Cnam));
}

/// A public key of RSA; its private key was thrown away once it had signed the token below, which is good until 2100.
const RSA: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAz8mlLwnZa+g9leG3Txhi\n\
ineJ5R1a7vApt3hqicMIdlPTqdgC0ZK0coedHYgVq+51Z7cjkLDp1+AmkGehwZrC\n\
MNPQqiInYr4XrUX+3BADg6dLGyAPRBjVEYrFfghc3eQiQIF14wt/6gCt1CFYwhJM\n\
GyE19ib8Yz1eFu/En2jQg96vQb8YHx3TbQHFnREKoPi30vDEoiM2AGEzflg6UQEN\n\
BpfyrV6O1V1N9hrZmUfUoOcsV68KKkRFpYR71vqWmxL3ZHMilZsHlf6zozg4YJ+A\n\
+jgff1waRUrRG/fuoQrgtZCR0gDUr5lBdcyZROEfDGOIDVEl5uOwotfs5axLKpG4\n\
vwIDAQAB\n\
-----END PUBLIC KEY-----\n\
";
const SIGNED_BY_RSA: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJzb21lYm9keSIsInJvbGUiOiJhdWRpdG9yIiwiaXNzIjoiZW5zIiwiYXVkIjoiZ\
    W5zIiwiZXhwIjo0MTAyNDQ0ODAwfQ.hcJiuFQ4aXve_UwVsZ-dt-Vultyi3frDZDlDYXK5Wsfw6GSlyWnMR3sj6F8c5sVMA8qAshciFq6Yc0Nm\
    IhKxXHXOK5EOSY78flNtAeTieFcewnAoqqUC-W4fHWS8yHN9IvIUfF_55QH3vFxdxOA1pS-DXyjhhbQBU9K7FraKNyOqrUFFi8O3PYuirxEIfN\
    II11hGxKeodC7geaNxFaH7Mqow1sGraT8Y4a5yZB7ZhwrPVZUxvBuqJMyvM7HwfhRtGsM5rhnGJso9UL2dwqhdpx91PYvhmYGHZaReq8TkzgEi\
    yf95c0gdhAzPAtsJePXWcy20wmByaOl_SCYr4es7-g";

#[tokio::test]
async fn a_token_under_rsa_is_believed() {
    let mut keys = Keys::none("ens", "ens");
    keys.add_pem("an RSA key", RSA.as_bytes()).unwrap();
    assert_eq!(verified(keys.clone(), SIGNED_BY_RSA).await, Ok(Actor::Auditor));
    assert_eq!(refusal(keys, &SIGNED_BY_RSA.replace("eyJzdWIi", "eyJzdWIg")).await, Some(TokenRefused::Malformed));
}

#[tokio::test]
async fn a_token_under_p_256_is_believed() {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    /// RFC 5480: the fixed head of a P-256 public key in SPKI.
    const HEAD: [u8; 26] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
        0x07, 0x03, 0x42, 0x00,
    ];
    let random = ring::rand::SystemRandom::new();
    let private = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private.as_ref(), &random).unwrap();
    let point = pair.public_key().as_ref();
    let token = encode(&Header::new(Algorithm::ES256), &payload("ens"), &EncodingKey::from_ec_der(private.as_ref())).unwrap();
    let mut by_pem = Keys::none("ens", "ens");
    let spki = STANDARD.encode([&HEAD, point].concat());
    by_pem.add_pem("a P-256 key", format!("-----BEGIN PUBLIC KEY-----\n{spki}\n-----END PUBLIC KEY-----\n").as_bytes()).unwrap();
    let mut by_set = Keys::none("ens", "ens");
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..]));
    by_set.add_key_set("a set", json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": x, "y": y }] }).to_string().as_bytes()).unwrap();
    for keys in [by_pem, by_set] {
        assert_eq!(verified(keys, &token).await, Ok(Actor::Cnam));
    }
}
