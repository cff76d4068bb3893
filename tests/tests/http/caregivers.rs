//! Caregivers over HTTP: named and ended by the person, three a person and five a caregiver; what they may do, and what the person sees of it.

use chrono::Duration;
use ens_api::http::gate::Actor;
use ens_domain::ids::CaregiverId;
use ens_tests::Engine;
use serde_json::{Value, json};

use super::api::{Answer, Api, Person};
use super::medical_record::{deposit, deposited, list, metadata};

/// The caregiver whose own space is that of this person.
fn caregiver(helper: &Person) -> Actor {
    Actor::Caregiver { caregiver: CaregiverId::from(helper.space.uuid()) }
}

fn named() -> Value {
    let person =
        json!({ "birth_name": "ESSAI", "first_names": ["Camille"], "sex": "female", "born_on": "1961-05-04", "birthplace": "44109" });
    json!({ "person": person })
}

async fn name_for(api: &Api, person: &Person, helper: &Person, days: Value) -> Answer {
    let mut body = named();
    body.as_object_mut().expect("an object").extend(days.as_object().expect("an object").clone());
    let path = person.path(&format!("/caregivers/{}", helper.space));
    api.by(&person.holder(), "PUT", &path).anyhow().json(&body).send().await
}

async fn end(api: &Api, person: &Person, helper: &Person) -> Answer {
    api.by(&person.holder(), "DELETE", &person.path(&format!("/caregivers/{}", helper.space))).anyhow().send().await
}

async fn opened(api: &Api, numbers: std::ops::Range<u32>) -> Vec<Person> {
    let mut persons = Vec::new();
    for number in numbers {
        persons.push(api.opened(number).await);
    }
    persons
}

#[tokio::test]
async fn a_caregiver_reads_and_enters_until_the_person_ends_it_and_the_person_sees_it() {
    for engine in Engine::ALL {
        let api = Api::on(engine, |_| {}).await;
        let (helper, person) = (api.opened(1).await, api.opened(2).await);
        let before = api.events().await;
        let stranger = list(&api, &person, &caregiver(&helper)).await;
        assert_eq!((stranger.refused(), &stranger.body["reason"]), ((403, "access-refused"), &json!("not_a_caregiver")), "{engine:?}");
        assert_eq!(api.events().await, before, "a stranger's attempt is not kept");

        assert_eq!(name_for(&api, &person, &helper, json!({})).await.done(), ["CaregiverDelegated"], "{engine:?}");
        assert_eq!(name_for(&api, &person, &helper, json!({})).await.done(), [] as [&str; 0], "{engine:?}");
        assert_eq!(list(&api, &person, &caregiver(&helper)).await.status, 200, "{engine:?}");
        let entered = deposit(&api, &person, &caregiver(&helper), &metadata("DOCPAT01")).await;
        assert_eq!((entered.status, entered.done()), (201, vec!["DocumentDeposited"]), "{engine:?}: {}", entered.text);
        let document = person.path(&format!("/documents/{}", entered.body["id"].as_str().expect("an id")));
        assert_eq!(api.by(&caregiver(&helper), "GET", &document).send().await.status, 200, "{engine:?}");
        assert_eq!(api.by(&caregiver(&helper), "DELETE", &document).anyhow().send().await.done(), ["DocumentDeleted"], "{engine:?}");

        let mine = api.by(&person.holder(), "GET", &person.path("/accesses?section=medical_record")).send().await;
        let trace = &mine.body["accesses"][0];
        assert_eq!(trace["role"], "caregiver", "{engine:?}: {}", mine.text);
        assert_eq!(trace["reader"], json!(helper.space.to_string()));
        assert_eq!(trace["name"], "Camille ESSAI");
        assert!(trace["sentence"].as_str().expect("a sentence").contains("aidant"), "{}", mine.text);

        assert_eq!(end(&api, &person, &helper).await.done(), ["DelegationEnded"], "{engine:?}");
        assert_eq!(end(&api, &person, &helper).await.done(), [] as [&str; 0], "{engine:?}");
        assert_eq!(list(&api, &person, &caregiver(&helper)).await.refused(), (403, "access-refused"), "{engine:?}");
    }
}

#[tokio::test]
async fn a_caregiver_neither_shares_nor_hides_nor_closes_nor_changes_contacts() {
    let api = Api::start().await;
    let (helper, person, other) = (api.opened(1).await, api.opened(2).await, api.opened(3).await);
    name_for(&api, &person, &helper, json!({})).await.done();
    let by = caregiver(&helper);
    for (method, rest) in [
        ("POST", "/authorisations"),
        ("POST", "/blocked-professionals"),
        ("PUT", "/contacts"),
        ("POST", "/closing"),
        ("GET", "/caregivers"),
        ("GET", "/directory"),
        ("PUT", "/default-visibility"),
    ] {
        let refused = api.by(&by, method, &person.path(rest)).anyhow().json(&json!({})).send().await;
        assert!([403, 404, 405].contains(&refused.status), "{method} {rest}: {}", refused.text);
    }
    let id = deposit(&api, &person, &person.holder(), &metadata("DOCPAT01")).await.body["id"].as_str().expect("an id").to_owned();
    let acts = person.path(&format!("/documents/{id}/acts"));
    let hidden = api.by(&by, "POST", &acts).anyhow().json(&json!({ "act": "hide" })).send().await;
    assert_eq!((hidden.refused().0, &hidden.body["reason"]), (403, &json!("caregiver_may_not")), "{}", hidden.text);
    assert_eq!(api.by(&by, "POST", &acts).anyhow().json(&json!({ "act": "archive" })).send().await.done(), ["DocumentArchived"]);
    // The space of somebody else, and the caregiver's own, are not opened by it.
    for space in [&other, &helper] {
        assert_eq!(list(&api, space, &by).await.refused(), (403, "access-refused"));
    }
}

