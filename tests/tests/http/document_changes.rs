//! What is done with documents over HTTP: the same act on many of them, and what is said of one corrected by its author.

use chrono::Duration;
use ens_api::http::gate::Actor;
use serde_json::{Value, json};
use uuid::Uuid;

use super::api::{Answer, Api, Person, RPPS, professional};
use super::medical_record::{deposit, deposited, let_in, list, metadata};

async fn handle(api: &Api, person: &Person, by: &Actor, body: &Value) -> Answer {
    api.by(by, "POST", &person.path("/documents/acts")).header("idempotency-key", "hide-1").json(body).send().await
}

fn titles(page: &Answer) -> Vec<&str> {
    page.body["documents"].as_array().expect("documents").iter().map(|document| document["title"].as_str().expect("a title")).collect()
}

#[tokio::test]
async fn many_documents_are_hidden_at_once_and_each_says_what_became_of_it() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    let (first, second) = (deposited(&api, &person, &professional()).await, deposited(&api, &person, &professional()).await);
    let unknown = Uuid::now_v7().to_string();
    let body = json!({ "act": "hide", "documents": [first, unknown, second] });
    let answer = handle(&api, &person, &person.holder(), &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let each = &answer.body["documents"];
    assert_eq!((&each[0]["id"], &each[0]["done"]), (&json!(first), &json!(["DocumentHidden"])), "{}", answer.text);
    assert_eq!((&each[1]["done"], &each[1]["refused"]["type"]), (&json!([]), &json!("urn:ens:problem:no-such-document")));
    assert_eq!((&each[2]["id"], &each[2]["done"]), (&json!(second), &json!(["DocumentHidden"])));

    let events = api.events().await;
    assert_eq!(handle(&api, &person, &person.holder(), &body).await.body, answer.body, "a repetition answers the same");
    let other = json!({ "act": "show", "documents": [first] });
    let reused = handle(&api, &person, &person.holder(), &other).await;
    assert_eq!(reused.body["documents"][0]["refused"]["type"], "urn:ens:problem:idempotency-key-reused", "{}", reused.text);
    assert_eq!(api.events().await, events, "nothing happened twice");
}

#[tokio::test]
async fn a_professional_hides_none_of_many() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    let id = deposited(&api, &person, &professional()).await;
    let answer = handle(&api, &person, &professional(), &json!({ "act": "hide", "documents": [id] })).await;
    assert_eq!(answer.body["documents"][0]["refused"]["reason"], "not_for_this_role", "{}", answer.text);
}

#[tokio::test]
async fn a_request_names_a_hundred_documents_at_most_and_each_once() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let id = Uuid::now_v7();
    let many: Vec<Uuid> = (0..101).map(|_| Uuid::now_v7()).collect();
    for documents in [json!([]), json!([id, id]), json!(many)] {
        let answer = handle(&api, &person, &person.holder(), &json!({ "act": "hide", "documents": documents })).await;
        assert_eq!(answer.refused(), (422, "invalid-fields"), "{}", answer.text);
        assert_eq!(answer.body["errors"][0]["pointer"], "/documents");
    }
}

#[tokio::test]
async fn an_author_corrects_what_is_said_of_a_document_and_nobody_else_does() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    let id = deposited(&api, &person, &professional()).await;
    let correct = |by: &Actor, body: Value| api.by(by, "POST", &person.path(&format!("/documents/{id}/corrections"))).json(&body);
    let corrected = correct(&professional(), json!({ "title": "Lettre de liaison", "act_first": "2026-03-01" })).send().await;
    assert_eq!((corrected.status, corrected.done()), (200, vec!["MetadataCorrected"]), "{}", corrected.text);
    let page = list(&api, &person, &person.holder()).await;
    assert_eq!(titles(&page), ["Lettre de liaison"]);
    let document = &page.body["documents"][0];
    assert_eq!(
        (&document["act_first"], &document["act_last"], &document["versions"]),
        (&json!("2026-03-01"), &json!("2026-03-01"), &json!(1))
    );

    let by_holder = correct(&person.holder(), json!({ "title": "Autre" })).send().await;
    assert_eq!((by_holder.refused(), &by_holder.body["reason"]), ((403, "access-refused"), &json!("not_the_author")));
    let quiet = correct(&professional(), json!({ "act_first": "2026-03-01" })).send().await;
    assert_eq!(quiet.done(), [] as [&str; 0], "it is so already");
    for (body, pointer) in [
        (json!({ "title": "" }), "/title"),
        (json!({ "type": "CANARI" }), "/type"),
        (json!({ "act_last": "2026-03-01" }), "/act_last"),
        (json!({ "act_first": "2026-03-02", "act_last": "2026-03-01" }), "/act_last"),
    ] {
        let refused = correct(&professional(), body).send().await;
        assert_eq!(
            (refused.refused(), &refused.body["errors"][0]["pointer"]),
            ((422, "invalid-fields"), &json!(pointer)),
            "{}",
            refused.text
        );
        assert!(!refused.text.contains("CANARI"), "{}", refused.text);
    }
    let later = deposit(&api, &person, &professional(), &metadata("11488-4")).await;
    let path = later.header("location");
    let unknown = api.by(&professional(), "POST", &format!("{path}/corrections")).json(&json!({ "visibility": "hidden" })).send().await;
    assert_eq!(unknown.status, 422, "what cannot be corrected is told: {}", unknown.text);
}

/// What was refused by action, newest first, as the holder reads it.
async fn refused_actions(api: &Api, person: &Person) -> Vec<String> {
    let page = api.by(&person.holder(), "GET", &person.path("/accesses?section=medical_record")).send().await;
    let accesses = page.body["accesses"].as_array().expect("accesses").iter().filter(|access| access["outcome"] == "refused");
    accesses.map(|access| access["action"].as_str().expect("an action").to_owned()).collect()
}

#[tokio::test]
async fn a_refused_attempt_is_in_the_holders_list_and_its_repetitions_within_a_minute_are_one() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    let id = deposited(&api, &person, &professional()).await;
    api.by(&person.holder(), "POST", &person.path("/blocked-professionals")).anyhow().json(&json!({ "rpps": RPPS })).send().await.done();
    let act = json!({ "act": "withdraw" });
    for _ in 0..5 {
        for refused in [
            deposit(&api, &person, &professional(), &metadata("11488-4")).await,
            list(&api, &person, &professional()).await,
            api.by(&professional(), "POST", &person.path(&format!("/documents/{id}/acts"))).json(&act).send().await,
        ] {
            assert_eq!((refused.refused(), &refused.body["reason"]), ((403, "access-refused"), &json!("professional_blocked")));
        }
    }
    assert_eq!(refused_actions(&api, &person).await, ["withdraw", "list", "deposit"]);
    api.later(Duration::minutes(1));
    list(&api, &person, &professional()).await.refused();
    assert_eq!(refused_actions(&api, &person).await, ["list", "withdraw", "list", "deposit"]);
}

#[tokio::test]
async fn what_the_gate_permits_and_the_record_refuses_leaves_no_trace() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    let before = api.events().await;
    let refused = deposit(&api, &person, &professional(), &metadata("DOCPAT01")).await;
    assert!(refused.status >= 400, "{}", refused.text);
    assert_eq!(api.events().await, before);
}
