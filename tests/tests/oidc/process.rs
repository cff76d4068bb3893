//! `ens serve` as a process with an issuer: what it logs of tokens, and whose tokens it refuses to start with.

use ens_tests::{Engine, Launch, TestStorage, eventually, http_client};
use serde_json::json;

use super::forge::Forge;
use super::guarded::file;
use super::issuer::Issuer;

const ID: &str = "0198c0de-0000-7000-8000-00000000cafe";

fn launch(storage: &TestStorage) -> Launch {
    Launch::default().arg("serve").env("ENS_STORE", storage.url()).env("ENS_DATA", storage.folder().join("data").display().to_string())
}

#[tokio::test]
async fn the_log_names_a_valid_token_by_its_id_and_never_holds_the_token() {
    let (issuer, storage) = (Issuer::start(), TestStorage::fresh(Engine::SqliteFile).await);
    let issuers = file(&storage, &issuer, json!({}));
    let service = launch(&storage).env("ENS_ISSUERS", issuers.display().to_string()).env("ENS_LOG", "debug").start().await;
    let probe = format!("{}/v1/partitions", service.url());
    let ask = async |token: &str| http_client().get(&probe).bearer_auth(token).send().await.expect("an answer").status().as_u16();
    let subject = json!({ "sub": "CANARI", "jti": ID });
    let good = Forge::new(&issuer).claims(subject.clone()).token();
    let bare = Forge::new(&issuer).claims(json!({ "sub": "CANARI", "jti": null })).token();
    let bad = Forge::new(&issuer).claims(subject).claims(json!({ "aud": "x", "jti": "CANARI-ID" })).token();
    assert_eq!((ask(&good).await, ask(&good).await, ask(&bare).await, ask(&bad).await), (200, 200, 200, 401));
    eventually("four requests are logged", async || (service.log().matches("/v1/partitions").count() >= 4).then_some(())).await;
    let log = service.log();
    assert_eq!(log.matches(&format!("jti=\"{ID}\"")).count(), 2, "{log}");
    assert_eq!(log.matches("jti=").count(), 2, "{log}");
    for token in [&good, &bare, &bad] {
        assert!(token.split('.').all(|part| !log.contains(part)), "{log}");
    }
    assert!(!log.contains("CANARI"), "{log}");
}

#[tokio::test]
async fn a_service_without_an_issuer_does_not_start() {
    let storage = TestStorage::fresh(Engine::SqliteFile).await;
    let (ended, said) = launch(&storage).env("ENS_LISTEN", "127.0.0.1:0").run("");
    assert!(!ended.success() && said.contains("--issuers"), "{said}");
}

#[tokio::test]
async fn production_refuses_development_tokens() {
    let storage = TestStorage::fresh(Engine::SqliteFile).await;
    let production = launch(&storage).env("ENS_PRODUCTION", "1").env("ENS_DEVELOPMENT_TOKENS", "1").env("ENS_MASTER_KEY", "c4".repeat(32));
    let (ended, said) = production.env("ENS_LISTEN", "127.0.0.1:0").run("");
    assert!(!ended.success() && said.contains("--development-tokens"), "{said}");
}
