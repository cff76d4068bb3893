//! Versions, idempotency keys and positions: no update is lost, no command takes effect twice, and a client reads its own writes.

use serde_json::json;

use super::api::{Api, RPPS, support};

#[tokio::test]
async fn a_change_names_the_version_it_has_seen_if_match_says_that_any_will_do() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let oppose = || api.by(&support(), "POST", &person.path("/opposition")).json(&json!({ "via": "desk" }));
    assert_eq!(oppose().send().await.refused(), (428, "precondition-required"));
    assert_eq!(oppose().header("if-match", "7").send().await.refused(), (400, "malformed-request"));
    let stale = oppose().header("if-match", "\"1\"").send().await;
    assert_eq!((stale.refused(), &stale.body["current_version"]), ((412, "stale-version"), &json!(3)));
    let read = api.read_until(&support(), &person.path(""), |answer| answer.header("etag") == "\"3\"").await;
    assert_eq!(read.body["version"], 3, "{}", read.text);
    let done = oppose().header("if-match", "\"3\"").send().await;
    assert_eq!((done.done(), done.header("etag")), (vec!["Opposed"], "\"4\""));
    let any = oppose().anyhow().send().await;
    assert_eq!((any.status, any.header("etag")), (200, "\"4\""), "{}", any.text);
}

#[tokio::test]
async fn the_etag_of_a_read_is_the_version_of_a_change() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let granted = api.by(&person.holder(), "POST", &person.path("/authorisations")).anyhow().json(&json!({ "rpps": RPPS })).send().await;
    let read = api.by(&person.holder(), "GET", &person.path("")).after(&granted).send().await;
    assert_eq!(read.header("etag"), granted.header("etag"));
    assert_eq!(read.header("ens-position"), granted.header("ens-position"));
    let unchanged = api.by(&person.holder(), "GET", &person.path("")).header("if-none-match", read.header("etag")).send().await;
    assert_eq!((unchanged.status, unchanged.text.as_str()), (304, ""));
    let closed = api.by(&person.holder(), "POST", &person.path("/closing")).header("if-match", read.header("etag")).send().await;
    assert_eq!(closed.done(), ["Closed"]);
}

#[tokio::test]
async fn a_key_takes_effect_once_and_answers_the_same_again() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let grant =
        |body| api.by(&person.holder(), "POST", &person.path("/authorisations")).anyhow().header("idempotency-key", "g-1").json(&body);
    let first = grant(json!({ "rpps": RPPS })).send().await;
    let events = api.events().await;
    let again = grant(json!({ "rpps": RPPS })).send().await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!((&first.body, first.header("ens-position")), (&again.body, again.header("ens-position")));
    assert_eq!(api.events().await, events);
    let other = grant(json!({ "rpps": RPPS, "sections": ["agenda"] })).send().await;
    assert_eq!(other.refused(), (422, "idempotency-key-reused"));
}

#[tokio::test]
async fn a_repeat_is_answered_even_where_the_version_has_moved_on() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let oppose = || {
        let asked = api.by(&support(), "POST", &person.path("/opposition")).header("if-match", "\"3\"");
        asked.header("idempotency-key", "o-1").json(&json!({ "via": "desk" }))
    };
    let first = oppose().send().await;
    let again = oppose().send().await;
    assert_eq!((first.status, again.status), (200, 200), "{}", again.text);
    assert_eq!(first.body, again.body);
}

#[tokio::test]
async fn one_callers_key_means_nothing_to_another() {
    let api = Api::start().await;
    let (first, second) = (api.opened(1).await, api.opened(2).await);
    for person in [&first, &second] {
        let close = api.by(&person.holder(), "POST", &person.path("/closing")).anyhow().header("idempotency-key", "c").send().await;
        assert!(close.status == 200 || close.refused() == (422, "idempotency-key-reused"), "{}", close.text);
    }
    let agent = api.by(&support(), "POST", &second.path("/closing")).anyhow().header("idempotency-key", "c").send().await;
    assert_eq!(agent.status, 200, "{}", agent.text);
}

#[tokio::test]
async fn a_key_that_cannot_be_one_is_refused() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let long = "x".repeat(300);
    let answer = api.by(&person.holder(), "POST", &person.path("/closing")).anyhow().header("idempotency-key", &long).send().await;
    assert_eq!(answer.refused(), (400, "malformed-request"));
}

#[tokio::test]
async fn a_read_waits_for_its_own_write_or_says_that_it_is_behind() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let read = |position: &str| api.by(&person.holder(), "GET", &person.path("")).header("ens-position", position);
    let behind = read("0:1000000").send().await;
    assert_eq!(behind.refused(), (503, "read-model-behind"));
    assert_eq!(behind.header("retry-after"), "1");
    assert_eq!(read("0").send().await.refused(), (400, "malformed-request"));
    assert_eq!(read("99:1").send().await.refused(), (400, "malformed-request"));
    let opposed = api.by(&support(), "POST", &person.path("/opposition")).anyhow().json(&json!({ "via": "letter" })).send().await;
    let status = api.by(&person.holder(), "GET", &person.path("")).after(&opposed).send().await;
    assert_eq!(status.body["state"], "opposed");
}
