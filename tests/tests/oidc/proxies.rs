//! Limits per address behind a proxy: they count the client that a trusted proxy names, and nobody whom another names.

use ens_api::config::Settings;
use serde_json::json;

use super::guarded::Guarded;
use super::issuer::Issuer;

const PROXY: [u8; 4] = [127, 0, 0, 1];
const NEIGHBOUR: [u8; 4] = [127, 0, 0, 2];
/// So many requests in a row, of which one address may make three at once and then one a second.
const REQUESTS: u32 = 40;

fn limited(settings: &mut Settings) {
    settings.proxies.trusted = vec!["127.0.0.1".parse().expect("a network")];
    settings.limits.requests_per_second = 1;
    settings.limits.requests_burst = 3;
}

/// How many requests were not refused as too many.
async fn let_through(service: &Guarded, from: [u8; 4], client: impl Fn(u32) -> String) -> u32 {
    let (sender, mut through) = (Guarded::client_at(from), 0);
    for number in 0..REQUESTS {
        let request = sender.post(service.at("/v1/oppositions")).header("x-forwarded-for", client(number)).json(&json!({}));
        through += u32::from(request.send().await.expect("an answer").status() != 429);
    }
    through
}

#[tokio::test]
async fn the_limits_count_the_client_behind_a_trusted_proxy() {
    let issuer = Issuer::start();
    let service = Guarded::with(&issuer, json!({}), limited).await;
    let one = let_through(&service, PROXY, |_| "198.51.100.1".to_owned()).await;
    assert!(one < REQUESTS, "one client is limited behind the proxy");
    let many = let_through(&service, PROXY, |number| format!("198.51.100.{}", 10 + number)).await;
    assert_eq!(many, REQUESTS, "many clients are not one");
    let pretended = let_through(&service, NEIGHBOUR, |number| format!("198.51.100.{}", 100 + number)).await;
    assert!(pretended < REQUESTS, "whom an untrusted peer names does not count");
    let prepended = let_through(&service, PROXY, |number| format!("198.51.100.{}, 203.0.113.7", 150 + number)).await;
    assert!(prepended < REQUESTS, "what the client wrote itself does not count");
}
