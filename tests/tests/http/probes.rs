//! Routes for machines: liveness, readiness, version and metrics.

use chrono::Duration;
use ens_domain::calendar::paris;
use ens_domain::space::commands::Open;
use ens_projections::read_models;
use ens_store::{NewEvent, Write};
use ens_tests::eventually;
use serde_json::json;

use super::api::Api;

#[tokio::test]
async fn a_service_that_lives_and_can_serve_says_so() {
    let api = Api::start().await;
    assert_eq!(api.ask("GET", "/livez").send().await.body, json!({ "status": "alive" }));
    assert_eq!(api.ask("GET", "/version").send().await.body["version"], env!("CARGO_PKG_VERSION"));
    let ready = api.ask("GET", "/readyz").send().await;
    assert_eq!((ready.status, &ready.body["status"]), (200, &json!("ready")));
    assert_eq!((&ready.body["clock"], &ready.body["unread_bounces"]), (&json!("right"), &json!(0)));
    assert!(ready.body["read_models"].as_array().unwrap().iter().any(|model| model["name"] == "space_status"));
    let nothing = json!({ "count": 0, "age_seconds": 0 });
    assert_eq!(ready.body["overdue"], json!({ "openings": nothing, "deadlines": nothing }));
}

#[tokio::test]
async fn what_is_overdue_is_seen_with_its_age() {
    let api = Api::start().await;
    api.notified(1).await;
    let person = api.notified(2).await;
    // Told on 2 March: the window's last day is 13 April, and the space is due from the first instant of the 14th.
    let due = paris::start_of("2026-04-14".parse().unwrap());
    api.app.clock.jump_to(due + Duration::seconds(90));
    let body = eventually("both are counted", async || {
        let body = api.ask("GET", "/readyz").send().await.body;
        (body["overdue"]["openings"]["count"] == 2).then_some(body)
    })
    .await;
    assert_eq!((&body["status"], &body["overdue"]["openings"]["age_seconds"]), (&json!("ready"), &json!(90)));
    api.later(Duration::hours(3));
    let late = eventually("it is late", async || {
        let answer = api.ask("GET", "/readyz").send().await;
        (answer.body["status"] == "late").then_some(answer)
    })
    .await;
    assert_eq!(late.status, 200, "what is overdue takes no process out of service");
    let metrics = api.ask("GET", "/metrics").send().await.text;
    for gauge in [
        "ens_openings_overdue 2",
        "ens_openings_overdue_age_seconds 10890",
        "ens_deadlines_overdue 0",
        "ens_deadlines_overdue_age_seconds 0",
    ] {
        assert!(metrics.lines().any(|line| line == gauge), "{gauge} is not in\n{metrics}");
    }
    api.say(person.space, Open { at: api.now() }).await;
    eventually("one is left", async || {
        let body = api.ask("GET", "/readyz").send().await.body;
        (body["overdue"]["openings"]["count"] == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_service_without_its_store_lives_and_cannot_serve() {
    let api = Api::start().await;
    api.app.store.close().await;
    assert_eq!(api.ask("GET", "/livez").send().await.status, 200);
    assert_eq!(api.ask("GET", "/readyz").send().await.refused(), (503, "unavailable"));
}

#[tokio::test]
async fn a_read_model_that_stands_still_degrades_the_service_and_does_not_stop_it() {
    let api = Api::start().await;
    let event = NewEvent {
        event_type: "SpaceTeleported".to_owned(),
        event_version: "1.0".to_owned(),
        payload: "{\"SpaceTeleported\":{}}".to_owned(),
        metadata: "{}".to_owned(),
    };
    let (aggregate_type, aggregate_id) = ("health_space".to_owned(), uuid::Uuid::from_u128(7).to_string());
    let write = Write { aggregate_type, aggregate_id, expected_version: 0, events: vec![event] };
    let position = ens_store::raw::append(&api.app.store, vec![write]).await.expect("an append").remove(0).expect("no conflict").position;
    let degraded = eventually("a read model stands still", async || {
        let answer = api.ask("GET", "/readyz").send().await;
        (answer.body["faults"].as_array().is_some_and(|faults| faults.len() == read_models().count())).then_some(answer)
    })
    .await;
    assert_eq!((degraded.status, &degraded.body["status"]), (200, &json!("degraded")), "the others answer on");
    let names: Vec<&str> = degraded.body["faults"].as_array().unwrap().iter().filter_map(|fault| fault["read_model"].as_str()).collect();
    assert!(names.contains(&"deadlines"), "{names:?}");
    assert_eq!(degraded.body["faults"][0]["position"], position);
    let metrics = api.ask("GET", "/metrics").send().await.text;
    let gauge = "ens_read_model_stopped_partitions{read_model=\"deadlines\"} 1";
    assert!(metrics.lines().any(|line| line == gauge), "{gauge} is not in\n{metrics}");
}

#[tokio::test]
async fn no_label_holds_what_a_client_sent() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    api.ask("GET", "/CANARI?x=CANARI").send().await;
    api.ask("CANARI", "/livez").send().await;
    api.by(&person.holder(), "GET", &person.path("?x=CANARI")).send().await;
    let metrics = api.ask("GET", "/metrics").send().await;
    assert_eq!(metrics.status, 200);
    for name in ["ens_http_requests_total", "ens_http_request_seconds", "ens_log_position", "ens_read_model_behind"] {
        assert!(metrics.text.contains(name), "{name} is not in\n{}", metrics.text);
    }
    assert!(metrics.text.contains("route=\"/v1/spaces/{space}\""));
    assert!(!metrics.text.contains("CANARI") && !metrics.text.contains(&person.space.to_string()) && !metrics.text.contains(&person.ins));
}

#[tokio::test]
async fn events_of_an_unknown_kind_are_named_and_stop_nothing() {
    let api = Api::start().await;
    let person = api.notified(1).await;
    let event = NewEvent {
        event_type: "SomethingHappened".to_owned(),
        event_version: "1.0".to_owned(),
        payload: "{\"SomethingHappened\":{}}".to_owned(),
        metadata: "{}".to_owned(),
    };
    let aggregate_id = format!("{}/0198c0de-0000-7000-8000-000000000001", person.space);
    let write = Write { aggregate_type: "something_else".to_owned(), aggregate_id, expected_version: 0, events: vec![event] };
    let appended = ens_store::raw::append(&api.app.store, vec![write]).await.expect("an append").remove(0).expect("no other writer");
    let ready = eventually("it is passed over", async || {
        let answer = api.ask("GET", "/readyz").send().await;
        (answer.body["passed_over"] != json!([])).then_some(answer)
    })
    .await;
    let (partition, position) = (appended.partition, appended.position);
    let expected = json!([{ "kind": "something_else", "partition": partition, "events": 1, "last_position": position }]);
    assert_eq!((ready.status, &ready.body["passed_over"]), (200, &expected));
    let metrics = api.ask("GET", "/metrics").send().await.text;
    let line = format!("ens_events_passed_over{{kind=\"something_else\",partition=\"{partition}\"}} 1");
    assert!(metrics.lines().any(|each| each == line), "{line} is not in\n{metrics}");
}
