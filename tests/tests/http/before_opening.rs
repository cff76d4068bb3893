//! Routes used before the opening: codes, oppositions, denials, blocks, contacts, INS, representatives, deaths.

use chrono::Duration;
use serde_json::json;

use super::api::{Api, insurer, support};

#[tokio::test]
async fn an_agent_has_a_new_code_sent() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let early = api.by(&support(), "POST", &person.path("/codes")).anyhow().send().await;
    assert_eq!(early.refused(), (429, "reissue-too-soon"));
    assert!(!early.header("retry-after").is_empty());
    api.later(Duration::seconds(31));
    let sent = api.by(&support(), "POST", &person.path("/codes")).anyhow().send().await;
    assert_eq!((sent.status, sent.done()), (201, vec!["CodeIssued"]));
    let waiting: u64 = api.app.store.outbox().depth().await.unwrap().iter().map(|depth| depth.waiting).sum();
    assert_eq!(waiting, 1);
}

#[tokio::test]
async fn an_agent_records_an_opposition_and_its_withdrawal() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let desk = json!({ "via": "desk" });
    let opposed = api.by(&support(), "POST", &person.path("/opposition")).anyhow().json(&desk).send().await;
    assert_eq!(opposed.done(), ["Opposed"]);
    assert!(opposed.body["receipt"]["number"].as_str().unwrap().starts_with("OPP-"));
    let withdrawn = api.by(&insurer(), "POST", &person.path("/opposition/withdrawal")).anyhow().json(&desk).send().await;
    assert_eq!(withdrawn.done(), ["OppositionWithdrawn", "OpenedByCnam"]);
    assert_eq!(withdrawn.body["opened_on"], "2026-03-02");
}

#[tokio::test]
async fn by_phone_the_code_is_the_proof() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let oppose = async |body| api.by(&support(), "POST", &person.path("/opposition")).anyhow().json(&body).send().await;
    assert_eq!(oppose(json!({ "via": "phone" })).await.refused(), (422, "code-needed"));
    assert_eq!(oppose(json!({ "via": "desk", "code": person.code })).await.refused(), (422, "identity-needed"));
    let wrong = oppose(json!({ "via": "phone", "code": "ZZZZ-ZZZZ-ZZZZ" })).await;
    assert_eq!((wrong.refused(), &wrong.body["left"]), ((403, "wrong-code"), &json!(4)));
    assert_eq!(oppose(json!({ "via": "phone", "code": person.code })).await.done(), ["Opposed"]);
}

#[tokio::test]
async fn a_code_that_cannot_be_one_is_no_attempt() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let before = api.events().await;
    let slip = json!({ "via": "phone", "code": "CANARI" });
    let answer = api.by(&support(), "POST", &person.path("/opposition")).anyhow().json(&slip).send().await;
    assert_eq!((answer.status, answer.body["errors"][0]["pointer"].as_str()), (422, Some("/code")));
    assert!(!answer.text.contains("CANARI"));
    assert_eq!(api.events().await, before);
}

#[tokio::test]
async fn an_agent_records_that_somebody_is_not_the_representative() {
    let api = Api::start().await;
    let person = api.notified_child(1).await;
    let denied = api.by(&support(), "POST", &person.path("/representation-denial")).anyhow().send().await;
    assert_eq!(denied.done(), ["RepresentationEnded", "OpeningBlocked"]);
}

#[tokio::test]
async fn cnam_reports_a_technical_block_and_mends_it() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let blocked = api.cnam("POST", &person.path("/technical-block")).anyhow().send().await;
    assert_eq!(blocked.done(), ["OpeningBlocked"]);
    let told: u64 = api.app.store.outbox().depth().await.unwrap().iter().map(|depth| depth.waiting).sum();
    assert_eq!(told, 1, "the person is told without delay");
    assert_eq!(api.cnam("DELETE", &person.path("/technical-block")).anyhow().send().await.done(), ["OpeningUnblocked"]);
}

#[tokio::test]
async fn contacts_are_declared() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let contacts = json!({ "email": "autre@exemple.fr", "address": ["12 RUE DES LILAS", "31000 TOULOUSE"], "phone": "+33612345678" });
    let declared = api.by(&insurer(), "PUT", &person.path("/contacts")).anyhow().json(&contacts).send().await;
    assert_eq!(declared.done(), ["ContactsDeclared"]);
    let wrong = json!({ "email": "CANARI", "address": ["CANARI"], "phone": "CANARI" });
    let refused = api.by(&insurer(), "PUT", &person.path("/contacts")).anyhow().json(&wrong).send().await;
    let pointers: Vec<&str> = refused.body["errors"].as_array().unwrap().iter().filter_map(|error| error["pointer"].as_str()).collect();
    assert_eq!(pointers, ["/email", "/phone", "/address"]);
    assert!(!refused.text.contains("CANARI"));
}

#[tokio::test]
async fn a_replaced_ins_leads_to_the_same_space() {
    let api = Api::start().await;
    let (person, other) = (api.notified(1).await, api.notified(2).await);
    let ins = |matricule: &str| json!({ "matricule": matricule, "oid": "1.2.250.1.213.1.4.10", "status": "qualified" });
    let taken = api.cnam("PUT", &person.path("/ins")).anyhow().json(&ins(&other.ins)).send().await;
    assert_eq!(taken.refused(), (409, "ins-taken"));
    let replaced = api.cnam("PUT", &person.path("/ins")).anyhow().json(&ins("279035121518989")).send().await;
    assert_eq!(replaced.done(), ["InsReplaced"]);
    for known in ["279035121518989", &person.ins] {
        let found = api.cnam("POST", "/v1/spaces/search").json(&json!({ "ins": known })).send().await;
        assert_eq!(found.body["space"], person.space.to_string());
    }
}

#[tokio::test]
async fn a_representative_is_declared_and_ended() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let who = json!({ "kind": "protected_adult", "birth_name": "ESSAI", "first_names": ["Dominique"], "sex": "male", "born_on": "1970-01-02", "birthplace": "44109" });
    let declared = api.by(&insurer(), "POST", &person.path("/representations")).anyhow().json(&who).send().await;
    assert_eq!((declared.status, declared.done()), (201, vec!["RepresentationDeclared"]));
    let location = declared.header("location").to_owned();
    assert!(location.ends_with(declared.body["representation"].as_str().unwrap()));
    assert_eq!(api.by(&insurer(), "DELETE", &location).anyhow().send().await.done(), ["RepresentationEnded"]);
    let mut nameless = who;
    nameless["birth_name"] = json!("CANARI 7");
    let refused = api.by(&insurer(), "POST", &person.path("/representations")).anyhow().json(&nameless).send().await;
    assert_eq!((refused.status, refused.body["errors"][0]["pointer"].as_str()), (422, Some("/birth_name")));
    assert!(!refused.text.contains("CANARI"));
}

#[tokio::test]
async fn a_death_before_the_opening_ends_it() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let tomorrow = api.cnam("POST", &person.path("/death")).anyhow().json(&json!({ "died_on": "2026-03-03" })).send().await;
    assert_eq!(tomorrow.refused(), (422, "impossible-day"));
    let recorded = api.cnam("POST", &person.path("/death")).anyhow().json(&json!({ "died_on": "2026-03-01" })).send().await;
    assert_eq!(recorded.done(), ["DeathRecorded"]);
}
