//! The service as a process: it lives, it stops when asked, and either half of it serves alone.

use ens_tests::{Engine, Launch, Place, Service, eventually};
use tokio::sync::watch;

async fn launched(place: &Place, arguments: &[&str]) -> Launch {
    let data = place.folder().join("data").display().to_string();
    arguments.iter().fold(Launch::serve(place.url()).env("ENS_DATA", data), |launch, argument| launch.arg(*argument))
}

async fn says(service: &Service, word: &str) {
    eventually(word, async || service.log().contains(word).then_some(())).await;
}

#[tokio::test]
async fn a_service_that_is_asked_to_stop_finishes_and_stops() {
    for engine in Engine::DURABLE {
        let place = Place::fresh(engine).await;
        let mut service = launched(&place, &[]).await.start().await;
        says(&service, "listening").await;
        let ended = service.stop().await;
        assert!(ended.success(), "{engine:?}: {ended}\n{}", service.log());
        assert!(service.log().contains("stopped"));
    }
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_service_stops() {
    let place = Place::fresh(Engine::SqliteFile).await;
    let mut service = launched(&place, &[]).await.start().await;
    let url = format!("{}/version", service.url());
    let client = reqwest::Client::new();
    let (answered, mut answers) = watch::channel(0_u32);
    let asking = tokio::spawn(async move {
        // Asks until nobody listens any more; every answer that began must be whole.
        while let Ok(answer) = client.get(&url).send().await {
            assert!(answer.status().is_success());
            answer.bytes().await.expect("a whole answer");
            answered.send_modify(|count| *count += 1);
        }
    });
    answers.wait_for(|count| *count > 0).await.expect("an answer while the service lives");
    assert!(service.stop().await.success());
    asking.await.expect("whole answers until the end");
}

#[tokio::test]
async fn each_half_serves_alone() {
    let place = Place::fresh(Engine::Postgres).await;
    let mut workers = launched(&place, &["--only", "workers"]).await.spawn();
    let mut api = launched(&place, &["--only", "api"]).await.start().await;
    says(&workers, "NO MAIL SERVER").await;
    assert!(!workers.log().contains("listening"), "workers answer no requests");
    assert!(reqwest::get(format!("{}/readyz", api.url())).await.unwrap().status().is_success());
    says(&workers, "probes and metrics only").await;
    for (path, status) in [("livez", 200), ("readyz", 200), ("metrics", 200), ("version", 200), ("v1/support-line", 404)] {
        let answer = reqwest::get(format!("{}/{path}", workers.url())).await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path} of the workers");
    }
    assert!(api.stop().await.success() && workers.stop().await.success(), "{}\n{}", api.log(), workers.log());
}

#[tokio::test]
async fn a_log_in_json_is_one_object_a_line() {
    let place = Place::fresh(Engine::SqliteFile).await;
    let mut service = launched(&place, &["--log-json"]).await.start().await;
    says(&service, "listening").await;
    service.stop().await;
    for line in service.log().lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(entry["level"].is_string() && entry["timestamp"].is_string(), "{line}");
    }
}
