//! The keys of an issuer: discovered, rotated, kept while it is down, and never asked for more often than is agreed.

use std::time::{Duration, Instant};

use ens_api::http::gate::TokenRefused;
use ens_tests::{eventually, http_client};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::forge::Forge;
use super::guarded::{Guarded, answer};
use super::issuer::Issuer;

const DOCUMENT: &str = "/.well-known/openid-configuration";

/// Keys that are fetched once an hour at most, whatever happens.
fn hourly() -> Value {
    json!({ "keys": { "refresh_seconds": 3_600, "max_age_seconds": 3_600, "refetch_seconds": 3_600 } })
}

fn of_unknown_key(issuer: &Issuer, number: usize) -> String {
    Forge::new(issuer).header(json!({ "kid": format!("unknown-{number}") })).token()
}

#[tokio::test]
async fn a_token_of_the_token_endpoint_is_accepted() {
    let issuer = Issuer::start();
    let service = Guarded::start(&issuer, json!({})).await;
    let claims = json!({ "sub": "somebody", "aud": "ens", "azp": "dpi", "acr": "eidas2", "role": "auditor" }).to_string();
    let form = [("grant_type", "client_credentials"), ("aud", "ens"), ("claims", claims.as_str())];
    let told: Value =
        http_client().post(format!("{}/token", issuer.url())).form(&form).send().await.expect("an answer").json().await.expect("JSON");
    let answer = service.ask(told["access_token"].as_str().expect("a token")).await;
    assert!(answer.is_let_in(), "{answer:?}");
}

#[tokio::test]
async fn a_token_under_a_key_that_is_not_known_makes_one_fetch_at_most_in_an_interval() {
    let issuer = Issuer::start();
    let service = Guarded::start(&issuer, hourly()).await;
    assert!(service.ask(&Forge::new(&issuer).token()).await.is_let_in());
    let mut flood = JoinSet::new();
    for number in 0..50 {
        flood.spawn(answer(service.probe(&of_unknown_key(&issuer, number))));
    }
    for answer in flood.join_all().await {
        assert!(answer.is_refused(TokenRefused::UnknownKey), "{answer:?}");
    }
    assert_eq!((issuer.count(DOCUMENT), issuer.count("/jwks")), (1, 1));
}

#[tokio::test]
async fn a_rotated_key_is_found_and_a_retired_one_forgotten() {
    let issuer = Issuer::start();
    let service = Guarded::start(&issuer, json!({ "keys": { "refetch_seconds": 1 } })).await;
    assert!(service.ask(&Forge::new(&issuer).token()).await.is_let_in());
    issuer.make_key("next", "ES256", &json!({}));
    issuer.publish(&["next"]);
    eventually("the next key is found", async || {
        let answer = service.ask(&Forge::new(&issuer).under("next", "ES256").token()).await;
        assert!(answer.is_let_in() || answer.is_refused(TokenRefused::UnknownKey), "{answer:?}");
        answer.is_let_in().then_some(())
    })
    .await;
    let replayed = service.ask(&Forge::new(&issuer).token()).await;
    assert!(replayed.is_refused(TokenRefused::UnknownKey), "{replayed:?}");
}

#[tokio::test]
async fn a_known_key_is_used_without_waiting_for_the_issuer() {
    let issuer = Issuer::start();
    let service = Guarded::start(&issuer, json!({ "keys": { "refetch_seconds": 1 } })).await;
    assert!(service.ask(&Forge::new(&issuer).token()).await.is_let_in());
    issuer.door("hang");
    let mut waiting = JoinSet::new();
    let mut number = 0;
    eventually("a fetch hangs", async || {
        number += 1;
        waiting.spawn(answer(service.probe(&of_unknown_key(&issuer, number))));
        (issuer.count(DOCUMENT) == 2).then_some(())
    })
    .await;
    let known = timeout(Duration::from_secs(3), service.ask(&Forge::new(&issuer).token())).await.expect("no wait");
    assert!(known.is_let_in(), "{known:?}");
    issuer.door("open");
    for answer in waiting.join_all().await {
        assert!(answer.is_refused(TokenRefused::UnknownKey), "{answer:?}");
    }
}

#[tokio::test]
async fn stale_keys_are_believed_while_the_issuer_is_down_for_a_bounded_time() {
    let issuer = Issuer::start();
    let times = json!({ "keys": { "refetch_seconds": 1, "refresh_seconds": 1, "max_age_seconds": 4 } });
    let service = Guarded::start(&issuer, times).await;
    assert!(service.ask(&Forge::new(&issuer).token()).await.is_let_in());
    issuer.door("shut");
    let shut = Instant::now();
    let mut believed = 0;
    eventually("the keys are too old", async || {
        let answer = service.ask(&Forge::new(&issuer).token()).await;
        assert!(answer.is_let_in() || answer.is_unavailable(), "{answer:?}");
        believed += u32::from(answer.is_let_in() && shut.elapsed() > Duration::from_secs(1));
        answer.is_unavailable().then_some(())
    })
    .await;
    assert!(believed > 0, "keys that were stale were not believed");
    issuer.door("open");
    eventually("the issuer is heard again", async || service.ask(&Forge::new(&issuer).token()).await.is_let_in().then_some(())).await;
}

#[tokio::test]
async fn an_issuer_that_names_itself_otherwise_is_not_believed() {
    for door in ["renamed", "plain", "shut"] {
        let issuer = Issuer::start();
        issuer.door(door);
        let service = Guarded::start(&issuer, hourly()).await;
        let answer = service.ask(&Forge::new(&issuer).token()).await;
        assert!(answer.is_unavailable(), "{door}: {answer:?}");
        assert_eq!((issuer.count(DOCUMENT), issuer.count("/jwks")), (1, 0), "{door}");
    }
}

#[tokio::test]
async fn a_large_answer_is_cut_off() {
    let issuer = Issuer::start();
    issuer.door("big");
    let service = Guarded::start(&issuer, hourly()).await;
    assert!(service.ask(&Forge::new(&issuer).token()).await.is_unavailable());
    assert_eq!(issuer.count("/jwks"), 0);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let issuer = Issuer::start();
    issuer.door("redirect");
    let service = Guarded::start(&issuer, hourly()).await;
    assert!(service.ask(&Forge::new(&issuer).token()).await.is_unavailable());
    assert_eq!((issuer.count("/jwks"), issuer.count("/elsewhere")), (1, 0));
}

#[tokio::test]
async fn a_request_that_is_given_up_does_not_end_the_fetch_that_it_began() {
    let issuer = Issuer::start();
    issuer.door("hang");
    let service = Guarded::start(&issuer, hourly()).await;
    let given_up = tokio::spawn(answer(service.probe(&Forge::new(&issuer).token())));
    eventually("the fetch has begun", async || (issuer.count(DOCUMENT) == 1).then_some(())).await;
    given_up.abort();
    assert!(given_up.await.is_err_and(|ended| ended.is_cancelled()));
    issuer.door("open");
    let answer = service.ask(&Forge::new(&issuer).token()).await;
    assert!(answer.is_let_in(), "{answer:?}");
    assert_eq!(issuer.count(DOCUMENT), 1, "no second fetch was needed, and none was allowed");
}
