//! Creating spaces over HTTP, one by one or from a file, and finding them again by the INS.

use ens_tests::cohort::person_line;
use serde_json::{Value, json};

use super::api::Api;

#[tokio::test]
async fn a_space_is_created_once() {
    let api = Api::start().await;
    let first = api.cnam("POST", "/v1/spaces").json(&person_line(1)).send().await;
    assert_eq!((first.status, first.done()), (201, vec!["SpaceCreated"]));
    assert_eq!(first.header("location"), format!("/v1/spaces/{}", first.body["space"].as_str().unwrap()));
    assert_eq!(first.header("etag"), "\"1\"");
    let second = api.cnam("POST", "/v1/spaces").json(&person_line(1)).send().await;
    assert_eq!((second.status, second.done()), (200, vec![]));
    assert_eq!(second.body["space"], first.body["space"]);
}

#[tokio::test]
async fn a_minor_comes_with_a_representative() {
    let api = Api::start().await;
    let mut child = person_line(1);
    child["born_on"] = json!("2015-03-29");
    let alone = api.cnam("POST", "/v1/spaces").json(&child).send().await;
    assert_eq!(alone.refused(), (422, "invalid-fields"));
    assert_eq!(alone.body["errors"][0]["pointer"], "/representative");
    child["representative"] =
        json!({ "birth_name": "ESSAI", "first_names": ["Dominique"], "sex": "male", "born_on": "1984-01-02", "birthplace": "44109" });
    let created = api.cnam("POST", "/v1/spaces").header("idempotency-key", "child-1").json(&child).send().await;
    assert_eq!(created.done(), ["SpaceCreated", "RepresentationDeclared"]);
    assert_eq!(created.header("etag"), "\"2\"");
    let again = api.cnam("POST", "/v1/spaces").header("idempotency-key", "child-1").json(&child).send().await;
    assert_eq!((again.status, again.body), (201, created.body));
    let once_more = api.cnam("POST", "/v1/spaces").json(&child).send().await;
    assert_eq!((once_more.status, once_more.done()), (200, vec![]));
    assert_eq!(api.events().await, 2);
}

#[tokio::test]
async fn every_fault_of_a_person_is_named_by_its_field() {
    let api = Api::start().await;
    for (field, value, pointer) in [
        ("ins", json!({ "matricule": "279035121518900", "oid": "1.2.250.1.213.1.4.10", "status": "qualified" }), "/ins/matricule"),
        ("email", json!("CANARI"), "/email"),
        ("born_on", json!("CANARI"), "/born_on"),
        ("department", json!("CANARI"), "/department"),
        ("unknown", json!("CANARI"), "/unknown"),
    ] {
        let mut person = person_line(1);
        person[field] = value;
        let answer = api.cnam("POST", "/v1/spaces").json(&person).send().await;
        assert_eq!(answer.refused(), (422, "invalid-fields"), "{}", answer.text);
        assert_eq!(answer.body["errors"][0]["pointer"], pointer);
        assert!(!answer.text.contains("CANARI") && !answer.text.contains("279035121518900"), "{}", answer.text);
    }
}

#[tokio::test]
async fn production_takes_real_identities_only() {
    let api = Api::on(ens_tests::Engine::SqliteMemory, |settings| settings.site.production = true).await;
    let answer = api.cnam("POST", "/v1/spaces").json(&person_line(1)).send().await;
    assert_eq!((answer.status, &answer.body["errors"][0]["pointer"]), (422, &json!("/ins/oid")));
    assert_eq!(api.events().await, 0);
}

#[tokio::test]
async fn a_space_is_found_by_its_ins() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let found = api.cnam("POST", "/v1/spaces/search").json(&json!({ "ins": person.ins })).send().await;
    assert_eq!((found.status, found.body["space"].as_str()), (200, Some(person.space.to_string().as_str())));
    let stranger = api.cnam("POST", "/v1/spaces/search").json(&json!({ "ins": "279035121518989" })).send().await;
    assert_eq!(stranger.refused(), (404, "not-found"));
    let slip = api.cnam("POST", "/v1/spaces/search").json(&json!({ "ins": "279035121518988" })).send().await;
    assert_eq!((slip.status, slip.body["errors"][0]["pointer"].as_str()), (422, Some("/ins")));
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[tokio::test]
async fn the_last_line_is_the_report_or_the_problem_that_broke_the_import_off() {
    let api = Api::start().await;
    let file = format!("{}\nCANARI\n\n{}\n{}", person_line(1), person_line(2), json!({ "ins": 3 }));
    let answer = api.cnam("POST", "/v1/spaces/import").text("application/x-ndjson", file.clone()).send().await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/x-ndjson"));
    let said = lines(&answer.text);
    assert_eq!(said.len(), 3, "{}", answer.text);
    assert_eq!((&said[0]["rejected"]["line"], &said[1]["rejected"]["line"]), (&json!(2), &json!(5)));
    assert_eq!(said[2]["report"], json!({ "lines": 4, "created": 2, "known": 0, "rejected": 2 }));
    assert!(!answer.text.contains("CANARI"));
    let again = api.cnam("POST", "/v1/spaces/import").text("application/x-ndjson", file).send().await;
    assert_eq!(lines(&again.text)[2]["report"], json!({ "lines": 4, "created": 0, "known": 2, "rejected": 2 }));
    api.app.store.close().await;
    let broken = api.cnam("POST", "/v1/spaces/import").text("application/x-ndjson", person_line(3).to_string()).send().await;
    let said = lines(&broken.text);
    assert_eq!((said.len(), &said[0]["status"], &said[0]["report"]), (1, &json!(503), &Value::Null), "{}", broken.text);
}

#[tokio::test]
async fn an_import_is_longer_than_any_other_body() {
    let api = Api::on(ens_tests::Engine::SqliteMemory, |settings| settings.limits.body_limit = 10_000).await;
    let file: String = (1..=200).map(|number| format!("{}\n", person_line(number))).collect();
    assert!(file.len() > 10_000);
    let answer = api.cnam("POST", "/v1/spaces/import").text("application/x-ndjson", file).send().await;
    assert_eq!(lines(&answer.text)[0]["report"]["created"], 200);
}
