//! Tokens of Pro Santé Connect, whose issuer is asked for what they do not carry.

use ens_api::http::gate::{ClaimsError, TokenRefused};
use ens_tests::eventually;
use serde_json::{Value, json};

use super::forge::Forge;
use super::guarded::{Answer, Guarded};
use super::issuer::Issuer;

/// The settings of an issuer as Pro Santé Connect is one.
fn settings() -> Value {
    json!({
        "audiences": [],
        "claims": "pro_sante_connect",
        "roles": { "professional": { "acr": ["eidas1"] } },
        "introspection": { "client_id": "ens:test", "client_secret_file": "client-secret" },
    })
}

/// What the issuer says of an invented doctor.
fn doctor() -> Value {
    json!({
        "active": true,
        "sub": "somebody",
        "SubjectNameID": "810100000008",
        "SubjectRole": ["10^1.2.250.1.213.1.1.5.5"],
        "SubjectOrganizationID": "1310000013",
        "Mode_Acces_Raison": "",
        "Acces_Regulation_Medicale": "FAUX",
    })
}

/// A token that does not say who the bearer is.
fn bare(issuer: &Issuer) -> Forge<'_> {
    Forge::new(issuer).claims(json!({ "role": null, "aud": null, "acr": "eidas1" }))
}

async fn told(answer: Value, token: fn(Forge<'_>) -> String) -> Answer {
    let issuer = Issuer::start();
    issuer.introspection(&answer);
    let service = Guarded::start(&issuer, settings()).await;
    service.ask(&token(bare(&issuer))).await
}

fn changed(change: Value) -> Value {
    let (Value::Object(mut doctor), Value::Object(change)) = (doctor(), change) else { panic!("two objects") };
    doctor.extend(change);
    doctor.into()
}

const LACKS_A_NUMBER: TokenRefused = TokenRefused::Claims(ClaimsError::Lacks { role: "professional", claim: "SubjectNameID" });

#[tokio::test]
async fn an_issuer_is_asked_once_for_what_a_token_does_not_carry() {
    let issuer = Issuer::start();
    issuer.introspection(&doctor());
    let service = Guarded::start(&issuer, settings()).await;
    let token = bare(&issuer).token();
    for _ in 0..3 {
        let answer = service.ask(&token).await;
        assert!(answer.is_known(), "{answer:?}");
    }
    assert_eq!(issuer.count("/introspect"), 1);
    assert_eq!(issuer.credentials(), "Basic ZW5zJTNBdGVzdDpzM2NyZXQlMkYlQzMlQTk=", "each encoded as in a form, then both in base64");
}

#[tokio::test]
async fn a_token_that_says_it_all_is_not_asked_about() {
    let issuer = Issuer::start();
    let service = Guarded::start(&issuer, settings()).await;
    let answer = service.ask(&bare(&issuer).claims(changed(json!({ "active": null }))).token()).await;
    assert!(answer.is_known(), "{answer:?}");
    assert_eq!(issuer.count("/introspect"), 0);
}

#[tokio::test]
async fn a_token_that_its_issuer_calls_inactive_is_refused() {
    let answer = told(json!({ "active": false }), |forge| forge.token()).await;
    assert!(answer.is_refused(TokenRefused::Inactive), "{answer:?}");
    let of_another = told(changed(json!({ "sub": "somebody else" })), |forge| forge.token()).await;
    assert!(of_another.is_refused(TokenRefused::Inactive), "{of_another:?}");
}

#[tokio::test]
async fn what_the_token_itself_says_is_not_replaced() {
    let weak = told(changed(json!({ "acr": "eidas1" })), |forge| forge.claims(json!({ "acr": "none" })).token()).await;
    assert!(weak.is_refused(TokenRefused::Strength), "{weak:?}");
    let strengthened = told(changed(json!({ "acr": "eidas1" })), |forge| forge.claims(json!({ "acr": null })).token()).await;
    assert!(strengthened.is_known(), "{strengthened:?}");
    let nobody = told(doctor(), |forge| forge.claims(json!({ "SubjectNameID": "310000013" })).token()).await;
    assert!(nobody.is_refused(LACKS_A_NUMBER), "{nobody:?}");
}

#[tokio::test]
async fn a_professional_without_a_number_is_refused_whatever_the_issuer_adds() {
    for number in [json!("010100000"), json!("810100000004"), json!(null)] {
        let answer = told(changed(json!({ "SubjectNameID": number })), |forge| forge.token()).await;
        assert!(answer.is_refused(LACKS_A_NUMBER), "{number}: {answer:?}");
    }
}

#[tokio::test]
async fn a_binding_that_the_issuer_adds_counts() {
    let answer = told(changed(json!({ "cnf": { "x5t#S256": "A".repeat(43) } })), |forge| forge.token()).await;
    assert!(answer.is_refused(TokenRefused::NoCertificate), "{answer:?}");
}

#[tokio::test]
async fn a_token_whose_issuer_does_not_answer_is_tried_again() {
    let issuer = Issuer::start();
    issuer.introspection(&json!({ "neither": "active nor not" }));
    let service = Guarded::start(&issuer, settings()).await;
    let token = bare(&issuer).token();
    assert!(service.ask(&token).await.is_unavailable());
    issuer.introspection(&doctor());
    eventually("the issuer is asked again", async || service.ask(&token).await.is_known().then_some(())).await;
}
