//! Dates that nobody can mean: every field that takes a day refuses them, by its pointer, and nothing is written.

use ens_domain::calendar::Horizon;
use ens_domain::policy::Policy;
use ens_tests::cohort::person_line;
use serde_json::{Value, json};

use super::api::{Api, Person, RPPS, support};

const EXTREMES: [&str; 5] = ["-262143-01-01", "0000-12-31", "0001-01-01", "9999-12-31", "+10000-01-01"];

fn born(day: &str) -> Value {
    let mut person = person_line(7);
    person["born_on"] = json!(day);
    person
}

fn recorded_since(day: &str) -> Value {
    let mut person = person_line(7);
    person["medical_record_since"] = json!(day);
    person
}

fn child_of(day: &str) -> Value {
    let mut child = person_line(7);
    child["born_on"] = json!("2015-03-29");
    child["representative"] = representative(day);
    child
}

fn representative(day: &str) -> Value {
    json!({ "birth_name": "ESSAI", "first_names": ["Dominique"], "sex": "male", "born_on": day, "birthplace": "44109" })
}

/// Where a day enters in a body: the pointer that is named, and the refusal of this day.
async fn refusals(api: &Api, person: &Person, day: &str) -> Vec<(&'static str, super::api::Answer)> {
    let mut declared = representative(day);
    declared["kind"] = json!("protected_adult");
    let grant = json!({ "rpps": RPPS, "until": day });
    let created = json!({ "created_on": day });
    let asked = json!({ "ins": person.ins, "born_on": day });
    vec![
        ("/until", api.by(&person.holder(), "POST", &person.path("/authorisations")).anyhow().json(&grant).send().await),
        ("/died_on", api.by(&support(), "POST", &person.path("/death")).anyhow().json(&json!({ "died_on": day })).send().await),
        ("/created_on", api.cnam("POST", &person.path("/legacy-record")).anyhow().json(&created).send().await),
        ("/born_on", api.cnam("POST", &person.path("/representations")).anyhow().json(&declared).send().await),
        ("/born_on", api.ask("POST", "/v1/codes").json(&asked).send().await),
        ("/born_on", api.cnam("POST", "/v1/spaces").json(&born(day)).send().await),
        ("/medical_record_since", api.cnam("POST", "/v1/spaces").json(&recorded_since(day)).send().await),
        ("/representative/born_on", api.cnam("POST", "/v1/spaces").json(&child_of(day)).send().await),
        ("on", api.cnam("GET", &format!("/v1/openings/dry-run?on={}", day.replace('+', "%2B"))).send().await),
        ("from", api.cnam("GET", &format!("/v1/campaign/progress?from={}", day.replace('+', "%2B"))).send().await),
        ("to", api.cnam("GET", &format!("/v1/campaign/progress?to={}", day.replace('+', "%2B"))).send().await),
    ]
}

#[tokio::test]
async fn a_day_that_nobody_can_mean_is_refused_by_its_field() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let before = api.events().await;
    for day in EXTREMES {
        for (pointer, answer) in refusals(&api, &person, day).await {
            assert_eq!((answer.status, answer.problem()), (422, "invalid-fields"), "{pointer} {day}: {}", answer.text);
            assert_eq!(answer.body["errors"][0]["pointer"], pointer, "{day}: {}", answer.text);
            assert!(!answer.text.contains(day), "{pointer}: what was given is not repeated: {}", answer.text);
        }
    }
    assert_eq!(api.events().await, before);
}

#[tokio::test]
async fn the_last_day_of_a_grant_lies_within_the_horizon() {
    let api = Api::start().await;
    let person = api.opened(1).await;
    let horizon = Horizon::of_grants(ens_domain::calendar::paris::day_of(api.now()), &Policy::default());
    let grant = async |day: chrono::NaiveDate| {
        let body = json!({ "rpps": RPPS, "until": day });
        api.by(&person.holder(), "POST", &person.path("/authorisations")).anyhow().json(&body).send().await
    };
    assert_eq!(grant(horizon.latest()).await.done(), ["AccessGranted"]);
    assert_eq!(grant(horizon.latest().succ_opt().expect("a day")).await.status, 422);
    let over = grant(horizon.earliest().pred_opt().expect("a day")).await;
    assert_eq!(over.problem(), "grant-already-over", "a day that is over has a reason of its own");
}
