//! What a machine asks: does it live, can it serve, which version is it, what does it count.

use serde_json::json;

use super::world::Api;

#[tokio::test]
async fn a_service_that_lives_and_can_serve_says_so() {
    let api = Api::start().await;
    assert_eq!(api.ask("GET", "/livez").send().await.body, json!({ "status": "alive" }));
    assert_eq!(api.ask("GET", "/version").send().await.body["version"], env!("CARGO_PKG_VERSION"));
    let ready = api.ask("GET", "/readyz").send().await;
    assert_eq!((ready.status, &ready.body["status"]), (200, &json!("ready")));
    assert!(ready.body["read_models"].as_array().unwrap().iter().any(|model| model["name"] == "space_status"));
}

#[tokio::test]
async fn a_service_without_its_store_lives_and_cannot_serve() {
    let api = Api::start().await;
    api.app.store.close().await;
    assert_eq!(api.ask("GET", "/livez").send().await.status, 200);
    assert_eq!(api.ask("GET", "/readyz").send().await.refused(), (503, "unavailable"));
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
