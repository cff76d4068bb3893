//! Hostile tokens: how each is made, and the refusal that it must meet.

use std::collections::HashSet;

use ens_api::http::gate::{ClaimsError, Role, TokenRefused};
use serde_json::{Value, json};

use super::forge::{Forge, encoded};
use super::guarded::Guarded;
use super::issuer::Issuer;

struct Hostile {
    name: &'static str,
    make: fn(Forge<'_>) -> String,
    meets: TokenRefused,
}

const fn line(name: &'static str, make: fn(Forge<'_>) -> String, meets: TokenRefused) -> Hostile {
    Hostile { name, make, meets }
}

const fn lacks(role: &'static str, claim: &'static str) -> TokenRefused {
    TokenRefused::Claims(ClaimsError::Lacks { role, claim })
}

/// Algorithms and signatures.
const SIGNATURES: [Hostile; 22] = [
    line("no algorithm, no signature", |forge| forge.header(json!({ "alg": "none" })).token_with(""), TokenRefused::Algorithm),
    line("no algorithm, a signature", |forge| forge.header(json!({ "alg": "none" })).token(), TokenRefused::Algorithm),
    line("no algorithm, in other letters", |forge| forge.header(json!({ "alg": "nOnE" })).token_with(""), TokenRefused::Algorithm),
    line("an empty algorithm", |forge| forge.header(json!({ "alg": "" })).token(), TokenRefused::Algorithm),
    line("no member alg", |forge| forge.header(json!({ "alg": null })).token(), TokenRefused::Malformed),
    line("HS256 with the public key as the secret", |forge| forge.under("rsa", "HS256").token(), TokenRefused::Algorithm),
    line("HS512", |forge| forge.header(json!({ "alg": "HS512" })).token(), TokenRefused::Algorithm),
    line("RS1", |forge| forge.header(json!({ "alg": "RS1" })).token(), TokenRefused::Algorithm),
    line("RS256 in small letters", |forge| forge.header(json!({ "alg": "rs256" })).token(), TokenRefused::Algorithm),
    line("RS256 under a key for PS256", |forge| forge.under("pss", "RS256").token(), TokenRefused::UnknownKey),
    line("PS256 under a key for RS256", |forge| forge.under("rsa", "PS256").token(), TokenRefused::UnknownKey),
    line(
        "ES256 with the id of an RSA key",
        |forge| forge.under("ec", "ES256").header(json!({ "kid": "rsa" })).token(),
        TokenRefused::UnknownKey,
    ),
    line("a signature of ES256 of zeros", |forge| forge.under("ec", "ES256").token_with(&encoded([0; 64])), TokenRefused::Signature),
    line("a signature of EdDSA of zeros", |forge| forge.under("ed", "EdDSA").token_with(&encoded([0; 64])), TokenRefused::Signature),
    line("a signature of RS256 of zeros", |forge| forge.token_with(&encoded([0; 256])), TokenRefused::Signature),
    line("an empty signature", |forge| forge.token_with(""), TokenRefused::Signature),
    line("a truncated signature", |forge| cut(&forge.token(), 4), TokenRefused::Signature),
    line("a padded signature", |forge| format!("{}==", forge.token()), TokenRefused::Signature),
    line(
        "a signature in DER",
        |forge| forge.under("ec", "ES256").token_with(&encoded([0x30, 0x06, 2, 1, 1, 2, 1, 1])),
        TokenRefused::Signature,
    ),
    line("the signature of another token", of_another, TokenRefused::Signature),
    line("claims that were changed", |forge| changed(&forge, json!({ "role": "cnam" })), TokenRefused::Signature),
    line("forged and expired: the signature comes first", |forge| changed(&forge, json!({ "exp": 1 })), TokenRefused::Signature),
];

