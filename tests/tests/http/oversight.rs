//! What those who look after spaces read over HTTP, and how the holder sees it among the accesses.

use chrono::Duration;
use ens_api::http::gate::Actor;
use ens_domain::party::Party;
use ens_domain::space::commands::{Close, Destroy, RequestDestruction};
use serde_json::{Value, json};

use super::api::{Api, Person, insurer, support};

async fn read(api: &Api, by: &Actor, path: &str) {
    let answer = api.read_until(by, path, |_| true).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
}

/// The accesses that the holder sees, newest first, but for the holder's own.
async fn accesses(api: &Api, person: &Person) -> Vec<Value> {
    let page = api.by(&person.holder(), "GET", &person.path("/accesses")).send().await;
    assert_eq!(page.status, 200, "{}", page.text);
    page.body["accesses"].as_array().expect("accesses").iter().filter(|access| access["role"] != "holder").cloned().collect()
}

fn grounds(accesses: &[Value]) -> Vec<(&str, &str)> {
    accesses.iter().map(|access| (access["role"].as_str().expect("a role"), access["because"].as_str().expect("a ground"))).collect()
}

#[tokio::test]
async fn what_an_auditor_reads_of_a_space_stands_in_the_accesses_that_the_holder_sees() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    read(&api, &Actor::Auditor, &person.path("/history")).await;
    let seen = accesses(&api, &person).await;
    assert_eq!(grounds(&seen), [("auditor", "audit")]);
    let sentence = "Accès à la vie de l’espace (état et historique). Un auditeur contrôle le service. Il lit la vie de votre espace, jamais ce \
                    qu’il contient.";
    assert_eq!((seen[0]["sentence"].as_str(), &seen[0]["section"]), (Some(sentence), &Value::Null));
    assert_eq!((&seen[0]["purpose"], &seen[0]["outcome"]), (&json!("administration"), &json!("made")));
    api.later(Duration::minutes(1));
    read(&api, &Actor::Auditor, &person.path("")).await;
    assert_eq!(accesses(&api, &person).await.len(), 2, "the state is read, too");
    let feed = api.by(&Actor::Auditor, "GET", "/v1/partitions/0/events").send().await;
    assert_eq!((feed.status, accesses(&api, &person).await.len()), (200, 2), "the feed is sealed, and of all spaces");
}

#[tokio::test]
async fn the_pages_of_a_history_that_one_reader_asks_for_in_a_minute_are_one_consultation() {
    let api = Api::start().await;
    let (person, other) = (api.opened(1).await, api.opened(2).await);
    for after in 0..3 {
        read(&api, &Actor::Auditor, &person.path(&format!("/history?limit=1&after={after}"))).await;
    }
    read(&api, &Actor::Auditor, &other.path("/history")).await;
    assert_eq!((accesses(&api, &person).await.len(), accesses(&api, &other).await.len()), (1, 1));
    api.later(Duration::minutes(1));
    read(&api, &Actor::Auditor, &person.path("/history")).await;
    assert_eq!(accesses(&api, &person).await.len(), 2);
}

#[tokio::test]
async fn who_looks_after_a_space_leaves_a_trace_in_its_history_and_none_in_its_state() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let before = api.events().await;
    for by in [Actor::Cnam, insurer(), support()] {
        read(&api, &by, &person.path("")).await;
    }
    for path in ["", "/history", "/authorisations"] {
        read(&api, &person.holder(), &person.path(path)).await;
    }
    assert_eq!(api.events().await, before);
    for by in [Actor::Cnam, insurer(), support()] {
        read(&api, &by, &person.path("/history")).await;
    }
    let expected = [("support", "agent_for_person"), ("insurer", "space_management"), ("cnam", "space_management")];
    assert_eq!(grounds(&accesses(&api, &person).await), expected);
}

#[tokio::test]
async fn an_agent_who_looks_at_who_may_read_a_space_leaves_a_trace() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    read(&api, &support(), &person.path("/authorisations")).await;
    let seen = accesses(&api, &person).await;
    assert_eq!(grounds(&seen), [("support", "agent_for_person")]);
    assert_eq!((&seen[0]["section"], &seen[0]["reader"]), (&json!("authorisations"), &json!("agent-7")));
}

#[tokio::test]
async fn a_trace_names_the_token_and_nobody() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let before = api.events().await;
    read(&api, &Actor::Auditor, &person.path("/history")).await;
    let written = api.app.store.log().feed(ens_store::Partition::new(0), before, 10).await.expect("a page");
    let metadata: Value = serde_json::from_str(&written[0].metadata).expect("JSON");
    assert_eq!((&metadata["role"], metadata["token"].is_string()), (&json!("auditor"), true), "{metadata}");
    assert!(!written[0].payload.contains("auditor"), "who it was is sealed: {}", written[0].payload);
}

#[tokio::test]
async fn a_history_is_read_before_the_opening_and_after_the_destruction() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    read(&api, &Actor::Auditor, &person.path("/history")).await;
    let opened = api.opened(2).await;
    let at = api.now();
    api.say(opened.space, Close { at, by: Party::Holder }).await;
    api.say(opened.space, RequestDestruction { at, by: Party::Holder }).await;
    api.later(Duration::days(100));
    api.say(opened.space, Destroy { at: api.now() }).await;
    let before = api.events().await;
    read(&api, &Actor::Auditor, &opened.path("/history")).await;
    assert_eq!(api.events().await, before, "no key is left to seal a trace, and nobody to read one");
    let nowhere = format!("/v1/spaces/{}/history", uuid::Uuid::now_v7());
    assert_eq!(api.by(&Actor::Auditor, "GET", &nowhere).send().await.refused(), (404, "not-found"));
}
