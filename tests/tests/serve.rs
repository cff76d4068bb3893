//! `ens serve` as a process: it stops when asked, finishes requests first, and its API and its workers can run alone.

use ens_tests::{Engine, Launch, Service, TestStorage, eventually, http_client};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn launched(storage: &TestStorage, arguments: &[&str]) -> Launch {
    let data = storage.folder().join("data").display().to_string();
    arguments.iter().fold(Launch::serve(storage.url()).env("ENS_DATA", data), |launch, argument| launch.arg(*argument))
}

async fn says(service: &Service, word: &str) {
    eventually(word, async || service.log().contains(word).then_some(())).await;
}

#[tokio::test]
async fn a_service_that_is_asked_to_stop_finishes_and_stops() {
    for engine in Engine::DURABLE {
        let storage = TestStorage::fresh(engine).await;
        let mut service = launched(&storage, &[]).await.start().await;
        says(&service, "listening").await;
        let ended = service.stop().await;
        assert!(ended.success(), "{engine:?}: {ended}\n{}", service.log());
        assert!(service.log().contains("stopped"));
    }
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_service_stops() {
    let storage = TestStorage::fresh(Engine::SqliteFile).await;
    let mut service = launched(&storage, &[]).await.start().await;
    let address = service.url().trim_start_matches("http://").to_owned();
    let body = json!({ "ins": "279035121518989", "code": "AAAA-BBBB-CCCC" }).to_string();
    let (half, rest) = body.split_at(body.len() / 2);
    let mut request = TcpStream::connect(&address).await.expect("a connection");
    let head = format!(
        "POST /v1/oppositions HTTP/1.1\r\nHost: ens\r\nContent-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    request.write_all(head.as_bytes()).await.expect("the head is sent");
    let continues = "HTTP/1.1 100 Continue\r\n\r\n";
    let mut said = vec![0; continues.len()];
    // The service says so when it begins to read the body: from now on the request is under way.
    request.read_exact(&mut said).await.expect("an interim answer");
    assert_eq!(String::from_utf8_lossy(&said), continues);
    request.write_all(half.as_bytes()).await.expect("half the body is sent");
    service.ask_to_stop();
    eventually("nobody listens any more", async || TcpStream::connect(&address).await.is_err().then_some(())).await;
    request.write_all(rest.as_bytes()).await.expect("the rest of the body is sent");
    let mut answer = String::new();
    request.read_to_string(&mut answer).await.expect("a whole answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    assert!(head.starts_with("HTTP/1.1 403 "), "{answer}");
    let problem: Value = serde_json::from_str(body).expect("a whole body");
    assert_eq!(problem["type"], "urn:ens:problem:code-not-accepted", "{answer}");
    let ended = service.stopped().await;
    assert!(ended.success(), "{ended}\n{}", service.log());
}

#[tokio::test]
async fn each_half_serves_alone() {
    let storage = TestStorage::fresh(Engine::Postgres).await;
    let mut workers = launched(&storage, &["--only", "workers"]).await.spawn();
    let mut api = launched(&storage, &["--only", "api"]).await.start().await;
    says(&workers, "NO MAIL SERVER").await;
    assert!(!workers.log().contains("listening"), "workers answer no requests");
    assert!(http_client().get(format!("{}/readyz", api.url())).send().await.unwrap().status().is_success());
    says(&workers, "probes and metrics only").await;
    for (path, status) in [("livez", 200), ("readyz", 200), ("metrics", 200), ("version", 200), ("v1/support-line", 404)] {
        let answer = http_client().get(format!("{}/{path}", workers.url())).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path} of the workers");
    }
    assert!(api.stop().await.success() && workers.stop().await.success(), "{}\n{}", api.log(), workers.log());
}

#[tokio::test]
async fn a_log_in_json_is_one_object_a_line() {
    let storage = TestStorage::fresh(Engine::SqliteFile).await;
    let mut service = launched(&storage, &["--log-json"]).await.start().await;
    says(&service, "listening").await;
    service.stop().await;
    for line in service.log().lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(entry["level"].is_string() && entry["timestamp"].is_string(), "{line}");
    }
}

#[tokio::test]
async fn the_master_key_of_another_store_starts_nothing_and_says_what_to_mend() {
    for engine in Engine::DURABLE {
        let storage = TestStorage::fresh(engine).await;
        let run = |command: &str, key: &str| {
            let data = storage.folder().join("data").display().to_string();
            let launch = command.split(' ').fold(Launch::default(), |launch, argument| launch.arg(argument));
            let launch = launch.env("ENS_STORE", storage.url()).env("ENS_DATA", data);
            launch.env("ENS_MASTER_KEY", key).env("ENS_LISTEN", "127.0.0.1:0").run("")
        };
        let (ours, other) = ("ab".repeat(32), "cd".repeat(32));
        assert!(run("migrate", &ours).0.success());
        let (no_key, _) = run("migrate", "1234");
        for command in ["serve", "migrate", "verify", "replay", "rebuild all"] {
            let (refused, printed) = run(command, &other);
            assert_eq!(refused.code(), no_key.code(), "{engine:?}: {command} ends as with any wrong setting");
            assert!(printed.contains("ENS_MASTER_KEY") && printed.contains("made with"), "{engine:?}: {command}: {printed}");
            assert!(!printed.contains(&other), "{engine:?}: {command} shows the key");
        }
        assert!(run("migrate", &ours).0.success());
    }
}