#[tokio::test]
async fn a_caregiver_acts_from_the_first_day_to_the_last() {
    let api = Api::start().await;
    let (helper, person) = (api.opened(1).await, api.opened(2).await);
    let day = |days: i64| json!((api.now() + Duration::days(days)).date_naive());
    let (from, until) = (day(2), day(3));
    name_for(&api, &person, &helper, json!({ "from": from, "until": until })).await.done();
    let listed = api.by(&person.holder(), "GET", &person.path("/caregivers")).send().await;
    let caregiver_of_mine = json!({ "caregiver": helper.space.to_string(), "name": "Camille ESSAI", "from": from, "until": until });
    assert_eq!(listed.body, json!({ "caregivers": [caregiver_of_mine] }));
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(list(&api, &person, &caregiver(&helper)).await.status);
        api.later(Duration::days(1));
    }
    assert_eq!(statuses, [403, 403, 200, 200, 403]);
    let past = name_for(&api, &person, &helper, json!({ "until": from })).await;
    assert_eq!(past.refused(), (422, "grant-already-over"));
    let unnamed = api.by(&person.holder(), "PUT", &person.path(&format!("/caregivers/{}", helper.space))).anyhow();
    assert_eq!(unnamed.json(&json!({ "person": {} })).send().await.refused(), (422, "invalid-fields"));
}

#[tokio::test]
async fn a_person_has_three_caregivers_and_none_is_themselves() {
    let api = Api::start().await;
    let persons = opened(&api, 1..6).await;
    for helper in &persons[1..4] {
        name_for(&api, &persons[0], helper, json!({})).await.done();
    }
    assert_eq!(name_for(&api, &persons[0], &persons[4], json!({})).await.refused(), (409, "too-many-caregivers"));
    assert_eq!(name_for(&api, &persons[4], &persons[4], json!({})).await.refused(), (422, "same-person"));
    end(&api, &persons[0], &persons[1]).await.done();
    assert_eq!(name_for(&api, &persons[0], &persons[4], json!({})).await.done(), ["CaregiverDelegated"]);
}

#[tokio::test]
async fn a_caregiver_helps_five_persons_and_a_place_comes_free_with_each_end() {
    for engine in Engine::ALL {
        let api = Api::on(engine, |_| {}).await;
        let persons = opened(&api, 1..9).await;
        let (helper, others) = (&persons[0], &persons[1..]);
        for person in &others[..5] {
            name_for(&api, person, helper, json!({})).await.done();
        }
        let full = name_for(&api, &others[5], helper, json!({})).await;
        assert_eq!((full.refused(), &full.body["at_most"]), ((409, "caregiver-helps-enough"), &json!(5)), "{engine:?}");
        api.later(Duration::minutes(1));
        end(&api, &others[0], helper).await.done();
        assert_eq!(name_for(&api, &others[5], helper, json!({})).await.done(), ["CaregiverDelegated"], "{engine:?}");
        assert_eq!(name_for(&api, &others[0], helper, json!({})).await.refused(), (409, "caregiver-helps-enough"), "{engine:?}");
        // Naming a person again whom the caregiver helps already takes no place.
        assert_eq!(name_for(&api, &others[1], helper, json!({})).await.done(), [] as [&str; 0], "{engine:?}");
        api.later(Duration::minutes(1));
        let closed = api.by(&others[1].holder(), "POST", &others[1].path("/closing")).anyhow().send().await;
        assert_eq!(closed.done(), ["Closed"], "{engine:?}");
        assert_eq!(name_for(&api, &others[6], helper, json!({})).await.done(), ["CaregiverDelegated"], "{engine:?}");
    }
}

#[tokio::test]
async fn a_naming_that_is_refused_gives_its_place_back() {
    let api = Api::start().await;
    let persons = opened(&api, 1..8).await;
    let (helper, others) = (&persons[0], &persons[1..]);
    for person in &others[..4] {
        name_for(&api, person, helper, json!({})).await.done();
    }
    for _ in 0..3 {
        let refused = name_for(&api, &others[4], helper, json!({ "until": "2020-01-01" })).await;
        assert_eq!(refused.refused(), (422, "grant-already-over"));
    }
    assert_eq!(name_for(&api, &others[5], helper, json!({})).await.done(), ["CaregiverDelegated"]);
    assert_eq!(name_for(&api, &others[4], helper, json!({})).await.refused(), (409, "caregiver-helps-enough"));
}

#[tokio::test]
async fn what_a_professional_hid_from_the_holder_side_is_hidden_from_a_caregiver() {
    let api = Api::start().await;
    let (helper, person) = (api.opened(1).await, api.opened(2).await);
    name_for(&api, &person, &helper, json!({})).await.done();
    super::medical_record::let_in(&api, &person).await;
    let doctor = super::api::professional();
    let id = deposited(&api, &person, &doctor).await;
    let path = person.path(&format!("/documents/{id}"));
    assert_eq!(api.by(&caregiver(&helper), "GET", &path).send().await.status, 200);
    let hide = json!({ "act": "hide" });
    api.by(&person.holder(), "POST", &format!("{path}/acts")).anyhow().json(&hide).send().await.done();
    let refused = api.by(&caregiver(&helper), "GET", &path).send().await;
    assert_eq!((refused.refused(), &refused.body["reason"]), ((403, "access-refused"), &json!("hidden_by_holder")));
    assert_eq!(list(&api, &person, &caregiver(&helper)).await.body["documents"], json!([]));
}
