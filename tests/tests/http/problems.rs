//! Problems (RFC 9457): a stable type, a remedy and the request id, and nothing of what the client sent.

use ens_api::problem::every_type;
use ens_tests::Engine;
use ens_tests::cohort::person_line;
use serde_json::json;

use super::api::{Answer, Api};

fn is_a_problem(answer: &Answer) {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.text);
    assert!(every_type().any(|known| known.slug == answer.problem() && known.status.as_u16() == answer.status), "{}", answer.text);
    assert_eq!(answer.body["status"], answer.status);
    assert!(answer.body["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()));
    assert_eq!(answer.body["instance"], format!("urn:uuid:{}", answer.header("x-request-id")));
}

#[tokio::test]
async fn whatever_refuses_a_request_answers_a_problem_the_framework_too() {
    let api = Api::on(Engine::SqliteMemory, |settings| settings.limits.body_limit = 1_000).await;
    let person = api.notified(1).await;
    let large = json!({ "ins": "x".repeat(2_000) });
    for (ask, status, problem) in [
        (api.ask("GET", "/nowhere"), 404, "not-found"),
        (api.ask("DELETE", "/v1/codes"), 405, "method-not-allowed"),
        (api.ask("PATCH", "/v1/support-line"), 405, "method-not-allowed"),
        (api.ask("GET", "/v1/support-line?region=nowhere"), 400, "malformed-request"),
        (api.cnam("GET", "/v1/spaces/not-an-id"), 404, "not-found"),
        (api.cnam("POST", "/v1/spaces/search").json(&large), 413, "body-too-large"),
        (api.cnam("POST", "/v1/spaces/search").text("text/plain", "{}"), 415, "unsupported-media-type"),
        (api.cnam("POST", "/v1/spaces/search").text("application/json", "{"), 400, "malformed-request"),
        (api.cnam("POST", "/v1/spaces/search"), 422, "invalid-fields"),
        (api.cnam("POST", &person.path("/technical-block")), 428, "precondition-required"),
    ] {
        let answer = ask.send().await;
        is_a_problem(&answer);
        assert_eq!(answer.refused(), (status, problem), "{}", answer.text);
    }
    assert_eq!(api.ask("DELETE", "/v1/codes").send().await.header("allow"), "POST");
}

#[tokio::test]
async fn a_body_that_does_not_fit_names_the_field_and_not_the_value() {
    let api = Api::start().await;
    for (body, pointer) in [
        (json!({ "ins": 279_035_121_518_989_u64 }), "/ins"),
        (json!({ "ins": ["CANARI"] }), "/ins"),
        (json!({ "ins": "CANARI" }), "/ins"),
        (json!({}), ""),
    ] {
        let answer = api.cnam("POST", "/v1/spaces/search").json(&body).send().await;
        is_a_problem(&answer);
        assert_eq!((answer.status, &answer.body["errors"][0]["pointer"]), (422, &json!(pointer)), "{}", answer.text);
        assert!(!answer.text.contains("CANARI") && !answer.text.contains("279035"), "{}", answer.text);
    }
}

#[tokio::test]
async fn every_answer_has_the_headers_that_protect_it() {
    let api = Api::start().await;
    for path in ["/livez", "/nowhere", "/v1/support-line"] {
        let answer = api.ask("GET", path).send().await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
        assert!(!answer.header("x-request-id").is_empty());
    }
}

#[tokio::test]
async fn a_service_that_cannot_take_more_commands_says_when_to_try_again() {
    let api = Api::on(Engine::SqliteMemory, |settings| settings.limits.commands_waiting = 0).await;
    let full = api.cnam("POST", "/v1/spaces").json(&person_line(1)).send().await;
    is_a_problem(&full);
    assert_eq!(full.refused(), (503, "overloaded"));
    assert_eq!(full.header("retry-after"), "1");
    assert_eq!(api.events().await, 0);
}
