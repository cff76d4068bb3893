//! Services of the catalogue over HTTP: they read and write the categories consented to, for the purpose consented to, and nothing else.

use chrono::Duration;
use ens_api::http::gate::Actor;
use ens_domain::ids::ServiceId;
use ens_tests::Engine;
use serde_json::{Value, json};

use super::api::{Answer, Api, Person, service};
use super::medical_record::{deposited, let_in, list};

fn id() -> ServiceId {
    let Actor::Service { service } = service() else { panic!("a service") };
    service
}

async fn consent(api: &Api, person: &Person, body: Value) -> Answer {
    let path = person.path(&format!("/service-consents/{}/prevention", id()));
    api.by(&person.holder(), "PUT", &path).anyhow().json(&body).send().await
}

async fn list_for(api: &Api, person: &Person, purpose: &str) -> Answer {
    api.by(&service(), "GET", &person.path("/documents")).header("ens-purpose", purpose).send().await
}

fn reason(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.body["reason"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn a_service_reads_what_was_consented_to_for_the_purpose_consented_to() {
    for engine in Engine::ALL {
        let api = Api::on(engine, |_| {}).await;
        let (person, other) = (api.opened(1).await, api.opened(2).await);
        let_in(&api, &person).await;
        let document = deposited(&api, &person, &super::api::professional()).await;
        let before = api.events().await;
        assert_eq!(reason(&list_for(&api, &person, "prevention").await), (403, "not_authorised"), "{engine:?}");
        assert_eq!(api.events().await, before, "the attempt of a service that nobody consented to is not kept");

        assert_eq!(consent(&api, &person, json!({ "sections": ["medical_record"] })).await.done(), ["ServiceConsented"]);
        let page = list_for(&api, &person, "prevention").await;
        assert_eq!((page.status, &page.body["documents"][0]["id"]), (200, &json!(document)), "{engine:?}: {}", page.text);
        assert_eq!(reason(&list_for(&api, &person, "research").await), (403, "purpose_not_covered"), "{engine:?}");
        assert_eq!(reason(&list(&api, &person, &service()).await), (403, "purpose_not_covered"), "care is not what was consented to");
        assert_eq!(reason(&list_for(&api, &person, "insurance").await), (403, "forbidden_purpose"), "{engine:?}");
        let accesses = api.by(&service(), "GET", &person.path("/accesses")).header("ens-purpose", "prevention").send().await;
        assert_eq!(reason(&accesses), (403, "outside_scope"), "{engine:?}");
        assert_eq!(reason(&list_for(&api, &other, "prevention").await), (403, "not_authorised"), "the space of another person");

        let mine = api.by(&person.holder(), "GET", &person.path("/accesses?section=medical_record")).send().await;
        let made = mine.body["accesses"].as_array().expect("accesses").iter().find(|access| access["outcome"] == "made").expect("one");
        assert_eq!((&made["role"], &made["reader"]), (&json!("service"), &json!(id().to_string())), "{engine:?}: {}", mine.text);
        assert!(made["sentence"].as_str().expect("a sentence").contains("service"), "{}", mine.text);
    }
}

#[tokio::test]
async fn a_service_enters_and_withdraws_what_is_its_own_for_that_purpose() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    let doctors = deposited(&api, &person, &super::api::professional()).await;
    consent(&api, &person, json!({ "sections": ["medical_record"] })).await.done();
    let form = "--b\r\ncontent-disposition: form-data; name=\"document\"\r\ncontent-type: application/json\r\n\r\n\
        {\"title\":\"Bilan\",\"type\":\"11488-4\"}\r\n--b\r\ncontent-disposition: form-data; name=\"content\"; filename=\"a.txt\"\r\n\
        content-type: text/plain\r\n\r\nBilan.\n\r\n--b--\r\n";
    let deposit = async |purpose: &str| {
        let ask = api.by(&service(), "POST", &person.path("/documents")).header("ens-purpose", purpose);
        ask.text("multipart/form-data; boundary=b", form).send().await
    };
    assert_eq!(deposit("care").await.status, 403);
    let entered = deposit("prevention").await;
    assert_eq!((entered.status, entered.done()), (201, vec!["DocumentDeposited"]), "{}", entered.text);
    let own = entered.body["id"].as_str().expect("an id").to_owned();
    let withdraw = async |id: &str, purpose: &str| {
        let ask = api.by(&service(), "POST", &person.path(&format!("/documents/{id}/acts"))).anyhow().header("ens-purpose", purpose);
        ask.json(&json!({ "act": "withdraw" })).send().await
    };
    assert_eq!(reason(&withdraw(&doctors, "prevention").await), (403, "not_the_author"));
    assert_eq!(reason(&withdraw(&own, "care").await), (403, "purpose_not_covered"));
    assert_eq!(withdraw(&own, "prevention").await.done(), ["DocumentWithdrawn"]);
    let hide = api.by(&service(), "POST", &person.path(&format!("/documents/{own}/acts"))).anyhow().header("ens-purpose", "prevention");
    assert_eq!(reason(&hide.json(&json!({ "act": "hide" })).send().await), (403, "not_for_this_role"));
}

#[tokio::test]
async fn a_consent_that_is_over_or_taken_back_opens_nothing() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let until = (api.now() + Duration::days(1)).date_naive();
    consent(&api, &person, json!({ "sections": ["medical_record"], "until": until })).await.done();
    assert_eq!(list_for(&api, &person, "prevention").await.status, 200);
    api.later(Duration::days(2));
    assert_eq!(reason(&list_for(&api, &person, "prevention").await), (403, "access_over"));
    consent(&api, &person, json!({ "sections": ["medical_record"] })).await.done();
    assert_eq!(list_for(&api, &person, "prevention").await.status, 200);
    let path = person.path(&format!("/service-consents/{}/prevention", id()));
    api.by(&person.holder(), "DELETE", &path).anyhow().send().await.done();
    assert_eq!(reason(&list_for(&api, &person, "prevention").await), (403, "not_authorised"));
}
