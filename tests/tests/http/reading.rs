//! What a person reads of their space: its state, until when, the possible actions, and its history.

use serde_json::json;

use super::api::{Api, support};

#[tokio::test]
async fn a_space_says_where_it_is_and_what_can_be_done() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let answer = ens_tests::eventually("the notice is reflected", async || {
        let answer = api.by(&person.holder(), "GET", &person.path("")).send().await;
        (answer.body["state"] == "notified").then_some(answer)
    })
    .await;
    assert_eq!(answer.body["until"], json!({ "day": "2026-04-13", "term": "window" }));
    assert!(answer.body["actions"].as_array().unwrap().contains(&json!("oppose")));
    assert_eq!(answer.body["version"], 3);
    assert!(answer.body["summary"].as_str().unwrap().len() > 20);
    assert_eq!(answer.body["code"]["state"], "received");
}

#[tokio::test]
async fn a_history_is_read_page_by_page() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let opposed = api.by(&support(), "POST", &person.path("/opposition")).anyhow().json(&json!({ "via": "desk" })).send().await;
    let mut facts: Vec<String> = Vec::new();
    let mut next = person.path("/history?limit=3");
    loop {
        let page = api.by(&person.holder(), "GET", &next).after(&opposed).send().await;
        assert_eq!(page.status, 200, "{}", page.text);
        let lines = page.body["lines"].as_array().unwrap();
        assert!(lines.iter().all(|line| line["sentence"].as_str().is_some_and(|sentence| !sentence.is_empty())));
        facts.extend(lines.iter().filter_map(|line| line["fact"].as_str().map(str::to_owned)));
        let Some(link) = page.headers.get("link").map(|link| link.to_str().unwrap().to_owned()) else { break };
        next = link.split(['<', '>']).nth(1).unwrap().to_owned();
    }
    assert_eq!(facts, ["SpaceCreated", "CodeIssued", "NotifiedByEmail", "Opposed"]);
}

#[tokio::test]
async fn a_page_has_a_size() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    for (query, pointer) in [("limit=0", "limit"), ("limit=1001", "limit"), ("limit=x", "limit"), ("after=-1", "after")] {
        let answer = api.by(&person.holder(), "GET", &person.path(&format!("/history?{query}"))).send().await;
        assert_eq!((answer.refused(), &answer.body["errors"][0]["pointer"]), ((422, "invalid-fields"), &json!(pointer)), "{query}");
    }
}

#[tokio::test]
async fn a_person_without_authorisations_reads_an_empty_list() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let denied = api.by(&support(), "POST", &person.path("/closing")).anyhow().send().await;
    assert_eq!(denied.done(), ["Closed"]);
    let answer = api.by(&person.holder(), "GET", &person.path("/authorisations")).after(&denied).send().await;
    assert_eq!((answer.status, &answer.body), (200, &json!({ "authorisations": [] })));
}
