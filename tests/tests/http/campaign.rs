//! The numbers of the campaign, and the page about the support line.

use chrono::Duration;
use ens_api::http::gate::Actor;
use serde_json::json;

use super::api::{Api, insurer, other_insurer, support};

/// Two notified, one opposed, all of them reflected.
async fn campaign() -> Api {
    let api = Api::start().await;
    let (_, _, third) = (api.notified(1).await, api.notified(2).await, api.notified(3).await);
    let opposed = api.by(&support(), "POST", &third.path("/opposition")).anyhow().json(&json!({ "via": "desk" })).send().await;
    ens_tests::eventually("the counts reflect the opposition", async || {
        let lag = ens_projections::Followers::new(api.app.store.clone()).lag().await.ok()?;
        lag.iter().all(|lag| lag.behind == 0).then_some(())
    })
    .await;
    opposed.done();
    api
}

#[tokio::test]
async fn progress_is_counted_by_what_is_asked_for() {
    let api = campaign().await;
    let count = async |query: &str| api.cnam("GET", &format!("/v1/campaign/progress{query}")).send().await;
    assert_eq!(count("").await.body, json!({ "spaces": 3, "lines": [{ "spaces": 3 }] }));
    let by = count("?by=department,state").await;
    assert_eq!(by.body["spaces"], 3);
    assert!(by.body["lines"].as_array().unwrap().contains(&json!({ "department": "31", "state": "notified", "spaces": 2 })), "{}", by.text);
    assert_eq!(count("?state=opposed").await.body["spaces"], 1);
    for (query, pointer) in [("?by=name", "by"), ("?state=x", "state"), ("?from=x", "from"), ("?department=99", "department")] {
        let refused = count(query).await;
        assert_eq!((refused.status, &refused.body["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
}

#[tokio::test]
async fn progress_reflects_the_write_whose_position_it_brings() {
    let api = campaign().await;
    let person = api.notified(4).await;
    let opposed = api.by(&support(), "POST", &person.path("/opposition")).anyhow().json(&json!({ "via": "desk" })).send().await;
    let counted = api.cnam("GET", "/v1/campaign/progress?state=opposed").after(&opposed).send().await;
    assert_eq!(counted.body["spaces"], 2, "{}", counted.text);
    let at = async |position: &str| api.cnam("GET", "/v1/campaign/progress").header("ens-position", position).send().await;
    assert_eq!(at("0:1000000").await.refused(), (503, "read-model-behind"));
    assert_eq!(at("anything").await.refused(), (400, "malformed-request"));
}

#[tokio::test]
async fn an_insurer_counts_its_members() {
    let api = campaign().await;
    let count = async |actor: &Actor| api.by(actor, "GET", "/v1/campaign/progress?insurer=CPAM-31").send().await.body["spaces"].clone();
    assert_eq!((count(&insurer()).await, count(&other_insurer()).await), (json!(3), json!(0)));
}

#[tokio::test]
async fn openings_are_counted_before_the_day_comes() {
    let api = campaign().await;
    let on = async |day: &str| api.cnam("GET", &format!("/v1/openings/dry-run?on={day}")).send().await;
    assert_eq!(on("2026-04-13").await.body["spaces"], 0);
    let due = on("2026-04-14").await;
    assert_eq!(due.body, json!({ "on": "2026-04-14", "spaces": 2, "departments": [{ "department": "31", "spaces": 2 }] }));
    let events = api.events().await;
    assert_eq!(on("soon").await.body["errors"][0]["pointer"], "on");
    assert_eq!(api.events().await, events);
}

#[tokio::test]
async fn the_support_line_says_whether_it_is_open() {
    let api = Api::start().await;
    let morning = api.ask("GET", "/v1/support-line").send().await;
    assert_eq!((&morning.body["open"], &morning.body["closes_at"]), (&json!(true), &json!("2026-03-02T16:30:00Z")));
    api.later(Duration::hours(12));
    let night = api.ask("GET", "/v1/support-line").send().await;
    assert_eq!((&night.body["open"], &night.body["next_opening"]), (&json!(false), &json!("2026-03-03T07:30:00Z")));
    assert_eq!(api.ask("GET", "/v1/support-line?region=alsace_moselle").send().await.status, 200);
}