/// Keys, and where a token says that they are.
const KEYS: [Hostile; 13] = [
    line("an unknown key", |forge| forge.header(json!({ "kid": "other" })).token(), TokenRefused::UnknownKey),
    line("the id of another key", |forge| forge.header(json!({ "kid": "ed" })).token(), TokenRefused::UnknownKey),
    line("a path as the id", |forge| forge.header(json!({ "kid": "../../../dev/null" })).token(), TokenRefused::UnknownKey),
    line("a query as the id", |forge| forge.header(json!({ "kid": "x' UNION SELECT 'key" })).token(), TokenRefused::UnknownKey),
    line(
        "an address as the id",
        |forge| forge.clone().header(json!({ "kid": format!("{}/attacker", forge.issuer().url()) })).token(),
        TokenRefused::UnknownKey,
    ),
    line("a number as the id", |forge| forge.header(json!({ "kid": 1 })).token(), TokenRefused::Malformed),
    line("a list as the id", |forge| forge.header(json!({ "kid": ["rsa"] })).token(), TokenRefused::Malformed),
    line("an endless id", |forge| forge.header(json!({ "kid": "x".repeat(1_000) })).token(), TokenRefused::Malformed),
    line("the address of other keys (jku)", |forge| attacker(forge, "jku").token(), TokenRefused::Signature),
    line("the address of a certificate (x5u)", |forge| attacker(forge, "x5u").token(), TokenRefused::Signature),
    line("a key of its own (jwk)", own_key, TokenRefused::Signature),
    line(
        "a certificate of its own (x5c)",
        |forge| forge.under("retired", "RS256").header(json!({ "kid": "rsa", "x5c": ["AAAA"] })).token(),
        TokenRefused::Signature,
    ),
    line("a key for encryption", |forge| forge.under("enc", "RS256").token(), TokenRefused::UnknownKey),
];

