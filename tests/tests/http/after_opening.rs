//! Routes used after the opening: authorisations, blocks, suspension, closing, reopening, destruction, renewal.

use chrono::Duration;
use ens_domain::space::commands::Destroy;
use ens_tests::cohort::person_line;
use serde_json::json;

use super::api::{Api, RPPS, support};

#[tokio::test]
async fn a_holder_grants_and_takes_back() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let grant = json!({ "rpps": RPPS, "sections": ["medical_record", "agenda"], "until": "2026-12-31" });
    let granted = api.by(&person.holder(), "POST", &person.path("/authorisations")).anyhow().json(&grant).send().await;
    assert_eq!((granted.status, granted.done()), (201, vec!["AccessGranted"]));
    let location = granted.header("location").to_owned();
    let listed = api.by(&person.holder(), "GET", &person.path("/authorisations")).after(&granted).send().await;
    assert_eq!(listed.body["authorisations"][0]["subject"], RPPS);
    assert_eq!(listed.body["authorisations"][0]["sections"], json!(["medical_record", "agenda"]));
    let revoked = api.by(&person.holder(), "DELETE", &location).anyhow().send().await;
    assert_eq!(revoked.done(), ["AccessRevoked"]);
    let unknown =
        api.by(&person.holder(), "DELETE", &person.path("/authorisations/0198c0de-0000-7000-8000-000000000001")).anyhow().send().await;
    assert_eq!(unknown.refused(), (404, "no-such-grant"));
}

#[tokio::test]
async fn an_authorisation_names_one_grantee_and_something_to_see() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let grant = async |body| api.by(&person.holder(), "POST", &person.path("/authorisations")).anyhow().json(&body).send().await;
    assert_eq!(grant(json!({})).await.refused(), (422, "invalid-fields"));
    assert_eq!(grant(json!({ "rpps": RPPS, "finess": "2A0000014" })).await.refused(), (422, "invalid-fields"));
    assert_eq!(grant(json!({ "rpps": "1" })).await.body["errors"][0]["pointer"], "/rpps");
    assert_eq!(grant(json!({ "rpps": RPPS, "sections": ["everything"] })).await.refused(), (422, "invalid-fields"));
    assert_eq!(grant(json!({ "rpps": RPPS, "sections": [] })).await.refused(), (422, "empty-scope"));
    assert_eq!(grant(json!({ "rpps": RPPS, "until": "2020-01-01" })).await.refused(), (422, "grant-already-over"));
    assert_eq!(grant(json!({ "finess": "2A0000014" })).await.done(), ["AccessGranted"]);
}

#[tokio::test]
async fn a_blocked_professional_is_let_in_by_nothing() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let by = |method, path: &str| api.by(&person.holder(), method, &person.path(path)).anyhow();
    let blocked = by("POST", "/blocked-professionals").json(&json!({ "rpps": RPPS })).send().await;
    assert_eq!((blocked.status, blocked.done()), (201, vec!["ProfessionalBlocked"]));
    let refused = by("POST", "/authorisations").json(&json!({ "rpps": RPPS })).send().await;
    assert_eq!(refused.refused(), (409, "professional-blocked"));
    let location = blocked.header("location").to_owned();
    assert_eq!(api.by(&person.holder(), "DELETE", &location).anyhow().send().await.done(), ["ProfessionalUnblocked"]);
}

#[tokio::test]
async fn a_suspension_is_lifted_or_opposed() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let suspend = async || api.cnam("POST", &person.path("/suspension")).anyhow().json(&json!({ "ground": "malfunction" })).send().await;
    let suspended = suspend().await;
    assert_eq!(suspended.done(), ["Suspended"]);
    assert!(suspended.body["last_day"].is_string());
    assert_eq!(api.cnam("DELETE", &person.path("/suspension")).anyhow().send().await.done(), ["SuspensionLifted"]);
    suspend().await.done();
    let opposed = api.by(&person.holder(), "POST", &person.path("/suspension/opposition")).anyhow().send().await;
    assert_eq!(opposed.done(), ["ClosingOpposed"]);
    let again = api.cnam("DELETE", &person.path("/suspension")).anyhow().send().await;
    assert!(again.status == 409 || again.done().is_empty(), "{}", again.text);
}

#[tokio::test]
async fn a_space_is_closed_and_comes_back() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let early = api.by(&person.holder(), "POST", &person.path("/destruction")).anyhow().send().await;
    assert_eq!(early.refused(), (409, "not-closed"));
    let closed = api.by(&support(), "POST", &person.path("/closing")).anyhow().send().await;
    assert_eq!(closed.done(), ["Closed"]);
    assert!(closed.body["archived_until"].as_str().unwrap().starts_with("2036"));
    assert_eq!(api.by(&person.holder(), "DELETE", &person.path("/closing")).anyhow().send().await.done(), ["Reopened"]);
}

#[tokio::test]
async fn a_destroyed_space_is_renewed() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let by = |method, path: &str| api.by(&person.holder(), method, &person.path(path)).anyhow();
    by("POST", "/closing").send().await.done();
    let asked = by("POST", "/destruction").send().await;
    assert_eq!(asked.done(), ["DestructionRequested"]);
    assert!(asked.body["destroy_on"].is_string());
    assert_eq!(by("DELETE", "/destruction").send().await.done(), ["DestructionCancelled"]);
    by("POST", "/destruction").send().await.done();
    api.later(Duration::days(100));
    api.say(person.space, Destroy { at: api.now() }).await;
    let renew = async |number| api.cnam("POST", &person.path("/renewal")).anyhow().json(&person_line(number)).send().await;
    assert_eq!(renew(2).await.refused(), (422, "invalid-fields"), "somebody else");
    assert_eq!(renew(1).await.done(), ["SpaceRenewed"]);
    let status = api.by(&person.holder(), "GET", &person.path("")).after(&renew(1).await).send().await;
    assert_eq!((status.status, &status.body["state"]), (200, &json!("open")), "{}", status.text);
}
