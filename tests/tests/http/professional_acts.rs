//! What a professional does with authorisations over HTTP: takes the person's consent for a colleague, and blocks as administrator.

use ens_api::http::gate::Actor;
use ens_domain::access::{AccessMode, Profession, Professional};
use ens_domain::rpps::Rpps;
use serde_json::{Value, json};

use super::api::{Answer, Api, Person, RPPS, professional};
use super::medical_record::{let_in, list};

fn colleague() -> Rpps {
    Rpps::from_first10("8100000007").expect("a number")
}

fn as_colleague() -> Actor {
    Actor::Professional(Professional { rpps: colleague(), profession: Profession::Doctor, structure: None, mode: AccessMode::Ordinary })
}

async fn take(api: &Api, person: &Person, by: &Actor, body: Value) -> Answer {
    api.by(by, "POST", &person.path("/consents-for-colleagues")).anyhow().json(&body).send().await
}

async fn block(api: &Api, person: &Person, by: &Actor) -> Answer {
    let body = json!({ "rpps": colleague().to_string() });
    api.by(by, "POST", &person.path("/blocks-by-administrator")).anyhow().json(&body).send().await
}

#[tokio::test]
async fn a_professional_with_access_takes_the_consent_of_the_person_for_a_colleague() {
    let api = Api::start().await;
    let (person, other) = (api.opened(1).await, api.opened(2).await);
    let body = || json!({ "rpps": colleague().to_string(), "sections": ["medical_record"] });
    let refused = take(&api, &person, &professional(), body()).await;
    assert_eq!(
        (refused.refused(), &refused.body["because"]),
        ((403, "authorisation-refused"), &json!("not_authorised")),
        "{}",
        refused.text
    );
    let_in(&api, &person).await;
    assert_eq!(list(&api, &person, &as_colleague()).await.status, 403);
    let taken = take(&api, &person, &professional(), body()).await;
    assert_eq!((taken.status, taken.done()), (201, vec!["AccessGranted"]), "{}", taken.text);
    assert_eq!(list(&api, &person, &as_colleague()).await.status, 200);
    // It opens what was named and no more, so the colleague cannot pass it on.
    assert_eq!(take(&api, &person, &as_colleague(), json!({ "rpps": RPPS })).await.refused(), (403, "authorisation-refused"));
    assert_eq!(take(&api, &other, &professional(), body()).await.refused(), (403, "authorisation-refused"));
    // The holder takes it back as any other.
    let location = taken.header("location").to_owned();
    assert_eq!(api.by(&person.holder(), "DELETE", &location).anyhow().send().await.done(), ["AccessRevoked"]);
    assert_eq!(list(&api, &person, &as_colleague()).await.status, 403);
}

#[tokio::test]
async fn a_consent_for_a_colleague_names_one_grantee_something_to_see_and_a_day_to_come() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    let ask = async |body| take(&api, &person, &professional(), body).await;
    assert_eq!(ask(json!({})).await.refused(), (422, "invalid-fields"));
    assert_eq!(ask(json!({ "rpps": RPPS, "finess": "2A0000014" })).await.refused(), (422, "invalid-fields"));
    assert_eq!(ask(json!({ "finess": "2A0000014", "sections": [] })).await.refused(), (422, "empty-scope"));
    assert_eq!(ask(json!({ "finess": "2A0000014", "until": "2020-01-01" })).await.refused(), (422, "grant-already-over"));
    assert_eq!(ask(json!({ "finess": "2A0000014", "purpose": "research" })).await.status, 422);
    assert_eq!(ask(json!({ "finess": "2A0000014" })).await.done(), ["AccessGranted"]);
}

#[tokio::test]
async fn an_administrator_blocks_on_behalf_of_the_holder_who_alone_unblocks() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let_in(&api, &person).await;
    take(&api, &person, &professional(), json!({ "rpps": colleague().to_string() })).await.done();
    let refused = block(&api, &person, &professional()).await;
    assert_eq!((refused.refused(), &refused.body["because"]), ((403, "authorisation-refused"), &json!("not_for_this_role")));
    let appoint = api.by(&person.holder(), "POST", &person.path("/administrators")).anyhow().json(&json!({ "rpps": RPPS }));
    appoint.send().await.done();
    let blocked = block(&api, &person, &professional()).await;
    assert_eq!((blocked.status, blocked.done()), (201, vec!["ProfessionalBlocked"]), "{}", blocked.text);
    assert_eq!(block(&api, &person, &professional()).await.done(), [] as [&str; 0]);
    assert_eq!(list(&api, &person, &as_colleague()).await.status, 403);
    let location = blocked.header("location").to_owned();
    assert_eq!(api.by(&professional(), "DELETE", &location).anyhow().send().await.refused(), (403, "forbidden"));
    assert_eq!(api.by(&person.holder(), "DELETE", &location).anyhow().send().await.done(), ["ProfessionalUnblocked"]);
}
