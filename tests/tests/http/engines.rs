//! One life over HTTP on every engine: the answers are the same.

use chrono::Duration;
use ens_domain::space::commands::Open;
use ens_tests::Engine;
use serde_json::{Value, json};

use super::api::{Api, RPPS, support};

/// Created, notified, opened, granted, closed: what was done at each step, and the state that is read at the end.
async fn life(engine: Engine) -> (Vec<Vec<String>>, Value) {
    let api = Api::on(engine, |_| {}).await;
    let person = api.notified(1).await;
    let other = api.notified(2).await;
    let mut done = Vec::new();
    let mut note = |answer: &super::api::Answer| done.push(answer.done().into_iter().map(str::to_owned).collect());
    note(&api.ask("POST", "/v1/oppositions").json(&other.proof()).send().await);
    note(&api.by(&support(), "POST", &other.path("/opposition/withdrawal")).anyhow().json(&json!({ "via": "letter" })).send().await);
    api.later(Duration::days(43));
    api.say(person.space, Open { at: api.now() }).await;
    let granted = api.by(&person.holder(), "POST", &person.path("/authorisations")).anyhow().json(&json!({ "rpps": RPPS })).send().await;
    note(&granted);
    let closed = api.by(&person.holder(), "POST", &person.path("/closing")).header("if-match", granted.header("etag")).send().await;
    note(&closed);
    let mut status = api.by(&person.holder(), "GET", &person.path("")).after(&closed).send().await.body;
    status["space"] = Value::Null;
    (done, status)
}

#[tokio::test]
async fn every_engine_answers_the_same() {
    let reference = life(Engine::SqliteMemory).await;
    assert_eq!(reference.1["state"], "closed");
    for engine in [Engine::SqliteFile, Engine::Postgres] {
        assert_eq!(life(engine).await, reference, "{engine:?}");
    }
}

#[tokio::test]
async fn a_space_lives_in_one_partition_of_sixteen() {
    let api = Api::on(Engine::Postgres, |_| {}).await;
    let person = api.notified(1).await;
    let opposed = api.by(&support(), "POST", &person.path("/opposition")).anyhow().json(&json!({ "via": "desk" })).send().await;
    let partition = api.app.store.partition_of(person.space);
    assert_eq!(opposed.header("ens-position"), format!("{partition}:4"));
    let status = api.by(&person.holder(), "GET", &person.path("")).after(&opposed).send().await;
    assert_eq!(status.body["state"], "opposed");
    let api_heads = api.by(&ens_api::http::gate::Actor::Auditor, "GET", "/v1/partitions").send().await;
    assert_eq!(api_heads.body["partitions"].as_array().map(Vec::len), Some(16));
}