/// Forms that are not read here.
const FORMS: [Hostile; 20] = [
    line("a key that was retired", |forge| forge.under("retired", "RS256").token(), TokenRefused::UnknownKey),
    line("critical extensions", |forge| forge.header(json!({ "crit": ["exp"], "exp": 1 })).token(), TokenRefused::Extension),
    line("a payload that is not encoded", |forge| forge.header(json!({ "crit": ["b64"], "b64": false })).token(), TokenRefused::Extension),
    line("b64 without crit", |forge| forge.header(json!({ "b64": false })).token(), TokenRefused::Extension),
    line("a compressed payload", |forge| forge.header(json!({ "zip": "DEF" })).token(), TokenRefused::Extension),
    line("a token in a token", |forge| forge.clone().header(json!({ "cty": "JWT" })).token(), TokenRefused::Extension),
    line("a token as the payload", |forge| forge.token_of(r#"{"alg":"RS256","kid":"rsa"}"#, &forge.token()), TokenRefused::Malformed),
    line("an encrypted token", |forge| format!("{}.x.y", forge.token()), TokenRefused::Malformed),
    line("four parts", |forge| format!("{}.x", forge.token()), TokenRefused::Malformed),
    line("two parts", |forge| forge.token().rsplit_once('.').expect("parts").0.to_owned(), TokenRefused::Malformed),
    line("a padded header", |forge| forge.token().replacen('.', "=.", 1), TokenRefused::Malformed),
    line("a payload that is a list", |forge| forge.token_of(r#"{"alg":"RS256","kid":"rsa"}"#, "[]"), TokenRefused::Malformed),
    line(
        "a payload that ends early",
        |forge| forge.token_of(r#"{"alg":"RS256","kid":"rsa"}"#, &cut(&forge.payload(), 1)),
        TokenRefused::Malformed,
    ),
    line("a claim that stands twice", |forge| twice(&forge, r#"{"role":"admin","#), TokenRefused::Malformed),
    line("a claim that stands twice, escaped", |forge| twice(&forge, r#"{"rol\u0065":"admin","#), TokenRefused::Malformed),
    line(
        "an algorithm that stands twice",
        |forge| forge.token_of(r#"{"alg":"RS256","alg":"none","kid":"rsa"}"#, &forge.payload()),
        TokenRefused::Malformed,
    ),
    line("a huge token", |forge| forge.claims(json!({ "padding": "x".repeat(20_000) })).token(), TokenRefused::TooLong),
    line("a logout token", |forge| forge.header(json!({ "typ": "logout+jwt" })).token(), TokenRefused::Kind),
    line("an identity token", |forge| forge.claims(json!({ "typ": "ID" })).token(), TokenRefused::Kind),
    line("a refresh token", |forge| forge.claims(json!({ "typ": "Refresh" })).token(), TokenRefused::Kind),
];

/// Issuer, period, audience and client.
const CLAIMS: [Hostile; 23] = [
    line("expired", |forge| forge.claims(json!({ "exp": now() - 40 })).token(), TokenRefused::Expired),
    line("expired in 1970", |forge| forge.claims(json!({ "exp": 0 })).token(), TokenRefused::Expired),
    line("without an end", |forge| forge.claims(json!({ "exp": null })).token(), TokenRefused::Needs("exp")),
    line("an end that is a text", |forge| forge.claims(json!({ "exp": "9999999999" })).token(), TokenRefused::Needs("exp")),
    line("an end beyond all dates", |forge| forge.claims(json!({ "exp": 1e300 })).token(), TokenRefused::Needs("exp")),
    line("not valid yet", |forge| forge.claims(json!({ "nbf": now() + 60 })).token(), TokenRefused::NotYetValid),
    line("a beginning that is a text", |forge| forge.claims(json!({ "nbf": "0" })).token(), TokenRefused::Needs("nbf")),
    line("another issuer", |forge| forge.claims(json!({ "iss": "https://auth.example" })).token(), TokenRefused::Issuer),
    line("the issuer with a slash", |forge| issued_by(forge, |url| format!("{url}/")), TokenRefused::Issuer),
    line("the issuer in other letters", |forge| issued_by(forge, |url| url.replace("http", "HTTP")), TokenRefused::Issuer),
    line("the issuer among others", |forge| forge.clone().claims(json!({ "iss": [forge.issuer().url()] })).token(), TokenRefused::Issuer),
    line("no issuer", |forge| forge.claims(json!({ "iss": null })).token(), TokenRefused::Issuer),
    line("the development issuer", |forge| forge.claims(json!({ "iss": "ens" })).token(), TokenRefused::Issuer),
    line("for another service", |forge| forge.claims(json!({ "aud": "account" })).token(), TokenRefused::Audience),
    line("for nobody", |forge| forge.claims(json!({ "aud": [] })).token(), TokenRefused::Audience),
    line("without an audience", |forge| forge.claims(json!({ "aud": null })).token(), TokenRefused::Audience),
    line("for a service of a longer name", |forge| forge.claims(json!({ "aud": "ens2" })).token(), TokenRefused::Audience),
    line("an audience that is an object", |forge| forge.claims(json!({ "aud": { "ens": true } })).token(), TokenRefused::Needs("aud")),
    line("issued to another client", |forge| forge.claims(json!({ "azp": "other" })).token(), TokenRefused::AuthorisedParty),
    line("issued to no client", |forge| forge.claims(json!({ "azp": null })).token(), TokenRefused::AuthorisedParty),
    line("a client that is a list", |forge| forge.claims(json!({ "azp": ["dpi"] })).token(), TokenRefused::Needs("azp")),
    line("without a subject", |forge| forge.claims(json!({ "sub": null })).token(), TokenRefused::Needs("sub")),
    line("an empty subject", |forge| forge.claims(json!({ "sub": "" })).token(), TokenRefused::Needs("sub")),
];

/// Roles, strength and binding.
const BEARERS: [Hostile; 27] = [
    line("a role that the issuer was not given", |forge| forge.claims(json!({ "role": "admin" })).token(), TokenRefused::Role(Role::Admin)),
    line("an unknown role", |forge| forge.claims(json!({ "role": "root" })).token(), TokenRefused::Claims(ClaimsError::UnknownRole)),
    line("no role", |forge| forge.claims(json!({ "role": null })).token(), TokenRefused::Claims(ClaimsError::UnknownRole)),
    line("two roles", |forge| forge.claims(json!({ "role": ["auditor", "cnam"] })).token(), TokenRefused::Claims(ClaimsError::UnknownRole)),
    line("a weak authentication", |forge| forge.claims(json!({ "acr": "eidas1" })).token(), TokenRefused::Strength),
    line("an authentication of unknown strength", |forge| forge.claims(json!({ "acr": null })).token(), TokenRefused::Strength),
    line("several strengths", |forge| forge.claims(json!({ "acr": ["eidas2"] })).token(), TokenRefused::Strength),
    line("a strength of a longer name", |forge| forge.claims(json!({ "acr": "eidas22" })).token(), TokenRefused::Strength),
    line("a holder of no space", |forge| forge.claims(json!({ "role": "holder" })).token(), lacks("holder", "space")),
    line(
        "a holder of two spaces",
        |forge| forge.claims(json!({ "role": "holder", "space": [uuid::Uuid::now_v7()] })).token(),
        lacks("holder", "space"),
    ),
    line("a caregiver who is nobody", |forge| forge.claims(json!({ "role": "caregiver" })).token(), lacks("caregiver", "caregiver")),
    line(
        "a caregiver by the claim of a holder",
        |forge| forge.claims(json!({ "role": "caregiver", "space": uuid::Uuid::now_v7() })).token(),
        lacks("caregiver", "caregiver"),
    ),
    line(
        "several caregivers",
        |forge| forge.claims(json!({ "role": "caregiver", "caregiver": [uuid::Uuid::now_v7()] })).token(),
        lacks("caregiver", "caregiver"),
    ),
    line(
        "a caregiver by a name",
        |forge| forge.claims(json!({ "role": "caregiver", "caregiver": "Camille" })).token(),
        lacks("caregiver", "caregiver"),
    ),
    line(
        "a caregiver in other letters",
        |forge| forge.claims(json!({ "role": "Caregiver", "caregiver": uuid::Uuid::now_v7() })).token(),
        TokenRefused::Claims(ClaimsError::UnknownRole),
    ),
    line("a service without an id", |forge| forge.claims(json!({ "role": "service" })).token(), lacks("service", "service")),
    line(
        "a service by its name",
        |forge| forge.claims(json!({ "role": "service", "service": "Carnet" })).token(),
        lacks("service", "service"),
    ),
    line(
        "a service by the claim of a caregiver",
        |forge| forge.claims(json!({ "role": "service", "caregiver": uuid::Uuid::now_v7() })).token(),
        lacks("service", "service"),
    ),
    line(
        "a service whose id is an object",
        |forge| forge.claims(json!({ "role": "service", "service": { "id": uuid::Uuid::now_v7() } })).token(),
        lacks("service", "service"),
    ),
    line("a professional without RPPS", |forge| doctor(forge, json!({ "rpps": null })), lacks("professional", "rpps")),
    line("an RPPS with a wrong key", |forge| doctor(forge, json!({ "rpps": "10100000004" })), lacks("professional", "rpps")),
    line("a professional without a profession", |forge| doctor(forge, json!({ "profession": null })), lacks("professional", "profession")),
    line("a mode that there is not", |forge| doctor(forge, json!({ "mode": "root" })), lacks("professional", "mode")),
    line("bound, and no certificate is shown", |forge| bound(forge, json!({ "x5t#S256": "A".repeat(43) })), TokenRefused::NoCertificate),
    line("bound to a key", |forge| bound(forge, json!({ "jkt": "A".repeat(43) })), TokenRefused::OtherBinding),
    line("bound to half a certificate", |forge| bound(forge, json!({ "x5t#S256": "A".repeat(22) })), TokenRefused::OtherBinding),
    line("bound to nothing", |forge| bound(forge, json!({})), TokenRefused::OtherBinding),
];

fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

fn cut(text: &str, letters: usize) -> String {
    text[..text.len() - letters].to_owned()
}

fn of_another(forge: Forge<'_>) -> String {
    let other = forge.clone().claims(json!({ "sub": "somebody else" })).token();
    forge.token_with(other.rsplit('.').next().expect("a signature"))
}

/// The signature of the token as it was, under claims that were changed.
fn changed(forge: &Forge<'_>, change: Value) -> String {
    let signature = forge.token();
    forge.clone().claims(change).token_with(signature.rsplit('.').next().expect("a signature"))
}

fn attacker<'a>(forge: Forge<'a>, member: &str) -> Forge<'a> {
    let address = format!("{}/attacker", forge.issuer().url());
    forge.under("retired", "RS256").header(json!({ "kid": "rsa", member: address }))
}

fn own_key(forge: Forge<'_>) -> String {
    let key = forge.issuer().public("retired");
    forge.under("retired", "RS256").header(json!({ "kid": "rsa", "jwk": key })).token()
}

/// The claims with one more before them.
fn twice(forge: &Forge<'_>, before: &str) -> String {
    forge.token_of(r#"{"alg":"RS256","kid":"rsa"}"#, &forge.payload().replacen('{', before, 1))
}

fn issued_by(forge: Forge<'_>, name: fn(&str) -> String) -> String {
    let name = name(forge.issuer().url());
    forge.claims(json!({ "iss": name })).token()
}

fn doctor(forge: Forge<'_>, change: Value) -> String {
    forge.claims(json!({ "role": "professional", "rpps": "10100000008", "profession": "10" })).claims(change).token()
}

fn bound(forge: Forge<'_>, confirmation: Value) -> String {
    forge.claims(json!({ "cnf": confirmation })).token()
}

fn table() -> impl Iterator<Item = Hostile> {
    SIGNATURES.into_iter().chain(KEYS).chain(FORMS).chain(CLAIMS).chain(BEARERS)
}

/// An issuer that has a key for encryption, and one that it does not publish any more.
fn issuer() -> Issuer {
    let issuer = Issuer::start();
    issuer.make_key("enc", "RS256", &json!({ "use": "enc" }));
    issuer.make_key("retired", "RS256", &json!({}));
    issuer.publish(&["rsa", "pss", "ec", "ed", "enc"]);
    issuer
}

#[tokio::test]
async fn every_hostile_token_is_refused_for_its_own_reason() {
    let issuer = issuer();
    let service = Guarded::start(&issuer, json!({})).await;
    let mut names = HashSet::new();
    for Hostile { name, make, meets } in table() {
        let answer = service.ask(&make(Forge::new(&issuer))).await;
        assert!(answer.is_refused(meets), "{name}: expected {meets:?}, got {answer:?}");
        assert!(names.insert(name), "{name} stands twice");
    }
    assert!(names.len() >= 40, "{} lines", names.len());
    assert_eq!(issuer.count("/attacker"), 0, "no address that a token names is visited");
}

#[tokio::test]
async fn a_token_that_is_good_in_every_respect_is_accepted_under_each_algorithm() {
    let issuer = issuer();
    let service = Guarded::start(&issuer, json!({})).await;
    for (key, algorithm) in [("rsa", "RS256"), ("pss", "PS256"), ("ec", "ES256"), ("ed", "EdDSA")] {
        let answer = service.ask(&Forge::new(&issuer).under(key, algorithm).token()).await;
        assert!(answer.is_let_in(), "{algorithm}: {answer:?}");
    }
    let forge = Forge::new(&issuer);
    for (name, token) in [
        ("without the id of a key", forge.clone().header(json!({ "kid": null })).token()),
        ("as RFC 9068 has it", forge.clone().header(json!({ "typ": "at+jwt" })).claims(json!({ "typ": null })).token()),
        ("with one audience", forge.clone().claims(json!({ "aud": "ens" })).token()),
        ("with client_id instead of azp", forge.clone().claims(json!({ "azp": null, "client_id": "dpi" })).token()),
        ("with fractions of seconds", forge.clone().claims(json!({ "exp": 4_102_444_800.5 })).token()),
        ("within the leeway", forge.clone().claims(json!({ "exp": now() - 20 })).token()),
    ] {
        let answer = service.ask(&token).await;
        assert!(answer.is_let_in(), "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn an_issuer_asserts_only_the_roles_that_it_was_given() {
    let issuer = issuer();
    let service = Guarded::start(&issuer, json!({ "roles": { "cnam": {} } })).await;
    assert!(service.ask(&Forge::new(&issuer).claims(json!({ "role": "cnam" })).token()).await.is_known());
    let id = uuid::Uuid::now_v7();
    for (role, claim) in [(Role::Caregiver, "caregiver"), (Role::Service, "service")] {
        let answer = service.ask(&Forge::new(&issuer).claims(json!({ "role": role.name(), claim: id })).token()).await;
        assert!(answer.is_refused(TokenRefused::Role(role)), "{answer:?}");
    }
    for role in [Role::Auditor, Role::Admin] {
        let answer = service.ask(&Forge::new(&issuer).claims(json!({ "role": role.name() })).token()).await;
        assert!(answer.is_refused(TokenRefused::Role(role)), "{answer:?}");
    }
}

#[tokio::test]
async fn nothing_of_a_token_is_believed_before_its_signature() {
    let issuer = issuer();
    let service = Guarded::start(&issuer, json!({})).await;
    let wrong = json!({ "exp": 1, "aud": "x", "azp": "x", "role": "x", "acr": "x", "sub": "" });
    assert!(service.ask(&changed(&Forge::new(&issuer), wrong)).await.is_refused(TokenRefused::Signature));
}
